"""How much of the solution is in a patch, by its definition."""

import pytest

from grader.patch.similarity import distinctive, likeness

HEAD = "diff --git a/shop.py b/shop.py\n--- a/shop.py\n+++ b/shop.py\n@@ -1,3 +1,4 @@\n"
GOLD = f"{HEAD} def total(prices):\n-    return prices[0]\n+    found = sum(prices)\n+    return found\n"


def test_same_changes_are_all_of_the_solution():
    assert likeness(GOLD, GOLD) == (1.0, 3)


def test_white_space_and_other_changes_do_not_count():
    patch = GOLD.replace("+    found = sum(prices)", "+  found=sum( prices )").replace(
        "+    return found", "+    # whole\n+    return found\n+    print(found)"
    )
    assert likeness(GOLD, patch.replace("+1,4", "+1,6")).share == 1.0


@pytest.mark.parametrize(
    ("old", "new", "share"),
    [
        ("+    found = sum(prices)", "+    found = max(prices)", 2 / 3),
        ("shop.py", "other.py", 0.0),
        ("-    return prices[0]", "     return prices[0]", 2 / 3),
    ],
)
def test_share_is_of_lines_changed_in_the_same_way_in_the_same_file(old, new, share):
    assert likeness(GOLD, GOLD.replace(old, new)).share == pytest.approx(share)


def test_line_counts_as_often_as_it_is_added():
    twice = HEAD + "+call(one)\n+call(one)\n"
    assert likeness(twice, HEAD + "+call(one)\n") == (0.5, 2)


def test_solution_of_trivial_lines_says_nothing():
    assert likeness(HEAD + "+}\n+# comment only\n-\n", GOLD) is None


def test_no_patch_has_nothing_of_the_solution():
    assert likeness(GOLD, "no patch at all") == (0.0, 3)


def test_lines_by_which_a_solution_is_known_are_long_and_new():
    patch = HEAD + " shared = compute(all)\n+shared = compute(all)\n+new = compute(every)\n+x = 1\n"
    assert distinctive(patch) == ("new = compute(every)",)
