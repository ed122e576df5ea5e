"""The untrusted end: run the model's program, then answer calls. Standard library only.

Everything here shares its process with the model's code, which may break it in any way: what
comes of that is the model's own answer. Nothing here is secret.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownLambdaType=false
# (values of unknown type are what this module is about)

import base64
import contextlib
import io
import marshal
import os
import socket
import sys
from collections.abc import Callable
from time import process_time
from types import ModuleType
from typing import Any, NoReturn

from grader.sandboxes._slot.interview import changes, codec, errors, plain
from grader.sandboxes._slot.interview.draws import shared
from grader.sandboxes._slot.interview.talk import ConversationEnd, Gone, OutOfTurn

CHANNEL_DESCRIPTOR = 4
QUIET_CHARS = 64 << 10
BATCH_CHARS = 8 << 20
BATCHES_PER_LIMIT = 16
"""Spent so large a part of one answer's CPU time, a batch is sent."""


class CheckerObject:
    """One of the checker's objects: a callback or an iterator."""

    def __init__(self, talk: "CandidateEnd", number: int) -> None:
        """`number` is the checker's handle."""
        self._talk, self.grader_number = talk, number


class CheckerCallback(CheckerObject):
    """A function of the tests."""

    def __call__(self, *arguments: Any) -> Any:
        """Call it over there."""
        return self._talk.request("call", self.grader_number, arguments)


class CheckerIterator(CheckerObject):
    """An iterator of the tests."""

    def __iter__(self) -> "CheckerIterator":
        """Itself."""
        return self

    def __next__(self) -> Any:
        """The next element from over there."""
        return self._talk.request("next", self.grader_number, ())


class QuietStream(io.TextIOBase):
    """Standard output that lets only its first characters through, for programs that chatter."""

    def __init__(self, stream: Any) -> None:
        """`stream` is the real one."""
        self._stream, self._room = stream, QUIET_CHARS

    def write(self, text: str) -> int:
        """Pass on what there is room for; say that all was written."""
        if self._room > 0:
            self._stream.write(text[: self._room])
            self._room -= len(text)
        return len(text)


class CandidateEnd(ConversationEnd):
    """Serves the checker's calls on the solution's names and on handles."""

    def __init__(self, channel: socket.socket, module: ModuleType, classes: list[str]) -> None:
        """`classes` are the names of the prompt's classes, whose instances cross whole."""
        super().__init__(channel)
        self.module = module
        found = {name: getattr(module, name, None) for name in classes}
        self.classes = {name: kind for name, kind in found.items() if isinstance(kind, type)}
        self.remotes: dict[int, CheckerObject] = {}
        self.serve = self.answer
        self.gives_data = False
        """Whether a function was asked, and no class or object."""
        self.quiet: Any = QuietStream(sys.stdout)
        self.process = os.getpid()

    def run(self, left: plain.LeftToCodec | None = None) -> NoReturn:
        """Until the checker has no more questions; `left`: from where on."""
        if left:
            self._go_on(left)
        else:
            self.send({"ready": True})
        while True:
            self.reply(self.receive())

    def _go_on(self, left: plain.LeftToCodec) -> None:
        """Take over from `plain.serve`, and answer what that has asked already."""
        self.early, self.mirror.count = left.data, left.crossed
        if left.outcome is None or left.before is None:
            return
        if isinstance(left.outcome[0], SystemExit) and os.getpid() != self.process:
            leave(left.outcome[0])
        lists = [each for each in left.outcome[2] if type(each) is list]
        sent = self.mirror.add_known(lists, left.before)
        self.send({**self._replied("call", left.name, left.outcome, sent), "i": left.number})

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request's result, as a message."""
        if request["q"] == "many":
            return self.answer_many(request)
        decoder = self.decoder()
        arguments, named = codec.deeply(self._take, request, decoder)
        sent = self.mirror.add(decoder.kept)
        if "g" in request:
            self.forget(request["g"])
        self.mirror.remember_all()
        heard = io.StringIO() if request.get("c") else None
        outcome: list[Any] = [None, None, arguments, named]
        try:
            with contextlib.redirect_stdout(heard) if heard else contextlib.nullcontext():
                outcome[1] = self._perform(request["q"], request["n"], arguments, named)
        except (Gone, OutOfTurn):
            raise
        except BaseException as error:  # noqa: BLE001  boundary: the solution's exceptions
            if isinstance(error, SystemExit) and os.getpid() != self.process:
                leave(error)
            outcome[0] = error
        reply = self._replied(request["q"], request["n"], outcome, sent)
        if heard is not None:
            reply["o"] = heard.getvalue().encode(errors="surrogatepass").decode(errors="replace")
        return reply

    def _replied(self, what: str, name: Any, outcome: list[Any], sent: range) -> dict[str, Any]:
        self.gives_data = what == "call" and not self._is_class(name)
        reply = self.reply_of(outcome, sent, {})
        self.gives_data = False
        return reply

    def _take(
        self, request: dict[str, Any], decoder: codec.Decoder
    ) -> tuple[list[Any], dict[str, Any]]:
        """What the tests have changed, then the arguments."""
        decoder.forget()
        self._rewrite(request, decoder)
        arguments = decoder.elements(request["a"], 0)
        return arguments, {name: decoder.decode(tree) for name, tree in request.get("k", ())}

    def _rewrite(self, message: dict[str, Any], decoder: codec.Decoder) -> None:
        if "m" in message:
            changes.write(self.mirror, changes.read(message["m"], self.mirror, decoder))

    def answer_many(self, request: dict[str, Any]) -> dict[str, Any]:
        """The texts of as many answers as fit into one message, up to the first exception.

        The limit of one answer is the supervisor's, who sees whole batches only: none may take
        much longer than its last answer.
        """
        texts: list[str] = []
        size, enough_s = 0, process_time() + request["s"] / BATCHES_PER_LIMIT
        stream, sys.stdout = sys.stdout, self.quiet
        try:
            for packed in request["z"]:
                arguments = marshal.loads(base64.b64decode(packed))  # noqa: S302  the checker's bytes
                value = self._named(request["n"])(*arguments)
                encoder = codec.Encoder(handle=self._handle, classes=self.classes)
                encoder.opens = True
                texts.append(codec.deeply(_text, encoder, value))
                size += len(texts[-1])
                if size > BATCH_CHARS or process_time() > enough_s:
                    break
        except (Gone, OutOfTurn):
            raise
        except BaseException as error:  # noqa: BLE001  boundary: the solution's exceptions
            return {"texts": texts, "x": errors.describe(error, codec.Encoder())}
        finally:
            sys.stdout = stream
        return {"texts": texts}

    def _perform(self, what: str, name: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        if what == "call":
            return self._named(name)(*arguments, **named)
        if what == "get":
            return self._named(name)
        return OPERATIONS[what](self.own_object(name), *arguments, **named)

    def _is_class(self, name: str) -> bool:
        return isinstance(vars(self.module).get(name), type)

    def encoder(self) -> codec.Encoder:
        """For one message of this side's."""
        made = super().encoder()
        made.opens = self.gives_data
        return made

    def _named(self, name: str) -> Any:
        try:
            return vars(self.module)[name]
        except KeyError:
            raise NameError(f"name '{name}' is not defined") from None

    def request(self, what: str, number: int, arguments: tuple[Any, ...]) -> Any:
        """Use one of the checker's objects."""
        encoder, changed = self.encoder(), self.mirror.changed(nested=True)
        message: dict[str, Any] = {"q": what, "n": number}

        def put() -> None:
            encoder.forget()
            if changed:
                message["m"] = self.changes(encoder, changed)
            message["a"] = [encoder.encode(each) for each in arguments]

        codec.deeply(put)
        sent = self.mirror.add(encoder.kept)
        self.mirror.remember(changed)
        answer = self.ask(message)
        decoder = self.decoder()
        value, error = codec.deeply(self._read, answer, decoder)
        self.settle(answer, sent, decoder.kept)
        if error is not None:
            raise error
        return value

    def _read(self, answer: dict[str, Any], decoder: codec.Decoder) -> Any:
        decoder.forget()
        self._rewrite(answer, decoder)
        if "x" in answer:
            return None, errors.build(errors.read(answer["x"], decoder), self.classes)
        return decoder.decode(answer["v"]), None

    def _handle(self, value: Any) -> dict[str, Any]:
        if isinstance(value, CheckerObject):
            return {"b": value.grader_number}
        return self.hand_out(value, kind_of(value))

    def _remote(self, number: int, kind: str) -> Any:
        if number not in self.remotes:
            made = CheckerIterator if kind == "iterator" else CheckerCallback
            self.remotes[number] = made(self, number)
        return self.remotes[number]


def _text(encoder: codec.Encoder, value: Any) -> str:
    return codec.dumps(encoder.anew(value)).decode()


def kind_of(value: Any) -> str:
    """`class`, `iterator`, `callable` or `instance`."""
    if isinstance(value, type):
        return "class"
    if hasattr(type(value), "__next__"):
        return "iterator"
    return "callable" if callable(value) else "instance"


OPERATIONS: dict[str, Callable[..., Any]] = {
    "h.call": lambda target, *arguments, **named: target(*arguments, **named),
    "h.next": next,
    "h.iter": iter,
    "h.get": getattr,
    "h.set": setattr,
    "h.item": lambda target, key: target[key],
    "h.put": lambda target, key, value: target.__setitem__(key, value),
    "h.len": len,
    "h.in": lambda target, key: key in target,
    "h.str": str,
    "h.repr": repr,
}


def leave(exit_: SystemExit) -> NoReturn:
    """End a process that the solution forked: what it has to say is its status."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    code = exit_.code
    os._exit(code & 0xFF if isinstance(code, int) else int(code is not None))


def converse(request: dict[str, Any], module: ModuleType, execute: Callable[[], None]) -> NoReturn:
    """Run the program, then serve until the checker hangs up."""
    process, classes = os.getpid(), request["classes"]
    try:
        execute()
    except BaseException as error:  # told to the checker, then to the supervisor
        talk = ConversationEnd(_channel())
        with contextlib.suppress(Gone):
            talk.send({"x": errors.describe(error, codec.Encoder())})
        raise
    left = _plainly(module) if plain.CAN and not (classes or request.get("draws")) else None
    try:
        candidate = CandidateEnd(_channel(), module, classes)
        candidate.draws = shared(request)
        candidate.process = process
        candidate.run(left)
    except Gone:
        _leave_unasked()


def _plainly(module: ModuleType) -> plain.LeftToCodec:
    """Serve what is plain, until something is not."""
    try:
        left = plain.serve(CHANNEL_DESCRIPTOR, vars(module))
    except OSError:
        left = None
    if left is None:
        _leave_unasked()
    return left


def _channel() -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, CHANNEL_DESCRIPTOR)
    channel.settimeout(None)  # the program's own default is for its own sockets
    return channel


def _leave_unasked() -> NoReturn:
    """End where nobody asks any more, and touch little (see `plain`)."""
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105  see above
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass
    os._exit(0)
