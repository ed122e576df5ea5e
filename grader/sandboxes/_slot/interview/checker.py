"""The trusted end: run the tests against stubs. Standard library only.

No code of the candidate's ever runs here. Everything that is more than plain data is noted as an
event, which says what it was and which question it answered, to be compared with what the
reference solution needs. What really changed is found here, by contents, never by the candidate's
word.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import base64
import socket
import sys
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from socket import MSG_DONTWAIT
from time import sleep
from types import CodeType, ModuleType
from typing import Any, NamedTuple, NoReturn

from grader.sandboxes._slot.interview import ahead, changes, codec, errors, places
from grader.sandboxes._slot.interview.crossing import HASTY
from grader.sandboxes._slot.interview.derived import DERIVED, DerivedValues
from grader.sandboxes._slot.interview.draws import shared
from grader.sandboxes._slot.interview.gifts import is_mere_iterator, kind_of
from grader.sandboxes._slot.interview.remotes import KINDS, SHOWS, RemoteIterator, RemoteObject
from grader.sandboxes._slot.interview.talk import (
    CHUNK_BYTES,
    LENGTH,
    ConversationEnd,
    Gone,
    OutOfTurn,
)
from grader.sandboxes._slot.questions import QuestionClock

MAX_EVENTS, MAX_EVENT_CHARS = 4096, 240
REFUSALS = (ValueError, KeyError, TypeError, RecursionError)
TESTS = "tests.py"
DOZE_S, MOST_DOZE_S = 0.00005, 0.0005
"""What an answer usually takes, and how much of an interview may be lost by waiting."""
COMPILED = 2048
"""Texts whose code a checker that stays keeps: two a task, for samples may come in any order. Large
ones are no trouble: it leaves when it has grown."""


class OpenQuestion(NamedTuple):
    """One that is not answered yet."""

    asked: str
    arguments: Any
    named: dict[str, Any]

    def roots(self) -> list[tuple[str, Any]]:
        """The arguments, by their names."""
        found = [*enumerate(self.arguments), *self.named.items()]
        return [(f"argument {name} of {self.asked}: ", each) for name, each in found]


class CheckerEnd(ConversationEnd):
    """Asks the candidate and keeps the notes."""

    def __init__(
        self,
        channel: socket.socket,
        end: Callable[[str, str], NoReturn],
        *,
        isolate: bool,
        may_change: tuple[str, ...] = (),
        may_stream: tuple[str, ...] = (),
    ) -> None:
        """`isolate`: only `may_change` reaches the tests, only `may_stream` comes in parts.

        `end` writes the completion record and leaves at once: the interview is over, and no
        `except` of a test may catch that.
        """
        super().__init__(channel)
        self.end = end
        self.isolate = isolate
        self.may_change = may_change
        self.may_stream = may_stream
        self.events: dict[str, None] = {}
        self.remotes: dict[int, RemoteObject] = {}
        self.open: list[OpenQuestion] = []
        self.places: dict[int, str] = {}
        """Where the containers that both sides still hold were first seen."""
        self.stdout = sys.stdout
        self.serve = self.answer
        self.sent: deque[bytes] = deque()
        """Questions that are on their way already, in the order in which they will be asked."""

    @property
    def asked(self) -> str:
        """The question that is being answered."""
        return self.open[-1].asked if self.open else ""

    def is_nested(self) -> bool:
        """Only callbacks are answered."""
        return True

    def note(self, event: str) -> None:
        """Remember what was needed, once."""
        if len(event) > MAX_EVENT_CHARS:
            event = places.shortened(event, MAX_EVENT_CHARS)
        self.events[event if len(self.events) < MAX_EVENTS else places.MORE] = None

    def hello(self) -> None:
        """Wait until the candidate's program has run; its own exception is raised here."""
        answer = self._guarded(self.receive)
        if "x" in answer:
            self._raise(self._read_alone(answer["x"]))
        if answer.get("ready") is not True:
            self.end("OutOfTurn", "no greeting")

    def send_ahead(self, texts: tuple[bytes, ...]) -> None:
        """Send the first questions, which the tests will ask in this order; see `ahead`."""
        if not texts:
            return
        try:
            self.channel.sendall(b"".join(LENGTH.pack(len(text)) + text for text in texts))
        except OSError:
            return  # who reads the greeting finds out
        self.sent.extend(texts)

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """As `ConversationEnd.ask`, but what was sent ahead is not sent again.

        Where the tests, or what both sides hold, want another message than that (an iterator's next
        element, a list that is held no more), the candidate has been asked too early: the interview
        is over, and will be held without haste.
        """
        if not self.sent:
            return super().ask(message)
        self.questions += 1
        if codec.dumps({**message, "i": self.questions}) != self.sent.popleft():
            self.end(HASTY, "the tests asked something else than was sent ahead")
        if self.sent and not self.early:
            self._doze()
        return self.answer_to(self.questions)

    def _doze(self) -> None:
        """Let several answers come: being woken for each costs more than they do."""
        try:
            self.early = self.channel.recv(CHUNK_BYTES, MSG_DONTWAIT)
        except BlockingIOError:
            sleep(min(DOZE_S * len(self.sent), MOST_DOZE_S))
        except OSError:
            pass  # who reads finds out

    def stub(self, name: str) -> Callable[..., Any]:
        """A function that asks the candidate's function of that name."""

        def ask(*arguments: Any, **named: Any) -> Any:
            return self.request("call", name, arguments, named, f"{name}()")

        ask.__name__ = ask.__qualname__ = name
        return ask

    def fetch(self, name: str) -> Any:
        """The candidate's value of that name."""
        return self.request("get", name, (), {}, name)

    def request(
        self, what: str, name: Any, arguments: Any, named: dict[str, Any], asked: str
    ) -> Any:
        """One question and its answer: a plain value, a handle, or an exception."""
        self.open.append(OpenQuestion(asked, arguments, named))
        try:
            message: dict[str, Any] = {"q": what, "n": name}
            sent = self._put_question(message, arguments, named)
            if sys.stdout is not self.stdout:
                message["c"] = True
            return self._understood(self._guarded(self.ask, message), sent)
        finally:
            self.open.pop()

    def _put_question(self, message: dict[str, Any], arguments: Any, named: Any) -> range:
        """What the tests have changed since, then the arguments: the order of reading."""
        encoder, changed = self.encoder(), self.mirror.changed(nested=len(self.open) > 1)

        def put() -> None:
            encoder.forget()
            if changed:
                message["m"] = self.changes(encoder, changed)
            message["a"] = [encoder.encode(each) for each in arguments]
            if named:
                message["k"] = [[key, encoder.encode(each)] for key, each in named.items()]

        try:
            codec.deeply(put)
        except (codec.Uncrossable, RecursionError) as error:
            self.note(f"uncrossable argument of {self.asked}")
            self.end("Uncrossable", str(error))
        if encoder.unequal:
            self._note_unequal()
        sent = self.mirror.add(encoder.kept)
        self.mirror.remember(changed)
        if self.shared and len(self.open) == 1 and (gone := self.farewell()):
            message["g"] = gone
        return sent

    def ask_many(self, name: str, cases: list[bytes]) -> tuple[list[str], BaseException | None]:
        """Call `name` once per case (marshalled arguments, ours): each answer's text, in order.

        Stops at the first exception, which comes back beside the answers before it.
        """
        self.open = [OpenQuestion(f"{name}()", (), {})]
        packed = [base64.b64encode(case).decode() for case in cases]
        message = {"q": "many", "n": name, "z": packed, "s": self.clock.call_cpu_s}
        answer = self._guarded(self.ask, message)
        texts = answer.get("texts")
        if (
            type(texts) is not list
            or set(map(type, texts)) - {str}
            or not len(texts) + ("x" in answer) <= len(cases)
            or not (texts or "x" in answer)
        ):
            self.end("OutOfTurn", "not a batch of answers")
        if "x" in answer:
            return texts, self._noted(self._read_alone(answer["x"]))
        return texts, None

    def answer_of(self, text: str) -> Any:
        """The value that one of `ask_many`'s texts stands for."""
        decoder = codec.Decoder(handle=self._remote, own=self.own_object, classes=self.classes)
        try:
            value = codec.deeply(decoder.anew, codec.deeply(codec.loads, text.encode("ascii")))
        except REFUSALS as error:
            self._refuse(error)
        self._note_gifts(decoder, "gives", value=value)
        return value

    def _understood(self, answer: dict[str, Any], sent: range) -> Any:
        """The answer's value, after its changes; what both sides hold from now on."""
        decoder = self.decoder()
        value = raised = error = None
        try:
            written = codec.deeply(self._written, answer, decoder)
            self._change(written)
            decoder.mark()
            if "x" in answer:
                raised = codec.deeply(_anew, decoder, errors.read, answer["x"], decoder)
                error = errors.build(raised, self.classes)
            else:
                value = codec.deeply(decoder.anew, answer["v"])
            kept = self.settle(answer, sent, decoder.kept)
        except REFUSALS as refused:
            self._refuse(refused)
        if kept:
            self._remember_places(kept, value)
        for each in self._note_gifts(decoder, "gives", value=value, error=raised, changes=written):
            each.grader_complete()
        if type(answer.get("o")) is str and sys.stdout is not self.stdout:
            sys.stdout.write(answer["o"])
        if error is not None:
            self._raise(error)
        return value

    def _written(self, message: dict[str, Any], decoder: codec.Decoder) -> dict[int, Any]:
        decoder.forget()
        return changes.read(message.get("m"), self.mirror, decoder)

    def _change(self, written: dict[int, Any]) -> None:
        """Write into the values of the tests, and note what really changes there.

        What may not change there changes in copies, which stand for the tests' own values in what
        the candidate says from now on.
        """
        if not written:
            return
        kept_out: set[int] = set()
        known = self._open_places(written)
        inside = dict(written)
        for number, content in written.items():
            place = known.get(number) or f"later: {self.places.get(number, 'a value')}"
            old = changes.content_of(self.mirror.find(number))
            if not self.may_become(place, old, content):
                kept_out.add(number)
                inside[number] = changes.merged(old, content, place, self._may_change)
        changes.write(self.mirror, {key: each for key, each in inside.items() if each is not None})
        if kept_out:
            changes.set_apart(self.mirror, written, kept_out, self.encoder, self._mirrored)

    def may_become(self, place: str, old: Any, new: Any) -> bool:
        """Whether the tests may see this value of theirs change; what changes is noted."""
        found = places.differences(place, old, new, self._same, self.classes)
        for each in found:
            self.note(f"changes {each}")
        return not self.isolate or all(map(self._may_change, found))

    def _may_change(self, place: str) -> bool:
        return places.is_within(f"changes {place}", self.may_change)

    def _mirrored(self) -> codec.Decoder:
        """What reads this side's own text, as the candidate would."""
        return codec.Decoder(
            self.mirror,
            handle=lambda number, _kind: self.own[number],
            own=lambda number: self.remotes[number],
            classes=self.classes,
        )

    def _same(self, one: Any, other: Any) -> bool:
        """Whether nobody could tell two values apart by looking at them."""
        if type(one) is not type(other):
            return False
        try:
            return self._text(one) == self._text(other)
        except (codec.Uncrossable, RecursionError):
            return False

    def _text(self, value: Any) -> bytes:
        encoder = codec.Encoder(handle=self._handle, classes=self.classes)
        return codec.dumps(codec.deeply(encoder.anew, value))

    def _open_places(self, written: dict[int, Any]) -> dict[int, str]:
        """Where in the arguments of open questions these containers stand."""
        found: dict[int, str] = {}
        for question in reversed(self.open):
            if len(found) == len(written):
                break
            for place, value in places.walk(question.roots(), self.classes, exact=True):
                number = self.mirror.numbers.get(id(value))
                if number in written:
                    found.setdefault(number, place)
        return found

    def _remember_places(self, kept: list[int], value: Any) -> None:
        wanted = set(kept)
        question = self.open[-1]
        roots = [*question.roots(), (f"result of {question.asked}: ", value)]
        for place, each in places.walk(roots, self.classes, exact=False):
            number = self.mirror.numbers.get(id(each))
            if number in wanted:
                self.places.setdefault(number, place)

    def _note_gifts(self, decoder: codec.Decoder, verb: str, **given: Any) -> list[RemoteIterator]:
        """Handles, and plain values that do more than compare; which may not come in parts."""
        if not decoder.gifts:
            return []
        late: list[RemoteIterator] = []
        roots = [("" if name == "value" else f"{name} ", each) for name, each in given.items()]
        found = {id(each): place for place, each in places.walk(roots, self.classes, exact=False)}
        for each in decoder.gifts:
            what = kind_of(each)
            if what:
                place = found.get(id(each), "some place")
                place = f"{place and ' in '}{place}"
                event = f"{self.asked} {verb} {what}{place}"
                remote = each.grader_remote if isinstance(each, DerivedValues) else each
                if remote is not each or type(each) is RemoteIterator:
                    remote.__dict__["_used"] = f"{self.asked} {verb} instance{place}"
                if self.isolate and type(each) is RemoteIterator and event not in self.may_stream:
                    late.append(each)
                self.note(f"{event}{SHOWS}" if what == DERIVED else event)
            else:
                self._note_unequal()
        return late

    def _note_unequal(self) -> None:
        self.note(f"what {self.asked} takes or gives equals nothing{SHOWS}")

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Serve the candidate: it may call what it was given to call and read what it may read."""
        decoder = self.decoder()
        try:
            target = self.own_object(request["n"])
            written = codec.deeply(self._written, request, decoder)
            self._change(written)
            decoder.mark()
            arguments: list[Any] = codec.deeply(_anew, decoder, decoder.elements, request["a"], 0)
            sent = self.mirror.add(decoder.kept)
        except REFUSALS as error:
            self._refuse(error)
        self._note_gifts(decoder, "hands", value=arguments, changes=written)
        outcome: list[Any] = [None, None, arguments]
        self._call_back(request["q"], target, outcome)
        reply = self.reply_of(outcome, sent, {})
        for number in reply.get("t", ()):
            self.places[number] = f"a value that {self.asked} handed over"
        return reply

    def _call_back(self, what: Any, target: Any, outcome: list[Any]) -> None:
        arguments = outcome[2]
        self.mirror.remember_all()
        self.open.append(OpenQuestion(f"callback of {self.asked}", tuple(arguments), {}))
        try:
            if what == "call" and callable(target):
                outcome[1] = target(*arguments)
            elif what == "next" and not arguments:
                outcome[1] = next(target)
            else:
                self.end("OutOfTurn", f"request {what!r:.40}")
        except Exception as error:  # noqa: BLE001  boundary: a callback's own exceptions go back
            if isinstance(error, AssertionError):  # the candidate could swallow a test's verdict
                self.note(f"{self.asked} fails a test")
            outcome[0] = error
        finally:
            self.open.pop()

    def _guarded(self, action: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        try:
            return action(*arguments)
        except Gone:
            self.end("Gone", "the candidate's process ended")
        except OutOfTurn as error:
            self.end("OutOfTurn", str(error))

    def _refuse(self, error: BaseException) -> NoReturn:
        self.end("OutOfTurn", f"{type(error).__name__}: {error}")

    def _handle(self, value: Any) -> dict[str, Any]:
        if isinstance(value, DerivedValues):
            value = value.grader_remote
        if isinstance(value, RemoteObject):
            return {"b": object.__getattribute__(value, "_number")}
        if is_mere_iterator(type(value)):
            return self.hand_out(value, "iterator")
        if callable(value) and not isinstance(value, type):
            return self.hand_out(value, "callable")
        raise codec.Uncrossable(f"a {type(value).__name__} cannot cross")

    def _remote(self, number: int, kind: str) -> RemoteObject:
        if number not in self.remotes:
            if kind not in KINDS:
                raise ValueError("no such kind of handle")
            self.remotes[number] = KINDS[kind](self, number, self.asked)
        return self.remotes[number]

    def _read_alone(self, described: Any) -> BaseException:
        """An exception that came with nothing else."""
        decoder = codec.Decoder(classes=self.classes)
        try:
            return errors.build(codec.deeply(errors.read, described, decoder), self.classes)
        except REFUSALS as error:
            self._refuse(error)

    def _noted(self, error: BaseException) -> BaseException:
        if type(error).__name__ == codec.Uncrossable.__name__:
            self.note(f"uncrossable result of {self.asked}")
        if kind := errors.steering(error):
            self.note(f"{self.asked} raises {kind}")
        return error

    def _raise(self, error: BaseException) -> NoReturn:
        raise self._noted(error)


def _anew(decoder: codec.Decoder, read: Callable[..., Any], *arguments: Any) -> Any:
    """For use with `deeply`: a second attempt starts where the first one did."""
    decoder.forget()
    return read(*arguments)


def converse(
    request: dict[str, Any], channels: list[int], end: Callable[[str, str], NoReturn]
) -> CheckerEnd:
    """A checker on the step's channels: descriptors to the candidate and to its clock, if any."""
    checker = CheckerEnd(
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, channels[0]),
        end,
        isolate=request["isolate"],
        may_change=tuple(request["may_change"]),
        may_stream=tuple(request["may_stream"]),
    )
    checker.clock = QuestionClock(request["call_cpu_s"], *channels[1:])
    checker.draws = shared(request)
    return checker


@lru_cache(maxsize=COMPILED)
def _compiled(source: str, name: str) -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)


def prepare(checker: CheckerEnd, request: dict[str, Any], prelude: str) -> ModuleType:
    """The tests' module with the prompt's helpers and classes in it."""
    module = ModuleType("tests")
    sys.modules["tests"] = module
    exec(_compiled(prelude, "prompt.py"), module.__dict__)  # noqa: S102
    found = {name: vars(module).get(name) for name in request["classes"]}
    checker.classes = {name: kind for name, kind in found.items() if isinstance(kind, type)}
    return module


def examine(checker: CheckerEnd, request: dict[str, Any], prelude: str, tests: str) -> None:
    """Run the tests; whatever reaches the top is their verdict."""
    module = prepare(checker, request, prelude)
    code = _compiled(tests, TESTS)
    if request["ahead"] and ahead.PURE.isdisjoint(vars(module)):
        checker.send_ahead(ahead.frames(tests, tuple(request["functions"])))
    checker.hello()
    vars(module).update({name: checker.stub(name) for name in request["functions"]})
    vars(module).update({name: checker.fetch(name) for name in request["names"]})
    exec(code, module.__dict__)  # noqa: S102  the dataset's tests
