"""Version selectors as Piston's clients write them, of the kind that npm's semver reads."""

import re

PART = re.compile(
    r"(?P<sign>>=|<=|>|<|=|\^|~)?\s*v?(?P<numbers>(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2})"
)
LONGEST = 100


def satisfies(version: str, selector: str) -> bool:
    """Whether a selector names a version; what is no selector names none.

    Selectors: `*`, `3`, `3.x`, `3.11.0`, `^3.10`, `~3.11`, `>=3.8 <4`, `3.9 || 3.11`.
    """
    if len(selector) > LONGEST:
        return False
    have = numbers_of(version)
    return any(_all(have, part.strip()) for part in selector.split("||"))


def numbers_of(text: str) -> tuple[int, ...]:
    """The leading numbers of a version, up to three."""
    found = re.match(r"\d+(?:\.\d+){0,2}", text)
    return tuple(int(each) for each in found[0].split(".")) if found else ()


def _all(have: tuple[int, ...], conditions: str) -> bool:
    if conditions in {"", "*", "x", "X", "latest"}:
        return True
    rest = conditions
    while rest:
        match = PART.match(rest)
        if match is None or not _one(have, match["sign"] or "", match["numbers"]):
            return False
        rest = rest[match.end() :].strip()
    return True


def _one(have: tuple[int, ...], sign: str, text: str) -> bool:
    wanted = tuple(int(each) for each in re.split(r"\.[xX*]|[xX*]", text)[0].split(".") if each)
    same = have[: len(wanted)] == wanted
    kept = {"^": 1, "~": 2}
    if sign in kept:
        most = min(len(wanted), kept[sign])
        return have >= wanted and have[:most] == wanted[:most]
    if sign in {">=", ">"}:
        return have >= wanted and not (sign == ">" and same)
    if sign in {"<=", "<"}:
        return have < wanted or (sign == "<=" and same)
    return same
