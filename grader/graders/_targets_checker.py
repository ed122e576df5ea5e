"""Runs in the checker, before the tests of a step: targets, comparisons, what was only official.

Its text is sent there as it stands; the candidate's process never has it. The comparisons are those
of SciCode's `scicode.compare.cmp`, by their behaviour.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import base64
import importlib
import json
import sys
import types
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

MISSING = ONLY_OFFICIALLY = ""
"""Set by who sends this (`targets.checker_texts`)."""
CSR_AND_CSC = ("csr_matrix", "csc_matrix")
SPARSE = (*CSR_AND_CSC, "bsr_matrix", "coo_matrix")
np: Any = importlib.import_module("numpy")
_close, _each_close = np.allclose, np.isclose


class TargetMissingError(Exception):
    """There is nothing to compare with."""


def end_without_target(*_arguments: Any) -> NoReturn:
    """Say so where nobody else writes, and end the tests."""
    out: Any = sys.__stdout__
    out.write(MISSING)
    out.flush()
    raise TargetMissingError("this test's target is in no file")


class NoTarget:
    """In the place of a target that no file has: whatever looks at it ends the tests."""

    __array_ufunc__ = None
    __eq__: Any = end_without_target
    __hash__: Any = end_without_target
    __ne__ = __iter__ = __len__ = __getitem__ = __getattr__ = __bool__ = __eq__


class Recorder:
    """In the place of a target that the task's own solution shows: keeps what is held to it."""

    __array_ufunc__ = None
    got: Any = None

    def __eq__(self, other: object) -> bool:
        """Keep it; it is right."""
        self.got = other
        return True

    def __hash__(self) -> int:
        return id(self)


class StepTargets:
    """The targets of a step's tests, in order."""

    def __init__(self, packed: str, count: int) -> None:
        """`packed`: see `unpacked`; empty: there are none."""
        self.values = unpacked(packed) if packed else [NoTarget() for _ in range(count)]
        self.known: dict[int, Any] = {}
        """The targets and what they hold, by identity."""
        self.differs = False
        for each in self.values:
            self._know(each)

    def _know(self, value: Any) -> None:
        self.known[id(value)] = value
        if isinstance(value, (list, tuple, dict)):
            for each in value.values() if isinstance(value, dict) else value:
                self._know(each)

    def __getitem__(self, number: int) -> Any:
        return self.values[number]

    def show(self, number: int, value: Any) -> None:
        """A target that the task's own solution has shown."""
        self.values[number] = value
        self._know(value)

    def look(self, one: Any, other: Any) -> None:
        """Note where something is compared with a target of another size, or is nothing at all."""
        if isinstance(one, NoTarget) or isinstance(other, NoTarget):
            end_without_target()
        with suppress(Exception):
            sizes = np.size(one), np.size(other)
            is_target = id(one) in self.known or id(other) in self.known
            if sizes[0] != sizes[1] and (is_target or 0 in sizes):
                self.differs = True

    def finish(self) -> None:
        """Behind the last test."""
        if self.differs:
            raise AssertionError(ONLY_OFFICIALLY)


def unpacked(packed: str) -> list[Any]:
    """Values of base64, zlib, JSON: `{"k": kind, "v": ...}`."""
    return [_value(each) for each in json.loads(zlib.decompress(base64.b64decode(packed)))]


def _value(told: dict[str, Any]) -> Any:
    kind, value = told["k"], told.get("v")
    maker = _MAKERS.get(kind)
    return maker(told, value) if maker else value


def _list(_told: dict[str, Any], items: list[Any]) -> list[Any]:
    return [_value(each) for each in items]


def _tuple(told: dict[str, Any], items: list[Any]) -> tuple[Any, ...]:
    return tuple(_list(told, items))


def _dict(_told: dict[str, Any], pairs: list[list[Any]]) -> dict[Any, Any]:
    return {_value(key): _value(each) for key, each in pairs}


def _float(_told: dict[str, Any], text: str) -> float:
    return float.fromhex(text)


def _complex(_told: dict[str, Any], texts: list[str]) -> complex:
    return complex(*map(float.fromhex, texts))


def _array(told: dict[str, Any], value: Any) -> Any:
    flat = np.frombuffer(base64.b64decode(value), np.dtype(told["dtype"]))
    return flat.reshape(told["shape"]).copy() if "shape" in told else flat[0]


def _sparse(told: dict[str, Any], value: Any) -> Any:
    sparse: Any = importlib.import_module("scipy.sparse")
    parts = {name: _value(each) for name, each in value.items()}
    shape = tuple(int(each) for each in told["shape"])
    if "row" in parts:
        return sparse.coo_matrix((parts["data"], (parts["row"], parts["col"])), shape=shape)
    kind = sparse.bsr_matrix if "blocks" in told else sparse.csr_matrix
    return kind((parts["data"], parts["indices"], parts["indptr"]), shape=shape)


_MAKERS: dict[str, Any] = {
    "list": _list,
    "tuple": _tuple,
    "dict": _dict,
    "float": _float,
    "complex": _complex,
    "sparse": _sparse,
    "ndarray": _array,
    "npscalar": _array,
}


def install(targets: StepTargets) -> None:
    """Make numpy's comparisons look at sizes too, and `scicode.compare.cmp` importable."""

    def allclose(a: Any, b: Any, *rest: Any, **named: Any) -> Any:
        targets.look(a, b)
        for recorder, got in ((a, b), (b, a)):
            if isinstance(recorder, Recorder):
                recorder.got = got
                return True
        return _close(a, b, *rest, **named)

    def isclose(a: Any, b: Any, *rest: Any, **named: Any) -> Any:
        targets.look(a, b)
        return _each_close(a, b, *rest, **named)

    np.allclose, np.isclose = allclose, isclose
    compare: Any = types.ModuleType("scicode.compare.cmp")
    compare.cmp_tuple_or_list = cmp_tuple_or_list
    compare.are_dicts_close = are_dicts_close
    compare.are_csc_matrix_close = are_csc_matrix_close
    sys.modules |= {
        "scicode": types.ModuleType("scicode"),
        "scicode.compare": types.ModuleType("scicode.compare"),
        "scicode.compare.cmp": compare,
    }


def are_dicts_close(one: Any, other: Any, atol: float = 1e-8, rtol: float = 1e-5) -> bool:
    """Equal keys, and values that are close; symbols count by their names."""
    if isinstance(other, Recorder):
        return other == one
    one, other = _named(one), _named(other)
    if one.keys() != other.keys():
        return False
    return all(_are_close(value, other[key], atol, rtol) for key, value in one.items())


def _are_close(value: Any, other: Any, atol: float, rtol: float) -> bool:
    if isinstance(value, str) or _is_symbol(value):
        return bool(value == other)
    if type(value).__name__ in SPARSE:
        return bool(np.allclose(value.toarray(), other.toarray(), atol=atol, rtol=rtol))
    try:
        return bool(np.allclose(value, other, atol=atol, rtol=rtol))
    except ValueError:
        return bool(value == other)


def _named(values: Any) -> dict[Any, Any]:
    """Symbols by their names; as officially the value of such a key stays what it was."""
    return {
        str(key) if _is_symbol(key) else key: (
            str(value) if _is_symbol(value) and not _is_symbol(key) else value
        )
        for key, value in values.items()
    }


def _is_symbol(value: Any) -> bool:
    sympy: Any = sys.modules.get("sympy")
    return sympy is not None and isinstance(value, sympy.Symbol)


def are_csc_matrix_close(one: Any, other: Any) -> bool:
    """Two sparse matrices by their numbers."""
    return bool(np.allclose(one.toarray(), other.toarray()))


def cmp_tuple_or_list(one: Any, other: Any) -> bool:
    """As many elements, each close to the other's."""
    if isinstance(other, NoTarget):
        end_without_target()
    if isinstance(other, Recorder):
        return other == one
    if len(one) != len(other):
        return False
    return all(_are_items_close(*each) for each in zip(one, other, strict=True))


def _are_items_close(value: Any, other: Any) -> bool:
    if isinstance(value, dict):
        return are_dicts_close(value, other)
    if type(value).__name__ in CSR_AND_CSC:
        return are_csc_matrix_close(value, other)
    if isinstance(value, bool):
        return bool(value == other)
    try:
        return bool(np.allclose(value, other))
    except ValueError:
        return bool(value == other)


def record(targets: StepTargets, program: str, tests: Sequence[str]) -> None:
    """Run the task's own solution under the tests, to learn targets that no file has."""
    names: dict[str, Any] = {"__name__": "reference"}
    exec(compile(program, "reference.py", "exec"), names)  # noqa: S102  the dataset's own
    for number, test in enumerate(tests):
        names["target"] = recorder = Recorder()
        exec(compile(test, "tests.py", "exec"), names)  # noqa: S102
        targets.show(number, recorder.got)


def begin(packed: str, tests: Sequence[str], program: str) -> StepTargets:
    """The targets of these tests, and everything in place."""
    targets = StepTargets(packed, len(tests))
    install(targets)
    if not packed and program:
        record(targets, program, tests)
    targets.differs = False
    return targets
