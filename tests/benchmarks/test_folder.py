"""Task directories: what is read, and what is refused with which words."""

from pathlib import Path

import pytest

from grader.benchmarks import folder
from grader.core.limits import Limits
from grader.core.task import Task
from grader.errors import UsageError

FUNCTION_TOML = """
[task]
id = "double"
kind = "function"
entry_point = "double"
"""
PROGRAM_TOML = """
[task]
id = "echo"
kind = "program"
"""


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """A folder with one function task."""
    directory = tmp_path / "double"
    write(directory / "task.toml", FUNCTION_TOML)
    write(directory / "instruction.md", "Double a number.\n")
    write(directory / "prompt.py", 'def double(x):\n    """Twice x."""\n')
    write(directory / "tests/test.py", "def check(candidate):\n    assert candidate(2) == 4\n")
    write(directory / "solution/solution.py", "def double(x):\n    return 2 * x\n")
    return tmp_path


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with one program task."""
    directory = tmp_path / "echo"
    write(directory / "task.toml", PROGRAM_TOML)
    write(directory / "instruction.md", "Print what is read.\n")
    write(directory / "tests/01.in", "a\n")
    write(directory / "tests/01.out", "a\n")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read(path: Path) -> list[Task]:
    benchmark = folder.benchmark()
    return list(benchmark.tasks(benchmark.locate(path)))


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read(path)
    return str(caught.value)


def test_function_task_becomes_the_graders_spec(tasks: Path) -> None:
    (task,) = read(tasks)
    assert (task.id, task.kind, task.benchmark) == ("double", "function", "folder")
    assert task.spec == {
        "prompt": 'def double(x):\n    """Twice x."""\n',
        "tests": "def check(candidate):\n    assert candidate(2) == 4\n\ncheck(double)\n",
        "entry_point": "double",
        "reference": "def double(x):\n    return 2 * x\n",
        "reference_whole": True,
    }


def test_check_that_is_called_is_not_called_again(tasks: Path) -> None:
    text = "def check(candidate):\n    assert candidate(2) == 4\n\n\ncheck(double)\n"
    write(tasks / "double/tests/test.py", text)
    assert read(tasks)[0].spec["tests"] == text


def test_plain_asserts_are_taken_as_they_are(tasks: Path) -> None:
    write(tasks / "double/tests/test.py", "assert double(2) == 4\n")
    assert read(tasks)[0].spec["tests"] == "assert double(2) == 4\n"


def test_program_task_has_its_cases_by_name(programs: Path) -> None:
    write(programs / "echo/tests/00.in", "")
    write(programs / "echo/tests/00.out", "")
    (task,) = read(programs)
    assert task.kind == "program"
    assert [case["name"] for case in task.spec["cases"]] == ["00", "01"]
    assert task.spec["cases"][1] == {"name": "01", "stdin": "a\n", "stdout": "a\n"}
    assert task.spec["rule"] == "lines"


def test_case_that_is_not_text_survives(programs: Path) -> None:
    (programs / "echo/tests/01.in").write_bytes(b"\xff\x00")
    assert read(programs)[0].spec["cases"][0]["stdin"] == "base64:/wA="


def test_limits_change_only_what_they_name(tasks: Path) -> None:
    write(tasks / "double/task.toml", FUNCTION_TOML + "[limits]\ncpu_s = 1\nmemory_mb = 64\n")
    assert read(tasks)[0].limits == Limits(cpu_s=1.0, memory_mb=64)


def test_known_broken_reaches_the_task(tasks: Path) -> None:
    write(tasks / "double/task.toml", FUNCTION_TOML + '[metadata]\nknown_broken = "why"\n')
    assert read(tasks)[0].known_broken == "why"


def test_task_without_solution_is_a_task(tasks: Path) -> None:
    (tasks / "double/solution/solution.py").unlink()
    assert read(tasks)[0].spec["reference"] == ""


def test_tasks_come_in_the_order_of_their_directories(tasks: Path) -> None:
    (tasks / "double").rename(tasks / "zz")
    write_copy(tasks / "zz", tasks / "aa", name="half")
    assert [task.id for task in read(tasks)] == ["half", "double"]


def write_copy(source: Path, target: Path, *, name: str) -> None:
    for file in source.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8").replace('id = "double"', f'id = "{name}"')
            write(target / file.relative_to(source), text)


@pytest.mark.parametrize(
    ("addition", "words"),
    [
        ("[limits]\ncpus = 1\n", "unknown key 'limits.cpus'; did you mean 'cpu_s'?"),
        ("[verifier]\ntimeout_sec = 1\n", "unknown key 'verifier'; there are: task, limits"),
        ("[limits]\ncpu_s = 0\n", "'limits.cpu_s': input should be greater than 0"),
        ('[limits]\ncpu_s = "3"\n', "'limits.cpu_s': input should be a valid number"),
        ("[limits]\nmemory_mb = 0.5\n", "'limits.memory_mb': input should be a valid integer"),
        ('[metadata]\ndifficulty = "nice"\n', "'metadata.difficulty': input should be"),
        ('[compare]\nrule = "exact"\n', "[compare] is for kind 'program'"),
        ("[limits\n", "not readable as TOML"),
    ],
)
def test_settings_are_refused_by_file_and_key(tasks: Path, addition: str, words: str) -> None:
    write(tasks / "double/task.toml", FUNCTION_TOML + addition)
    message = refusal(tasks)
    assert message.startswith(f"{tasks / 'double/task.toml'}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "double"', "", "'task.id' is missing"),
        ('kind = "function"', 'kind = "functoin"', "'task.kind': input should be 'function'"),
        ('entry_point = "double"', "", "task.entry_point must name the function"),
    ],
)
def test_task_table_must_be_complete(tasks: Path, old: str, new: str, words: str) -> None:
    write(tasks / "double/task.toml", FUNCTION_TOML.replace(old, new))
    assert words in refusal(tasks)


def test_float_tolerance_needs_words(programs: Path) -> None:
    addition = '[compare]\nrule = "lines"\nfloat_tolerance = 0.1\n'
    write(programs / "echo/task.toml", PROGRAM_TOML + addition)
    assert 'float_tolerance needs compare.rule = "tokens"' in refusal(programs)


def test_program_has_no_entry_point(programs: Path) -> None:
    write(programs / "echo/task.toml", PROGRAM_TOML + 'entry_point = "main"\n')
    assert "entry_point is for kind 'function'" in refusal(programs)


@pytest.mark.parametrize("name", ["instruction.md", "prompt.py", "tests/test.py"])
def test_missing_file_is_named(tasks: Path, name: str) -> None:
    (tasks / "double" / name).unlink()
    assert refusal(tasks).startswith(f"{tasks / 'double' / name}: No such file")


def test_tests_that_test_nothing_are_refused(tasks: Path) -> None:
    write(tasks / "double/tests/test.py", '"""Later."""\n\n\ndef test_it():\n    assert False\n')
    assert "tests nothing" in refusal(tasks)


def test_tests_that_do_not_compile_are_refused_with_their_line(tasks: Path) -> None:
    write(tasks / "double/tests/test.py", "x = 1\nassert (\n")
    assert refusal(tasks).startswith(f"{tasks / 'double/tests/test.py'}:2: not valid Python")


def test_prompt_must_define_the_entry_point(tasks: Path) -> None:
    write(tasks / "double/prompt.py", 'def other(x):\n    """Twice x."""\n')
    assert "does not define 'double'" in refusal(tasks)


def test_case_without_output_is_refused(programs: Path) -> None:
    write(programs / "echo/tests/02.in", "b\n")
    assert refusal(programs).startswith(f"{programs / 'echo/tests/02.out'}: No such file")


def test_case_without_input_is_refused(programs: Path) -> None:
    write(programs / "echo/tests/02.out", "b\n")
    assert "has no 02.in beside it" in refusal(programs)


def test_program_without_cases_is_refused(programs: Path) -> None:
    (programs / "echo/tests/01.in").unlink()
    (programs / "echo/tests/01.out").unlink()
    assert "add pairs of .in and .out files" in refusal(programs)


def test_two_tasks_with_one_id_are_refused(tasks: Path) -> None:
    write_copy(tasks / "double", tasks / "other", name="double")
    message = refusal(tasks)
    assert "id 'double' is also that of" in message


def test_directory_without_settings_is_refused(tasks: Path) -> None:
    (tasks / "notes").mkdir()
    assert refusal(tasks).startswith(f"{tasks / 'notes'}: a task directory without task.toml")


def test_suites_and_hidden_directories_are_no_tasks(tasks: Path) -> None:
    for name in ("suites", ".git", "__pycache__"):
        (tasks / name).mkdir()
    assert len(read(tasks)) == 1


def test_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "tasks.jsonl", "{}")
    assert "--data takes a directory of tasks" in refusal(tmp_path / "tasks.jsonl")


def test_folder_without_tasks_is_refused(tmp_path: Path) -> None:
    assert "no <task>/task.toml in it" in refusal(tmp_path)


def test_samples_are_completions_or_whole_programs(tasks: Path, tmp_path: Path) -> None:
    source = tmp_path / "samples.jsonl"
    rows = ['{"task_id": "double", "completion": "    return 2 * x"}']
    rows += ['{"task_id": "double", "solution": "double = int"}']
    write(source, "\n".join(rows))
    known = {task.id: task for task in read(tasks)}
    samples = list(folder.benchmark().samples(str(source), known))
    assert [(one.index, one.whole) for one in samples] == [(0, False), (1, True)]


def test_bundled_tasks_are_the_default() -> None:
    assert folder.benchmark().locate(None) == folder.bundled()
