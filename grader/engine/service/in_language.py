"""A program in another language than Python as a plan: built, then run."""

from collections.abc import Sequence
from typing import NamedTuple

from grader.core.limits import Limits
from grader.core.plan import Plan, PlannedFile, Step
from grader.core.task import Image
from grader.graders._written_in import BUILD
from grader.languages._plans import build_step, run_step, shown
from grader.languages.base import Language

RUN = "run"


class ProgramSurroundings(NamedTuple):
    """What a program finds, and what is brought back."""

    stdin: bytes
    files: tuple[PlannedFile, ...]
    collect: tuple[str, ...]
    arguments: tuple[str, ...]
    limits: Limits


def plan_in(language: Language, text: str, around: ProgramSurroundings) -> Plan:
    """The steps of one program; where it does not build, the first is the last."""
    program = language.program(text)
    program = program._replace(run=(*program.run, *around.arguments))
    build = build_step(language, program, BUILD)
    run = run_step(language, program, RUN, limits=around.limits, stdin=around.stdin)
    run = run.model_copy(update={"collect": around.collect})
    steps = tuple(with_files(step, around.files) for step in (*build, run))
    return Plan(image=Image(), limits=around.limits, steps=steps, toolchain=shown(language))


def with_files(step: Step, files: Sequence[PlannedFile]) -> Step:
    """The step with more files; its own have their names."""
    own = {each.path for each in step.files}
    more = tuple(each for each in files if each.path not in own)
    return step.model_copy(update={"files": (*more, *step.files)})
