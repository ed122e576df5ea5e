"""What HTTP costs, and what a server does under load; see `scripts/bench serve --help`."""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import grader

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
RESET = 0
"""What stands for a status where a connection broke."""
SOLUTION = "def add(a, b):\n    return a + b\n"
TASK = {"kind": "function", "tests": "assert add(1, 2) == 3", "entry_point": "add"}
TRIVIAL = {
    "language": "python",
    "code": "print(int(input()) + 1)",
    "stdin": "41\n",
    "compile_timeout": 10,
    "run_timeout": 10,
    "memory_limit_MB": 1024,
    "files": {},
    "fetch_files": [],
}
LOOP = {"program": "while True: pass", "limits": {"cpu_s": 1, "wall_s": 120}}
QUICK = {"program": "print(1)"}


class Target(NamedTuple):
    """A server that is asked."""

    name: str
    url: str
    process: int

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 80


class Measured(NamedTuple):
    """What one round showed."""

    per_s: float
    median_ms: float
    late_ms: float
    """95 of 100 took no longer."""
    cpu_ms: float
    """Of all the server's processes, per request."""
    statuses: dict[int, int]


class Client:
    """One connection that is kept."""

    def __init__(self, place: tuple[str, int], headers: dict[str, str] | None = None) -> None:
        self._place = place
        self._more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(*self._place, limit=1 << 26)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, path: str, body: bytes) -> tuple[int, bytes]:
        self._writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"{self._more}Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        assert found is not None, head
        return int(head.split()[1]), await self._reader.readexactly(int(found[1]))


def tree(parent: int) -> set[int]:
    """A process and all below it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = {parent}
    while more := {each for each, above in parents.items() if above in found} - found:
        found |= more
    return found


def cpu_s(parent: int) -> float:
    """Seconds of CPU of a process, all below it, and all that ended below it."""
    total = 0
    for process in tree(parent):
        try:
            fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICKS


def memory_mb(process: int) -> float:
    """Resident memory of one process."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE / 1e6


async def closed_loop(
    target: Target, path: str, body: Callable[[int], bytes], clients: int, requests: int
) -> Measured:
    """So many clients, each asking again as soon as it is answered."""
    numbers = iter(range(requests))
    times: list[float] = []
    statuses: dict[int, int] = {}

    async def one() -> None:
        for number in numbers:
            async with Client(target.place) as client:
                asked = number
                while asked is not None:
                    began = time.perf_counter()
                    try:
                        status, _ = await client.ask(path, body(asked))
                    except (ConnectionError, asyncio.IncompleteReadError):
                        statuses[RESET] = statuses.get(RESET, 0) + 1
                        break
                    times.append(time.perf_counter() - began)
                    statuses[status] = statuses.get(status, 0) + 1
                    asked = next(numbers, None)

    before, began = cpu_s(target.process), time.perf_counter()
    await asyncio.gather(*(one() for _ in range(clients)))
    took = time.perf_counter() - began
    spent = cpu_s(target.process) - before
    late = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return Measured(
        len(times) / took, median(times) * 1e3, late * 1e3, spent / len(times) * 1e3, statuses
    )


def trivial(number: int) -> bytes:
    """A small program; none is like another."""
    return json.dumps({**TRIVIAL, "stdin": f"{number}\n"}).encode()


def graded(number: int) -> bytes:
    """A small solution; none is like another."""
    sample = {"solution": f"{SOLUTION}# {number} {os.getpid()} {time.time_ns()}\n"}
    return json.dumps({"task": TASK, "sample": sample}).encode()


async def speed(targets: list[Target], wanted: argparse.Namespace) -> None:
    """Requests per second and CPU per request, servers in turn."""
    for path, body, who in (
        ("/run_code", trivial, targets),
        ("/v1/grade", graded, targets[:1]),
    ):
        for clients in wanted.clients:
            rounds: dict[str, list[Measured]] = {each.name: [] for each in who}
            for _ in range(wanted.rounds):
                for each in who:
                    count = max(2 * clients, wanted.requests)
                    found = await closed_loop(each, path, body, clients, count)
                    rounds[each.name].append(found)
            for each in who:
                show(path, clients, each.name, rounds[each.name])


def show(path: str, clients: int, name: str, found: list[Measured]) -> None:
    """One line."""
    statuses: dict[int, int] = {}
    for each in found:
        for status, count in each.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    print(
        f"{path:12}{clients:4} clients  {name:10}"
        f"{median(each.per_s for each in found):9.1f}/s"
        f"{median(each.median_ms for each in found):10.1f} ms"
        f"{median(each.late_ms for each in found):10.1f} ms p95"
        f"{median(each.cpu_ms for each in found):9.2f} ms CPU  {statuses}",
        flush=True,
    )


async def overhead(target: Target, wanted: argparse.Namespace) -> None:
    """CPU of a grading over HTTP against the same in an engine without it, in turn."""
    task = grader.function_task(tests=str(TASK["tests"]), entry_point="add")
    direct: list[float] = []
    served: list[float] = []
    async with grader.Engine(workers=1) as engine:
        own = os.getpid()
        for number in range(wanted.rounds):
            before = cpu_s(own) - cpu_s(target.process)
            for each in range(wanted.requests):
                await engine.grade(task, f"{SOLUTION}# {number} {each}\n")
            direct.append((cpu_s(own) - cpu_s(target.process) - before) / wanted.requests * 1e3)
            found = await closed_loop(target, "/v1/grade", graded, 1, wanted.requests)
            served.append(found.cpu_ms)
    print(
        f"a grading: {median(direct):.2f} ms CPU in an engine, {median(served):.2f} ms over HTTP,"
        f" {median(served) - median(direct):+.2f} ms"
    )


async def loops(target: Target, wanted: argparse.Namespace) -> None:
    """64 endless loops of one client's, and 63 quick ones of others beside them."""
    tokens = wanted.tokens

    async def timed(client: str, body: object) -> tuple[float, int]:
        began = time.perf_counter()
        headers = {"Authorization": f"Bearer {tokens[client]}"}
        async with Client(target.place, headers) as connection:
            status, _ = await connection.ask("/v1/run", json.dumps(body).encode())
        return time.perf_counter() - began, status

    hog = [asyncio.create_task(timed("hog", LOOP)) for _ in range(64)]
    await asyncio.sleep(1)
    quick = await asyncio.gather(*(timed(f"quick{each}", QUICK) for each in range(63)))
    times = [each for each, _ in quick]
    going = sum(not each.done() for each in hog)
    print(
        f"63 quick ones beside 64 loops of 1 s: median {median(times):.2f} s, p95"
        f" {quantiles(times, n=20)[-1]:.2f} s, last {max(times):.2f} s; {going} loops were left",
        flush=True,
    )
    ended = await asyncio.gather(*hog)
    statuses = sorted({status for _, status in ended})
    print(f"the loops: {statuses}, the last after {max(ended)[0]:.0f} s")


async def memory(target: Target, wanted: argparse.Namespace) -> None:
    """Memory of the server's process over many requests, most of them of one kind."""
    kinds: list[tuple[str, Callable[[int], bytes]]] = [
        (
            "/v1/grade",
            lambda _: json.dumps({"task": TASK, "sample": {"solution": SOLUTION}}).encode(),
        ),
        ("/v1/grade", graded),
        ("/v1/run", lambda number: json.dumps({"program": number}).encode()),
    ]
    part = wanted.memory // 20
    for step in range(20):
        shares = (part * 88 // 100, part * 2 // 100, part // 10)
        for (path, body), count in zip(kinds, shares, strict=True):
            await closed_loop(target, path, body, 8, count)
        print(f"{(step + 1) * part:8} requests  {memory_mb(target.process):7.1f} MB", flush=True)


def started(*words: str) -> tuple[Target, "subprocess.Popen[str]"]:
    """Our own server."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "grader",
            "serve",
            "--port",
            "0",
            "--access-log",
            os.devnull,
            *words,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return Target("grader", process.stdout.readline().split()[-1], process.pid), process


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench serve", description=__doc__)
    parser.add_argument("--against", metavar="URL@PID", action="append", default=[])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--requests", type=int, default=100, help="of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", default="1")
    parser.add_argument("--workers", default=str(len(os.sched_getaffinity(0))))
    parser.add_argument("--overhead", action="store_true", help="only what HTTP adds")
    parser.add_argument("--loops", action="store_true", help="only quick ones beside endless ones")
    parser.add_argument("--memory", metavar="N", type=int, help="only memory over N requests")
    return parser.parse_args()


def main() -> None:
    """Measure what is asked for."""
    wanted = parsed()
    words = ["--workers", wanted.workers, "--processes", wanted.processes]
    if wanted.loops:
        names = ["hog", *(f"quick{each}" for each in range(63))]
        wanted.tokens = {name: os.urandom(16).hex() for name in names}
        file = Path(f"/tmp/grader-bench-{os.getpid()}")
        file.write_text("".join(f"{name} {token}\n" for name, token in wanted.tokens.items()))
        words += ["--token-file", str(file)]
    own, process = started(*words)
    try:
        if wanted.overhead:
            task: Awaitable[None] = overhead(own, wanted)
        elif wanted.loops:
            task = loops(own, wanted)
        elif wanted.memory:
            task = memory(own, wanted)
        else:
            pairs = [each.rsplit("@", 1) for each in wanted.against]
            others = [Target(f"peer{n}", url, int(pid)) for n, (url, pid) in enumerate(pairs, 1)]
            task = speed([own, *others], wanted)
        asyncio.run(awaited(task))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


async def awaited(task: Awaitable[None]) -> None:
    """A coroutine for `asyncio.run`."""
    await task


if __name__ == "__main__":
    main()
