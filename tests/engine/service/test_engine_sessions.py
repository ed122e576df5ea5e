"""Sandboxes that keep their files: for one caller, until the end."""

import asyncio
import os
import signal

import anyio
import pytest

import grader
from grader.errors import DeadlineError, FilesRefusedError


@pytest.fixture(scope="module")
def graded():
    with grader.open(workers=1, sessions=1) as engine:
        yield engine


def test_session_keeps_files_from_step_to_step(graded):
    with graded.session() as session:
        session.write("in/a.txt", b"\xff1")
        session.run("import os\nopen('b', 'wb').write(open('in/a.txt', 'rb').read() * 2)")
        session.run(["sh", "-c", "cat b b > c; echo more >> in/a.txt; mkdir -p d/e; cp c d/e/f"])
        assert session.read("c") == b"\xff1" * 4
        assert session.read("in/a.txt") == b"\xff1more\n"
        assert session.read("d/e/f") == b"\xff1" * 4


def test_session_s_program_is_not_among_its_files(graded):
    with graded.session() as session:
        session.run("x = 1")
        assert session.run(["ls", "-A"]).stdout == b""


def test_session_leaves_nothing_for_the_next_one(graded):
    with graded.session() as session:
        session.run("import os\nopen('secret', 'w').write('x')\nopen('/tmp/secret', 'w')")
    with graded.session() as session:
        assert session.run(["ls", "-A", ".", "/tmp"]).stdout == b".:\n\n/tmp:\n"
        with pytest.raises(FileNotFoundError):
            session.read("secret")


def test_session_s_files_are_numbered_as_in_a_new_one_even_if_it_removed_them(graded):
    program = "import os\nopen('a', 'w').close()\nprint(os.stat('a').st_ino)"
    with graded.session() as session:
        before = session.run(program).stdout
    with graded.session() as session:
        many = "import os\nfor n in range(50): open(str(n), 'w').close(); os.unlink(str(n))"
        session.run(many)
        session.run("pass")
    with graded.session() as session:
        assert session.run(program).stdout == before


def test_session_s_processes_end_with_their_step(graded):
    with graded.session() as session:
        session.run("import os, time\nif not os.fork():\n    os.setsid()\n    time.sleep(1000)")
        listed = "import os\nprint(sum(n.isdigit() for n in os.listdir('/proc')))"
        assert int(session.run(listed).stdout) <= 4


@pytest.mark.parametrize("target", ["/tmp/away", "/proc/1/comm", "missing"])
def test_what_is_written_follows_no_link(graded, target):
    with graded.session() as session:
        session.run(f"import os\nopen('/tmp/away', 'w').write('old')\nos.symlink({target!r}, 'a')")
        session.write("a", b"new")
        assert session.read("a") == b"new"
        assert session.run(["cat", "/tmp/away"]).stdout == b"old"


TRAPS = {
    "fifo": "import os\nos.mkfifo('a')",
    "link to a folder": "import os\nos.symlink('/tmp', 'd')",
    "folder": "import os\nos.mkdir('a')",
    "file for a folder": "open('d', 'w')",
    "no room": "try:\n    open('b', 'wb').write(bytes(64 << 20))\nexcept OSError: pass",
    "no room for names": "try:\n    for n in range(99999): open(str(n), 'w')\nexcept OSError: pass",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_steps_leave_in_the_way_refuses_a_file_and_never_ends_the_session(graded, trap):
    with graded.session() as session:
        session.write("kept", "whole")
        session.run(TRAPS[trap], limits={"cpu_s": 20})
        for path in ("a", "d/x"):
            try:
                session.write(path, b"new" * 2000)
            except FilesRefusedError as error:
                assert f"'{path}'" in str(error)
            else:
                assert session.read(path) == b"new" * 2000
        assert session.run("print(1)").stdout == b"1\n"
        assert session.run(["sh", "-c", "cat kept"], limits={"memory_mb": 20}).stdout == b"whole"
    with graded.session() as session:
        assert session.run(["ls", "-A", "/tmp", "."]).stdout == b".:\n\n/tmp:\n"


def test_refused_file_leaves_what_was_called_so(graded):
    with graded.session() as session:
        session.write("a", "old")
        session.run("try:\n    open('b', 'wb').write(bytes(64 << 20))\nexcept OSError: pass")
        with pytest.raises(FilesRefusedError, match="No space left"):
            session.write("a", b"x" * (1 << 20))
        assert session.read("a") == b"old"


def test_file_with_the_program_s_own_name_is_kept(graded):
    with graded.session() as session:
        session.write("program.py", "mine")
        found = session.run("print(open('program.py').read())\n1 / 0")
        assert found.stdout == b"mine\n"
        assert b'program.py", line 2' in found.stderr
        assert session.read("program.py") == b"mine"


def test_what_is_read_follows_no_link(graded):
    with graded.session() as session:
        session.run("import os\nos.symlink('/etc/passwd', 'a')\nos.mkfifo('b')\nos.mkdir('c')")
        for name in "abc":
            with pytest.raises(FileNotFoundError):
                session.read(name)


def test_session_refuses_paths_outside(graded):
    with graded.session() as session:
        for path in ("../a", "/etc/a", "a/../../b"):
            with pytest.raises(grader.UsageError, match="files"):
                session.write(path, b"")


def test_step_past_its_deadline_leaves_the_session_usable(graded):
    with graded.session(limits={"cpu_s": 60}) as session:
        session.write("a", "kept")
        with pytest.raises(DeadlineError):
            session.run("while True: pass", deadline_s=0.5)
        assert session.read("a") == b"kept"


def test_session_ends_with_its_context(graded):
    with graded.session() as session:
        pass
    with pytest.raises(grader.UsageError, match="not open"):
        session.run("pass")


def test_sessions_never_hold_up_what_is_graded(graded):
    task = grader.function_task(tests="assert f() == 1", entry_point="f")
    with graded.session() as session:
        session.run("pass")
        assert graded.grade(task, "def f():\n    return 1").verdict == "passed"


@pytest.mark.anyio
async def test_further_session_waits_for_one_to_end():
    async with grader.Engine(workers=1, sessions=1) as engine:
        began = anyio.Event()

        async def second() -> None:
            async with engine.session() as session:
                began.set()
                await session.run("pass")

        async with anyio.create_task_group() as group, engine.session() as session:
            group.start_soon(second)
            await session.write("a", "1")
            assert await session.read("a") == b"1"
            assert not began.is_set()


@pytest.mark.anyio
async def test_cancelled_session_is_given_back():
    async with grader.Engine(workers=1, sessions=1) as engine:
        with anyio.move_on_after(0.3):
            async with engine.session() as session:
                await session.run("import time\ntime.sleep(60)", limits={"wall_s": 60})
        with anyio.fail_after(20):
            async with engine.session() as session:
                assert (await session.run("print(1)")).stdout == b"1\n"


@pytest.mark.anyio
async def test_who_gives_up_waiting_for_a_session_is_lent_none():
    async with grader.Engine(workers=1, sessions=1) as engine:
        async with engine.session():
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(engine.session().__aenter__(), 0.3)
        with anyio.fail_after(20):
            async with engine.session() as session:
                await session.run("pass")


def test_session_may_end_after_its_engine():
    with grader.open(workers=1, sessions=1) as engine, engine.session():
        engine.close()


def test_session_of_a_parent_is_refused_in_a_forked_child(graded):
    with graded.session() as session:
        child = os.fork()
        if not child:
            signal.alarm(20)
            try:
                session.run("pass")
            except grader.UsageError:
                session.__exit__()
                os._exit(7)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert session.run("print(1)").stdout == b"1\n"


def test_session_that_is_open_is_not_opened_again(graded):
    with graded.session() as session:
        with pytest.raises(grader.UsageError, match="open already"):
            session.__enter__()
        assert session.run("print(1)").stdout == b"1\n"
    with session:
        assert session.run("print(2)").stdout == b"2\n"


def test_image_is_refused_where_there_are_none(graded):
    with pytest.raises(grader.UsageError, match="image: the sandbox 'local'"):
        graded.session(image="python:3.11").__enter__()


def test_sandbox_that_keeps_no_files_says_so():
    with (
        grader.open(workers=1, sandbox="null", allow_weak=True) as engine,
        pytest.raises(grader.UsageError, match="image: the sandbox 'null'"),
        engine.session(),
    ):
        pass
