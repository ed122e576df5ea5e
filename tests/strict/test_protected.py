"""Files that decide how tests run."""

import pytest

from grader.strict.inside.protected import KEEP, RESTORE, rule, shadows


@pytest.mark.parametrize(
    "path",
    [
        "conftest.py", ".gitattributes", "a/.gitattributes",
        "a/b/conftest.py", "pytest.ini", "tox.ini", "sitecustomize.py", "x.pth",
        "evil.egg-info/entry_points.txt", "a/__pycache__/m.cpython-311.pyc", "tests/helpers.py",
        "bin/test", "pkg/tests/data.json", "jest.config.js", "node_modules/jest/x.js",
    ],
)  # fmt: skip
def test_rule_restores_what_decides(path):
    policy, why = rule(path)
    assert policy == RESTORE
    assert why


@pytest.mark.parametrize(
    "path", ["src/a.py", "django/test/utils.py", "README.md", "setup.cfg", "test_x.py"]
)
def test_rule_keeps_ordinary_files(path):
    assert rule(path) == (KEEP, "")


def test_rule_keeps_what_the_solution_needs_too():
    assert rule("conftest.py", needed=("conftest.py",)) == (KEEP, "")


def test_rule_restores_files_beside_the_tests():
    assert rule("pkg/checks/helper.py", test_folders=("pkg/checks",))[0] == RESTORE


@pytest.mark.parametrize(
    "path", ["json.py", "pytest.py", "_pytest/__init__.py", "src/unittest/__init__.py"]
)
def test_shadows_sees_modules_of_the_test_run(path):
    assert "in place of" in shadows(path, {"json"})


def test_shadows_lets_other_modules_be():
    assert shadows("pkg/json.py", {"json"}) == ""
    assert shadows("json/data.txt", {"json"}) == ""
