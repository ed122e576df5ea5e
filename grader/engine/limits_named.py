"""Say which limit of ours a program met: its own words name only what the system refused."""

import re

from grader.core.execution import StepResult
from grader.core.limits import Limits

TAIL_BYTES = 4096
OPEN_FILES = 1024
"""See `FILE_LIMIT` in `_slot/task.py`."""
NO_PROCESS = (
    r"can't start new thread|[Ff]ork.{0,40}[Rr]esource temporarily unavailable"
    r"|BlockingIOError: \[Errno 11\]|pthread_create failed|[Cc]annot fork|fork: retry"
)
WORDS = {
    NO_PROCESS: "{pids} processes and threads at one time; --pids raises it",
    r"No space left on device": "{disk_mb} MiB of files",
    r"Too many open files": "{files} open files",
    r"Cannot allocate memory|[Uu]nable to allocate": "{memory_mb} MiB; --memory raises it",
    r"File too large|SIGXFSZ": "{disk_mb} MiB of one file",
}


def limit_met(reason: str, step: StepResult | None, limits: Limits) -> str:
    """` (the limit is …)` where the reason, or what the step said last, tells of one; else ''."""
    said = [reason]
    if step is not None:
        said += [f"{step.completion.exception}: {step.completion.message}"]
        said += [step.stderr[-TAIL_BYTES:].decode(errors="replace")]
    text = "\n".join(said)
    values = limits.model_dump() | {"files": OPEN_FILES}
    for pattern, words in WORDS.items():
        if re.search(pattern, text):
            return f" (the limit is {words.format(**values)})"
    return ""
