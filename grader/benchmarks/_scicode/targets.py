"""Targets of SciCode's tests, from the official `test_data.h5` or a file of recomputed ones.

Both become packed text that the checker alone unpacks (`graders/_targets_checker`).
"""

import base64
import gzip
import json
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

from grader.benchmarks._data import DataOrigin, cache_directory, cached
from grader.benchmarks._rows import LINE_BYTES
from grader.errors import UsageError

VARIABLE = "GRADER_SCICODE_TARGETS"
ORIGIN = DataOrigin(
    url=(
        "https://huggingface.co/datasets/xantheocracy/scicode-mirror/resolve/"
        "2f903a64a1c4eb62c7c649b0caf7ecb2c0217590/test_data.h5"
    ),
    sha256="48b0272a88b17dbd29777c217e1b4fb2b019b92e11cc2add847409db9541b890",
)
H5 = ".h5"
COMPUTED = "*targets.json*"


class PackedTargets(NamedTuple):
    """One step's targets, and what its reference took where that is known (0: not)."""

    packed: str
    cpu_s: float = 0.0
    rss_mb: float = 0.0


NOTHING = PackedTargets("")
Source = Callable[[str, int], PackedTargets]
"""A step's id and how many tests it has → its targets."""


def source(data: Path) -> tuple[Source, str]:
    """Where targets come from, and what to say of one that is not there.

    In this order: what GRADER_SCICODE_TARGETS names, what lies beside the problems, the cache's
    official file. Raises UsageError for a file that is none.
    """
    path = _found(data)
    if path is None:
        return lambda _step, _count: NOTHING, (
            f"no file of targets: put SciCode's {ORIGIN.name} beside {data}, or name it with"
            f" {VARIABLE}"
        )
    missing = f"{path} has no target for it; pass another file with {VARIABLE}"
    return (of_h5(path) if path.suffix == H5 else of_computed(path)), missing


def _found(data: Path) -> Path | None:
    if named := os.environ.get(VARIABLE):
        if named == "download":
            return cached(ORIGIN, cache_directory())
        if not Path(named).is_file():
            raise UsageError(f"{VARIABLE}: {named}: no such file")
        return Path(named)
    folder = data if data.is_dir() else data.parent
    beside = [folder / ORIGIN.name, *sorted(folder.glob(COMPUTED))]
    kept = cache_directory() / ORIGIN.name
    return next((each for each in (*beside, kept) if each.is_file()), None)


def of_computed(path: Path) -> Source:
    """Targets computed from the data's own code: `{"steps": {"10.1": {"targets": …}}}`."""
    try:
        data = path.read_bytes()
        whole = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        steps: Any = json.loads(whole[:LINE_BYTES])["steps"]
    except (OSError, ValueError, KeyError, TypeError, EOFError, zlib.error) as error:
        raise UsageError(f"{path}: not a file of targets ({error})") from error
    if type(steps) is not dict:
        raise UsageError(f"{path}: 'steps' must be an object")
    found = cast("dict[str, Any]", steps)

    def of_step(step: str, count: int) -> PackedTargets:
        told: Any = found.get(step)
        if told is None:
            return NOTHING
        given: object = told.get("targets")
        values = cast("list[Any]", given) if type(given) is list else []
        if len(values) != count:
            raise UsageError(f"{path}: step {step} has not one target for each of {count} tests")
        return PackedTargets(
            packed(values), float(told.get("cpu_s", 0)), float(told.get("rss_mb", 0))
        )

    return of_step


def packed(values: list[Any]) -> str:
    """`_targets_checker.unpacked`'s other side."""
    text = json.dumps(values, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(text, 1)).decode()


def of_h5(path: Path) -> Source:
    """Targets of the official file, as its own reader gives them."""
    try:
        import h5py  # noqa: PLC0415  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise UsageError(
            f"{path}: reading it needs h5py in grader's own Python; pip install h5py"
        ) from None
    library: Any = h5py
    try:
        opened = library.File(path, "r")
    except OSError as error:
        raise UsageError(f"{path}: not an HDF5 file ({error})") from error
    group: Any = library.Group

    def of_step(step: str, count: int) -> PackedTargets:
        if step not in opened:
            return NOTHING
        names = [f"{step}/test{number + 1}" for number in range(count)]
        if any(each not in opened for each in names):
            return NOTHING
        return PackedTargets(packed([_test(opened[each], group) for each in names]))

    return of_step


def _test(found: Any, group: Any) -> Any:
    """One test's target: its only variable, or a tuple of several."""
    variables = [_variable(found[key], group) for key in found]
    return variables[0] if len(variables) == 1 else {"k": "tuple", "v": variables}


def _variable(found: Any, group: Any) -> Any:
    if not isinstance(found, group):
        return told(found[()])
    keys = list(found)
    if "list" in keys[:1]:
        inner = found["list"]
        return {"k": "list", "v": [told(inner[key][()]) for key in inner]}
    if "sparse_matrix" in keys[:1]:
        return _sparse(found["sparse_matrix"])
    return {"k": "dict", "v": [_pair(key, found[key], group) for key in keys]}


def _pair(key: str, found: Any, group: Any) -> list[Any]:
    name: Any = {"k": "str", "v": key}
    if isinstance(found, group):
        return [name, _sparse(found["sparse_matrix"])]
    value = told(found[()])
    if value["k"] != "str":
        with suppress(ValueError):
            name = {"k": "float", "v": float(key).hex()}
    return [name, value]


def _sparse(found: Any) -> Any:
    parts = ("data", "row", "col") if "row" in found else ("data", "indices", "indptr")
    blocks = {"blocks": True} if "blocksize" in found else {}
    values = {name: told(found[name][()]) for name in parts}
    return {
        "k": "sparse",
        "shape": [int(each) for each in found["shape"][()]],
        "v": values,
    } | blocks


def told(value: Any) -> dict[str, Any]:
    """A value that HDF5 holds, as the checker reads it."""
    if isinstance(value, (bytes, str)):
        return {"k": "str", "v": value.decode() if isinstance(value, bytes) else value}
    if value.dtype.kind not in "biufcSU":
        return {"k": "str", "v": str(value)}
    data = base64.b64encode(value.tobytes()).decode()
    if value.shape == ():
        return {"k": "npscalar", "dtype": value.dtype.str, "v": data}
    return {"k": "ndarray", "dtype": value.dtype.str, "shape": list(value.shape), "v": data}
