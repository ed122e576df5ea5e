"""See from outside which processes of a container write its results; see `witness_child`.

That takes root on the engine's own machine. Elsewhere the files are brought back all the same, and
the report says that nobody could look who wrote them.
"""

import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread

from grader.core.record import without_surrogates
from grader.core.witness import WitnessedFile, WitnessReport, WitnessWish, WriterKind
from grader.sandboxes.docker.evidence import EngineEvidence, HostEvidence

CHILD = Path(__file__).with_name("witness_child.py")
LAST_S = 20.0


class WitnessProcess:
    """The process that watches one container; None of it where nobody can."""

    def __init__(self, evidence: HostEvidence | EngineEvidence, wish: WitnessWish) -> None:
        """Nothing is started yet."""
        self.evidence = evidence
        self.wish = wish
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start to watch; blocks until everything is marked."""
        if isinstance(self.evidence, EngineEvidence) or os.geteuid():
            return
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(CHILD)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        asked = {"init": self.evidence.init, **self.wish.model_dump(mode="json")}
        assert process.stdin is not None  # noqa: S101  both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
            is_ready = process.stdout.readline() == b"ready\n"
        except BrokenPipeError:
            is_ready = False
        self._process = process
        if not is_ready:
            self.stop()

    def stop(self) -> WitnessReport | None:
        """End it, and what it saw; None where nobody could look. Safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return None
        try:
            told, _ = process.communicate(timeout=LAST_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
        return report_of(told) if told.strip() and not process.returncode else None


def report_of(told: bytes) -> WitnessReport:
    """The child's words; names in a container need not be text."""
    said: dict[str, Any] = without_surrogates(json.loads(told))
    files = tuple(
        WitnessedFile(
            name=each["name"],
            data=bytes.fromhex(each["data"]) if "data" in each else None,
            writer=WriterKind(each["writer"]),
            program=each.get("program", ""),
        )
        for each in said["files"]
    )
    return WitnessReport(files=files, meddling=tuple(said["meddling"]))


@asynccontextmanager
async def watched(
    evidence: HostEvidence | EngineEvidence, wish: WitnessWish | None
) -> AsyncGenerator[WitnessProcess | None]:
    """Watch a container as long as the context is open."""
    if wish is None:
        yield None
        return
    process = WitnessProcess(evidence, wish)
    await to_thread.run_sync(process.start)
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(process.stop)
