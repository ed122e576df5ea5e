"""New contents of containers that both sides have: reading, writing, keeping out.

Standard library only.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (values of unknown type are what this module is about)

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from grader.sandboxes._slot.interview import (
    arrays,
    codec,
    instances,
    places,
    science,
    tables,
    values,
)
from grader.sandboxes._slot.interview.mirror import ObjectMirror

PAIR = 2


def read(trees: Any, mirror: ObjectMirror, decoder: codec.Decoder) -> dict[int, Any]:
    """The new contents by container; ValueError where they cannot be."""
    written: dict[int, Any] = {}
    if trees is None:
        return written
    if type(trees) is not list:
        raise ValueError("not changes")
    for each in trees:
        if type(each) is not list or len(each) != PAIR or type(each[0]) is not int:
            raise ValueError("not a change")
        number, tree = each
        container = mirror.find(number)
        if type(tree) is not list or len(tree) != PAIR or number in written:
            raise ValueError("not a change")
        written[number] = _content(container, tree[0], tree[1], decoder)
    return written


def content_of(container: Any) -> Any:
    """What a container holds, as `read` says it."""
    kind = type(container)
    if kind is list or kind is deque:
        return list(container)
    if kind is set:
        return set(container)
    if isinstance(container, dict):
        return dict(container.items())
    return _whole_content(container)


def _whole_content(container: Any) -> Any:
    """The same for what has no elements that are numbered."""
    if type(container) is bytearray:
        return bytes(container)
    if arrays.is_array(container):
        return arrays.contents(container)
    if science.is_table(container):
        return container.copy()
    return places.InstanceAttributes(instances.take_apart(container))


def write(mirror: ObjectMirror, written: dict[int, Any]) -> None:
    """Put new contents into the very objects that this side holds."""
    for number, content in written.items():
        _fill(mirror.objects[number], content)
    mirror.remember([number for number in written if number in mirror.pictures])


def merged(old: Any, new: Any, place: str, is_allowed: Callable[[str], bool]) -> Any:
    """The old content with those keys or attributes of the new one that may change; None: none."""
    if not isinstance(old, dict):
        return None
    before = places.parts(old, {}, exact=True)
    now = places.parts(new, {}, exact=True)
    if before is None or now is None:
        return None
    result = type(old)()
    for content, steps, wants_allowed in ((old, before, False), (new, now, True)):
        for key, step in zip(content, steps, strict=True):
            if is_allowed(f"{place}{step}") is wants_allowed:
                result[key] = content[key]
    return result


def set_apart(
    mirror: ObjectMirror,
    written: dict[int, Any],
    kept_out: set[int],
    encoder: Callable[[], codec.Encoder],
    decoder: Callable[[], codec.Decoder],
) -> None:
    """Copies stand for the containers of `kept_out`, with their new contents, from now on.

    So they do for whatever holds one of these, with its present content.
    """
    trees: dict[int, Any] = {}
    for number, container in list(mirror.objects.items()):
        content = written[number] if number in written else content_of(container)
        trees[number] = codec.deeply(_tree, encoder(), content)
    holders = {number: set(_references(tree)) for number, tree in trees.items()}
    apart = set(kept_out)
    while more := {each for each, held in holders.items() if held & apart} - apart:
        apart |= more
    for number in apart:
        mirror.replace(number, _empty(mirror.objects[number]))
    for number in apart:
        content = codec.deeply(decoder().anew, trees[number])
        _fill(mirror.objects[number], dict(content) if type(content) is tuple else content[0])


def _tree(coder: codec.Encoder, content: Any) -> Any:
    """The content as a tree: pairs in a tuple, or alone in a list; nothing stays numbered."""
    coder.forget()
    plain = tuple(content.items()) if isinstance(content, dict) else [content]
    try:
        return coder.encode(plain)
    finally:
        coder.forget()


def _references(tree: Any) -> Iterator[int]:
    todo = [tree]
    while todo:
        each = todo.pop()
        if type(each) is dict:
            if "r" in each:
                yield each["r"]
            todo.extend(each.values())
        elif type(each) is list:
            todo.extend(each)


def _content(container: Any, kind: Any, tree: Any, decoder: codec.Decoder) -> Any:
    """The decoded content of one container; ValueError unless it can be this one's."""
    if kind == "d":
        content: Any = decoder.pairs(tree, 0, {})
    elif kind == "l":
        content = decoder.elements(tree, 0)
    elif kind == "s":
        content = values.collect(set, decoder.elements(tree, 0))
    else:
        content = decoder.decode(tree)
        if kind == "p":
            content = values.collect(lambda found: science.put_together(*found), content)
    _fits(container, kind, content)
    return places.InstanceAttributes(content) if kind == "o" else content


KINDS: dict[type, str] = {list: "l", deque: "l", set: "s", bytearray: "y"}


def _fits(container: Any, kind: Any, content: Any) -> None:
    if isinstance(container, dict):
        wanted = "d"
    elif arrays.is_array(container):
        wanted = "a"
        arrays.check(container, content)
    elif science.is_table(container):
        wanted = "p" if type(content) is type(container) else ""
    else:
        wanted = KINDS.get(type(container), "o")
    if kind != wanted or (wanted == "y" and type(content) is not bytes):
        raise ValueError("a container changed its kind")
    if wanted == "o":
        instances.check(container, content)


def _fill(container: Any, content: Any) -> None:
    if isinstance(container, (list, bytearray)):
        container[:] = content
    elif isinstance(container, (dict, set)):
        container.clear()
        container.update(content)
    elif isinstance(container, deque):
        container.clear()
        container.extend(content)
    elif arrays.is_array(container):
        arrays.fill(container, content)
    elif science.is_table(container):
        tables.become(container, content)
    else:
        instances.fill(container, dict(content))


def _empty(container: Any) -> Any:
    """One of the same kind, to be filled."""
    kind = type(container)
    if kind is deque:
        return deque(maxlen=container.maxlen)
    if isinstance(container, dict):
        made = container.copy()
        made.clear()
        return made
    if arrays.is_array(container) or science.is_table(container):
        return container.copy()
    return kind() if kind in KINDS else instances.empty(kind)
