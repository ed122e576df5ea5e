"""A limit of ours names itself, its value, and the option that raises it."""

import pytest

from grader.core.execution import CompletionRecord, CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.engine.limits_named import limit_met

LIMITS = Limits(pids=77, memory_mb=333, disk_mb=55)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("RuntimeError: can't start new thread (line 2)", "77 processes and threads"),
        ("sh: 1: Cannot fork", "77 processes and threads"),
        ("OSError: [Errno 28] No space left on device", "55 MiB of files"),
        ("OSError: [Errno 24] Too many open files: 'x'", "1024 open files"),
        ("OSError: [Errno 12] Cannot allocate memory", "333 MiB"),
    ],
)
def test_a_limit_that_was_met_is_named_with_its_value(said, value):
    assert value in limit_met(said, None, LIMITS)


def test_a_limit_is_named_where_only_standard_error_tells_of_it():
    step = StepResult(name="x", ended=StepEnd.EXIT, code=1, stderr=b"fork: retry: no child\n")
    assert "--pids" in limit_met("left with status 1", step, LIMITS)


def test_a_plain_failure_names_no_limit():
    completion = CompletionRecord(
        said=CompletionWord.RAISED, exception="AssertionError", message="1 != 2"
    )
    step = StepResult(name="x", ended=StepEnd.EXIT, completion=completion)
    assert limit_met("AssertionError: 1 != 2", step, LIMITS) == ""


AGAIN = "BlockingIOError: [Errno 11] Resource temporarily unavailable"


def refused(line):
    traceback = f'  File "/work/x.py", line 3, in f\n    {line}\n'
    completion = CompletionRecord(
        said=CompletionWord.RAISED, exception="BlockingIOError", traceback=traceback
    )
    return StepResult(name="x", ended=StepEnd.EXIT, completion=completion)


@pytest.mark.parametrize(
    "line", ["os.fork()", "subprocess.run(['true'])", "Popen('ls')", "os.posix_spawn(*it)"]
)
def test_a_refused_process_names_its_limit(line):
    assert " (the limit is 77 processes" in limit_met(AGAIN, refused(line), LIMITS)


@pytest.mark.parametrize("line", ["os.read(pipe, 9)", "listener.accept()", "lock.lockf(file)"])
def test_what_has_nothing_to_give_names_no_limit(line):
    assert limit_met(AGAIN, refused(line), LIMITS) == ""


def test_a_limit_that_may_not_be_the_reason_is_named_as_such():
    assert " (if it was a new process: the limit is 77" in limit_met(AGAIN, None, LIMITS)
