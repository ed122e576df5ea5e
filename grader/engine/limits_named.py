"""Say which limit of ours a program met: its own words name only what the system refused."""

import re

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.sandboxes._slot.common_limits import OPEN_FILES

TAIL_BYTES = 4096
MANY = "{pids} processes and threads at one time; --pids raises it"
NO_PROCESS = (
    r"can't start new thread|[Ff]ork.{0,40}[Rr]esource temporarily unavailable"
    r"|pthread_create failed|[Cc]annot fork|fork: retry"
)
AGAIN = r"BlockingIOError: \[Errno 11\] Resource temporarily unavailable"
"""What a new process is refused with, and also who asks a pipe or a socket that has nothing."""
STARTS = r"fork|spawn|[Pp]open|subprocess|multiprocessing|Process\("
"""In lines of a program that start a process."""
WORDS = {
    NO_PROCESS: MANY,
    r"No space left on device": "{disk_mb} MiB of files",
    r"Too many open files": "{files} open files",
    r"Cannot allocate memory|[Uu]nable to allocate": "{memory_mb} MiB; --memory raises it",
    r"File too large|SIGXFSZ": "{disk_mb} MiB of one file",
}


def limit_met(reason: str, step: StepResult | None, limits: Limits) -> str:
    """` (the limit is …)` where the reason, or what the step said last, tells of one; else ''."""
    said, lines = [reason], ""
    if step is not None:
        said += [f"{step.completion.exception}: {step.completion.message}"]
        said += [step.stderr[-TAIL_BYTES:].decode(errors="replace")]
        lines = f"{step.completion.traceback}\n{said[-1]}"
    text = "\n".join(said)
    values = limits.model_dump() | {"files": OPEN_FILES}
    for pattern, words in WORDS.items():
        if re.search(pattern, text):
            return f" (the limit is {words.format(**values)})"
    if re.search(AGAIN, text) and re.search(STARTS, lines):
        return f" (the limit is {MANY.format(**values)})"
    if re.search(AGAIN, text) and not lines.strip():
        return f" (if it was a new process: the limit is {MANY.format(**values)})"
    return ""
