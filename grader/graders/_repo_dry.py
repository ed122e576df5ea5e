"""Whether an image is what its task needs: its package comes from the tree, its tests are there.

The task's own script is run with the task's own solution, on a runner that collects and reports
every test and runs none. Where that does not show a test, the script is run as it is: only what
neither shows is missing. Pure.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from grader.core.execution import Execution, StepEnd
from grader.core.plan import Command, Plan, PlannedFile, Step
from grader.core.supply import SupplyFault
from grader.core.task import Image, Task
from grader.graders._repo_log import END, START, text_of
from grader.graders._repo_tests import EvalType, eval_type_by, with_cut_names
from grader.graders.repo import APPLY, EVAL, EVAL_PATH, NO_CHANGE, Spec, parity_steps
from grader.image.steps import last_lines
from grader.parsers.base import ParsedInstance, Statuses, UnreadableLog, find
from grader.strict import commands

FOLDER = "/grader-dry"
IMPORTS = "imports"
WHAT = {
    APPLY: "step 'apply': the task's own solution does not apply"
    f" (at fault: {SupplyFault.DATA.value};"
    " next: compare 'patch', 'base_commit' and 'pre_install' of the row)",
    IMPORTS: f"step 'import': the package is not there as the tests need it (at fault:"
    f" {SupplyFault.DATA.value}; next: look at 'install' and 'pip_pins' of the row's recipe)",
}
DRY = f"""export PYTHONPATH={FOLDER}${{PYTHONPATH:+:$PYTHONPATH}}
export PYTEST_ADDOPTS="-p grader_dry_run${{PYTEST_ADDOPTS:+ $PYTEST_ADDOPTS}}"
"""
HEAD_LINES = 2
"""A script's first line and its `set`: what it prints before its markers says nothing."""
COMMAND = re.compile(r"&&|\|\||[;&|\n]")
TREE = re.compile(r"\./?(?:\[.*\])?")
SHOWN = 3


@cache
def inside() -> tuple[PlannedFile, ...]:
    """What is sent into the image."""
    folder = resources.files("grader.image").joinpath("inside")
    names = ("imports.py", "sitecustomize.py", "grader_dry_run.py")
    return tuple(
        PlannedFile(path=f"{FOLDER}/{name}", data=folder.joinpath(name).read_bytes())
        for name in names
    )


def plan(task: Task, image: str, *, dry: bool = True) -> Plan:
    """The task's own solution in the image with id `image`; `dry`: with tests that do nothing."""
    spec = Spec.model_validate(task.spec)
    first, tests = parity_steps(spec, spec.patch or NO_CHANGE, network=task.limits.network)
    files = tuple(dried(file) if dry else file for file in first.files)
    first = first.model_copy(update={"files": (*files, *inside())})
    steps = (first, *imported(spec), tests)
    return Plan(image=Image(name=image), limits=task.limits, steps=steps)


def is_driven(task: Task) -> bool:
    """Whether the image of a task can be proven: its test command is one that is understood."""
    return not commands.read(Spec.model_validate(task.spec).eval_script).why


def imported(spec: Spec) -> tuple[Step, ...]:
    """Import what the recipe installed; nothing where it installs no tree."""
    if spec.recipe is None or not installs_tree(spec.recipe.install):
        return ()
    anew = installs_tree(commands.read(spec.eval_script).setup)  # a copy will do, it is made anew
    words = (
        f"{spec.recipe.environment}/bin/python",
        *("-I", f"{FOLDER}/imports.py", spec.directory, "copies" if anew else "editable"),
    )
    action = Command(argv=words, cwd="/", user="root", merged=True, overflow="cut")
    return (Step(name=IMPORTS, action=action),)


def installs_tree(text: str) -> bool:
    """Whether commands install the working directory."""
    return any(is_installation(command.split()) for command in COMMAND.split(text))


def is_installation(words: Sequence[str]) -> bool:
    """Whether one command does."""
    if any(word.rsplit("/", 1)[-1] == "setup.py" for word in words):
        return not {"install", "develop"}.isdisjoint(words)
    if "install" not in words or not any("pip" in word for word in words):
        return False
    after = words[words.index("install") + 1 :]
    return any(TREE.fullmatch(word.strip("'\"").removeprefix("--editable=")) for word in after)


def dried(file: PlannedFile) -> PlannedFile:
    """The script with what empties its tests before all it does; any other file as it is."""
    if file.path != EVAL_PATH:
        return file
    lines = file.data.decode().split("\n")
    text = "\n".join([*lines[:HEAD_LINES], DRY, *lines[HEAD_LINES:]])
    return file.model_copy(update={"data": text.encode()})


class DryRun(NamedTuple):
    """What a run has shown."""

    wrong: str
    """What is wrong before any test is looked for; empty for nothing."""
    missing: tuple[str, ...]
    """Tests of the row that it does not show."""
    said: str
    """The end of what the script said."""


def seen(task: Task, execution: Execution) -> DryRun:
    """What the facts of `plan` say."""
    spec = Spec.model_validate(task.spec)
    for step in execution.steps:
        if step.name in WHAT and not (step.ended is StepEnd.EXIT and step.code == 0):
            told = last_lines(text_of(step.stdout)) or step.evidence
            return DryRun(f"{WHAT[step.name]}: {told}", (), told)
    wanted = (*spec.fail_to_pass, *spec.pass_to_pass)
    log = next((text_of(step.stdout) for step in execution.steps if step.name == EVAL), "")
    if eval_type_by(spec.rule, spec.repo, spec.eval_type) is EvalType.FAIL_ONLY:
        return DryRun("", (), "")  # such a log names no test that passes
    found = with_cut_names(statuses(spec, task, log), wanted)
    return DryRun("", tuple(name for name in wanted if name not in found), last_lines(log))


def statuses(spec: Spec, task: Task, log: str) -> Statuses:
    """What a log says about tests, usable for a verdict or not."""
    parser, instance = find(spec.log_parser, spec.rule), ParsedInstance(task.id, spec.version)
    between = log.split(START)[1].split(END, maxsplit=1)[0] if START in log else log
    try:
        return parser(between, instance)
    except UnreadableLog:
        return {}


def complaint(missing: Sequence[str], of: int, said: str) -> str:
    """Why an image is not what its row needs."""
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    return (
        f"step 'collect': the test command does not show {len(missing)} of the row's {of} tests"
        f" ({', '.join(missing[:SHOWN])}{more}), its last lines: {said}; at fault:"
        f" {SupplyFault.DATA.value}; next: compare the row's 'test_cmd' and 'pip_pins' with its"
        " tests"
    )


def count(task: Task) -> int:
    """How many tests a row has."""
    spec = Spec.model_validate(task.spec)
    return len(spec.fail_to_pass) + len(spec.pass_to_pass)
