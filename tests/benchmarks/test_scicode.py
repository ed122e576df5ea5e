"""SciCode: steps are assembled, answers taken out, and targets never with the candidate."""

import importlib
import json
from pathlib import Path
from typing import Any

import anyio
import pytest
import scicode_small as small
from scicode_attacks import ATTACKS

from grader import plugins
from grader.benchmarks._scicode import targets as target_files
from grader.benchmarks._scicode.answers import answer_folder, code_of
from grader.benchmarks.scicode import SciCode
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Cause, Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine.attempt import attempt
from grader.errors import UsageError
from grader.graders import targets as grader_of_targets
from grader.reports import scicode as report
from grader.sandboxes.base import ProviderSettings

pytest.importorskip("numpy")
PRELUDE = "import numpy as np\n"


@pytest.fixture(autouse=True)
def no_other_targets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(target_files.VARIABLE, raising=False)
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))


def tasks_of(folder: Path) -> tuple[SciCode, dict[str, Task]]:
    member = SciCode()
    return member, {task.id: task for task in member.tasks(folder)}


def judged(pairs: list[tuple[Task, Sample]], trust: Any = "auto") -> list[Result]:
    """Each graded with numpy alone, in one slot."""
    limits = Limits(cpu_s=10, wall_s=60)
    jobs = [
        Job(
            task=task.model_copy(update={"image": Image(), "limits": limits}),
            sample=sample,
            trust=trust,
        )
        for task, sample in pairs
    ]

    async def run() -> list[Result]:
        settings = ProviderSettings(run_id="scicode")
        async with plugins.load("sandboxes", "local").open_provider(settings) as provider:
            return [await attempt(job, provider, retries=2) for job in jobs]

    return anyio.run(run)


def program(task: Task, code: str) -> tuple[Task, Sample]:
    spec = grader_of_targets.Spec.model_validate(task.spec)
    body = grader_of_targets.whole(spec, code)
    return task, Sample(task_id=task.id, index=0, body=body, whole=True)


def test_reference_passes_with_targets_outside(tmp_path: Path) -> None:
    _, tasks = tasks_of(small.written(tmp_path / "data"))
    references = [(task, grader_of_targets.reference(task)) for task in tasks.values()]
    pairs = [(task, each) for task, each in references if each] + [
        program(tasks["2.2"], small.GROWN)
    ]
    results = judged(pairs)
    assert [each.task_id for each in results] == ["1.1", "1.2", "3.1", "2.2"]
    assert {each.verdict for each in results} == {Verdict.PASSED}, [each.reason for each in results]
    assert {each.trust for each in results} == {Trust.SEPARATED}


WRONG = {
    "1.1": "def scaled(x, factor=2):\n    return x * 2\n",
    "1.2": "def noisy(x):\n    return scaled(x) + np.random.rand(len(x))[::-1]\n",
    "2.2": "def grown(box):\n    return Box(box.side + 2)\n",
    "3.1": "def final(state, n):\n    state[:] = 0\n    return [0.0]\n",
}


def test_wrong_answer_fails_in_each_step(tmp_path: Path) -> None:
    _, tasks = tasks_of(small.written(tmp_path / "data"))
    results = judged([program(tasks[step], code) for step, code in WRONG.items()])
    assert [each.verdict for each in results] == [Verdict.FAILED] * len(WRONG)
    assert "only by changing values of the tests" in results[-1].reason


def test_no_attack_passes(tmp_path: Path) -> None:
    _, tasks = tasks_of(small.written(tmp_path / "data"))
    pairs = [program(tasks["1.1"], text.format(name="scaled")) for text in ATTACKS.values()]
    results = dict(zip(ATTACKS, judged(pairs), strict=True))
    passed = {
        name for name, each in results.items() if each.verdict in (Verdict.PASSED, Verdict.UNGRADED)
    }
    assert not passed
    assert "nothing found" in results["memory"].reason
    assert "no target" in results["files"].reason
    assert "no target here" in results["frames"].reason


def test_what_is_no_program_is_an_error_of_the_sample(tmp_path: Path) -> None:
    _, tasks = tasks_of(small.written(tmp_path / "data"))
    task = tasks["1.1"]
    found = judged([program(task, each) for each in ("def scaled(:\n", "No code here.", "\0")])
    assert [each.verdict for each in found] == [Verdict.ERROR] * 3


def test_answer_of_another_size_passes_officially_alone(tmp_path: Path) -> None:
    member, tasks = tasks_of(small.written(tmp_path / "data"))
    (result,) = judged([program(tasks["2.2"], "def grown(box):\n    return Box(np.array([]))\n")])
    assert (result.verdict, result.readings["compat"]) == (Verdict.FAILED, "passed")
    assert member.name == "scicode"


def test_step_without_target_or_solution_is_not_the_samples_fault(tmp_path: Path) -> None:
    _, tasks = tasks_of(small.written(tmp_path / "data", with_targets=False))
    stub = "def grown(box):\n    return Box(3)\n"
    results = judged(
        [program(tasks["2.2"], stub), program(tasks["2.2"], "def grown(box):\n    return box.no\n")]
    )
    assert [each.verdict for each in results] == [Verdict.UNGRADED, Verdict.ERROR]
    assert results[0].cause is Cause.TASK
    assert target_files.VARIABLE in results[0].reason


def test_solution_shows_targets_that_no_file_has(tmp_path: Path) -> None:
    _, tasks = tasks_of(small.written(tmp_path / "data", with_targets=False))
    results = judged([program(tasks["1.1"], small.SCALED), program(tasks["1.1"], WRONG["1.1"])])
    assert [each.verdict for each in results] == [Verdict.PASSED, Verdict.FAILED]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("x = 1", "x = 1"), ("```python\nimport os\nfrom a import b\nx = 1\n```", "x = 1\n"),
        ("```\nno\n```\n```python\nx = 1\n```\n```python\ny\n```", "x = 1\n"), ("```\nx = 1\n```", "x = 1\n"),
        ("so:\n```python\nx = 1\n", "x = 1\n"), ("    import os", "    import os"),
    ],
)  # fmt: skip
def test_code_is_taken_out_as_officially(answer: str, code: str) -> None:
    assert code_of(answer).strip("\n") == code.strip("\n")


def test_answers_stand_behind_the_same_runs_earlier_ones(tmp_path: Path) -> None:
    member, tasks = tasks_of(small.written(tmp_path / "data"))
    rows = [
        {"task_id": "1.1", "completion": "```python\nimport os\ndef scaled(x): return x\n```"},
        {"step_number": "1.2", "code": "def noisy(x): return 1"},
        {"task_id": "2.2", "completion": "def grown(box): return box"},
        {"task_id": "1.2", "completion": "def noisy(x): return 2"},
    ]
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in rows))
    first, second, third, fourth = member.samples(str(file), tasks)
    assert first.body == f"{PRELUDE}def scaled(x): return x\n\n"
    assert second.body == f"{PRELUDE}def scaled(x): return x\n\ndef noisy(x): return 1\n"
    assert third.body == f"{PRELUDE}{small.GIVEN}\ndef grown(box): return box\n"
    assert fourth.body == f"{PRELUDE}{small.SCALED}\ndef noisy(x): return 2\n"
    assert all(each.whole for each in (first, second, third, fourth))


def test_folder_of_official_programs_is_read_as_they_stand(tmp_path: Path) -> None:
    member, tasks = tasks_of(small.written(tmp_path / "data"))
    folder = tmp_path / "model" / "with_background"
    folder.mkdir(parents=True)
    (folder / "1.1.py").write_text("import os\ndef scaled(x): return x\n")
    (found,) = member.samples(str(tmp_path / "model"), tasks)
    assert (found.task_id, found.body) == ("1.1", "import os\ndef scaled(x): return x\n")
    other = tmp_path / "model" / "without_background"
    other.mkdir()
    with pytest.raises(UsageError, match="pass one of them"):
        answer_folder(str(tmp_path / "model"))


def test_official_targets_are_read_as_its_own_reader_does(tmp_path: Path) -> None:
    h5py, np = pytest.importorskip("h5py"), pytest.importorskip("numpy")
    path = tmp_path / "test_data.h5"
    with h5py.File(path, "w") as file:
        file["1.1/test1/var1"] = np.arange(3.0)
        file["1.1/test2/var1"], file["1.1/test2/var2"] = 1.5, "text"
        for number in (1, 2, 10):
            file[f"1.1/test3/var1/list/var{number}"] = number
        file["1.1/test4/var1/0.5"], file["1.1/test4/var1/name"] = 2, b"x"
    found = target_files.of_h5(path)("1.1", 4)
    checker = importlib.import_module("grader.graders._targets_checker")
    first, second, third, fourth = checker.unpacked(found.packed)
    assert first.tolist() == [0, 1, 2]
    assert second == (1.5, "text")
    assert third == [1, 10, 2]
    assert fourth == {0.5: 2, "name": "x"}
    assert target_files.of_h5(path)("9.9", 1) == target_files.NOTHING


def test_both_figures_count_what_was_not_answered(tmp_path: Path) -> None:
    _, tasks = tasks_of(small.written(tmp_path / "data"))
    results = [
        Result(task_id=step, index=0, verdict=verdict)
        for step, verdict in {
            "1.1": Verdict.PASSED,
            "1.2": Verdict.FAILED,
            "2.2": Verdict.PASSED,
        }.items()
    ]
    found = report.figures(results, tasks)
    assert (found.passed_steps, found.steps, found.solved) == (2, 4, ("2",))
    report.write(results, tmp_path / "run.txt", tasks=tasks)
    assert "correct steps: 2/4" in (tmp_path / "run.txt").read_text()
    assert json.loads((tmp_path / "run.json").read_text()) == {"1": ["1.1"], "2": ["2.2"], "3": []}
