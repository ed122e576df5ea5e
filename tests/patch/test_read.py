"""Diffs of every kind, read into changes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.patch.change import ChangeKind
from grader.patch.names import unquoted
from grader.patch.read import changes, paths

PLAIN = "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n"


def only(patch: str):
    (change,) = changes(patch)
    return change


def test_changes_of_a_plain_pair_have_no_prefix():
    change = only(PLAIN)
    assert (change.path, change.old_path, change.kind) == ("x.py", "x.py", ChangeKind.MODIFY)
    assert change.added == ("three",)


def test_changes_read_modes_renames_and_links():
    renamed = only(
        "diff --git a/old name.py b/new name.py\nold mode 100644\nnew mode 100755\n"
        "similarity index 90%\nrename from old name.py\nrename to new name.py\n"
    )
    assert (renamed.kind, renamed.old_path, renamed.path, renamed.new_mode) == (
        ChangeKind.RENAME,
        "old name.py",
        "new name.py",
        "100755",
    )
    link = only(
        "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n"
        "+target\n\\ No newline at end of file\n"
    )
    assert (link.is_symlink, link.added, link.kind) == (True, ("target",), ChangeKind.ADD)


def test_changes_of_a_deletion_name_what_was_there():
    gone = only(
        "diff --git a/d b/d\ndeleted file mode 100644\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )
    assert (gone.kind, gone.path) == (ChangeKind.DELETE, "d")


def test_changes_see_binary_files_and_submodules():
    binary = only(
        "diff --git a/p.png b/p.png\nnew file mode 100644\nGIT binary patch\nliteral 3\nKcmb\n"
    )
    assert binary.is_binary
    module = only(
        "diff --git a/m b/m\nnew file mode 160000\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+Subproject commit 1\n"
    )
    assert module.is_submodule


def test_changes_do_not_take_a_hunk_for_a_header():
    patch = "--- a/x\n+++ b/x\n@@ -1,3 +1,2 @@\n one\n--- a/../y\n-+++ b/../y\n+two\n"
    assert [change.path for change in changes(patch)] == ["x"]
    assert paths(patch) == {"x"}


def test_changes_keep_carriage_returns_in_the_text():
    patch = PLAIN.replace("three\n", "three\r\n")
    assert only(patch).text == patch
    assert only(patch).added == ("three",)


def test_changes_find_a_second_file_without_a_git_header():
    assert [c.path for c in changes(PLAIN + PLAIN.replace("x.py", "y.py"))] == ["x.py", "y.py"]


def test_unquoted_reads_octal_bytes():
    assert unquoted('"a/\\303\\274\\t.py"') == "a/ü\t.py"
    assert unquoted("plain") == "plain"


@given(st.text(alphabet='+-@ ab/\n\r\\"0123,git df*!<>X#Index:', max_size=300))
def test_changes_of_any_text_lose_nothing_after_the_first_section(text):
    patch = "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n" + text
    found = changes(patch)
    assert "".join(change.text for change in found) == (patch if found else "")


@pytest.mark.parametrize(
    "patch",
    [
        "--- a/x" + " y" * 200_000 + "\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n",
        "diff --git " + "a/x " * 200_000 + "\nnew file mode 100644\n",
        "--- " + "\t" * 300_000 + "\n+++ b/x" + " " * 300_000 + "2026-01-02\n@@ -1 +1 @@\n-1\n+2\n",
        "Index: x\n" + "1d\n" * 100_000,
        "Index: x\n" + "********\n*** 1 ****\n" * 50_000,
        "    --- a/x\n    +++ b/x\n    @@ -1 +1 @@\n    -1\n    +2\n" * 20_000,
        "diff --git a/x b/x\nindex 1..2\n" * 50_000,
    ],
)
def test_hostile_patches_take_no_longer_than_their_size(patch):
    """Each of these takes a minute or more where a line is looked at once per word."""
    began = time.process_time()
    paths(patch)
    assert time.process_time() - began < 10
