"""Samples in other languages: MultiPL-E's own loop against grader, in turns, sample by sample.

The loop is that of MultiPL-E's evaluator (`safe_subprocess.run` and `eval_*.py`): prompt,
completion and tests in one file, its commands one after another, looked after every tenth of a
second. grader compiles the tests' side once per task, and Go its library once: that is done before,
and not counted. Both grade the rows of `--rows` that pass. Printed per language: wall clock of
both and their ratio, CPU time of the loop's commands and of grader's slots; `--plain` waits for the
commands without the loop's pauses.
"""

import argparse
import contextlib
import json
import os
import resource
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from grader.benchmarks.multipl_e import MultiplE
from grader.core.job import Job
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.grading import Grading, open_grading
from grader.engine.options import EngineOptions

PAUSE_S = 0.1
PATH = "/usr/local/go/bin:/usr/bin:/bin"
"""As in a slot: what a user has in a folder of his own is seen by neither."""
TUPLES = "/usr/share/java/javatuples-1.2.jar"
COMPILED = ("js", "cpp", "java", "go", "rs")
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "js": ("p.js", ("node p.js",)),
    "cpp": ("p.cpp", ("g++ p.cpp -o e -std=c++17", "./e")),
    "java": (
        "Problem.java",
        (
            f"javac -encoding UTF8 -cp {TUPLES} -d out Problem.java",
            f"java -ea -cp out:{TUPLES} Problem",
        ),
    ),
    "go": ("p_test.go", ("go test p_test.go",)),
    "rs": ("p.rs", ("rustc p.rs -o e", "./e")),
    "php": ("p.php", ("php p.php",)),
    "rb": ("p.rb", ("ruby p.rb",)),
    "pl": ("p.pl", ("perl p.pl",)),
    "lua": ("p.lua", ("lua5.3 p.lua",)),
    "sh": ("p.sh", ("bash p.sh",)),
    "r": ("p.R", ("Rscript p.R",)),
    "rkt": ("p.rkt", ("racket p.rkt",)),
}
"""The file's name, and MultiPL-E's commands."""


class Sampled(NamedTuple):
    """One right solution, and its task."""

    task: Task
    row: dict[str, Any]


class Cost(NamedTuple):
    """Of one sample."""

    wall_s: float
    cpu_s: float
    passed: bool


def samples_of(language: str, rows: Path, tasks: Path, count: int) -> list[Sampled]:
    """The first right solutions of a language, one per task."""
    known: dict[tuple[str, str], Task] = {}
    for benchmark, name in (("multipl-e", "humaneval"), ("multipl-e-mbpp", "mbpp")):
        for task in MultiplE().tasks(tasks / f"{name}-{language}.jsonl.gz"):
            known[benchmark, task.spec["name"]] = task
    found: dict[str, Sampled] = {}
    for line in (rows / f"{language}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        task = known.get((row["benchmark"], row["task_id"]))
        if task is not None and row["expected_verdict"] == "passed":
            found.setdefault(task.id, Sampled(task, row))
    return list(found.values())[:count]


def looped(language: str, sample: Sampled, *, pause_s: float) -> Cost:
    """MultiPL-E's evaluator; without a pause the commands are waited for."""
    file, commands = COMMANDS[language]
    spec = sample.task.spec
    text = f"{spec['prompt']}{sample.row['completion']}\n{spec['tests']}"
    before, start = cpu_of_children(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file).write_text(text, "utf-8")
        passed = all(ran(command, folder, pause_s) for command in commands)
    return Cost(time.monotonic() - start, cpu_of_children() - before, passed)


def ran(command: str, folder: str, pause_s: float) -> bool:
    """One command, as `safe_subprocess.run` runs it."""
    child = subprocess.Popen(
        command.split(), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True, env={**os.environ, "PATH": PATH},
    )  # fmt: skip
    if not pause_s:
        said, _ = child.communicate()
        return child.returncode == 0 and b"FAIL" not in said
    assert child.stdout is not None
    assert child.stderr is not None
    for stream in (child.stdout, child.stderr):
        os.set_blocking(stream.fileno(), False)
    said = b""
    while True:  # it looks whether the command has ended, reads what there is, and sleeps
        status = child.poll()
        said += (child.stdout.read() or b"") + (child.stderr.read() or b"")
        if status is not None:
            break
        time.sleep(pause_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    return status == 0 and b"FAIL" not in said


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def graded(grading: Grading, sample: Sampled) -> Cost:
    """The same by grader; the CPU time is that of its slots."""
    answer = Sample(task_id=sample.task.id, index=0, body=sample.row["completion"])
    start = time.monotonic()
    result = await grading.attempt(Job(task=sample.task, sample=answer))
    wall_s = time.monotonic() - start
    steps = [] if result.execution is None else list(result.execution.steps)
    steps += [each.checker for each in steps if each.checker is not None]
    passed = result.verdict is Verdict.PASSED
    return Cost(wall_s, sum(each.cpu_s for each in steps), passed)


async def compared(asked: argparse.Namespace) -> None:
    """Both in turns; the table is printed."""
    rounds: dict[str, tuple[list[Cost], list[Cost]]] = {}
    async with open_grading(EngineOptions(workers=1, retries=0), "bench-languages") as grading:
        for language in asked.languages:
            found = samples_of(language, asked.rows, asked.tasks, asked.samples)
            theirs, ours = rounds.setdefault(language, ([], []))
            for sample in found:
                await graded(grading, sample)
                looped(language, sample, pause_s=0.0)
            for _ in range(asked.rounds):
                for sample in found:
                    pause_s = 0.0 if asked.plain else PAUSE_S
                    theirs.append(looped(language, sample, pause_s=pause_s))
                    ours.append(await graded(grading, sample))
            print(line_of(language, theirs, ours), flush=True)
    both = [[cost for pair in rounds.values() for cost in pair[side]] for side in (0, 1)]
    print(line_of("together", *both))


def line_of(name: str, theirs: list[Cost], ours: list[Cost]) -> str:
    """Sums, so that every language weighs what it costs."""
    sides = {"loop": theirs, "grader": ours}
    bad = [side for side, costs in sides.items() if not all(each.passed for each in costs)]
    wall = [sum(each.wall_s for each in costs) for costs in (theirs, ours)]
    cpu = [sum(each.cpu_s for each in costs) for costs in (theirs, ours)]
    count = max(len(ours), 1)
    faster, share = wall[0] / max(wall[1], 1e-9), cpu[1] / max(cpu[0], 1e-9)
    return (
        f"{name:>9}: {len(ours):3} samples; wall {wall[0] / count:.3f} s, "
        f"grader {wall[1] / count:.3f} s: {faster:.2f} times faster; "
        f"CPU {cpu[0] / count:.3f} s, grader {cpu[1] / count:.3f} s: {share:.2f} of it"
        + (f"; not passed by {', '.join(bad)}" if bad else "")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="other languages: MultiPL-E's loop beside grader")
    parser.add_argument("--rows", type=Path, required=True, help="folder of LANGUAGE.jsonl")
    parser.add_argument("--tasks", type=Path, required=True, help="folder of MultiPL-E's tasks")
    parser.add_argument("--languages", nargs="+", default=COMPILED, choices=sorted(COMMANDS))
    parser.add_argument("--samples", type=int, default=3, metavar="N", help="of each language")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--plain", action="store_true", help="wait for the commands without pauses")
    anyio.run(compared, parser.parse_args())


if __name__ == "__main__":
    main()
