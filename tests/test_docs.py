"""README and CONTRIBUTING describe today: commands, options, tables and names exist as written."""

import ast
import re
import shlex
from pathlib import Path

import pytest

import grader
from grader.cli import commands, topics
from grader.cli.exit_codes import MEANING
from grader.cli.main import main
from grader.core.result import Verdict

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
FIGURES = re.compile(
    r"^(?:pass@1|covered|passed|failed|error|timeout|memory|output) +\d.*$", re.MULTILINE
)


PAGES = {name: topics.text(name) for name in topics.names()}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def command_lines(text: str = README) -> list[list[str]]:
    """Every `grader …` in README or a page, in blocks and in running text."""
    joined = [block.replace("\\\n", " ") for block in blocks(text, "sh")]
    lines = [line for block in joined for line in block.splitlines()]
    lines = [part for line in lines for part in re.split(r" (?:&&|\|) ", line)]
    lines += re.findall(r"`(grader [a-z][^`]*)`", text)
    words = [shlex.split(line, comments=True) for line in lines]
    return [line[1:] for line in words if line and Path(line[0]).name == "grader"]


def understand(words: list[str]) -> None:
    if words[0] == "help":
        assert words[1] in {*PAGES, *commands.NAMES}
        return
    parser = commands.parser_of(words[0])
    if len(words) > 1:
        parser.parse(words[1:])


def rows(heading: str) -> dict[str, str]:
    """First two columns of the table below a heading of README."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)[1:]
    return {cells[0].strip("`"): cells[1] for cells in (line.split(" | ") for line in lines)}


@pytest.mark.parametrize("words", command_lines(), ids=" ".join)
def test_readme_command_is_understood(words):
    understand(words)


@pytest.mark.parametrize("name", PAGES)
def test_topic_s_commands_are_understood(name):
    """A page that shows none is about programs; its Python is compiled."""
    for words in command_lines(PAGES[name]):
        understand(words)
    for source in blocks(PAGES[name], "python"):
        compile(source, name, "exec")


@pytest.mark.parametrize("name", PAGES)
def test_topic_is_found_from_help_and_begins_with_what_it_is_about(name, capsys):
    assert main(["help", name]) == 0
    shown = capsys.readouterr().out
    assert shown == PAGES[name]
    assert re.match(r"# \S.*\n\n\S.*\n", shown)
    assert name not in commands.NAMES
    assert main(["help"]) == 0
    assert re.search(rf"\b{name}\b", capsys.readouterr().out)


def test_readme_shows_every_command():
    assert {words[0] for words in command_lines()} - {"help"} == set(commands.NAMES)


def test_readme_option_exists():
    known = {option for name in commands.NAMES for option in commands.parser_of(name).option_names}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= known


def test_readme_exit_statuses_are_those_of_the_code():
    assert rows("Exit status") == {str(int(code)): words for code, words in MEANING.items()}


def test_readme_verdicts_exist():
    assert set(rows("Verdicts")) <= {verdict.value for verdict in Verdict}


def test_readme_public_names_are_those_of_the_package():
    section = README.split("Public names:")[1].split("\nA bad sample")[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(grader.__all__)


@pytest.mark.parametrize("source", blocks(README, "python"))
def test_readme_python_uses_public_names(source):
    used = {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "grader"
    }
    assert used
    assert used <= set(grader.__all__)


def test_readme_demo_output_is_what_the_demo_prints(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status = main(["demo", "--quiet"])
    captured = capsys.readouterr()
    if status == 5:
        pytest.skip(captured.err)
    shown = README.split("\n```\nfolder ")[1].split("\n```\n")[0]
    assert status == 0
    assert FIGURES.findall(captured.out) == FIGURES.findall(shown)


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_documented_script_exists(text):
    named = set(re.findall(r"\bscripts/[\w-]+", text))
    assert named
    assert all((ROOT / name).is_file() for name in named)


def test_documented_folder_exists():
    named = set(re.findall(r"`((?:grader|tasks|tests)/[\w/]*)`", CONTRIBUTING))
    assert named
    assert all((ROOT / name).is_dir() for name in named)


def test_changelog_lines_say_what_kind_of_change_they_are():
    changes = re.findall(r"^- (\w+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert changes
    assert set(changes) <= {"Added", "Changed", "Fixed", "Breaking"}
