"""The trusted end: run the tests against stubs. Standard library only.

No code of the candidate's ever runs here. A handle is an object with an identity and nothing else
of its own: equality, hashing and truth are never asked of the other side, and everything that is
asked is noted as an event, to be compared with what the reference solution needs.
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
from types import CodeType, ModuleType
from typing import Any, NamedTuple, NoReturn

from grader.sandboxes._slot.interview import codec, instances, values
from grader.sandboxes._slot.interview.talk import Gone, OutOfTurn, Talk, describe, worded
from grader.sandboxes._slot.questions import Clock

MAX_EVENTS = 64
MORE = "more than can be noted"
TELLING = frozenset({"ndarray", "type"})
"""Plain values that do more than compare: an array gives no truth value, a type can be called."""
TESTS = "tests.py"


class Remote:
    """One of the candidate's objects."""

    grader_kind = "instance"

    def __init__(self, talk: "Checker", number: int) -> None:
        """`number` is the candidate's handle."""
        object.__setattr__(self, "_talk", talk)
        object.__setattr__(self, "_number", number)

    def _ask(self, what: str, *arguments: Any, **named: Any) -> Any:
        talk: Checker = object.__getattribute__(self, "_talk")
        detail = f" {arguments[0]}" if what in {"get", "set"} else ""
        talk.note(f"{type(self).grader_kind} {what}{detail}")
        return talk.request(f"h.{what}", object.__getattribute__(self, "_number"), arguments, named)

    def __bool__(self) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        return self._ask("get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name, value)

    def __repr__(self) -> str:
        return f"<the candidate's {type(self).grader_kind}>"


class RemoteCallable(Remote):
    """A function, or an object that can be called."""

    grader_kind = "callable"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it over there."""
        return self._ask("call", *arguments, **named)


class RemoteClass(RemoteCallable):
    """A class: calling it makes an instance over there."""

    grader_kind = "class"


class RemoteIterator(Remote):
    """A generator or another iterator: its elements come one by one."""

    grader_kind = "iterator"

    def __iter__(self) -> "RemoteIterator":
        """Itself."""
        return self

    def __next__(self) -> Any:
        """The next element."""
        return self._ask("next")


class RemoteInstance(Remote):
    """An instance of a class of the candidate's."""

    def __len__(self) -> int:
        """Its own length."""
        length = self._ask("len")
        if type(length) is not int:
            raise TypeError("a length is an integer")
        return length

    def __getitem__(self, key: Any) -> Any:
        return self._ask("item", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("put", key, value)

    def __contains__(self, key: Any) -> bool:
        return self._ask("in", key) is True

    def __iter__(self) -> Any:
        return self._ask("iter")

    def __str__(self) -> str:
        text = self._ask("str")
        if type(text) is not str:
            raise TypeError("__str__ returned non-string")
        return text


KINDS: dict[str, type[Remote]] = {
    "callable": RemoteCallable,
    "class": RemoteClass,
    "iterator": RemoteIterator,
    "instance": RemoteInstance,
}


class Checker(Talk):
    """Asks the candidate and keeps the notes."""

    def __init__(
        self, channel: socket.socket, end: Callable[[str, str], NoReturn], *, isolate: bool
    ) -> None:
        """`isolate`: what the candidate does to its arguments is not copied back.

        `end` writes the completion record and leaves at once: the interview is over, and no
        `except` of a test may catch that.
        """
        super().__init__(channel)
        self.end = end
        self.isolate = isolate
        self.events: dict[str, None] = {}
        self.remotes: dict[int, Remote] = {}
        self.asked = ""
        self.stdout = sys.stdout
        self.serve = self.answer

    def note(self, event: str) -> None:
        """Remember what was needed, once."""
        if len(self.events) < MAX_EVENTS:
            self.events[event] = None
        else:
            self.events[MORE] = None

    def hello(self) -> None:
        """Wait until the candidate's program has run; its own exception is raised here."""
        answer = self._guarded(self.receive)
        if "x" in answer:
            self._raise(self._alone(answer["x"]))
        if answer.get("ready") is not True:
            self.end("OutOfTurn", "no greeting")

    def stub(self, name: str) -> Callable[..., Any]:
        """A function that asks the candidate's function of that name."""

        def ask(*arguments: Any, **named: Any) -> Any:
            self.asked = name
            return self.request("call", name, arguments, named)

        ask.__name__ = ask.__qualname__ = name
        return ask

    def fetch(self, name: str) -> Any:
        """The candidate's value of that name."""
        self.asked = name
        return self.request("get", name, (), {})

    def request(self, what: str, name: Any, arguments: Any, named: dict[str, Any]) -> Any:
        """One question and its answer: a plain value, a handle, or an exception."""
        encoder = codec.Encoder(handle=self._handle, classes=self.classes)
        message: dict[str, Any] = {"q": what, "n": name}
        try:
            codec.deeply(_put_arguments, message, encoder, arguments, named)
        except (codec.Uncrossable, RecursionError) as error:
            self.note(f"uncrossable argument of {self.asked}")
            self.end("Uncrossable", str(error))
        if sys.stdout is not self.stdout:
            message["c"] = True
        answer = self._guarded(self.ask, message)
        sent = self._copies(message) if self.isolate else encoder.kept
        return self._understood(answer, sent)

    def _copies(self, message: dict[str, Any]) -> list[Any]:
        """Fresh containers in the place of the ones that were sent.

        What is done to these shows in the answer, and nowhere else.
        """
        decoder = codec.Decoder(
            handle=lambda number, _kind: self.own[number],
            own=lambda number: self.remotes[number],
            classes=self.classes,
        )
        codec.deeply(_read_arguments, message, decoder)
        return decoder.kept

    def ask_many(self, name: str, cases: list[bytes]) -> tuple[list[str], Exception | None]:
        """Call `name` once per case (marshalled arguments, ours): each answer's text, in order.

        Stops at the first exception, which comes back beside the answers before it.
        """
        self.asked = name
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
            try:
                self._raise(self._alone(answer["x"]))
            except Exception as error:  # noqa: BLE001  boundary: the candidate's own exception
                return texts, error
        return texts, None

    def answer_of(self, text: str) -> Any:
        """The value that one of `ask_many`'s texts stands for."""
        decoder = codec.Decoder(handle=self._remote, own=self.own_object, classes=self.classes)
        try:
            value = codec.deeply(decoder.anew, codec.deeply(codec.loads, text.encode("ascii")))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self.end("OutOfTurn", f"{type(error).__name__}: {error}")
        self._note_telling(decoder)
        return value

    def _understood(self, answer: dict[str, Any], sent: list[Any]) -> Any:
        decoder = codec.Decoder(
            sent, handle=self._remote, own=self.own_object, classes=self.classes
        )
        try:
            changes, value, raised = codec.deeply(self._contents, answer, sent, decoder)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self.end("OutOfTurn", f"{type(error).__name__}: {error}")
        self._note_telling(decoder)
        if changes:
            self.note(f"changes arguments of {self.asked}")
            try:
                _apply(changes)
            except (ValueError, TypeError, RecursionError) as error:
                self.end("OutOfTurn", f"{type(error).__name__}: {error}")
        if type(answer.get("o")) is str and sys.stdout is not self.stdout:
            sys.stdout.write(answer["o"])
        if raised is not None:
            self._raise(raised)
        return value

    def _note_telling(self, decoder: codec.Decoder) -> None:
        """Only tasks whose reference gives such values get them."""
        for name in sorted(TELLING & decoder.met):
            self.note(f"{self.asked} gives {name}")

    def _contents(self, answer: dict[str, Any], sent: list[Any], decoder: codec.Decoder) -> Any:
        """Changed containers and the value; starts anew when it is called again."""
        decoder.forget()
        changes = self._changes(answer["m"], sent, decoder) if "m" in answer else []
        if "x" in answer:
            return changes, None, _described(answer["x"], decoder)
        return changes, decoder.decode(answer["v"]), None

    def _changes(
        self, trees: Any, sent: list[Any], decoder: codec.Decoder
    ) -> list[tuple[Any, Any]]:
        """The containers that the call changed, with their new contents."""
        changes: list[tuple[Any, Any]] = []
        for number, (kind, content) in trees:
            if type(number) is not int or not 0 <= number < len(sent):
                raise ValueError("no such container")
            container = sent[number]
            if kind == "d":
                changes.append((container, decoder.pairs(content, 0, {})))
            elif kind in ("l", "s"):
                changes.append((container, decoder.elements(content, 0)))
            else:
                changes.append((container, decoder.decode(content)))
        for container, content in changes:
            _fits(container, content)
        return changes

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Serve the candidate: it may call what it was given to call and read what it may read."""
        try:
            target = self.own_object(request["n"])
            decoder = codec.Decoder(handle=self._remote, own=self.own_object, classes=self.classes)
            arguments: list[Any] = codec.deeply(_given, request["a"], decoder)
            what = request["q"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self.end("OutOfTurn", f"{type(error).__name__}: {error}")
        self._note_telling(decoder)
        encoder = codec.Encoder(decoder.kept, handle=self._handle, classes=self.classes)
        try:
            if what == "call" and callable(target):
                value = target(*arguments)
            elif what == "next" and not arguments:
                value = next(target)
            else:
                self.end("OutOfTurn", f"request {what!r:.40}")
            return {"v": codec.deeply(encoder.anew, value)}
        except Exception as error:  # noqa: BLE001  boundary: a callback's own exceptions go back
            if isinstance(error, AssertionError):  # the candidate could swallow a test's verdict
                self.note(f"{self.asked} fails a callback's test")
            return {"x": describe(error, encoder.encode)}

    def _guarded(self, action: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        try:
            return action(*arguments)
        except Gone:
            self.end("Gone", "the candidate's process ended")
        except OutOfTurn as error:
            self.end("OutOfTurn", str(error))

    def _handle(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Remote):
            return {"b": object.__getattribute__(value, "_number")}
        if hasattr(type(value), "__next__"):
            return self.hand_out(value, "iterator")
        if callable(value) and not isinstance(value, type):
            return self.hand_out(value, "callable")
        raise codec.Uncrossable(f"a {type(value).__name__} cannot cross")

    def _remote(self, number: int, kind: str) -> Remote:
        if number not in self.remotes:
            if kind not in KINDS:
                raise ValueError("no such kind of handle")
            self.remotes[number] = KINDS[kind](self, number)
        self.note(f"{self.asked} gives {kind}")
        return self.remotes[number]

    def _alone(self, described: Any) -> "Raised":
        """An exception that came with nothing else."""
        try:
            return codec.deeply(_described, described, codec.Decoder())
        except (ValueError, RecursionError) as error:
            self.end("OutOfTurn", f"{type(error).__name__}: {error}")

    def _raise(self, raised: "Raised") -> NoReturn:
        """Raise the candidate's exception as the nearest standard one, or one of the prompt's."""
        names, plain, message = raised
        if names[0] == "Uncrossable":
            self.note(f"uncrossable result of {self.asked}")
        if "StopIteration" in names or "StopAsyncIteration" in names:
            self.note(f"{self.asked} raises StopIteration")  # it ends loops of the tests silently
        own = self.classes.get(names[0])
        if own is not None and issubclass(own, Exception):
            raise _exception(own, plain)
        for each in names:
            if each in values.ERRORS:
                made = _exception(values.ERRORS[each], plain)
                raise made if each == names[0] else _worded(made, message)
        self.end(names[0][:200] if names[0].isidentifier() else "Error", message[:4096])


def _put_arguments(
    message: dict[str, Any], encoder: codec.Encoder, arguments: Any, named: dict[str, Any]
) -> None:
    encoder.forget()
    message["a"] = [encoder.encode(each) for each in arguments]
    if named:
        message["k"] = [[key, encoder.encode(each)] for key, each in named.items()]


def _read_arguments(message: dict[str, Any], decoder: codec.Decoder) -> None:
    decoder.kept.clear()
    decoder.elements(message["a"], 0)
    for _, tree in message.get("k", ()):
        decoder.decode(tree)


class Raised(NamedTuple):
    """A candidate's exception: class names (its own, then the standard ones), arguments, text."""

    names: list[str]
    arguments: tuple[Any, ...]
    message: str


def _described(described: Any, decoder: codec.Decoder) -> Raised:
    """See `talk.describe`; ValueError where it is something else."""
    if type(described) is not list or len(described) != len(Raised._fields):
        raise ValueError("not an exception")
    names, arguments, message = described
    if type(names) is not list or not names or set(map(type, names)) - {str}:
        raise ValueError("not names of exceptions")
    if type(message) is not str:
        raise ValueError("not a message")
    plain = (message,) if arguments is None else decoder.decode(arguments)
    return Raised(names, plain if type(plain) is tuple else (plain,), message)


def _given(trees: Any, decoder: codec.Decoder) -> list[Any]:
    """Elements, for use with `deeply`."""
    decoder.forget()
    return decoder.elements(trees, 0)


def _exception(kind: type[Exception], arguments: tuple[Any, ...]) -> Exception:
    """An exception with these arguments, whatever its class wants of them."""
    try:
        made = kind.__new__(kind, *arguments)
        made.args = arguments
    except Exception as error:  # noqa: BLE001  boundary: some classes refuse odd arguments
        return Exception(f"{kind.__name__}: {error}")
    return made


def _worded(error: Exception, message: str) -> Exception:
    """The same with another text, where the candidate's own class gave it one."""
    kind = type(error)
    try:
        if worded(error) == message:
            return error
    except Exception:  # noqa: BLE001  boundary: among the arguments may be the prompt's instances
        return error

    def text(_: Exception) -> str:
        return message

    return _exception(type(kind.__name__, (kind,), {"__str__": text}), error.args)


def _fits(container: Any, content: Any) -> None:
    """ValueError unless `content` can be `container`'s."""
    wanted: type = list
    if isinstance(container, dict):
        wanted = dict
    elif isinstance(container, bytearray):
        wanted = bytes
    elif not isinstance(container, (list, set, deque)):
        instances.check(container, content)
        wanted = dict
    if type(content) is not wanted:
        raise ValueError("a container changed its kind")


def _apply(changes: list[tuple[Any, Any]]) -> None:
    """Write new contents into the very objects that the test holds."""
    for container, content in changes:
        if isinstance(container, (list, bytearray)):
            container[:] = content
        elif isinstance(container, (dict, set)):
            container.clear()
            container.update(content)
        elif isinstance(container, deque):
            container.clear()
            container.extend(content)
        else:
            instances.fill(container, content)


def converse(
    request: dict[str, Any], channels: list[int], end: Callable[[str, str], NoReturn]
) -> Checker:
    """A checker on the step's channels: descriptors to the candidate and to its clock, if any."""
    checker = Checker(socket.socket(fileno=channels[0]), end, isolate=request["isolate"])
    checker.clock = Clock(request["call_cpu_s"], *channels[1:])
    return checker


@lru_cache(maxsize=64)
def _compiled(source: str, name: str) -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)


def prepare(checker: Checker, request: dict[str, Any], prelude: str) -> ModuleType:
    """The tests' module with the prompt's helpers and classes in it."""
    module = ModuleType("tests")
    sys.modules["tests"] = module
    exec(_compiled(prelude, "prompt.py"), module.__dict__)  # noqa: S102
    found = {name: vars(module).get(name) for name in request["classes"]}
    checker.classes = {name: kind for name, kind in found.items() if isinstance(kind, type)}
    return module


def examine(checker: Checker, request: dict[str, Any], prelude: str, tests: str) -> None:
    """Run the tests; whatever reaches the top is their verdict."""
    module = prepare(checker, request, prelude)
    code = _compiled(tests, TESTS)
    checker.hello()
    vars(module).update({name: checker.stub(name) for name in request["functions"]})
    vars(module).update({name: checker.fetch(name) for name in request["names"]})
    exec(code, module.__dict__)  # noqa: S102  the dataset's tests
