"""How a server ends."""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from served import LOOP
from test_serve_native import wait_for


def test_sigterm_lets_running_ones_finish_and_turns_new_ones_away(serve):
    server = serve("--workers", "1")
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(server.run, "import time; time.sleep(1.5); print('done')")
        wait_for(lambda: server.metric("grader_running") == 1)
        below = descendants(server.process.pid)
        assert below
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: server.ask("/readyz").status == 503)
        told = server.run("print(1)")
        assert (told.status, told.json["retry"]) == (503, True)
        assert told.headers["retry-after"]
        assert running.result().json["stdout"] == "done\n"
    assert server.process.wait(20) == 0
    assert not below & looked_at().keys()


def test_second_signal_ends_at_once(serve):
    server = serve("--workers", "1")
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(server.run, LOOP, limits={"cpu_s": 60, "wall_s": 90})
        wait_for(lambda: server.metric("grader_running") == 1)
        server.process.send_signal(signal.SIGINT)
        wait_for(lambda: server.ask("/readyz").status == 503)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 130
        assert asked.exception() is not None


class Seen(NamedTuple):
    """A process by what no other one will have."""

    number: int
    started: bytes


def looked_at() -> dict[Seen, int]:
    """All processes that do more than wait for their parent to look at them, with that parent."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_bytes().rpartition(b")")[2].split()
            if fields[0] != b"Z":
                found[Seen(int(stat.parent.name), fields[19])] = int(fields[1])
    return found


def descendants(parent: int) -> set[Seen]:
    """Processes below it, and theirs."""
    parents = looked_at()
    numbers, found = {parent}, set()
    while more := {each for each, above in parents.items() if above in numbers} - found:
        found |= more
        numbers |= {each.number for each in more}
    return found
