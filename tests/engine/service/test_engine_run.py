"""Programs without a verdict: what they give is what a script would have given."""

import subprocess
import sys

import pytest

import grader
from grader.engine.service.script import returncode


@pytest.fixture(scope="module")
def graded():
    with grader.open(workers=1) as engine:
        yield engine


PROGRAMS = {
    "echo": "print(input())",
    "raises": "def f():\n    return 1 / 0\n\nf()",
    "does not compile": "x = 1\ndef f(:\n    pass",
    "status": "import sys\nprint('a')\nsys.exit(3)",
    "says why it leaves": "raise SystemExit('bye')",
    "at once": "import os\nos._exit(7)",
    "killed": "import os\nos.kill(os.getpid(), 9)",
    "aborts": "import os\nos.abort()",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_gives_what_a_script_gives(graded, name, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAMS[name])
    script = subprocess.run([sys.executable, path], input=b"hi\n", capture_output=True, check=False)
    found = graded.run(PROGRAMS[name], stdin="hi\n")
    assert (returncode(found), found.stdout) == (script.returncode, script.stdout)
    said = script.stderr.decode().replace(str(path), "/work/program.py").splitlines()
    assert found.stderr.decode().splitlines()[:1] == said[:1]
    assert found.stderr.decode().splitlines()[-1:] == said[-1:]
    assert b"_slot" not in found.stderr


def test_program_that_meets_a_limit_has_no_status(graded):
    found = graded.run("while True: pass", limits={"cpu_s": 0.2})
    assert (found.ended, returncode(found)) == ("timeout", None)


def test_program_finds_its_files_and_leaves_some(graded):
    program = "open('out.txt', 'w').write(open('in/a.txt').read() * 2)"
    found = graded.run(program, files={"in/a.txt": "x"}, collect=["out.txt"])
    assert found.collected == (("out.txt", b"xx"),)


def test_command_runs_too(graded):
    found = graded.run(["sh", "-c", "cat; exit 4"], stdin=b"\xff")
    assert (returncode(found), found.stdout) == (4, b"\xff")


def test_command_may_have_a_file_called_as_programs_are(graded):
    found = graded.run(["cat", "program.py"], files={"program.py": "x"})
    assert found.stdout == b"x"


def test_files_without_room_are_refused_and_the_slot_goes_on(graded):
    many = {f"d{number}/a": "" for number in range(20_000)}
    with pytest.raises(grader.errors.FilesRefusedError, match="No space left"):
        graded.run("pass", files=many)
    assert graded.run("import os\nprint(os.listdir())").stdout == b"['program.py']\n"


def test_large_output_comes_whole(graded):
    assert len(graded.run("print('x' * 299_999)").stdout) == 300_000


def test_command_gets_its_variables_and_its_folder(graded):
    found = graded.run(
        ["sh", "-c", "echo $A; pwd; ls"], env={"A": "x y"}, cwd="inner", files={"inner/a": "1"}
    )
    assert found.stdout == b"x y\n/work/inner\na\n"
    assert graded.run(["pwd"], cwd="/usr/bin").stdout == b"/usr/bin\n"


@pytest.mark.parametrize(
    ("argv", "more", "code", "said"),
    [
        (["absent"], {}, 127, b"absent: No such file or directory\n"),
        (["/etc/passwd"], {}, 126, b"/etc/passwd: Permission denied\n"),
        (["true"], {"cwd": "absent"}, 127, b"/work/absent: No such file or directory\n"),
    ],
)
def test_command_that_cannot_begin_says_so_as_a_shell_does(graded, argv, more, code, said):
    found = graded.run(argv, **more)
    assert (found.code, found.stderr) == (code, said)


@pytest.mark.parametrize(
    ("program", "more", "told"),
    [
        ("pass", {"env": {"A": "1"}}, "env: it is for commands"),
        ("pass", {"cwd": "a"}, "cwd: it is for commands"),
        (["true"], {"env": {"A=B": "1"}}, "env: 'A=B' is no variable"),
        (["true"], {"env": {"A": 1}}, "env: 'A' is no variable"),
        (["true"], {"env": {"A": "\0"}}, "env: 'A' is no variable"),
        (["true"], {"env": ["A"]}, "env: name"),
        (["true"], {"cwd": "a\0"}, "cwd: "),
        (["true"], {"cwd": 3}, "cwd: "),
    ],
)
def test_variables_and_folder_that_are_none_are_refused(graded, program, more, told):
    with pytest.raises(grader.UsageError, match=told):
        graded.run(program, **more)


def test_compiler_is_warm_before_a_program_begins(graded):
    """Its first use makes a type for every node, and cost each program 1.2 ms."""
    found = graded.run("print(any(c.__name__ == 'AST' for c in object.__subclasses__()))")
    assert found.stdout == b"True\n"
