"""File names in a patch's header lines, as `git apply` and GNU `patch` find them with `-p1`.

The two differ where a time stamp follows, where a name holds spaces or quotes, and where there is
no folder to strip. Sources: git 2.39 `apply.c` (`find_name` and its relatives), GNU patch 2.7.6
`util.c` (`fetchname`, `parse_name`), told apart by running both (`tests/patch`).
"""

import re

NOWHERE = "/dev/null"
STAMP = re.compile(
    r"[\t ](?:\d\d)?\d\d-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?(?: [-+]\d\d:?\d\d)?$",
    re.ASCII,
)
"""A date behind a name, after a tab or the spaces into which somebody turned it."""
LONGEST_STAMP = 64
LONGEST_LINE = 3 * 4096
"""Two paths of the kernel's greatest length (PATH_MAX) fit; longer lines name no file that is."""
EPOCH = re.compile(r"\t(?:1969-12-31|1970-01-01) \d\d:\d\d:00(?:\.0+)? [-+]\d\d:?\d\d$", re.ASCII)
"""What GNU diff writes where a file is not there."""
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
QUOTED = re.compile(r'"(?P<inside>(?:[^"\\\n]|\\.)*)"')
PART = re.compile(r"(?P<plain>[^\\]+)|\\(?P<octal>[0-3][0-7]{2})|\\(?P<letter>.)", re.DOTALL)
SPACE = " \t\n\v\f\r"


def is_nowhere(text: str) -> bool:
    """Whether a header names no file (git's rule)."""
    return text.startswith(NOWHERE) and text[len(NOWHERE) : len(NOWHERE) + 1] in SPACE


def is_epoch(text: str) -> bool:
    """Whether a header's time says that there is no file."""
    return bool(EPOCH.search(text.rstrip("\n")))


def unquoted(name: str) -> str:
    """A path as git quotes it (C style, octal bytes), in plain; any other as it is."""
    found = QUOTED.fullmatch(name)
    return _plain(found["inside"]) if found else name


def _plain(inside: str) -> str:
    data = bytearray()
    for match in PART.finditer(inside):
        if match["octal"]:
            data.append(int(match["octal"], 8))
        else:
            text: str = match["plain"] or ESCAPES.get(match["letter"], match["letter"])
            data += text.encode(errors="surrogateescape")
    return data.decode(errors="surrogateescape")


def of_git(text: str, strip: int, *, ends: str = "\t", default: str | None = None) -> str | None:
    """The name in `text`, the rest of a header line, as git's headers are read.

    strip: leading components to take off. ends: what ends a name besides a line's end.
    default: the other side's name, which wins where this one only adds something to it.
    """
    if text.startswith('"') and (found := QUOTED.match(text)):
        parts = _plain(found["inside"]).split("/", strip)
        if len(parts) > strip:
            return parts[strip]
    name = re.split(f"[\n\v\f\r{ends}]", text, maxsplit=1)[0]
    return _shorter(name, strip, default)


def of_git_traditional(text: str, strip: int, default: str | None = None) -> str | None:
    """The name behind `---` or `+++` where no `diff --git` line went before."""
    if text.startswith('"') and (name := of_git(text, strip)):
        return name
    line = text.rstrip("\n")
    before = max(len(line) - LONGEST_STAMP, 0)
    if stamp := STAMP.search(line[before:]):
        name = line[: before + stamp.start() + 1]
        return _shorter(name[:-1] if name.endswith("\t") else name.rstrip(" "), strip, default)
    return of_git(text, strip, default=default)


def _shorter(name: str, strip: int, default: str | None) -> str | None:
    parts = name.split("/", strip)
    name = parts[strip] if len(parts) > strip else ""
    if not name or (default and len(default) < len(name) and name.startswith(default)):
        return default
    return re.sub("/+", "/", name)


def of_git_header(text: str, strip: int) -> str | None:
    """The one name of `diff --git a/x b/x`; None where it holds two, or none."""
    text = text.rstrip("\n")
    if len(text) > LONGEST_LINE:
        return None
    if text.startswith('"'):
        first = QUOTED.match(text)
        if first is None:
            return None
        left, right = first.group(), text[first.end() :].lstrip()
        return _same(left, right, strip)
    quote = text.find('"')
    if quote > 0:
        return _same(text[:quote].rstrip(" \t"), text[quote:], strip)
    for space in re.finditer("[ \t]", text):
        if found := _same(text[: space.start()], text[space.end() :], strip):
            return found
    return None


def _same(left: str, right: str, strip: int) -> str | None:
    """The name that both sides are, once the prefix is off."""
    sides = [unquoted(side).split("/", strip) for side in (left, right)]
    if any(len(side) <= strip for side in sides):
        return None
    one, other = (side[strip] for side in sides)
    return one if one == other else None


def of_patch(text: str, *, dated: bool = True) -> str | None:
    """The name in `text` as GNU patch has it; "" for no file, None where it finds no name.

    dated: whether a time may follow, after a tab or, where there is no tab, after any space.
    """
    text = text.lstrip(SPACE)
    if text.startswith('"'):
        found = QUOTED.match(text)
        return stripped(_plain(found["inside"])) if found else None
    return "" if (name := _word(text, dated=dated)) == NOWHERE else stripped(name)


def _word(text: str, *, dated: bool) -> str:
    last = text.rfind("\t" if dated else "\n")
    for found in re.finditer(f"[{SPACE}]+", text):
        if "\t" in found.group() or last < found.end():
            return text[: found.start()]
    return text


def pair_of_patch(text: str) -> tuple[str | None, str | None]:
    """Both names of a `diff --git` line as GNU patch has them: words, or quoted."""
    found: list[str] = []
    text = text.strip(SPACE)
    while text and len(found) < len(("old", "new", "too many")):
        quoted = QUOTED.match(text)
        word = quoted or re.match(f"[^{SPACE}]+", text)
        if word is None or (text[word.end() :][:1] or " ") not in SPACE:
            return None, None
        found.append(_plain(quoted["inside"]) if quoted else word.group())
        text = text[word.end() :].lstrip(SPACE)
    names = [stripped(name) for name in found]
    both = names if len(names) == len(("old", "new")) and all(names) else (None, None)
    return both[0], both[1]


def stripped(name: str) -> str | None:
    """A name without its first component (`-p1` of GNU patch); None where there is only one."""
    _, slash, rest = name.partition("/")
    return rest.lstrip("/") or None if slash else None
