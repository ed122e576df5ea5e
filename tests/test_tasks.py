"""The bundled tasks and samples, graded in the real sandbox."""

import json
from collections import Counter
from pathlib import Path

import anyio
import pytest

from grader import plugins
from grader.benchmarks import folder
from grader.core.job import Job
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.attempt import attempt
from grader.sandboxes.base import ProviderSettings

BENCHMARK = folder.benchmark()
TASKS = {task.id: task for task in BENCHMARK.tasks(BENCHMARK.locate(None))}
SAMPLES = folder.bundled() / "samples.jsonl"
BY_VERDICT = {
    Verdict.PASSED: 18,
    Verdict.FAILED: 8,
    Verdict.ERROR: 7,
    Verdict.TIMEOUT: 1,
    Verdict.MEMORY: 1,
    Verdict.OUTPUT: 1,
}


def graded(jobs: list[Job]) -> list[Result]:
    """Results in the jobs' order."""

    async def run() -> list[Result]:
        settings = ProviderSettings(run_id="test-tasks")
        provider_open = plugins.load("sandboxes", "local").open_provider(settings)
        async with provider_open as provider:
            return [await attempt(job, provider) for job in jobs]

    return anyio.run(run)


def control(task: Task, which: str) -> Sample:
    """`reference`, `empty` or `stub`: the prompt as it is given to the model, completed by nothing."""
    if which == "stub":
        return Sample(task_id=task.id, index=0, body="", whole=task.kind == "program")
    return getattr(plugins.load("graders", task.kind), which)(task)


@pytest.fixture(scope="module")
def controls() -> dict[tuple[str, str], Result]:
    """Results of the reference and of samples that solve nothing, by task and which."""
    keys = [(name, which) for name in TASKS for which in ("reference", "empty", "stub")]
    jobs = [Job(task=TASKS[name], sample=control(TASKS[name], which)) for name, which in keys]
    return dict(zip(keys, graded(jobs), strict=True))


@pytest.fixture(scope="module")
def shown() -> list[Result]:
    """Results of the bundled samples."""
    samples = BENCHMARK.samples(str(SAMPLES), TASKS)
    return graded([Job(task=TASKS[sample.task_id], sample=sample) for sample in samples])


@pytest.mark.parametrize("name", TASKS)
def test_reference_passes(name: str, controls: dict[tuple[str, str], Result]) -> None:
    result = controls[name, "reference"]
    assert (result.verdict, result.reason) == (Verdict.PASSED, "")


@pytest.mark.parametrize("which", ["empty", "stub"])
@pytest.mark.parametrize("name", TASKS)
def test_sample_that_solves_nothing_fails(
    name: str, which: str, controls: dict[tuple[str, str], Result]
) -> None:
    says_nothing = which == "stub" and TASKS[name].kind == "answer"
    wanted = Verdict.EMPTY if says_nothing else Verdict.FAILED
    assert controls[name, which].verdict is wanted


def test_there_are_enough_tasks_of_each_kind() -> None:
    kinds = Counter(task.kind for task in TASKS.values())
    assert kinds["function"] >= 12
    assert kinds["program"] >= 2
    assert kinds["answer"] >= 2


def test_task_is_named_as_its_directory() -> None:
    assert list(TASKS) == [path.name for path in folder.task_directories(folder.bundled())]


def test_samples_show_every_verdict(shown: list[Result]) -> None:
    assert Counter(result.verdict for result in shown) == BY_VERDICT


def test_samples_hold_a_duplicate() -> None:
    lines = SAMPLES.read_text(encoding="utf-8").splitlines()
    assert len(set(lines)) == len(lines) - 1


def test_samples_cover_every_task() -> None:
    rows = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    assert {row["task_id"] for row in rows} == set(TASKS)


@pytest.mark.parametrize("name", [name for name in TASKS if TASKS[name].kind == "function"])
def test_examples_of_the_prompt_hold(name: str, tmp_path: Path) -> None:
    """What the model is shown must be true of the reference."""
    import doctest  # noqa: PLC0415  only here

    task = TASKS[name]
    names: dict[str, object] = {}
    exec(compile(task.spec["prompt"] + "\n" + task.spec["reference"], name, "exec"), names)
    prompt: dict[str, object] = {}
    exec(compile(task.spec["prompt"], name, "exec"), prompt)
    text = getattr(prompt[task.spec["entry_point"]], "__doc__", "")
    examples = doctest.DocTestParser().get_doctest(text, names, name, None, None)
    assert examples.examples
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(examples, out=report.append)
    assert not report
