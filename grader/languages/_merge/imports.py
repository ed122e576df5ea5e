"""The imports of a prompt and of a program, each once."""

import re

from grader.languages._merge.margin import MarginItem
from grader.languages._merge.rules import MergeRules

GO_SPEC = re.compile(r'(?P<alias>[\w.]+[ \t]+)?"(?P<path>[^"\n]+)"')
GO_VERSION = re.compile(r"v\d+")


def united(
    language: str,
    rules: MergeRules,
    asked: list[MarginItem],
    given: list[MarginItem],
    *,
    kept: str,
    setup: str,
) -> str:
    """The prompt's package line and the imports of both, as the beginning of a program.

    `kept`: what is left of the program; Go refuses imports that it does not use. `setup`: what the
    official program has before the prompt.
    """
    if language == "go":
        return _of_go(rules, asked, given, kept)
    package = [each.text for each in asked if each.matches(rules.package)]
    found = [each.text for each in asked if not each.matches(rules.package)]
    seen = {_plain(each) for each in found}
    for each in given:
        text = each.text
        if each.matches(rules.package) or each.matches(rules.dropped) or _plain(text) in seen:
            continue
        if language == "rs" and _is_known(each.head, setup):
            continue
        seen.add(_plain(text))
        found.append(text)
    return "".join([*package, *found])


def _plain(text: str) -> str:
    lines = (line for line in text.splitlines() if not line.startswith(("//", "--", ";;")))
    return re.sub(r"\s+", "", "".join(lines))


def _is_known(head: str, setup: str) -> bool:
    """Whether a Rust program has all names of a `use` already; twice is an error."""
    leaves = re.findall(r"(\w+)\s*(?=[,;}])", head)
    known = set(re.findall(r"\w+", setup))
    return bool(leaves) and set(leaves) - {"self"} <= known


def _of_go(rules: MergeRules, asked: list[MarginItem], given: list[MarginItem], kept: str) -> str:
    package = "".join(each.text for each in asked if each.matches(rules.package))
    specs: dict[str, str] = {}
    for each in asked:
        if each.matches(rules.imports):
            specs |= {spec["path"]: spec[0] for spec in GO_SPEC.finditer(each.text)}
    for each in given:
        if not each.matches(rules.imports):
            continue
        for spec in GO_SPEC.finditer(each.text):
            if _is_used(spec, kept):
                specs.setdefault(spec["path"], spec[0])
    lines = "".join(f"    {spec}\n" for spec in specs.values())
    return f"{package}import (\n{lines})\n\n" if specs else package


def _is_used(spec: re.Match[str], kept: str) -> bool:
    parts = spec["path"].split("/")
    last = parts[-2] if len(parts) > 1 and GO_VERSION.fullmatch(parts[-1]) else parts[-1]
    name = (spec["alias"] or last).strip()
    return name in {".", "_"} or re.search(rf"\b{re.escape(name)}\.", kept) is not None
