"""Where in a value something is, as text, and where two contents differ. Standard library only.

A place is a name followed by steps: `[0]` into a list, `['key']` into a dict, `.name` into an
instance. No method of an element is called.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from grader.sandboxes._slot.interview import instances

MORE = "more than can be noted"
"""What a checker notes at last. Never allowed, whatever the reference needs."""
SCALARS = frozenset({int, float, str, bool, bytes, type(None)})
STEPS = 8
"""Deeper places are called by their eighth step: a chain of thousands of nodes needs no more."""
MOST = 16
"""More differences than that in one container are one: all of it."""
KEY_CHARS = 40
HASHED_BYTES = 6


class InstanceAttributes(dict[str, Any]):
    """An instance's, as the content of a container."""


def parts(value: Any, classes: Mapping[str, type], *, exact: bool) -> dict[str, Any] | None:
    """A container's elements by their step; None where it has none that could be told apart.

    Not `exact`: all elements of a long list, or of a large dict, are called alike.
    """
    kind = type(value)
    found: dict[str, Any] | None = None
    if kind is list or kind is deque or issubclass(kind, tuple):
        if exact or len(value) <= MOST:
            found = {f"[{number}]": each for number, each in enumerate(value)}
        else:
            found = {"[]": tuple(value)}
    elif kind is InstanceAttributes:
        found = {f".{name}": part for name, part in value.items()}
    elif issubclass(kind, dict):
        found = {f"[{_key(each)}]": part for each, part in value.items()}
        if len(found) != len(value) or not (exact or len(value) <= MOST):
            found = None if exact else {"[]": (*value.keys(), *value.values())}
    elif classes.get(kind.__name__) is kind:
        taken = instances.take_apart(value)
        if type(taken) is dict:
            found = {f".{name}": part for name, part in taken.items()}
    return found


def walk(
    roots: Iterable[tuple[str, Any]], classes: Mapping[str, type], *, exact: bool
) -> Iterator[tuple[str, Any]]:
    """Everything within `roots` (names and values) that is no scalar, each once, with its place."""
    todo = [(name, 0, value) for name, value in reversed(list(roots))]
    met: dict[int, Any] = {}
    while todo:
        place, depth, value = todo.pop()
        if type(value) in SCALARS or id(value) in met:
            continue
        met[id(value)] = value  # held, so that nothing else gets its identity
        yield place, value
        kind = type(value)
        if kind is set or kind is frozenset or issubclass(kind, dict):
            todo.extend(
                (f"{place}{{}}", depth, each) for each in value if type(each) not in SCALARS
            )
        for step, part in reversed((parts(value, classes, exact=exact) or {}).items()):
            below = f"{place}{step}" if depth < STEPS else place
            if step == "[]":
                todo.extend((below, depth + 1, each) for each in reversed(part))
            else:
                todo.append((below, depth + 1, part))


def differences(
    place: str,
    old: Any,
    new: Any,
    same: Callable[[Any, Any], bool],
    classes: Mapping[str, type],
    depth: int = 0,
) -> set[str]:
    """The places, at or below `place`, where two contents of one container differ.

    A list of another length, or in another order, differs as a whole; so does a dict with other
    keys. What replaces an equal value is no difference.
    """
    before, now = parts(old, classes, exact=True), parts(new, classes, exact=True)
    if before is None or now is None or depth > STEPS:
        return set() if same(old, new) else {place}
    is_open = type(old) is InstanceAttributes  # for new names
    if not is_open and list(before) != list(now):
        return {place}
    ids = set(map(id, before.values()))
    found: set[str] = set()
    for step in dict.fromkeys((*before, *now)):
        if step in before and step in now:
            was, become = before[step], now[step]
            if was is become or same(was, become):
                continue
            if not is_open and id(become) in ids and type(become) not in SCALARS:
                return {place}
            is_item = not is_open and not isinstance(old, dict)
            if type(was) is type(become) and type(was) not in SCALARS:
                found |= differences(f"{place}{step}", was, become, same, classes, depth + 1)
            elif is_item:
                return {place}
            else:
                found.add(f"{place}{step}")
        else:
            found.add(f"{place}{step}")
        if len(found) > MOST:
            return {place}
    return found


def is_within(place: str, others: Iterable[str]) -> bool:
    """Whether a place is one of the others or lies in one of them."""
    return any(
        place.startswith(other) and place[len(other) : len(other) + 1] in ("", "[", ".")
        for other in others
    )


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, another one for another text."""
    if len(text) <= most:
        return text
    import hashlib  # noqa: PLC0415  it brings OpenSSL, which every candidate's fork would copy

    mark = hashlib.blake2b(text.encode(), digest_size=HASHED_BYTES).hexdigest()
    return f"{text[: most - len(mark)]}{mark}"


def _key(key: Any) -> str:
    plain = key if type(key) is tuple else (key,)
    if not SCALARS.issuperset(map(type, plain)):
        return type(key).__name__
    try:
        text = ascii(key)
    except ValueError:  # an integer of too many digits
        text = "/".join(hex(each) if type(each) is int else ascii(each) for each in plain)
    return shortened(text, KEY_CHARS)
