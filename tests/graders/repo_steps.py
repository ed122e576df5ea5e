"""What the steps of a repository's task report, made up."""

import json

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.job import Job
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.graders import repo
from grader.strict.copies import SLOT, CopiedFunction, MixedFile
from grader.strict.subject import SurveyOutcome
from tests.strict import shop

NAMES = (*shop.FAIL_TO_PASS, *shop.PASS_TO_PASS)
DRAWN = {"test_label_of_cents": 5, "test_change": 2}
BITS = {"test_label_of_cents": 4, "test_change": 3}
COPIED = tuple(
    CopiedFunction(
        name=name,
        bits=bits,
        pieces=(f"def {name}{SLOT}():\n    f(", (0, tuple(map(str, range(2**bits)))), ")\n"),
    )
    for name, bits in BITS.items()
)
PLAIN = SurveyOutcome(uid=65534, closed=True, known=NAMES)
SURVEY = PLAIN.model_copy(update={"mixed": (MixedFile(path="tests/test_money.py", parts=COPIED),)})
FEW = "not called keyed: a guess at what its tests want passes in one of 128 cases"
KEYED = "a guess at what its tests want passes in one of 1024 cases"
WITHOUT = "not called keyed: its tests want nothing that cannot be found out"


def job(
    patch: str = shop.GOLD,
    *,
    survey: SurveyOutcome | None = SURVEY,
    control: bool | None = True,
    reading: str = "strict",
) -> Job:
    spec = repo.Spec(
        repo="tests/shop", base_commit="HEAD", eval_script=shop.SCRIPT, log_parser="parse_log_pytest",
        fail_to_pass=shop.FAIL_TO_PASS, pass_to_pass=shop.PASS_TO_PASS, patch=shop.GOLD,
        test_patch=shop.TEST_PATCH, survey=survey, control=control,
    )  # fmt: skip
    task = Task(
        id="shop-1",
        benchmark="t",
        kind="repo",
        image=Image(name="x"),
        spec=spec.model_dump(mode="json"),
    )
    sample = Sample(task_id="shop-1", index=0, body=patch, whole=True)
    return Job.model_validate({"task": task, "sample": sample, "reading": reading})


def official(*passed: str, code: int = 0) -> tuple[StepResult, ...]:
    lines = "".join(f"{'PASSED' if name in passed else 'FAILED'} {name}\n" for name in NAMES)
    log = f"+ : '>>>>> Start Test Output'\n{lines}+ : '>>>>> End Test Output'\n>>>>> Test Exit Code: {code}\n"
    return (
        StepResult(name="apply", ended=StepEnd.EXIT, stdout=b">>>>> Applied Patch:\n"),
        StepResult(name="eval", ended=StepEnd.EXIT, stdout=log.encode()),
    )


def one_run(name: str, *passed: str) -> dict:
    records: list[dict] = [{"kind": "collected", "ids": NAMES}]
    for test in NAMES:
        outcome = "passed" if test in passed else "failed"
        records.append({"kind": "phase", "id": test, "when": "call", "outcome": outcome})
    status = int(len(passed) < len(NAMES))
    records.append(
        {"kind": "finish", "status": status, "broken": [], "collected": 5, "reported": 5}
    )
    records.append({"kind": "end", "status": status})
    return {"name": name, "wall_s": 1.0, "records": records, "faults": [], "timed_out": False,
            "flooded": False, "code": status, "log": ""}  # fmt: skip


ECHO = {"copies": SURVEY.copies, "framework": "pytest", "known": NAMES}


def watched(name: str, *runs: dict, **echo) -> StepResult:
    output = json.dumps({"walls": [], "runs": runs, "echo": ECHO | echo}).encode()
    return StepResult(name=name, ended=StepEnd.EXIT, stdout=output)


def grounded(restored=(), **ground) -> StepResult:
    made = json.dumps({"state": "ground", "restored": restored, **ground}).encode()
    return StepResult(name="strict-ground", ended=StepEnd.EXIT, stdout=made)


def strict(*passed: str, restored=(), **ground) -> tuple[StepResult, ...]:
    """Tests without copies."""
    return (
        grounded(restored, **ground),
        watched("strict-tests", one_run("real", *passed)),
    )


def judged(*steps: StepResult, given: Job | None = None):
    execution = Execution(provider="x", isolation=Isolation(tier="docker"), steps=steps)
    return repo.judge(given or job(), execution)


def executed(*steps: StepResult) -> Execution:
    return Execution(provider="x", isolation=Isolation(tier="docker"), steps=steps)


def mixed(
    *passed: str, twins: tuple[str, ...] = (), name: str = "strict-tests", silent: str = "?",
    drawn: dict[str, int] = DRAWN, secret: int = 0, **changes,
) -> tuple[StepResult, ...]:  # fmt: skip
    """A run with the copies of two functions; `twins` are the wrong ones that pass."""
    told = []
    for test in NAMES:
        (copy,) = [n for key, n in drawn.items() if f"::{key}" in test] or [0]
        told.append((marked(test, copy), test in passed))
    for function, own in drawn.items():
        others = [n for n in range(1, 2 ** BITS[function] + 1) if n != own]
        told += [
            (f"tests/test_money.py::{function}_g{n}", f"{function}_g{n}" in twins) for n in others
        ]
    told = [each for each in told if not each[0].endswith(silent)]
    phases = [
        {"kind": "phase", "id": test, "when": "call", "outcome": "passed" if well else "failed"}
        for test, well in told
    ]
    records = [{"kind": "collected", "ids": [test for test, _ in told]}, *phases,
               {"kind": "finish", "status": 1, "broken": [], "collected": len(told), "reported": len(told)},
               {"kind": "end", "status": 1}]  # fmt: skip
    run = {**one_run("mixed"), "records": records, "code": 1, "drawn": drawn, **changes}
    return grounded(), watched(name, run, secret=secret)


def marked(name: str, copy: int) -> str:
    head, bracket, rest = name.partition("[")
    return f"{head}_g{copy}{bracket}{rest}" if copy else name


def apart(*passed: str) -> tuple[StepResult, ...]:
    """Tests without their copies, after they failed beside them."""
    return grounded(), watched("strict-apart", one_run("real", *passed))


def each(*flipped: str, well: bool = True, times: int = 5) -> tuple[StepResult, ...]:
    """Every function as it is or changed; `well`: as an honest patch does there."""
    passed = [n for n in NAMES if not any(f"::{name}" in n for name in flipped)]
    runs = [
        watched(
            "strict-each", {**one_run("alone", *(passed if well else NAMES)), "flipped": flipped}
        )
    ]
    return grounded(), *runs * times


def runs_in(steps) -> list[dict]:
    found = [f for step in steps for f in step.files if f.path.endswith("watch.json")]
    return [run for each in found for run in json.loads(each.data)["runs"]]
