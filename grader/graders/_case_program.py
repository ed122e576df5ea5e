"""The trusted end of a program that compares a candidate with its reference, case by case.

The text of this module travels into the sandbox and runs after the candidate's: standard library
only, no imports of ours. It keeps one case's values at a time and never holds expected outputs.
"""

# pyright: reportUnknownArgumentType=false
# (values of unknown type are what this module is about)

import json
import marshal
import reprlib
import signal
import sys
import time
from collections.abc import Callable, Iterable
from types import CodeType, ModuleType
from typing import Any, TextIO

PRINTED_CHARS = 64 * 1024
"""Of what the candidate prints while the cases run; the rest is dropped, not held against it."""
CASE_CPU_S = 4.0
CASE_FACTOR = 4.0
"""One case may take CASE_CPU_S or CASE_FACTOR times what the reference took, whichever is more
(EvalPlus's limits, in CPU seconds instead of wall clock)."""
PIECE = 10_000
"""Items of a long list that are compared at a time."""
SCALARS = frozenset({int, float, complex, bool, str, bytes, type(None)})
UNTOLERATED = SCALARS - {float}
"""Types of results that no tolerance is made up for."""


class QuietOutput:
    """Standard output that lets only its first characters through."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._room = PRINTED_CHARS

    def write(self, text: str) -> int:
        """Pass on what there is room for; say that all was written."""
        if self._room > 0:
            self._stream.write(text[: self._room])
            self._room -= len(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of `lines`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main(solution: dict[str, Any], setting: bytes, cases: bytes) -> None:
    """Run every case; AssertionError names the first whose output does not agree.

    `setting` is a JSON object: entry_point, reference, rules, shapes, rule, atol, compat; `cases` a
    JSON list of lists of arguments.
    What the candidate raises passes through, with a note that names the case.
    """
    said = json.loads(setting)
    name: str = said["entry_point"]
    if name not in solution:
        raise NameError(f"name '{name}' is not defined")
    comparison = CaseComparison(said)
    stream = sys.stdout
    sys.stdout = QuietOutput(stream)  # pyright: ignore[reportAttributeAccessIssue]
    try:
        for number, arguments in enumerate(comparison.decoded(json.loads(cases)), start=1):
            comparison.check(number, arguments, solution[name])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout = stream


class CaseComparison:
    """The reference, the rule, and the tolerance as it stands."""

    def __init__(self, said: dict[str, Any]) -> None:
        self._said = said
        self._name: str = said["entry_point"]
        self._atol: float = said["atol"]
        self._rules: Any = None
        namespace: dict[str, Any] = {"__name__": "reference"}
        exec(_compiled(said["reference"], "reference"), namespace)  # noqa: S102  the task's own code
        self._reference: Callable[..., Any] = namespace[self._name]

    def decoded(self, cases: list[Any]) -> list[Any]:
        """Arguments in their own types."""
        return self.rules().decode(self._said["shapes"], cases) if self._said["shapes"] else cases

    def check(self, number: int, arguments: Any, candidate: Callable[..., Any]) -> None:
        """One case: both get arguments of their own, so neither sees what the other changed."""
        copies = marshal.dumps(arguments)
        began = time.process_time()
        expected = self._reference(*marshal.loads(copies))  # noqa: S302  our own bytes
        took = time.process_time() - began
        signal.setitimer(signal.ITIMER_PROF, max(CASE_CPU_S, CASE_FACTOR * took))
        try:
            output = candidate(*marshal.loads(copies))  # noqa: S302  our own bytes
        except BaseException as error:
            error.add_note(f"case {number}: {self._call(arguments)}")
            raise
        signal.setitimer(
            signal.ITIMER_PROF, 0
        )  # comparing large values is not the candidate's time
        if not self._agrees(arguments, output, expected):
            raise AssertionError(f"case {number}: {self._told(arguments, output, expected)}")

    def rules(self) -> Any:
        """The module of rules, compiled when first needed: most cases are settled without."""
        if self._rules is None:
            self._rules = ModuleType("rules")
            exec(_compiled(self._said["rules"], "rules"), self._rules.__dict__)  # noqa: S102  ours
        return self._rules

    def _agrees(self, arguments: Any, output: Any, expected: Any) -> bool:
        said = self._said
        if said["rule"] == "equal" and not said["compat"]:
            if is_plainly(output, expected):
                return True
            if type(output) in SCALARS and type(expected) in UNTOLERATED and self._atol == 0:
                return False
        agreed = self.rules().agrees(
            said["rule"], arguments, output, expected, self._atol, compat=said["compat"]
        )
        if said["compat"]:
            self._atol = self.rules().tolerance(expected, self._atol)
        return agreed

    def _call(self, arguments: Any) -> str:
        return f"{self._name}({', '.join(map(_shown, arguments))})"

    def _told(self, arguments: Any, output: Any, expected: Any) -> str:
        try:
            text = _shown(_copied(output))
        except (ValueError, RecursionError):  # no exact builtin: its own text could be anything
            text = f"a {type(output).__name__}"
        return f"{self._call(arguments)} gave {text}, expected {_shown(expected)}"


def is_plainly(output: Any, expected: Any) -> bool:
    """Whether `output` consists of exact builtin values and equals `expected`.

    Runs no code of the output's own: marshal writes exact types only (or the bytes of a buffer,
    which then equal nothing but bytes), and the comparison is made with what it reads back.
    """
    if type(output) in SCALARS:
        return output == expected
    try:
        if type(output) is list and type(expected) is list:
            return _are_plainly(output, expected)
        return _copied(output) == expected
    except (ValueError, RecursionError):
        return False


def _are_plainly(outputs: list[Any], expected: list[Any]) -> bool:
    """The same for two lists; a long one in pieces, for a copy of all of it could be too large."""
    return len(outputs) == len(expected) and all(
        _copied(outputs[start : start + PIECE]) == expected[start : start + PIECE]
        for start in range(0, len(expected), PIECE)
    )


def _copied(value: Any) -> Any:
    return marshal.loads(marshal.dumps(value))  # noqa: S302  our own bytes


def _compiled(source: str, name: str) -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)


def _shown(value: Any) -> str:
    """At most some hundred characters of a plain value's text."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an integer of too many digits
        return f"a {type(value).__name__} too long to show"
