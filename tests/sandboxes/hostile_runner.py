"""Run our hostile programs in slots and print one JSON line per program.

Usage: python hostile_runner.py slot|task [docker] [no-namespaces] [NAME …]

A process of its own, so that the tests can start it as another user or with fewer rights. What a
program may expect is in its first lines:

    # expect: WORDS | WORDS     as `engine.canary.describe` says it; `# in bare:` without namespaces
    # evidence: WORDS | WORDS   who said so
    # quick                     well before any deadline
"""

import json
import os
import re
import socket
import stat
import sys
import tempfile
from pathlib import Path

import anyio
from denial import deny_namespaces

from grader import plugins
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.task import Image
from grader.engine.proof.programs import describe
from grader.sandboxes.base import Freshness, Provider, ProviderSettings

PROGRAMS = Path(__file__).with_name("hostile")
ENGINE = str(Path(__file__).resolve().parents[2])
LABEL = f"hostile{os.getpid()}"
LIMITS = Limits(cpu_s=0.8, wall_s=1.2, memory_mb=256, pids=32, output_kb=256, disk_mb=32)
QUICK_S = 1.0
COUNTED = "packets were counted"
"""A container cannot make itself another network: it is replaced before its next use."""
TOGETHER = 3
STARVED = "starved"
"""A time-out that says nothing, as others had the processors: a run tries such a sample again."""
TRIES = 3
CROWD = 3
"""Programs that want each processor. In such a crowd no try may say more."""
NEIGHBOUR = Path(__file__).with_name("neighbour.py").read_text()


class Victim:
    """A folder and sockets of the host that no program may touch."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="grader-victim-"))
        self.kept = self.folder / "kept"
        self.kept.write_text("precious")
        self.sockets = [
            self._listen(str(self.folder / "socket"), socket.SOCK_STREAM),
            self._listen(str(self.folder / "socket.datagram"), socket.SOCK_DGRAM),
            self._listen(f"\0{LABEL}", socket.SOCK_STREAM),
            self._listen(f"\0{LABEL}.datagram", socket.SOCK_DGRAM),
        ]
        if os.geteuid() == 0:  # so that only the sandbox's walls are in the way
            for path in (self.folder, self.kept, *self.folder.glob("socket*")):
                path.chmod(0o777)
        self.before = self.look()

    def look(self) -> list:
        found = []
        for path in (self.folder, self.kept):
            status = path.stat()
            found.append([stat.S_IMODE(status.st_mode), status.st_size, status.st_mtime_ns])
        return [*found, self.kept.read_text(), sorted(os.listdir(self.folder))]

    @staticmethod
    def _listen(address: str, kind: socket.SocketKind) -> socket.socket:
        server = socket.socket(socket.AF_UNIX, kind)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        return server


def expectations(source: str, *, bare: bool) -> dict[str, list[str]]:
    """The words of a program's first lines, by kind."""
    pattern = re.compile(r"^# (expect|in bare|evidence): (.*)$", re.MULTILINE)
    found = {kind: words.split(" | ") for kind, words in pattern.findall(source)}
    if bare and "in bare" in found:
        found["expect"] = found["in bare"]
    return found


async def examine(provider: Provider, path: Path, victim: Victim) -> dict:
    """One program, and what its neighbour sees afterwards."""
    source = path.read_text()
    bare = provider.isolation.tier == "bare"
    expected = expectations(source, bare=bare)
    tokens = {"VICTIM": victim.folder, "ENGINE": ENGINE, "LABEL": LABEL}
    for token, value in {**tokens, "IMAGE": provider.name == "docker"}.items():
        source = source.replace(f"@{token}@", str(value))
    plan = Plan(image=Image(), limits=LIMITS, steps=())
    wrong: list[str] = []
    async with provider.sandbox(plan) as sandbox:
        result = await sandbox.run(Step(name="case", action=Program(source=source)), LIMITS)
        residue = getattr(sandbox, "slot").broken
        text = NEIGHBOUR.replace("@BARE@", str(bare))
        check = Program(source=text.replace("@LOCKED@", str(path.stem == "holds_locks")))
        after = await sandbox.run(Step(name="after", action=check), LIMITS)
    found = describe(result)
    if found not in expected["expect"]:
        wrong.append(f"{found!r} is not one of {expected['expect']}: {result.completion}")
    allowed = expected.get("evidence", [result.evidence])
    if result.evidence not in [*allowed, *([STARVED] if is_crowded() else [])]:
        wrong.append(f"{result.evidence!r} is not one of {expected['evidence']}")
    if "\n# quick\n" in source and result.wall_s > QUICK_S:
        wrong.append(f"took {result.wall_s:.2f} s")
    if residue and not (provider.name == "docker" and residue.startswith(COUNTED)):
        wrong.append(f"left: {residue}")
    if describe(after) != "done":
        wrong.append(f"its neighbour: {describe(after)} {after.completion.message}")
    if victim.look() != victim.before:
        wrong.append(f"the host: {victim.look()} was {victim.before}")
        victim.before = victim.look()
    return {"name": path.stem, "wrong": wrong, "evidence": result.evidence, "wall": result.wall_s}


def is_crowded() -> bool:
    return os.getloadavg()[0] > CROWD * len(os.sched_getaffinity(0))


async def report(
    provider: Provider, paths: list[Path], victim: Victim, starved: list[Path] | None = None
) -> None:
    """Take programs from the list until there are none; `starved`: those to be tried again."""
    while paths:
        path = paths.pop()
        try:
            with anyio.fail_after(30):
                line = await examine(provider, path, victim)
        except Exception as error:
            line = {"name": path.stem, "wrong": [f"{type(error).__name__}: {error}"]}
        if line["wrong"] and line.get("evidence") == STARVED and starved is not None:
            starved.append(path)
        else:
            print(json.dumps(line), flush=True)


async def main(name: str, fresh: str, names: list[str]) -> None:
    victim = Victim()
    paths = sorted(PROGRAMS.glob("*.py"), reverse=True)
    paths = [path for path in paths if not names or path.stem in names]
    starved: list[Path] = []
    member = plugins.load("sandboxes", name)
    async with member.open_provider(
        ProviderSettings(run_id=LABEL, fresh=Freshness(fresh))
    ) as provider:
        print(json.dumps({"tier": provider.isolation.tier, "walls": provider.isolation.walls}))
        async with anyio.create_task_group() as group:
            alone = provider.isolation.tier == "bare" and os.geteuid() != 0
            for _ in range(1 if alone else TOGETHER):  # one user's processes are counted together
                group.start_soon(report, provider, paths, victim, starved)
        for tried in range(2, TRIES + 1):  # one after the other
            again, starved = starved, []
            await report(provider, again, victim, starved if tried < TRIES else None)


if __name__ == "__main__":
    words = sys.argv[2:]
    if "no-namespaces" in words:
        words.remove("no-namespaces")
        deny_namespaces()
    name = "docker" if "docker" in words else "local"
    words = [word for word in words if word != "docker"]
    anyio.run(main, name, sys.argv[1], words)
