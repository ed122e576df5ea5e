"""Grade the same samples with EvalPlus's own executor and with grader, taking turns.

CPU is that of a method's whole process tree (user and system), one worker each. EvalPlus gets its
expected outputs before the first turn, as it keeps them in a cache; grader learns its fingerprints
of them from the first sample of each task, and that first round is reported apart. Samples that use
up a limit would measure the limit and not the grader: they are left out, and the output says how
many. Ratios are medians over blocks.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bench_speed

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GRADER, EVALPLUS, NO_POOL = "grader", "evalplus", "evalplus, no pool"
METHODS = (GRADER, EVALPLUS, NO_POOL)
FILES = {
    "humanevalplus": ("humanevalplus/HumanEvalPlus.jsonl.gz", "heplus_llama3_official.jsonl.gz"),
    "mbppplus": ("mbppplus/MbppPlus.jsonl.gz", "mbppplus_llama3_official.jsonl.gz"),
}
OVERRIDES = {"humanevalplus": "HUMANEVAL_OVERRIDE_PATH", "mbppplus": "MBPP_OVERRIDE_PATH"}
TOO_LARGE = {"Mbpp/255", "Mbpp/599"}
"""Tasks whose reference alone needs seconds or gigabytes."""
LIMITS = {"timeout", "memory", "output"}
SAMPLED_S = 0.25
Row = dict[str, str]
Block = Callable[[list[int]], list[str]]


@dataclass
class Measured:
    """One method."""

    method: str
    start_cpu_s: float = 0.0
    first_ms: float = 0.0
    """CPU per sample of the first round."""
    cpu_ms: list[float] = field(default_factory=list)
    """CPU per sample, one value per block."""
    verdicts: dict[int, str] = field(default_factory=dict)
    parent_mb: float = 0.0
    """Peak resident memory of the first process."""
    largest_mb: float = 0.0
    """Most that one process was seen to hold, from the first block on."""
    tree_mb: float = 0.0
    """Most that all were seen to hold together, shared pages counted once."""


# ---- the methods, each in a process of its own --------------------------------------------------


@contextmanager
def evalplus(benchmark: str, data: Path, rows: list[Row], *, pool: bool) -> Iterator[Block]:
    """`check_correctness` with both parts and the first failure final, as `evalplus.evaluate`."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    os.environ[OVERRIDES[benchmark]] = str(data)
    from evalplus import evaluate as peer  # noqa: PLC0415
    from evalplus.data import get_human_eval_plus, get_mbpp_plus  # noqa: PLC0415
    from evalplus.eval._special_oracle import MBPP_OUTPUT_NOT_NONE_TASKS  # noqa: PLC0415
    from evalplus.gen.util import trusted_exec  # noqa: PLC0415

    name = "humaneval" if benchmark == "humanevalplus" else "mbpp"
    every = (get_human_eval_plus if name == "humaneval" else get_mbpp_plus)()
    problems = {task_id: every[task_id] for task_id in {row["task_id"] for row in rows}}
    del every
    expected: dict[str, dict[str, Any]] = {}
    for task_id, problem in problems.items():
        expected[task_id] = {}
        for part in ("base", "plus"):
            outputs, seconds = trusted_exec(
                problem["prompt"] + problem["canonical_solution"],
                problem[f"{part}_input"],
                problem["entry_point"],
                record_time=True,
                output_not_none=problem["entry_point"] in MBPP_OUTPUT_NOT_NONE_TASKS,
            )
            expected[task_id] |= {part: outputs, f"{part}_time": seconds}

    def given(number: int) -> tuple[Any, ...]:
        task_id = rows[number]["task_id"]
        solution = rows[number]["solution"]
        return name, number, problems[task_id], solution, expected[task_id], False, True

    def verdict(found: dict[str, Any]) -> str:
        return "passed" if found["base"][0] == found["plus"][0] == "pass" else "failed"

    if not pool:
        yield lambda numbers: [verdict(peer.check_correctness(*given(one))) for one in numbers]
        return
    with ProcessPoolExecutor(max_workers=1) as executor:

        def block(numbers: list[int]) -> list[str]:
            futures = [executor.submit(peer.check_correctness, *given(one)) for one in numbers]
            return [verdict(future.result()) for future in futures]

        yield block


@contextmanager
def grader(benchmark: str, data: Path, rows: list[Row]) -> Iterator[Block]:
    """The engine: every sample through gate, plan, sandbox and judge; no sharing of twins."""
    from anyio.from_thread import start_blocking_portal  # noqa: PLC0415

    from grader import plugins  # noqa: PLC0415
    from grader.core.job import Job  # noqa: PLC0415
    from grader.core.sample import Sample  # noqa: PLC0415
    from grader.engine.grading import open_grading  # noqa: PLC0415
    from grader.executors.local import running  # noqa: PLC0415
    from grader.run.options import Options  # noqa: PLC0415

    options = Options.model_validate({"benchmark": benchmark, "samples": "-", "workers": 1})
    wanted = {row["task_id"] for row in rows}
    member = plugins.load("benchmarks", benchmark).benchmark()
    tasks = {task.id: task for task in member.tasks(data) if task.id in wanted}
    jobs = [
        Job(
            task=tasks[row["task_id"]],
            sample=Sample(task_id=row["task_id"], index=number, body=row["solution"], whole=True),
        )
        for number, row in enumerate(rows)
    ]
    with start_blocking_portal() as portal:
        engine_open = open_grading(options, f"bench-{os.getpid()}", accept=lambda _: None)
        with portal.wrap_async_context_manager(engine_open) as engine:

            async def graded(numbers: list[int]) -> list[str]:
                verdicts: dict[int, str] = {}
                chosen = [jobs[number] for number in numbers]
                async with running(chosen, engine.attempt, workers=1) as results:
                    async for result in results:
                        verdicts[result.index] = result.verdict.value
                return [verdicts[number] for number in numbers]

            yield lambda numbers: portal.call(graded, numbers)


def serve(method: str, benchmark: str, data: Path, rows: list[Row]) -> None:
    """A JSON line of sample numbers on standard input, one line of verdicts for each."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    questions = os.fdopen(os.dup(0), "r")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if method == GRADER:
        opened = grader(benchmark, data, rows)
    else:
        opened = evalplus(benchmark, data, rows, pool=method == EVALPLUS)
    with opened as block:
        print("ready", file=answers)
        for line in questions:
            print(json.dumps(block(json.loads(line))), file=answers)


# ---- the measurement ----------------------------------------------------------------------------


class Server:
    """A running method."""

    def __init__(self, method: str, arguments: argparse.Namespace, rows: Path) -> None:
        """Start it and wait until it is ready; raises RuntimeError if it never is."""
        self.measured = Measured(method)
        self._process = subprocess.Popen(
            [
                *(sys.executable, __file__, arguments.benchmark, "--serve", method),
                *("--data", arguments.data, "--samples", rows),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=tempfile.gettempdir(),
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{HERE}"},
        )
        if self._answer() != "ready":
            self.kill()
            raise RuntimeError(f"{method} did not start")
        self.measured.start_cpu_s = bench_speed.tree_cpu_s(self._process.pid)
        self._closing = threading.Event()
        self._watch = threading.Thread(target=self._watched, daemon=True)
        self._watch.start()

    def block(self, numbers: list[int]) -> float:
        """Let it grade some samples; CPU milliseconds per sample."""
        before = bench_speed.tree_cpu_s(self._process.pid)
        assert self._process.stdin
        self._process.stdin.write(json.dumps(numbers) + "\n")
        self._process.stdin.flush()
        verdicts = json.loads(self._answer())
        self.measured.verdicts |= dict(zip(numbers, verdicts, strict=True))
        return (bench_speed.tree_cpu_s(self._process.pid) - before) * 1000 / len(numbers)

    def forget(self) -> None:
        """Samples that use up a limit have run: what they held is theirs."""
        self.measured.tree_mb = self.measured.largest_mb = 0.0

    def close(self) -> None:
        """End it and note the peak of its first process."""
        self._closing.set()
        self._watch.join()
        self.measured.parent_mb = bench_speed.peak_mb(self._process.pid)
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def kill(self) -> None:
        """End it now if it is still there."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def _watched(self) -> None:
        while not self._closing.wait(SAMPLED_S):
            held = [proportional_mb(pid) for pid in tree(self._process.pid)]
            self.measured.tree_mb = max(self.measured.tree_mb, sum(held))
            self.measured.largest_mb = max(self.measured.largest_mb, *held)


def tree(root: int) -> list[int]:
    """A process and its living descendants."""
    found = [root]
    for pid in found:
        with suppress(OSError):  # it ended meanwhile
            for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, tasks.read_text().split())
    return found


def proportional_mb(pid: int) -> float:
    """MiB of one process, pages that it shares counted in part; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def rows_of(arguments: argparse.Namespace) -> list[Row]:
    """The first samples of tasks spread evenly over the benchmark."""
    by_task: dict[str, list[Row]] = defaultdict(list)
    for row in bench_speed.jsonl(arguments.samples):
        if row["task_id"] not in TOO_LARGE:
            by_task[row["task_id"]].append(row)
    step = max(1, len(by_task) // arguments.tasks)
    chosen = list(by_task.values())[::step][: arguments.tasks]
    return [row for rows in chosen for row in rows[: arguments.each]]


def run(arguments: argparse.Namespace, rows: list[Row]) -> tuple[list[Measured], int]:
    """All methods on the same blocks in turn, and how many samples were left out."""
    servers: list[Server] = []
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
        file.flush()
        try:
            servers += [Server(method, arguments, Path(file.name)) for method in arguments.methods]
            kept = list(range(len(rows)))
            first = servers[0]
            first.measured.first_ms = first.block(kept)
            kept = [one for one in kept if first.measured.verdicts[one] not in LIMITS]
            size = arguments.block
            blocks = [kept[start : start + size] for start in range(0, len(kept), size)]
            for server in servers[1:]:
                server.measured.first_ms = server.block(blocks[0])
            for server in servers:
                server.forget()
            for turn, block in enumerate(blocks * arguments.rounds):
                offset = turn % len(servers)
                for server in servers[offset:] + servers[:offset]:
                    server.measured.cpu_ms.append(server.block(block))
                if arguments.verbose:
                    told = {one.measured.method: one.measured.cpu_ms[-1] for one in servers}
                    tasks = sorted({rows[number]["task_id"] for number in block})
                    print(told, *tasks, file=sys.stderr)
            for server in servers:
                server.close()
        finally:
            for server in servers:
                server.kill()
    return [server.measured for server in servers], len(rows) - len(kept)


def table(found: list[Measured]) -> str:
    """For people.

    The last columns: how many times the method's samples per CPU second grader does, over all
    blocks and as the median over blocks.
    """
    first = found[0]
    head = (
        f"{'method':18} {'passed':>7} {'CPU ms':>8} {'first':>8} {'start s':>8}"
        f" {'parent MB':>9} {'largest':>8} {'tree MB':>8} {'all':>7} {'median':>7}"
    )
    lines = [head]
    for one in found:
        ratios = [a / b for a, b in zip(one.cpu_ms, first.cpu_ms, strict=True)]
        lines.append(
            f"{one.method:18} {list(one.verdicts.values()).count('passed'):>7}"
            f" {statistics.mean(one.cpu_ms):>8.1f} {one.first_ms:>8.1f} {one.start_cpu_s:>8.1f}"
            f" {one.parent_mb:>9.0f} {one.largest_mb:>8.0f} {one.tree_mb:>8.0f}"
            f" {sum(one.cpu_ms) / sum(first.cpu_ms):>6.2f}x {statistics.median(ratios):>6.2f}x"
        )
    return "\n".join(lines)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench_evalplus.py", description=__doc__)
    parser.add_argument("benchmark", choices=tuple(FILES))
    parser.add_argument("--data", type=Path, help="the benchmark's file")
    parser.add_argument("--samples", type=Path, help="JSONL with task_id and solution")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--each", type=int, default=3, help="samples of a task")
    parser.add_argument("--block", type=int, default=15, help="samples per turn")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="each block's CPU ms per sample")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    data, samples = FILES[arguments.benchmark]
    arguments.data = arguments.data or bench_speed.PEERS_DATA / "tasks" / data
    arguments.samples = arguments.samples or bench_speed.PEERS_DATA / "samples" / samples
    return arguments


def main() -> int:
    """Measure and print."""
    arguments = parse()
    if arguments.serve:
        rows = bench_speed.jsonl(arguments.samples)
        serve(arguments.serve, arguments.benchmark, arguments.data, rows)
        return 0
    rows = rows_of(arguments)
    began = time.perf_counter()
    found, left_out = run(arguments, rows)
    tasks = len({row["task_id"] for row in rows})
    print(
        f"{arguments.benchmark}: {len(rows) - left_out} samples of {tasks} tasks,"
        f" {left_out} over a limit left out; blocks of {arguments.block},"
        f" {arguments.rounds} rounds, {time.perf_counter() - began:.0f} s,"
        f" load {os.getloadavg()[0]:.1f}"
    )
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
