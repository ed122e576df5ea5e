"""Exceptions as data, and back. Standard library only.

What crosses is what an exception says: its class, arguments, attributes, notes and the exceptions
behind it. A class is known where it is the interpreter's own, one of the standard library's in
TABLE, or the prompt's: by identity, never by a name that it gives itself. Any other becomes a class
of that name that derives from the known ones that it really derives from.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

import builtins
import importlib
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.sandboxes._slot.interview import instances
from grader.sandboxes._slot.interview.crossing import Classes, Uncrossable, clean

if TYPE_CHECKING:
    from grader.sandboxes._slot.interview.codec import Decoder, Encoder

MESSAGE_CHARS = 4096
NAME_CHARS = 200
BEHIND = 8
"""So many causes and contexts of one exception cross."""
NOTES = 100
STEERING = frozenset({"StopIteration", "StopAsyncIteration", "unittest.case.SkipTest"})
"""Exceptions that end a loop or skip a test without a word; so may all that are no Exception."""
BUILTIN = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and kind.__name__ == name
}
MODULES = {
    "_csv": "Error", "_lzma": "LZMAError", "_pickle": "PickleError PicklingError UnpicklingError",
    "_queue": "Empty", "argparse": "ArgumentError ArgumentTypeError",
    "asyncio.exceptions": (
        "BrokenBarrierError CancelledError IncompleteReadError InvalidStateError "
        "LimitOverrunError SendfileNotAvailableError TimeoutError"
    ),
    "asyncio.queues": "QueueEmpty QueueFull QueueShutDown",
    "binascii": "Error Incomplete", "calendar": "IllegalMonthError IllegalWeekdayError",
    "concurrent.futures._base": (
        "BrokenExecutor CancelledError Error InvalidStateError TimeoutError"
    ),
    "concurrent.futures.process": "BrokenProcessPool",
    "concurrent.futures.thread": "BrokenThreadPool",
    "configparser": (
        "DuplicateOptionError DuplicateSectionError Error InterpolationDepthError "
        "InterpolationError InterpolationMissingOptionError InterpolationSyntaxError "
        "MissingSectionHeaderError NoOptionError NoSectionError ParsingError"
    ),
    "copy": "Error", "dataclasses": "FrozenInstanceError",
    "decimal": (
        "Clamped ConversionSyntax DecimalException DivisionByZero DivisionImpossible "
        "DivisionUndefined FloatOperation Inexact InvalidContext InvalidOperation Overflow Rounded "
        "Subnormal Underflow"
    ),
    "email.errors": "HeaderParseError MessageError MessageParseError MultipartConversionError",
    "getopt": "GetoptError", "graphlib": "CycleError", "gzip": "BadGzipFile",
    "http.client": "BadStatusLine HTTPException IncompleteRead InvalidURL RemoteDisconnected",
    "io": "UnsupportedOperation", "ipaddress": "AddressValueError NetmaskValueError",
    "json.decoder": "JSONDecodeError", "locale": "Error",
    "multiprocessing.context": "BufferTooShort ProcessError TimeoutError",
    "numpy.exceptions": "AxisError DTypePromotionError TooHardError ComplexWarning",
    "numpy.linalg": "LinAlgError", "queue": "Full ShutDown", "re": "error PatternError",
    "shutil": "Error ExecError ReadError RegistryError SameFileError SpecialFileError",
    "socket": "gaierror herror",
    "sqlite3": (
        "DataError DatabaseError Error IntegrityError InterfaceError InternalError "
        "NotSupportedError OperationalError ProgrammingError Warning"
    ),
    "ssl": "SSLCertVerificationError SSLEOFError SSLError SSLWantReadError SSLZeroReturnError",
    "statistics": "StatisticsError", "struct": "error",
    "subprocess": "CalledProcessError SubprocessError TimeoutExpired",
    "tarfile": "CompressionError ExtractError HeaderError ReadError StreamError TarError",
    "threading": "BrokenBarrierError", "tomllib": "TOMLDecodeError",
    "unittest.case": "SkipTest", "urllib.error": "ContentTooShortError HTTPError URLError",
    "uu": "Error", "xml.dom": "DOMException", "xml.etree.ElementTree": "ParseError",
    "xml.parsers.expat": "ExpatError", "zipfile": "BadZipFile LargeZipFile", "zlib": "error",
    "zoneinfo._common": "ZoneInfoNotFoundError",
}  # fmt: skip
TABLE = frozenset(f"{module}.{name}" for module, names in MODULES.items() for name in names.split())
"""The standard library's exceptions (and numpy's) by full name, as their classes have it."""
FIELDS: dict[type, tuple[str, ...]] = {
    OSError: ("errno", "strerror", "filename", "filename2"),
    UnicodeEncodeError: ("encoding", "object", "start", "end", "reason"),
    UnicodeDecodeError: ("encoding", "object", "start", "end", "reason"),
    UnicodeTranslateError: ("object", "start", "end", "reason"),
    SyntaxError: (
        "msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset",
    ),
    ImportError: ("msg", "name", "path"),
    NameError: ("name",), AttributeError: ("name",), StopIteration: ("value",),
    SystemExit: ("code",),
}  # fmt: skip
"""What an exception of the interpreter's keeps outside its attributes."""


class RaisedError(NamedTuple):
    """An exception, taken apart."""

    name: str
    """Its own class; the prompt's, or one that only the sender has."""
    known: tuple[type[BaseException], ...]
    """The classes that it is an instance of and that both sides know, nearest first."""
    is_known: bool
    """Whether its class is the first of them, and no class derived from it."""
    arguments: tuple[Any, ...]
    message: str
    attributes: dict[str, Any]


def known_name(kind: type) -> str:
    """The name under which both sides know a class; nothing for any other."""
    name = kind.__name__
    if BUILTIN.get(name) is kind:
        return name
    full = f"{kind.__module__}.{name}"
    if full in TABLE and getattr(sys.modules.get(kind.__module__), name, None) is kind:
        return full
    return ""


def shared_name(kind: type, classes: Classes) -> str:
    """`known_name`, or that of one of the prompt's classes, with a dot before it."""
    is_prompts = classes.get(kind.__name__) is kind
    return f".{kind.__name__}" if is_prompts else known_name(kind)


def shared_kind(name: str, classes: Classes) -> type[BaseException]:
    """The class of a `shared_name`; ValueError where there is none."""
    if not name.startswith("."):
        return known_kind(name)
    found = classes.get(name[1:])
    if found is None or not issubclass(found, BaseException):
        raise ValueError("an unknown exception")
    return found


def steering(error: BaseException) -> str:
    """The known class by which an exception could steer a test instead of failing it, if any."""
    known = [name for name in map(known_name, type(error).__mro__) if name]
    if not isinstance(error, Exception):
        return known[0]
    return next((name for name in known if name in STEERING), "")


def known_kind(name: str) -> type[BaseException]:
    """The class of that name; ValueError where there is none."""
    if name in BUILTIN:
        return BUILTIN[name]
    if name not in TABLE:
        raise ValueError("an unknown exception")
    module, _, last = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), last)
    except (ImportError, AttributeError):
        raise ValueError("an unknown exception") from None
    is_error = isinstance(found, type) and issubclass(found, BaseException)
    if not is_error:
        raise ValueError("not an exception")
    return found


def kept_by(error: BaseException) -> dict[str, Any]:
    """What an exception keeps beside its arguments: the interpreter's fields, and attributes."""
    found: dict[str, Any] = {}
    for kind, fields in FIELDS.items():
        if isinstance(error, kind):
            found |= {each: getattr(error, each) for each in fields if hasattr(error, each)}
    if isinstance(error, OSError):  # a name that is None is not the same as none: its text differs
        found = {name: value for name, value in found.items() if value is not None}
    others = object.__getattribute__(error, "__dict__").items()
    return found | {
        name: value for name, value in others if type(name) is str and not name.startswith("__")
    }


def attributes_of(error: BaseException, encoder: "Encoder") -> list[list[Any]]:
    """Names and trees of what an exception keeps beside its arguments, as far as it is plain."""
    trees: list[list[Any]] = []
    handle, encoder.handle = encoder.handle, None
    for name, value in kept_by(error).items():
        mark = len(encoder.kept)
        try:
            trees.append([name, encoder.encode(value)])
        except Uncrossable:
            encoder.back_to(mark)
    encoder.handle = handle
    return trees


def describe(error: BaseException, encoder: "Encoder", behind: int = BEHIND) -> list[Any]:
    """An exception as a tree: see `read`. Never raises for what an exception may be."""
    kinds = type(error).__mro__
    known = [name for kind in kinds if (name := shared_name(kind, encoder.classes))]
    own = kinds[0].__name__[:NAME_CHARS]
    name = "" if known_name(kinds[0]) else own if own.isidentifier() else "Error"
    known = known[known[0] == f".{name}" :]  # its own class has been named
    mark = len(encoder.kept)
    try:
        arguments = encoder.encode(tuple(error.args))
    except Exception:  # noqa: BLE001  boundary: arguments may be anything
        encoder.back_to(mark)
        arguments = None
    mark, handle = len(encoder.kept), encoder.handle
    try:
        attributes = attributes_of(error, encoder)
    except Exception:  # noqa: BLE001  boundary: a hostile class
        encoder.back_to(mark)
        encoder.handle = handle
        attributes = []
    others: dict[str, Any] = {}
    notes = getattr(error, "__notes__", None)
    if type(notes) is list:
        others["n"] = [clean(each) for each in notes[:NOTES] if type(each) is str]
    cause, context = error.__cause__, error.__context__
    handle, encoder.handle = encoder.handle, None  # what is behind it is told as far as it is plain
    for key, other in (("c", cause), ("x", None if context is cause else context)):
        if other is not None and behind:
            others[key] = describe(other, encoder, behind - 1)
    encoder.handle = handle
    if error.__suppress_context__ and "c" not in others:
        others["s"] = True
    return [name, known, arguments, worded(error), attributes, others]


def worded(error: BaseException) -> str:
    """The beginning of its text, as it crosses; nothing where its class has none."""
    try:
        return clean(str(error)[:MESSAGE_CHARS])
    except Exception:  # noqa: BLE001  boundary: a hostile __str__
        return ""


def read(tree: Any, decoder: "Decoder", behind: int = BEHIND) -> tuple[RaisedError, Any]:
    """What `describe` wrote: the exception, and the same of what is behind it.

    ValueError where it is something else.
    """
    if type(tree) is not list or len(tree) != 6:  # noqa: PLR2004
        raise ValueError("not an exception")
    name, names, arguments, message, attributes, others = tree
    if type(name) is not str or type(message) is not str or type(names) is not list:
        raise ValueError("not names of an exception")
    if not names or set(map(type, names)) - {str} or (name and not name.isidentifier()):
        raise ValueError("not names of an exception")
    known = tuple(shared_kind(each, decoder.classes) for each in names)
    plain = (message,) if arguments is None else decoder.decode(arguments)
    if type(plain) is not tuple or type(others) is not dict:
        raise ValueError("not arguments")
    raised = RaisedError(
        name, known, not name, plain, message, read_attributes(attributes, decoder)
    )
    notes, after = others.get("n", []), {}
    if type(notes) is not list or set(map(type, notes)) - {str}:
        raise ValueError("not notes")
    for key in ("c", "x"):
        if key in others:
            if not behind:
                raise ValueError("too many exceptions behind another")
            after[key] = read(others[key], decoder, behind - 1)
    return raised, (notes, after, others.get("s") is True)


def read_attributes(trees: Any, decoder: "Decoder") -> dict[str, Any]:
    """What `attributes_of` wrote."""
    found: dict[str, Any] = {}
    if type(trees) is not list:
        raise ValueError("not attributes")
    for pair in trees:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str:  # noqa: PLR2004
            raise ValueError("not an attribute")
        if pair[0].startswith("__"):
            raise ValueError("not an attribute's name")
        found[pair[0]] = decoder.decode(pair[1])
    return found


def build(read_: tuple[RaisedError, Any], classes: Classes) -> BaseException:
    """The exception that `read` found, with all behind it; ValueError where there can be none."""
    raised, (notes, after, is_suppressed) = read_
    own = classes.get(raised.name)
    if own is not None and issubclass(own, BaseException):
        error = make(own, raised.arguments, raised.attributes)
    elif raised.is_known:
        error = make(raised.known[0], raised.arguments, raised.attributes)
    else:
        error = _of_own_class(raised)
    for note in notes:
        error.add_note(note)
    if "x" in after:
        error.__context__ = build(after["x"], classes)
    if "c" in after:
        error.__cause__ = build(after["c"], classes)
    if is_suppressed:
        error.__suppress_context__ = True
    return error


def make(
    kind: type[BaseException], arguments: tuple[Any, ...], attributes: dict[str, Any]
) -> BaseException:
    """An exception with these arguments, whatever its class wants of them; no `__init__` runs."""
    try:
        if issubclass(kind, OSError) and len(arguments) > 1:
            hash(arguments[0])  # its constructor looks it up
        made = kind.__new__(kind, *arguments)
        if type(made) is not kind:
            raise ValueError("not of its class")
        made.args = arguments
        fields: set[str] = set()
        for base, names in FIELDS.items():
            if issubclass(kind, base):
                fields.update(names)
                _fill(made, base, [name for name in names if name in attributes], attributes)
        others = {name: value for name, value in attributes.items() if name not in fields}
    except Exception as error:  # noqa: BLE001  boundary: some classes refuse odd arguments
        raise ValueError(f"not such an exception: {type(error).__name__}") from None
    instances.check_names(kind, others)
    made.__dict__.update(others)
    return made


def _fill(
    error: BaseException, base: type[BaseException], names: list[str], attributes: dict[str, Any]
) -> None:
    if not issubclass(base, UnicodeError):
        for name in names:
            setattr(error, name, attributes[name])
        return
    # Half-filled, or with places before the first one, its text would read what is not there.
    arguments = error.args
    if min(attributes["start"], attributes["end"]) < 0:
        raise ValueError("not a place")
    base.__init__(error, *(attributes[name] for name in FIELDS[base]))  # pyright: ignore[reportArgumentType]
    error.args = arguments


def _of_own_class(raised: RaisedError) -> BaseException:
    """An instance of a class that only the sender has; its text is what the sender says."""
    bases = tuple(
        kind
        for place, kind in enumerate(raised.known)
        if not any(issubclass(other, kind) for other in raised.known[:place])
    )
    error = make(_class(raised.name, bases), raised.arguments, raised.attributes)
    if worded(error) != raised.message:
        error = make(
            _class(raised.name, bases, raised.message), raised.arguments, raised.attributes
        )
    return error


@lru_cache(maxsize=64)
def _class(
    name: str, bases: tuple[type[BaseException], ...], message: str | None = None
) -> type[BaseException]:
    def text(_: BaseException) -> str:
        return message or ""

    space: dict[str, Any] = {"__module__": "solution"}
    if message is not None:
        space["__str__"] = text
    try:
        return type(name, bases, space)
    except TypeError:
        raise ValueError("not bases of an exception") from None
