"""Patches that may not touch a tree."""

import json

import pytest

from grader.patch.admission import left_out, refusals
from grader.patch.read import changes


def added(path: str, text: str = "x", mode: str = "100644") -> str:
    return (
        f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1 @@\n+{text}\n"
    )


def words(patch: str) -> str:
    return " | ".join(map(str, refusals(changes(patch))))


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        (added(".git/hooks/post-checkout"), "reaches into .git"),
        (added("sub/.GIT/config"), "reaches into .git"),
        (added("link", "/etc", "120000"), "link that leaves the tree"),
        (added("a/link", "../../x", "120000"), "link that leaves the tree"),
        (added("link", ".git/config", "120000"), "refused"),
        (added("dir", "inside", "120000") + added("dir/file"), "writes through the link"),
        (
            "diff --git a/l b/l\nindex 11..22 120000\n--- a/l\n+++ b/l\n@@ -1 +1 @@\n-x\n+../../x\n",
            "link that leaves the tree",
        ),
        (
            "*** a/x\n--- b/.git/config\n***************\n*** 1 ****\n--- 1 ----\n! y\n",
            "reaches into .git",
        ),
        ("Index: a/.git/config\n===\n1c\nx\n.\n", "reaches into .git"),
    ],
)
def test_refusals_name_what_is_wrong(patch, why):
    assert why in words(patch)


@pytest.mark.parametrize(
    "patch",
    [
        added("a/b.py"),
        added("READ_ME", "README.md", "120000"),
        added("docs/link", "../README.md", "120000"),
        added(".gitignore"),
        added(".github/workflows/x.yml"),
        added("x", "-- ../../etc/passwd"),
        "--- fix for ../legacy and .git/config\n" + added("x"),
        "*** Changes to ../shop, see below ***\n\n" + added("x"),
        added("x") + "\nIndex: ../unrelated.txt\n",
        added("x") + added("m", "Subproject commit 1", "160000"),
        added("x") + added("../../tmp/x"),
        "--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1 @@\n--- ../a comment\n y\n",
    ],
)
def test_refusals_of_ordinary_patches_are_none(patch):
    assert words(patch) == ""


def test_entries_of_submodules_are_left_out_in_words():
    found = changes(added("x") + added("m", "Subproject commit 1-dirty", "160000"))
    assert left_out(found) == ("m: a submodule's entry, which is left out",)


def test_refusals_of_real_patches_are_none(shared):
    """Gold and test patches of real tasks are all admitted, and read without loss."""
    rows = (shared / "data" / "swebench" / "runnable_dev.jsonl").read_text().splitlines()
    for row in map(json.loads, rows):
        for patch in (row["patch"], row["test_patch"]):
            found = changes(patch)
            assert "".join(change.text for change in found) == patch
            assert not refusals(found), row["instance_id"]
