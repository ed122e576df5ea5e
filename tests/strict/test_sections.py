"""Which parts of a configuration concern the tests: by grammar, however they are spelled."""

import sys
import tomllib
from pathlib import Path

import pytest

import grader.strict.inside

FOLDER = str(Path(grader.strict.inside.__file__).parent)


@pytest.fixture(scope="module")
def inside():
    """The modules as an image has them: their folder is on the path."""
    sys.path.insert(0, FOLDER)
    import sections  # noqa: PLC0415
    import toml_keys  # noqa: PLC0415

    yield sections, toml_keys
    sys.path.remove(FOLDER)
    del sys.modules["sections"], sys.modules["toml_keys"]


OURS = "[project]\nname = 'a'\n[tool.pytest.ini_options]\naddopts = '-q'\n"
CHANGED = [
    OURS.replace("-q", "-p evil"),
    OURS.replace("[tool.pytest.ini_options]", "['tool'.'pytest'.'ini_options']").replace("-q", "-p x"),
    OURS.replace("[tool.pytest.ini_options]", '[tool . "pytest" . ini_options]').replace("-q", "-p x"),
    OURS.replace("[tool.pytest.ini_options]", '["\\u0074ool".pytest.ini_options]').replace("-q", "-p x"),
    "[project]\nname = 'a'\n[tool.note]\ntext = \"\"\"\n" + OURS.partition("\n[tool")[2]
    + "[end\"\"\"\n['tool'.'pytest'.'ini_options']\naddopts = '-p x'\n",
    "[project]\nname = 'a'\n[tool]\npytest.ini_options.addopts = '-p x'\n",
    "[project]\nname = 'a'\n[tool]\npytest = {ini_options = {addopts = '-p x'}}\n",
    "tool.pytest.ini_options.addopts = '-p x'\n[project]\nname = 'a'\n",
    "tool = {pytest = {ini_options = {addopts = '-p x'}}}\n",
    OURS + "[tool.coverage.run]\nplugins = ['evil']\n",
    OURS.replace("'-q'", "'''-q\n-p evil'''"),
    OURS + "a = [1,\n  2, # [x]\n",
]  # fmt: skip
SAME = [
    OURS.replace("'a'", "'b'"),
    "# [tool.pytest.ini_options]\n" + OURS,
    OURS.replace("\n", "\r\n"),
    OURS.replace("addopts = ", "addopts   =   "),
    OURS + '[tool.black]\ntext = """\n[tool.pytest.ini_options]\naddopts = "-p x"\n"""\n',
    OURS.replace("[project]", "[project] # [tool.pytest]"),
    "[project]\nname = 'a'\n[tool]\npytest.ini_options.addopts = '-q'\n",
    OURS + "[[tool.mypy.overrides]]\nmodule = ['tool.pytest', '[tool.pytest]']\n",
]


@pytest.mark.parametrize("text", CHANGED)
def test_sections_see_settings_of_tests_in_every_spelling(inside, text):
    sections, _ = inside
    assert sections.about_tests("pyproject.toml", text) != sections.about_tests(
        "pyproject.toml", OURS
    )


@pytest.mark.parametrize("text", SAME)
def test_sections_let_everything_else_be(inside, text):
    sections, _ = inside
    assert sections.about_tests("sub/pyproject.toml", text) == sections.about_tests(
        "pyproject.toml", OURS
    )


INI = "[metadata]\nname = a\n[tool:pytest]\naddopts = -q\n[flake8]\nmax = 3\n"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (INI.replace("= a", "= b"), True),
        (INI.replace("max = 3", "max = 4"), True),
        (INI.replace("-q", "-p evil"), False),
        (INI.replace("[flake8]\n", "[flake8\n"), False),
        (INI.replace("-q", "-q\n    [flake8]\n    -p evil"), False),
        (INI.replace("[tool:pytest]", "[tool:pytest] # settings").replace("-q", "-p evil"), False),
        (INI + "[tool:pytest]\naddopts = -p evil\n", False),
    ],
)
def test_sections_of_setup_cfg_begin_with_whole_headers(inside, text, same):
    sections, _ = inside
    found = [sections.about_tests("setup.cfg", each) for each in (text, INI)]
    assert (found[0] == found[1]) is same


def flat(value, path=()):
    if isinstance(value, dict):
        return {each for key, inner in value.items() for each in flat(inner, (*path, key))} or {
            path
        }
    return {path}


def test_toml_keys_are_those_of_the_standard_reader(inside, shared_toml):
    _, toml_keys = inside
    for text in shared_toml:
        wanted = flat(tomllib.loads(text)) - {()}
        found = {path for path, _ in toml_keys.entries(text)}
        for these, those in ((found, wanted), (wanted, found)):
            lost = [a for a in these if not any(a[: len(b)] == b[: len(a)] for b in those)]
            assert not lost or not those


@pytest.fixture
def shared_toml():
    """The settings of this project and of every distribution here that ships some, and spellings."""
    paths = [Path(__file__).parents[2] / "pyproject.toml"]
    for folder in map(Path, sys.path):
        paths += folder.glob("*/pyproject.toml")
    return [*(path.read_text() for path in paths), OURS, *(t for t in CHANGED[:-1]), *SAME]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a =",
        "= 1",
        "a = 'x",
        'a = "x\n"',
        "a = [1",
        "a = {b = 1",
        "[a",
        "[[a]",
        "a = 1 b = 2",
        "a = [1}",
    ],
)
def test_toml_keys_refuse_what_is_no_toml(inside, text):
    _, toml_keys = inside
    with pytest.raises(ValueError):
        list(toml_keys.entries(text))
