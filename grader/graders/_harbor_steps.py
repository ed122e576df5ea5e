"""What is run for a Harbor task: its solution in one container, its verifier in another."""

import shlex

from grader.core.execution import Execution, StepResult
from grader.core.limits import Limits
from grader.core.plan import Command, ContainerWish, PlannedFile, Step
from grader.core.record import Record
from grader.core.task import Image
from grader.core.witness import WitnessWish
from grader.graders._harbor_left import archive_of, in_tar
from grader.graders._harbor_reward import FILES
from grader.graders._harbor_spec import HarborSpec

SOLVE, LEAVE, READY, APPLY, TESTS = "solve", "leave", "ready", "apply", "tests"
LOGS = "/logs"
FOLDER = f"{LOGS}/verifier"
PATCH = "/tmp/left.diff"  # noqa: S108  in the container
MAKE_READY = f"""mkdir -p {FOLDER} {LOGS}/agent {LOGS}/artifacts &&
chmod 777 {LOGS} {FOLDER} {LOGS}/agent {LOGS}/artifacts &&
rm -rf {" ".join(f"{FOLDER}/{name}" for name in FILES)} &&
{{ [ ! -e /tests/test.sh ] || chmod +x /tests/test.sh; }}"""
MAKE_SOLVE = f"""mkdir -p {LOGS}/agent {LOGS}/artifacts &&
chmod 777 {LOGS} {LOGS}/agent {LOGS}/artifacts && chmod +x /solution/solve.sh"""
REFUSED, NO_TOOL = 65, 66
"""Statuses of the step that applies a diff."""
APPLY_DIFF = f"""if command -v git >/dev/null 2>&1; then git apply --verbose {PATCH} && exit 0; fi
if command -v patch >/dev/null 2>&1; then
  patch --batch --forward -p1 -i {PATCH} && exit 0
elif ! command -v git >/dev/null 2>&1; then exit {NO_TOOL}
fi
exit {REFUSED}"""
TREE_KB = 65 << 10


class LeftState(Record):
    """What an agent left, as it is placed for the verifier."""

    archive: bytes = b""
    files: tuple[str, ...] = ()
    """Plain files that come from it."""
    diff: str = ""


def solving(spec: HarborSpec, limits: Limits) -> tuple[Step, ...]:
    """Run the task's own solution as an agent would be, and take what it left."""
    limits = limits.model_copy(update={"output_kb": max(limits.output_kb, TREE_KB)})
    wish = ContainerWish(archives=(spec.solution,))
    run = ContainerWish(trees=spec.places)
    return (
        Step(
            name="place", action=shell(made(spec) + MAKE_SOLVE), container=wish, is_setup=True,
            limits=limits,
        ),
        Step(
            name=SOLVE,
            action=Command(
                argv=("/solution/solve.sh",), env=tuple(spec.solution_env.items()),
                cwd=spec.directory, user=spec.agent_user, merged=True, overflow="cut",
            ),
            container=run, is_setup=True, limits=limits,
        ),
    )  # fmt: skip


def leaving(spec: HarborSpec, limits: Limits) -> tuple[Step, ...]:
    """Take what lies in an agent's own image; nothing of it is run but a shell that ends."""
    limits = limits.model_copy(
        update={"output_kb": max(limits.output_kb, TREE_KB), "network": False}
    )
    wish = ContainerWish(trees=spec.places)
    action = Command(argv=("true",), cwd="/", user="0")
    return (Step(name=LEAVE, action=action, container=wish, is_setup=True, limits=limits,
                 stop_on_failure=False),)  # fmt: skip


def left_by(step: StepResult, spec: HarborSpec) -> LeftState:
    """What a container held; UnreadableArtifacts for what cannot be read."""
    entries = (entry.moved(path) for path, data in step.collected for entry in in_tar(data, path))
    found = archive_of(entries, spec.places, spec.exclude)
    return LeftState(archive=found.tar, files=found.files)


def verifying(spec: HarborSpec, left: LeftState, image: Image, limits: Limits) -> tuple[Step, ...]:
    """Place it in a new container, and run the verifier there."""
    archives = tuple(data for data in (left.archive, spec.tests) if data)
    ready = ContainerWish(image=image, archives=archives)
    steps = [
        Step(
            name=READY,
            action=shell(made(spec) + MAKE_READY),
            container=ready,
            is_setup=True,
            fresh=True,
        )
    ]
    files = left.files
    if left.diff:
        diff = PlannedFile(path=PATCH, data=left.diff.encode())
        action = shell(APPLY_DIFF, cwd=spec.directory)
        steps.append(Step(name=APPLY, action=action, files=(diff,)))
    wish = WitnessWish(
        folder=FOLDER, files=FILES, left=files, places=spec.places, trusted=("/tests",)
    )
    tests = Command(
        argv=("/tests/test.sh",), env=tuple(spec.verifier_env.items()), cwd=spec.directory,
        user=spec.verifier_user, merged=True, overflow="cut",
    )  # fmt: skip
    steps.append(Step(name=TESTS, action=tests, container=ContainerWish(witness=wish)))
    return tuple(step.model_copy(update={"limits": limits}) for step in steps)


def made(spec: HarborSpec) -> str:
    """The start of a script: an engine makes a container's working directory too."""
    return f"mkdir -p {shlex.quote(spec.directory)} && "


def shell(script: str, cwd: str = "/") -> Command:
    """A script of ours, as root."""
    return Command(argv=("/bin/sh", "-c", script), cwd=cwd, user="0", merged=True, overflow="cut")


def step_of(execution: Execution, name: str) -> StepResult | None:
    """The facts of one step; None where it did not run."""
    return next((step for step in execution.steps if step.name == name), None)
