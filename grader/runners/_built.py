"""Programs that are built in one step and run in another."""

from grader.core.limits import Limits
from grader.core.plan import Step
from grader.languages import base
from grader.languages._plans import build_step, command, files_of, roomy
from grader.languages.base import ProgramText
from grader.runners.base import REPORT


def built_steps(
    language: str, program: ProgramText, run: str, limits: Limits, ending: str
) -> tuple[Step, ...]:
    """Build a program and run it by a shell's line that writes the report."""
    of = base.load(language)
    line = f"{run}; exit 0"
    step = Step(
        name=f"tests{ending}",
        action=command(of, (("sh", "-c", line),)),
        files=() if program.build else files_of(program),
        limits=roomy(limits),
        collect=(REPORT,),
        stop_on_failure=False,
    )
    return (*build_step(of, program, f"build{ending}"), step)
