"""What is read out of a patch is what the official commands change in a real tree."""

import difflib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.graders._repo_explain import clues
from grader.patch.read import changes, paths, readings
from grader.strict.inside import protected
from tests.patch import ladder

pytestmark = pytest.mark.needs("git", "patch")
GIT = 0

STAMPS = (
    "", "\t2026-01-02 10:11:12.000000000 +0000", " 2026-01-02 10:11:12.000000000 +0000",
    "\tMon Jan  5 10:00:00 2026", " Mon Jan  5 10:00:00 2026", "\t(revision 3)", "  (working copy)",
    "\t1970-01-01 00:00:00.000000000 +0000", " 2026-01-02", "\t", "   2026-01-02 10:11:12 +01:00",
    "\tJan 5, 2026", "\t2026-01-02T10:11:12Z", " 10:11:12",
)  # fmt: skip
PREFIXES = (("a/", "b/"), ("i/", "w/"), ("", ""), ("old/", "new/"), ("./", "./"), ("a//", "b//"))
NAMES = ("shop.py", "tests/test_shop.py", "conftest.py", "sp ace/mo d.py", "pkg/über.py",
         "tests/conftest.py", "q.sql", "deep/new/pytest.ini")  # fmt: skip
LEADS = (
    "", "Index: {name}\n" + "=" * 67 + "\n", "Index: a/{name}\n" + "=" * 67 + "\n",
    "diff -r 1234567 {name}\n", "diff -u a/{name} b/{name}\n", "# a comment\n",
    "--- fix for ../legacy code\n", "*** Changes to ../shop, see below ***\n\n",
    "diff --git a/{name} b/{name}\n", "diff --git a/{name} b/{name}\nnew file mode 100644\n",
    "diff --git a/{name} b/{name}\nindex 1111111..2222222 100644\n", "Prereq: 1.2\n",
    "I changed {name} as you asked:\n\n", "```diff\n", "Only in b: {name}\n",
    "+++ {name} explained below\n", "@@ not a hunk @@\n",
)  # fmt: skip
TAILS = ("", "\n", "-- \n2.39.5\n\n", "```\n", "\\ No newline at end of file\n", "Index: x\n",
         "Property changes on: shop.py\n___\nAdded: svn:eol-style\n", "> quoted\n", "1d\n")  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    return ladder.make(tmp_path_factory.mktemp("dialects"))


def quoted(name: str) -> str:
    data = "".join(chr(b) if 32 <= b < 127 else f"\\{b:03o}" for b in name.encode())
    return f'"{data}"'


@st.composite
def sections(draw) -> str:
    """One file's part, in any dialect, with headers that may not fit."""
    name = draw(st.sampled_from(NAMES))
    old_prefix, new_prefix = draw(st.sampled_from(PREFIXES))
    old = ladder.FILES.get(name, "").splitlines(keepends=True)
    new = [*old[:1], "added = 1\n", *old[1:]]
    form = draw(st.sampled_from(("unified", "unified", "context", "normal", "ed")))
    write = quoted if draw(st.booleans()) and draw(st.booleans()) else str
    stamp = draw(st.sampled_from(STAMPS))
    a, b = write(old_prefix + name) + stamp, write(new_prefix + name) + stamp
    if not old and draw(st.booleans()):
        a = "/dev/null" + draw(st.sampled_from(("", stamp)))
    text = draw(st.sampled_from(LEADS)).format(name=name)
    if form == "unified":
        body = list(difflib.unified_diff(old, new, "@", "@"))[2:]
        text += f"--- {a}\n+++ {b}\n" + "".join(body)
    elif form == "context":
        body = list(difflib.context_diff(old, new, "@", "@"))[2:]
        text += f"*** {a}\n--- {b}\n" + "".join(body)
    elif form == "normal":
        text += f"{min(1, len(old))}a2\n> added = 1\n"
    else:
        text += f"{min(1, len(old))}a\nadded = 1\n.\n"
    match draw(st.sampled_from(("", "", "", "", "indent", "returns", "nested"))):
        case "indent":
            text = "".join(f"    {line}" for line in text.splitlines(keepends=True))
        case "returns":
            text = text.replace("\n", "\r\n")
        case "nested":
            text = "".join(
                f"- {line}" if line.startswith("-") else line
                for line in text.splitlines(keepends=True)
            )
        case _:
            pass
    return text + draw(st.sampled_from(TAILS))


@settings(
    max_examples=120, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(sections(), min_size=1, max_size=3))
def test_files_that_are_read_are_those_that_change(repository, parts):
    patch = "".join(parts)
    applied = ladder.apply(repository, patch)
    assert applied.changed <= paths(patch), applied.output
    if applied.way == GIT:
        assert {path for change in changes(patch) for path in change.paths} == applied.changed
    elif applied.changed and len(parts) == 1:
        (change,) = readings(patch)[-1]
        assert applied.changed.intersection(change.paths)


WAYS = {0: "git apply", 1: "git apply --reject", 2: "patch", None: "none"}


def reported(shared: Path) -> list[Path]:
    return sorted((shared / "data" / "reports" / "patch").iterdir())


def test_every_reported_patch_is_read_as_the_tree_has_it(repository, shared):
    wrong: dict[str, object] = {}
    for path in reported(shared):
        patch = path.read_bytes().decode(errors="surrogateescape")
        applied = ladder.apply(repository, patch)
        named = {
            name
            for change in changes(patch)
            for name in change.paths
            if not change.is_submodule and name != "dev/null"
        }
        whole = applied.way is not None and path.name not in PARTLY
        if not applied.changed <= paths(patch) or (whole and named != applied.changed):
            wrong[path.name] = (WAYS[applied.way], sorted(applied.changed), sorted(named))
    assert not wrong


PARTLY = {"already_applied.diff", "binary_differ.diff", "binary_pyc_new.diff"}
"""`git apply --reject` applies a part, which `patch` then takes for a reversed patch and undoes."""


def test_protected_files_are_seen_in_every_dialect(repository, shared):
    """By the text alone, as for tasks whose image has not told what changed."""
    missed: list[str] = []
    for path in reported(shared):
        patch = path.read_bytes().decode(errors="surrogateescape")
        changed = ladder.apply(repository, patch).changed
        wanted = {name for name in changed if protected.rule(name)[0] != protected.KEEP}
        said = clues(patch, "").words
        missed += [f"{path.name}: {name}" for name in wanted if not any(name in w for w in said)]
    assert not missed
