"""One `grader evaluate` in a process of its own, to be disturbed from outside."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults import toy
from tests.sandboxes.private_engine import PrivateEngine, until

WORDS = {
    "repo": ("swebench", "predictions.jsonl", "--data", "rows.jsonl"),
    "function": ("folder", "functions.jsonl", "--data", "bench"),
}
SAMPLES = {"repo": 5, "function": 12}


class Evaluation:
    """A run of one kind of task on an engine, in a folder that holds what it grades."""

    def __init__(self, kind: str, folder: Path, private: PrivateEngine, *more: str) -> None:
        self.kind = kind
        self.folder = folder
        self.private = private
        self.run = folder / "run"
        self.more = more
        self.process: subprocess.Popen | None = None

    def start(self, *more: str) -> None:
        """Begin, or go on with `--resume`."""
        words = ["evaluate", *WORDS[self.kind], "--sandbox", "docker", "--image", toy.IMAGE]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", *words, "--engine", self.private.host,
             "--workers", "2", "--out", str(self.run), *self.more, *more],
            cwd=self.folder, env={**os.environ, "GRADER_CACHE": str(self.folder / "cache")},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def finish(self) -> tuple[int, str]:
        """Wait for the end: exit status and what was said on standard error."""
        _, said = self.process.communicate()
        return self.process.returncode, said

    def complete(self, *more: str) -> tuple[int, str]:
        """From its beginning to its end."""
        self.start(*more)
        return self.finish()

    def results(self) -> list[dict]:
        """Whole lines of the journal."""
        journal = self.run / "results.jsonl"
        text = journal.read_text() if journal.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def until_busy(self, results: int = 1) -> None:
        """Until so many results are written and the next sample's container is there."""
        until(lambda: len(self.results()) >= results, f"no {results} results")
        until(self.private.containers, "no container")

    def verdicts(self) -> dict[tuple[str, int], str]:
        """Of two lines of one sample the last counts."""
        return {(each["task_id"], each["index"]): each["verdict"] for each in self.results()}

    def close(self) -> None:
        """End what still runs."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
