"""Which status and which words every error ends in."""

import errno
import re
import resource
import tempfile
from functools import partial
from pathlib import Path

import pytest
from cli_command import launch

from grader.cli.exit_codes import Exit
from grader.cli.extras import from_extra
from grader.cli.failure import CommandStopped, explain, only, status_of
from grader.errors import ImageError, InfraError, SandboxError, TaskError, UsageError


def full() -> InfraError:
    """A full disk as the journal tells it."""
    error = InfraError("disk full at run/results.jsonl")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("x"), 2),
        (SandboxError("x"), 5),
        (ImageError("x"), 5),
        (TaskError("x"), 5),
        (full(), 4),
        (OSError(errno.ENOSPC, "x"), 4),
        (OSError(errno.EDQUOT, "x"), 4),
        (CommandStopped("x", Exit.UNGRADED), 4),
        (KeyboardInterrupt(), 130),
        (ValueError("x"), 1),
        (NotImplementedError(), 1),
        (MemoryError(), 1),
        (RuntimeError("can't start new thread"), 5),
        (RuntimeError("x"), 1),
        (BlockingIOError(errno.EAGAIN, "x"), 1),
        (PermissionError(errno.EACCES, "x"), 1),
        (ExceptionGroup("", [UsageError("x"), SandboxError("y")]), 2),
        (ExceptionGroup("", [UsageError("x"), ValueError("y")]), 1),
        (BaseExceptionGroup("", [ValueError("x"), KeyboardInterrupt()]), 130),
    ],
    ids=repr,
)
def test_error_has_its_status(error, status):
    assert status_of(error) == status


def test_only_finds_the_one_error_in_nested_groups():
    error = ValueError("x")
    assert only(ExceptionGroup("", [ExceptionGroup("", [error])])) is error


def test_missing_part_of_ours_is_a_bug_and_no_missing_extra():
    missing = ModuleNotFoundError("x", name="grader.hosting")
    with pytest.raises(ModuleNotFoundError) as raised, from_extra("board", who="boards need"):
        raise missing
    assert raised.value.__cause__ is None
    assert status_of(raised.value) == 1


def test_missing_extra_is_named_with_what_lacks():
    with pytest.raises(UsageError) as raised, from_extra("serve", who="'grader serve' needs"):
        raise ModuleNotFoundError("x", name="starlette")
    assert status_of(raised.value) == 2
    assert str(raised.value) == (
        "'grader serve' needs the extra 'serve' (starlette is missing); pip install 'grader[serve]'"
    )


def test_known_error_is_one_harmless_line(capsys):
    explain(UsageError("no task '\x1b]0;x\x07'\nnow\u202e"), ["evaluate"])
    assert capsys.readouterr().err == "grader: no task '\\x1b]0;x\\x07' now\\u202e\n"


@pytest.mark.needs("ordinary-user")
@pytest.mark.parametrize("processes", [1, 2])
def test_user_who_may_start_no_more_processes_is_told_so(processes, somewhere):
    """Those that the user has already count too: one of the first starts is refused."""
    bound = partial(resource.setrlimit, resource.RLIMIT_NPROC, (processes, processes))
    with launch("demo", "--out", somewhere / "run", preexec_fn=bound) as process:
        _, err = process.communicate()
    assert (process.returncode, "bug in grader" in err) == (5, False)
    assert len(err.splitlines()) == 1


def test_refused_start_of_a_process_is_no_bug():
    def _execute_child():
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with pytest.raises(BlockingIOError) as caught:
        _execute_child()
    assert status_of(caught.value) == 5


def test_bug_is_reported_ready_to_paste_with_its_traceback_in_a_file(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    try:
        raise ValueError("the engine's own mistake")
    except ValueError as error:
        status = explain(error, ["evaluate", "my samples.jsonl"])
    told = capsys.readouterr().err
    assert status == Exit.BUG
    assert "command   grader evaluate 'my samples.jsonl'" in told
    assert "error     ValueError: the engine's own mistake" in told
    assert all(
        re.search(f"^{fact} +\\S", told, re.MULTILINE) for fact in ("grader", "python", "platform")
    )
    (kept,) = tmp_path.iterdir()
    assert f"traceback {kept}" in told
    text = kept.read_text()
    assert "Traceback (most recent call last)" in text
    assert "command   grader evaluate 'my samples.jsonl'" in text


def test_bug_is_reported_whole_where_no_file_can_be_written(capsys, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(Path("nowhere")))
    explain(ValueError("x"), ["demo"])
    assert "ValueError: x\n" in capsys.readouterr().err
