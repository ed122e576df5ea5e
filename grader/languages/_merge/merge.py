"""A prompt and a whole program that answers it, as one prompt and its completion.

The program's imports, types, constants and helpers are kept; its start, its tests and its examples
are not, for the task has its own. The prompt's package line, imports and helpers stay.
"""

import re
from typing import NamedTuple

from grader.languages._blocks import has_fence
from grader.languages._merge import classes, imports
from grader.languages._merge.answers import code_of
from grader.languages._merge.heads import EntryParts, parts_of
from grader.languages._merge.margin import MarginItem
from grader.languages._merge.names import entry_point
from grader.languages._merge.rules import RULES, MergeRules
from grader.languages.base import TaskText

NAMED = re.compile(r"([\w$]+)\s*(?:\(|<-|=|\{|:|<|;|$)")


class EntryName(NamedTuple):
    """What the function is called, and what its head looks like."""

    name: str
    pattern: re.Pattern[str]


class MergedSolution(NamedTuple):
    """What stands in the place of a task's prompt, and the completion behind it."""

    task: TaskText
    completion: str


def merged(
    language: str, task: TaskText, body: str, *, tags: frozenset[str] = frozenset()
) -> MergedSolution:
    """`body`, an answer or a program, as a completion of a prompt that has what else it needs.

    A text that does not define the function is a continuation, and comes as it is but for words and
    fences around it. `tags`: what marks a block of code as the language's.
    """
    asked = _asked(language, task)
    if asked is None:
        return MergedSolution(task, body)
    rules, entry = asked
    is_answer = has_fence(body)
    code = code_of(body, tags | {language}, entry.pattern) if is_answer else body
    if not entry.pattern.search(code):
        return MergedSolution(task, continuation(code, task) if is_answer else body)
    found = _whole(language, rules, task, code, entry)
    return found or MergedSolution(task, code)


def defines_entry(language: str, task: TaskText, body: str) -> bool:
    """Whether a text without fences is a whole program: it defines the function, in no other."""
    asked = _asked(language, task)
    if asked is None or asked[1].name not in body:
        return False
    rules, (_, entry) = asked
    if not entry.search(body):
        return False
    parts = classes.program_of(body, rules, entry)
    return any(entry.match(each.head) for each in parts.members)


def _asked(language: str, task: TaskText) -> tuple[MergeRules, EntryName] | None:
    """How the language's programs are cut, and the function that is asked for."""
    rules = RULES.get(language)
    name = entry_point(language, task.prompt) or entry_point(language, task.setup)
    if rules is None or not name:
        return None
    head = rules.entry.format(name=re.escape(name))
    return rules, EntryName(name, re.compile(rf"^[ \t]*(?:{head})", re.MULTILINE))


def continuation(code: str, task: TaskText) -> str:
    """The inside of a function, with or without its last brace, as the tests need it."""
    text = code.rstrip()
    opened = code.count("{") - code.count("}")
    if brings_brace(task) and opened < 0 and text.endswith("}"):
        text = text[:-1]
    return f"\n{text}\n"


def brings_brace(task: TaskText) -> bool:
    """Whether the tests begin with the brace that ends the function."""
    return task.tests.lstrip().startswith("}")


def _whole(
    language: str, rules: MergeRules, task: TaskText, code: str, asked_for: EntryName
) -> MergedSolution | None:
    """The program in the place of the prompt; None where its parts cannot be told."""
    name, entry = asked_for
    asked = classes.program_of(task.prompt, rules, None)
    given = classes.program_of(code, rules, entry)
    number = next((n for n, each in enumerate(given.members) if entry.search(each.text)), None)
    if number is None:
        return None
    parts = parts_of(given.members[number].text, rules, entry)

    def kept_of(items: list[MarginItem]) -> list[MarginItem]:
        return [e for e in items if is_kept(e, rules, name) and not entry.search(e.text)]

    before, after = kept_of(given.members[:number]), kept_of(given.members[number + 1 :])
    names = {name_of(each) for each in (*before, *after)}
    own = [each for each in asked.members[:-1] if is_kept(each, rules, "")]
    helpers = [each for each in own if name_of(each) not in names]
    kept = "".join(each.text for each in (*given.outer, *before, *after)) + parts.text
    top = imports.united(language, rules, asked.top, given.top, kept=kept, setup=task.setup)
    if brings_brace(task) or asked.opening:
        before, after = [*before, *after], []
    inside = _texts([*helpers, *before])
    start = f"{top}{_texts(given.outer)}{asked.opening}"
    return _assembled(task, parts, start + inside, _texts(after), in_class=bool(asked.opening))


def _assembled(
    task: TaskText, parts: EntryParts, start: str, after: str, *, in_class: bool
) -> MergedSolution:
    if not parts.head:  # nothing that a prompt could end with
        return MergedSolution(task._replace(prompt=start), f"{parts.text}\n{after}")
    body = parts.body
    if brings_brace(task):
        text = body.rstrip().rstrip(";").rstrip()
        body = text.removesuffix("}")
    elif in_class:
        body = f"{body.rstrip()}\n}}\n"
    prompt = f"{start}{parts.before}{parts.head}\n"
    return MergedSolution(task._replace(prompt=prompt), f"{body.rstrip()}\n{after}")


def is_kept(item: MarginItem, rules: MergeRules, name: str) -> bool:
    """Whether an item is none of a program's start, tests and examples of the function `name`."""
    if item.matches(rules.dropped) or item.matches(rules.imports) or item.matches(rules.package):
        return False
    if item.matches(rules.definition):
        return True
    return item.matches(rules.assignment) and not (name and _calls(item, name))


def _calls(item: MarginItem, name: str) -> bool:
    """Whether an item calls the function: then it is an example."""
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", item.text) is not None


def name_of(item: MarginItem) -> str:
    """What an item defines, as far as its first line tells."""
    found = NAMED.search(item.head)
    return found[1] if found else item.head


def _texts(items: list[MarginItem]) -> str:
    return "".join(each.text for each in items)
