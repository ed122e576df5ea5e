"""Help, versions and argument errors: cheap, and no option without its unit and default."""

import subprocess
import sys

import pytest

import grader as package
from grader.cli import commands
from grader.cli.exit_codes import MEANING

HEAVY = ("pydantic", "anyio", "tqdm", "docker", "git", "asyncio", "importlib.metadata")
PROBE = f"""
import sys
from grader.cli.main import main
main(sys.argv[1:])
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["evaluate", "--help"],
        ["help", "show"],
        ["evalute"],
        ["evaluate", "humaneval"],
        ["evaluate", "humaneval", "samples.jsonl", "--wrokers", "2"],
        ["evaluate", "humaneval", "samples.jsonl", "-k", "none"],
    ],
)
def test_start_loads_no_heavy_package(words):
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded: []"


def test_overview_names_every_command_and_exit_status(grader):
    done = grader("--help")
    assert done.status == 0
    assert all(f"  {name} " in done.out for name in commands.NAMES)
    assert all(f"{int(code):>3}  {meaning}" in done.out for code, meaning in MEANING.items())


def test_no_command_shows_the_overview_as_wrong_usage(grader):
    done = grader()
    assert done.status == 2
    assert done.out == grader("--help").out


def test_version_is_the_package_s(grader):
    assert grader("--version").out == f"grader {package.__version__}\n"


@pytest.mark.parametrize("name", commands.NAMES)
def test_command_help_ends_with_status_0(grader, name):
    done = grader(name, "--help")
    assert done.status == 0
    assert commands.load(name).SUMMARY in done.out
    assert grader("help", name).out == done.out


@pytest.mark.parametrize("name", commands.NAMES)
def test_command_option_states_its_default(name):
    options = [
        action
        for action in commands.parser_of(name)._actions
        if action.option_strings and action.dest != "help"
    ]
    for option in options:
        assert option.help, option.option_strings
        assert option.required or "[default:" in option.help, option.option_strings


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["evalute"], "no command 'evalute'; did you mean 'evaluate'?"),
        (["xyz"], "no command 'xyz'; see 'grader --help'"),
        (["--versoin"], "did you mean '--version'?"),
        (["help", "evalute"], "did you mean 'evaluate'?"),
        (["evaluate"], "required: BENCHMARK, SAMPLES; see 'grader evaluate --help'"),
        (["evaluate", "a", "b", "--wrokers=2"], "'--wrokers'; did you mean '--workers'?"),
        (["evaluate", "a", "b", "c"], "unknown argument 'c'"),
        (["evaluate", "a", "b", "--work", "2"], "unknown option '--work'"),
        (["evaluate", "a", "b", "--workers", "0"], "'0' is not a whole number from 1 up"),
        (["evaluate", "a", "b", "--workers", "²"], "'²' is not a whole number from 1 up"),
        (["evaluate", "a", "b", "--workers", "1025"], "1025 are too many; give 1024 or fewer"),
        (["evaluate", "a", "b", "--prefetch", "9999999"], "are too many; give 1024 or fewer"),
        (["evaluate", "a", "b", "--memory", "99999999999"], "'99999999999' is too large"),
        (["evaluate", "a", "b", "--timeout", "nan"], "'nan' is not a number of seconds"),
        (["evaluate", "a", "b", "--timeout", "-1"], "'-1' is not a number of seconds"),
        (["evaluate", "a", "b", "--memory", "3"], "give 16 or more"),
        (["evaluate", "a", "b", "-k", "1,,10"], "'' is not a whole number from 1 up"),
        (["evaluate", "a", "b", "--fail-under", "70"], "'70' is not a fraction from 0 to 1"),
        (["evaluate", "a", "b", "--format", "junit"], "choose from 'human-eval', 'evalplus'"),
        (["evaluate", "a", "b", "--out", ""], "the path is empty"),
        (["show", "runs/x", "--index", "1"], "--index needs a TASK"),
        (["doctor", "lokal"], "did you mean 'local'?"),
    ],
)
def test_argument_error_is_one_line_with_the_next_move(grader, words, told):
    done = grader(*words)
    assert done.status == 2
    assert done.out == ""
    assert told in done.err
    assert done.err.startswith("grader: ")
    assert done.err.count("\n") == 1
