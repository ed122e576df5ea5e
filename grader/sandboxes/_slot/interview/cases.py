"""Examine a candidate by cases: on every input it must agree with the task's reference.

Standard library only; runs in the checker. Inputs go to the candidate in batches, answers come
back as texts. A batch ends before an input that gives the answer to another one of it away.

An answer whose text has the fingerprint of the reference's own answer is right and needs no
decoding; for any other the reference runs here, and the task's rule decides. Fingerprints are
remembered from sample to sample of a task, so that a reference runs once, not every time.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import base64
import hashlib
import json
import marshal
import os
import reprlib
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Any, cast

from grader.sandboxes._slot.interview import codec, telling
from grader.sandboxes._slot.interview.checker import CheckerEnd, RemoteObject

BATCH_CASES, BATCH_BYTES = 128, 1 << 20
FINGERPRINT_BYTES = 12
NEAR = 1e6
"""Below this, no tolerance of a rule reaches as far as 1."""
UNKNOWN = bytes(FINGERPRINT_BYTES)
UNSEEN, HARMLESS, TELLING = range(3)
"""What is known of a case's input: whether it gives away the answer to a case before it."""
LONGEST_TELLING = 4096
"""Bytes of an input, or of an answer's text, that is looked at for this."""
DISAGREES = "case {number}: {call} gave {given}, expected {expected}"
COMPAT = "agrees by EvalPlus's rule"
"""Noted where only the strict rule says no: EvalPlus's says yes to the same plain values."""


class CaseExaminer:
    """One part's cases, the reference and its remembered answers."""

    def __init__(self, checker: CheckerEnd, said: dict[str, Any], known: bytes) -> None:
        """`known`: of earlier samples' runs, b"" for none: fingerprints, then what inputs tell."""
        self.checker = checker
        self.said = said
        self.name: str = said["entry_point"]
        self.atol: float = said["atol"]
        self._rules: ModuleType | None = None
        self._reference: Callable[..., Any] | None = None
        self.cases = self._cases()
        self._inputs = len(self.cases) * FINGERPRINT_BYTES
        size = self._inputs + len(self.cases)
        self.known = bytearray(known if len(known) == size else bytes(size))
        self._answers: dict[str, int] = {}
        """The last case with an answer of that form, see `telling`, before case `_looked_at`."""
        self._looked_at = 0
        self.is_new = False
        self.wrong: AssertionError | None = None
        """What the strict rule said no to, while EvalPlus's may still be content."""

    def run(self) -> None:
        """AssertionError names the first case whose answer is wrong; exceptions pass through."""
        start = 0
        while start < len(self.cases):
            batch = self._batch(start)
            answers, error = self.checker.ask_many(self.name, batch)
            for offset, text in enumerate(answers):
                self._judge(start + offset, text)
            start += len(answers)
            if error is not None:
                error.add_note(f"case {start + 1}: {self._call(start)}")
                raise self.wrong or error
        if self.wrong is not None:
            self.checker.note(COMPAT)
            raise self.wrong

    def _batch(self, start: int) -> list[Any]:
        size, end, last = 0, start, self._last(start)
        while end < last and size < BATCH_BYTES:
            size += len(self.cases[end])
            end += 1
        return self.cases[start:end]

    def _last(self, start: int) -> int:
        """Up to where one batch may reach."""
        end = min(start + BATCH_CASES, len(self.cases))
        places = self._inputs + start + 1, self._inputs + end
        if self.known.find(UNSEEN, *places) >= 0:
            for number in range(start + 1, end):
                if self.known[self._inputs + number] == UNSEEN:
                    tells = self._tells(number)
                    self.known[self._inputs + number] = TELLING if tells else HARMLESS
            self.is_new = True
        found = self.known.find(TELLING, *places)
        return end if found < 0 else found - self._inputs

    def _tells(self, number: int) -> bool:
        """Whether an input gives away what a case that may be in one batch with it is to give."""
        first = max(0, number - BATCH_CASES + 1)
        for earlier in range(max(first, self._looked_at), number):
            if form := self._answer(earlier):
                self._answers[form] = earlier
        self._looked_at = max(self._looked_at, number)
        if not self._answers or len(self.cases[number]) > LONGEST_TELLING:
            return False
        arguments = marshal.loads(self.cases[number])  # noqa: S302  our own bytes
        if len(arguments) > 1:  # one alone has the form of its list
            arguments.append(tuple(arguments))
        return any(self._answers.get(telling.form_of(each), -1) >= first for each in arguments)

    def _answer(self, number: int) -> str:
        """The form of what the reference gives; nothing for what says little, or is no data."""
        try:
            expected = self._expected(number)
            text = self._remember(number, expected)
        except Exception:  # noqa: BLE001  boundary: who judges the case sees it again
            return ""
        return telling.form_of(expected) if 0 < len(text) <= LONGEST_TELLING else ""

    def _judge(self, number: int, text: str) -> None:
        place = slice(number * FINGERPRINT_BYTES, (number + 1) * FINGERPRINT_BYTES)
        fingerprint = _fingerprint(text)
        if bytes(self.known[place]) == fingerprint and not self.said["compat"]:
            return
        expected = self._expected(number)
        if bytes(self.known[place]) == UNKNOWN:
            self._remember(number, expected)
            if bytes(self.known[place]) == fingerprint and not self.said["compat"]:
                return
        output = self.checker.answer_of(text)
        arguments = marshal.loads(self.cases[number])  # noqa: S302  our own bytes
        if not self._agrees(arguments, output, expected):
            message = DISAGREES.format(
                number=number + 1,
                call=self._call(number),
                given=_shown(output),
                expected=_shown(expected),
            )
            self.wrong = self.wrong or AssertionError(message)
            if not self._agrees_by_peer(number, output, expected):
                raise self.wrong

    def _agrees_by_peer(self, number: int, output: Any, expected: Any) -> bool:
        """EvalPlus's rule; a tolerance that it made up for an earlier case's floats stays."""
        if self.said["compat"] or isinstance(output, RemoteObject):
            return False
        rules = self._rule_module()
        arguments = marshal.loads(self.cases[number])  # noqa: S302  our own bytes
        asked = (self.said["rule"], arguments, output, expected)
        if rules.agrees(*asked, self.atol, compat=True):
            return True
        return (
            self.atol == 0
            and not _are_far_apart(output, expected)
            and rules.agrees(*asked, rules.FLOAT_ATOL, compat=True)
            and any(rules.is_floats(self._expected(earlier)) for earlier in range(number))
        )

    def _expected(self, number: int) -> Any:
        reference = self._reference
        if reference is None:
            space: dict[str, Any] = {"__name__": "reference"}
            code = compile(self.said["reference"], "reference", "exec", dont_inherit=True)
            exec(code, space)  # noqa: S102  the task's own code
            reference = self._reference = space[self.name]
        return reference(*marshal.loads(self.cases[number]))  # noqa: S302  our own bytes

    def _remember(self, number: int, expected: Any) -> str:
        """The text of the reference's answer, if it has one."""
        try:
            text = codec.dumps(codec.Encoder().encode(expected)).decode()
        except (codec.Uncrossable, RecursionError, ValueError):
            return ""
        place = slice(number * FINGERPRINT_BYTES, (number + 1) * FINGERPRINT_BYTES)
        self.known[place] = _fingerprint(text)
        self.is_new = True
        return text

    def _agrees(self, arguments: Any, output: Any, expected: Any) -> bool:
        said = self.said
        if isinstance(output, RemoteObject):
            return False
        agreed = self._rule_module().agrees(
            said["rule"], arguments, output, expected, self.atol, compat=said["compat"]
        )
        if said["compat"]:
            self.atol = self._rule_module().tolerance(expected, self.atol)
        return bool(agreed)

    def _rule_module(self) -> Any:
        if self._rules is None:
            self._rules = ModuleType("rules")
            exec(compile(self.said["rules"], "rules", "exec"), self._rules.__dict__)  # noqa: S102
        return self._rules

    def _cases(self) -> list[bytes]:
        """Each case's arguments, marshalled: a fresh copy is one call away."""
        packed = self.said["cases"]
        cases = json.loads(zlib.decompress(base64.b64decode(packed))) if packed else []
        if self.said["shapes"]:
            cases = self._rule_module().decode(self.said["shapes"], cases)
        return [marshal.dumps(case) for case in cases]

    def _call(self, number: int) -> str:
        arguments = marshal.loads(self.cases[number])  # noqa: S302  our own bytes
        return f"{self.name}({', '.join(map(_shown, arguments))})"


def _are_far_apart(output: Any, expected: Any) -> bool:
    """Whether two lists plainly hold other numbers.

    Most wrong lists differ early; the rule itself would first take all of a long one apart.
    """
    if type(output) is not list or type(expected) is not list:
        return False
    pairs = zip(cast("list[Any]", output), cast("list[Any]", expected), strict=False)
    numbers = {int, float}
    return any(
        {type(a), type(b)} <= numbers and max(abs(a), abs(b)) < NEAR and abs(a - b) > 1
        for a, b in pairs
    )


def _fingerprint(text: str) -> bytes:
    found = hashlib.blake2b(text.encode(), digest_size=FINGERPRINT_BYTES, key=KEY).digest()
    return found if found != UNKNOWN else found[:-1] + b"\x01"


KEY = os.urandom(16)
"""Of this supervisor's: no candidate can look for texts with another text's fingerprint."""


def _shown(value: Any) -> str:
    """At most some hundred characters of a value's text."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an integer of too many digits
        return f"a {type(value).__name__} too long to show"
