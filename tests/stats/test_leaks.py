"""Regurgitated answers, canaries and cut-off dates."""

import json
from datetime import date, timedelta
from random import Random

import pytest

from grader.stats.cutoff import TASKS_MIN, DatedTask, against_median, cutoff
from grader.stats.similarity import canaries_in, contains_code, contains_patch

GOLD = """diff --git a/cart.py b/cart.py
--- a/cart.py
+++ b/cart.py
@@ -1,4 +1,4 @@
 def total(items):
-    return sum(items)
+    # prices may be missing
+    return sum(item or 0 for item in items)
@@ -9,2 +9,3 @@
 def count(items):
+    items = list(items)
     return len(items)
"""
OTHER = """diff --git a/cart.py b/cart.py
--- a/cart.py
+++ b/cart.py
@@ -1,4 +1,5 @@
 def total(items):
-    return sum(items)
+    known = [item for item in items if item is not None]
+    return sum(known)
"""
CODE = """
def total(items):
    found = 0
    for item in items:
        if item is None:
            continue
        found += item
    return found
"""
DAY = date(2024, 6, 1)


def test_a_patch_contains_itself_whatever_its_comments_and_layout():
    loose = GOLD.replace("    # prices may be missing", "  # another").replace(
        "item or 0", "item  or 0"
    )
    assert contains_patch(GOLD, GOLD) is True
    assert contains_patch(GOLD, loose) is True


def test_a_patch_with_more_files_still_contains_the_reference():
    extra = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -0,0 +1 @@\n+x = 1\n"
    assert contains_patch(GOLD, extra + GOLD) is True


def test_another_patch_does_not_contain_the_reference():
    assert contains_patch(GOLD, OTHER) is False
    assert contains_patch(GOLD, "") is False


def test_half_of_the_hunks_is_not_all():
    assert contains_patch(GOLD, GOLD[: GOLD.index("@@ -9,2")]) is False


@pytest.mark.parametrize("reference", ["", "no patch at all", GOLD.split("@@", maxsplit=1)[0]])
def test_a_reference_without_hunks_says_nothing(reference):
    assert contains_patch(reference, GOLD) is None


def test_real_reference_patches_contain_themselves_and_no_other(shared):
    path = shared / "data" / "swebench" / "runnable_dev.jsonl"
    if not path.exists():
        pytest.skip("no real patches beside the project")
    patches = [json.loads(line)["patch"] for line in path.read_text().splitlines()]
    assert all(contains_patch(patch, patch) for patch in patches)
    crossed = [contains_patch(a, b) for a in patches for b in patches if a != b]
    assert not any(crossed)


def test_code_is_found_again_behind_docstrings_comments_and_imports():
    again = "import os\n" + CODE.replace("found = 0", '"""Sum."""\n    found = 0  # start')
    assert contains_code(CODE, again) is True
    assert contains_code(CODE, CODE.replace("found", "result")) is False


@pytest.mark.parametrize("text", ["def f(:", "\0", "def f():\n    return 1\n"])
def test_code_that_does_not_compile_or_is_short_says_nothing(text):
    assert contains_code(text, CODE) is None


def test_canaries_are_found_in_any_case():
    texts = {"a": "x 26B5C67B y", "b": "nothing"}
    assert canaries_in(texts, {"26b5c67b"}) == ["a"]
    assert canaries_in(texts, {""}) == []


def tasks(before, after, *, count=40, difficulty="easy", start=DAY):
    """Tasks every other day around DAY, solved with the given shares."""
    found = [
        DatedTask(start - timedelta(i + 1), difficulty, float(i < before * count))
        for i in range(count)
    ]
    return found + [
        DatedTask(start + timedelta(i), difficulty, float(i < after * count)) for i in range(count)
    ]


def test_a_gap_is_after_minus_before():
    found = cutoff("m", tasks(0.8, 0.2), DAY)
    assert found.gap == pytest.approx(-0.6)
    assert found.z < -5
    assert (found.strata[0].before, found.strata[0].after) == (40, 40)


def test_a_harder_mix_is_no_gap():
    """Twice as many hard tasks later on; in each difficulty nothing changed."""
    easy = tasks(0.9, 0.9, difficulty="easy")[:60]
    hard = tasks(0.1, 0.1, difficulty="hard")
    raw = [sum(t.score for t in part) / len(part) for part in
           ([t for t in easy + hard if t.day >= DAY], [t for t in easy + hard if t.day < DAY])]  # fmt: skip
    assert raw[0] - raw[1] < -0.05
    found = cutoff("m", [*tasks(0.9, 0.9)[:60], *hard], DAY)
    assert abs(found.gap) < 0.08


def test_too_few_tasks_have_no_gap():
    found = cutoff("m", tasks(1, 0, count=TASKS_MIN - 1), DAY)
    assert (found.gap, found.z) == (None, None)
    assert "no difficulty has 5 tasks on both sides" in found.why


def test_what_all_runs_share_is_taken_out_and_the_odd_one_is_named():
    random = Random(2)
    honest = [cutoff(f"m{i}", tasks(0.7, 0.5 + 0.02 * random.random()), DAY) for i in range(6)]
    leaked = cutoff("leaked", tasks(0.9, 0.1), DAY)
    found = against_median([*honest, leaked])
    assert [each.run for each in found if each.suspicious] == ["leaked"]
    assert found[-1].gap_to_median == pytest.approx(-0.6, abs=0.05)


def test_one_run_alone_is_judged_by_its_own_gap():
    (found,) = against_median([cutoff("m", tasks(0.9, 0.1), DAY)])
    assert found.gap_to_median == found.gap
    assert found.suspicious
    assert found.z_to_median == pytest.approx(found.gap_to_median / found.error)
    assert found.z_to_median < -3
    assert against_median([cutoff("m", [], DAY)])[0].gap is None
