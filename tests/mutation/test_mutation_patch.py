"""Mutants of a patch: every one of them applies where the patch does."""

import subprocess

import pytest

from grader.mutation.of_patch import mutants_of_patch

OLD = "".join(f"line {number}\n" for number in range(1, 41))


@pytest.fixture
def repository(tmp_path):
    run(tmp_path, "git", "init", "-q")
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(OLD)
    run(tmp_path, "git", "add", ".")
    return tmp_path


def run(folder, *command, stdin=None):
    return subprocess.run(
        command, cwd=folder, input=stdin, text=True, capture_output=True, check=True
    ).stdout


@pytest.fixture
def patch(repository):
    new = OLD.replace("line 4\n", "if a == 1 and True:\n    return 4\n").replace("line 7\n", "")
    new = new.replace("line 30\n", "line 30\nmore\nstill more\n")
    (repository / "one.py").write_text(new)
    (repository / "two.py").write_text(OLD.replace("line 20\n", "x is not None\n"))
    text = run(repository, "git", "diff")
    run(repository, "git", "checkout", ".")
    return text


@pytest.mark.needs("git")
def test_mutants_of_a_patch_apply_and_leave_another_tree(repository, patch):
    run(repository, "git", "apply", stdin=patch)
    solved = run(repository, "git", "diff")
    run(repository, "git", "checkout", ".")
    found = mutants_of_patch(patch, most=999, seed="0")
    for each in found:
        run(repository, "git", "apply", stdin=each.body)
        assert run(repository, "git", "diff") != solved, each.operator
        run(repository, "git", "checkout", ".")
    assert {each.operator for each in found} == {
        "left-out file",
        "left-out hunk",
        "left-out change",
        "left-out line",
        "turned line",
    }


@pytest.mark.needs("git")
def test_mutants_of_a_patch_with_form_feeds_apply(repository):
    """Python files have them between their parts; they end no line of a patch."""
    old = OLD.replace("line 6\n", "\f\nline 6\n")
    (repository / "one.py").write_text(old)
    run(repository, "git", "add", ".")
    new = old.replace("line 4\n", "four\ffour\n").replace("line 8\n", "eight\n")
    (repository / "one.py").write_text(new)
    patch = run(repository, "git", "diff")
    run(repository, "git", "checkout", ".")
    found = mutants_of_patch(patch, most=999, seed="0")
    assert {each.operator for each in found} == {"left-out change", "left-out line"}
    for each in found:
        run(repository, "git", "apply", "--check", stdin=each.body)


@pytest.mark.needs("git")
def test_mutants_of_a_patch_turn_what_is_added(patch):
    turned = [m.body for m in mutants_of_patch(patch, most=999, seed="0") if "turn" in m.operator]
    assert any("+if a != 1 and True:" in body for body in turned)
    assert any("+if a == 1 or True:" in body for body in turned)
    assert any("+x is None" in body for body in turned)


def test_text_without_hunks_has_no_mutants():
    assert mutants_of_patch("no patch at all\n", most=9, seed="0") == ()
