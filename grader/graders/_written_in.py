"""Programs in other languages than Python: which one, and the steps that build and run them.

What the sample's row says counts first, then what the task says, last the tag of the answer's code.
"""

from typing import NamedTuple

from grader.core.execution import Execution, StepResult
from grader.core.limits import Limits
from grader.core.plan import Step
from grader.core.sample import AS_GIVEN, Sample
from grader.errors import ImageError
from grader.graders._meaning import VerdictMeaning
from grader.graders._program_meaning import of_build
from grader.languages import base
from grader.languages._blocks import FencedBlock, fenced_blocks
from grader.languages._plans import build_step, run_step
from grader.languages.base import Language, ProgramText

PYTHON = "python"
PYTHONS = frozenset({PYTHON, "python3", "py", "py3", "python2", "pypy", "pypy3", "cpython"})
SHELL = "sh"
BUILD = "build"
"""The step that builds; it is the last one, and nothing ran, where a program does not build."""


class WrittenProgram(NamedTuple):
    """A sample's program in a language other than Python."""

    language: Language
    text: ProgramText
    is_answers_choice: bool = False
    """Whether only the mark of the answer's code says the language."""

    @property
    def built(self) -> int:
        """How many steps come before the first case."""
        return 1 if self.text.build else 0

    def build(self) -> tuple[Step, ...]:
        """The step that comes before all cases, where there is one."""
        return build_step(self.language, self.text, BUILD)

    def run(self, name: str, stdin: bytes, limits: Limits) -> Step:
        """One case."""
        return run_step(self.language, self.text, name, limits=limits, stdin=stdin)

    def broken(self, execution: Execution) -> VerdictMeaning | None:
        """Why there is nothing to run; None where it was built."""
        return of_build(self.build_of(execution), self.language)

    def build_of(self, execution: Execution) -> StepResult | None:
        """The facts of the build."""
        return execution.steps[0] if self.built and execution.steps else None


def written(sample: Sample, asked: str) -> WrittenProgram | None:
    """The program; None where it is Python's. `asked` is the task's language, or empty.

    ImageError where row or task name a language that cannot be had.
    """
    said = sample.language or asked
    if not said:
        found = None if sample.extraction == AS_GIVEN else tagged(sample.body)
        return None if found is None else _program(*found)._replace(is_answers_choice=True)
    if is_python(said):
        return None
    language = base.named(said)
    if language is None:
        raise ImageError(f"no toolchain for '{said:.40}' can be had here")
    is_given = sample.extraction == AS_GIVEN
    return _program(language, sample.body if is_given else code_of(sample.body, language))


def is_python(name: str) -> bool:
    """Whether a language's name is one of Python's."""
    return name.strip().lower() in PYTHONS


def other_language(name: object) -> Language | None:
    """The language of that name; None for Python. Raises UsageError where there is none."""
    said = str(name or "")
    return None if not said or is_python(said) else base.load(said)


def tagged(answer: str) -> tuple[Language, str] | None:
    """The language that an answer's code is marked with, and that code; None where none tells.

    Code in Python comes before all other, and a shell's only where there is no other.
    """
    blocks = fenced_blocks(answer)
    if any(not block.tag or is_python(block.tag) for block in blocks):
        return None
    found = [(language, block) for block in blocks if (language := _language(block))]
    others = [each for each in found if each[0].name != SHELL]
    last = next(reversed(others or found), None)
    return None if last is None else (last[0], last[1].text)


def code_of(answer: str, language: Language) -> str:
    """The last block that is marked as the language's, else the last without a mark, else all."""
    blocks = fenced_blocks(answer)
    marked = [
        block for block in blocks if (found := _language(block)) and found.name == language.name
    ]
    usable = marked or [block for block in blocks if not block.tag]
    return usable[-1].text if usable else answer


def _language(block: FencedBlock) -> Language | None:
    found = base.named(block.tag) if block.tag else None
    return None if found is None or found.name == PYTHON else found


def _program(language: Language, text: str) -> WrittenProgram:
    return WrittenProgram(language, language.program(text))
