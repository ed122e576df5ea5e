"""A task and one sample of it: what an executor receives."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal

from grader.core.record import Record, digest
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Task


class Job(Record):
    """One thing to grade."""

    task: Task
    sample: Sample
    trust: Literal["auto", "separated", "shared"] = "auto"
    """How far tests and candidate must be apart; `auto` falls back to one process where it must."""

    reading: Literal["strict", "parity"] = "strict"
    """Which reading is the verdict, where a kind of task has both; without strict none is made."""

    @property
    def key(self) -> tuple[str, int]:
        """Identity within a run."""
        return (self.sample.task_id, self.sample.index)


def sample_digest(sample: Sample) -> str:
    """Content of a sample, independent of where it was read from (16 hex digits)."""
    return digest(
        sample.task_id.encode(errors="surrogatepass"),
        sample.body.encode(errors="surrogatepass"),
        b"whole" if sample.whole else b"",
        *([sample.language.encode(errors="surrogatepass")] if sample.language else []),
        sample.defect.encode(errors="surrogatepass"),
    )[:16]


Attempt = Callable[[Job], Coroutine[Any, Any, Result]]
"""What turns a job into its result."""
