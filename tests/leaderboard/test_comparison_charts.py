"""Charts of comparisons: on a board, and as a page of `grader compare`."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from grader.core.result import Verdict
from grader.leaderboard import dates, forest, site
from grader.study.compare import compare_runs

ROOT = Path(__file__).resolve().parents[2]
PASSED, FAILED = Verdict.PASSED, Verdict.FAILED


@pytest.fixture
def runs(store):
    """Six checkpoints, each better than the one before and a month younger."""
    day = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    return [
        store(
            f"step-{number}",
            [PASSED] * (6 * number + 3) + [FAILED] * (37 - 6 * number),
            created_at=day + 30 * 86400 * number,
        )
        for number in range(6)
    ]


def test_forest_tells_each_pair_with_the_better_one_first(runs):
    board = site.build(runs).boards[0]
    picture = forest.forest(board)
    label = unescape(re.search(r'aria-label="([^"]*)"', picture)[1])
    assert "step-5 over step-0 75.0 points" in label
    assert "step-0 over " not in label
    assert picture.count("<circle") == 15
    assert picture.count('class="whisker"') == 15


def test_forest_of_many_entries_has_those_with_the_best_one(runs, store):
    more = [store(f"more-{n}", [PASSED] * n + [FAILED] * (40 - n)) for n in range(1, 4)]
    board = site.build([*runs, *more]).boards[0]
    assert forest.forest(board).count("<circle") == 8


def test_charts_over_time_follow_the_best_so_far(runs):
    board = site.build(runs).boards[0]
    for draw in (dates.scores, dates.abilities):
        label = unescape(re.search(r'aria-label="([^"]*)"', draw(board))[1])
        order = [int(found) for found in re.findall(r"step-(\d)", label)]
        assert order == [0, 1, 2, 3, 4, 5]


def test_abilities_rise_with_scores_and_have_larger_errors_at_the_ends(runs):
    board = site.build(runs).boards[0]
    found = dates.estimated(board.entries)
    values = [each.value for each in found]
    assert values == sorted(values, reverse=True)
    assert all(0 < each.error < 1 for each in found)


def test_ability_is_not_told_of_few_entries(runs):
    board = site.build(runs[:4]).boards[0]
    assert "5 ranked entries say how hard tasks are" in dates.abilities(board)
    assert "<svg" not in dates.abilities(board)


def test_ability_is_not_told_where_results_by_task_are_hidden(runs):
    board = site.build(runs).boards[0]
    entries = tuple(each.model_copy(update={"outcomes": ""}) for each in board.entries)
    hidden = board.model_copy(update={"tasks": (), "entries": entries})
    assert "of which this board tells none" in dates.abilities(hidden)


def test_page_of_a_comparison_stands_alone_and_reads_without_scripts(runs):
    page = site.compared(runs[:2], compare_runs(runs[:2]))
    assert "leaderboard.json" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert not re.search(r"https?://(?!www\.w3\.org)", page)
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    assert "default-src 'none'" in policy
    without = re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL)
    for title in ("Differences", "Tasks", "Cost", "Scores over time", "Ability over time"):
        assert f"<summary>{title}</summary>" in without
    assert without.count("<svg") >= 4


def test_hostile_names_stay_text(store):
    first = store("a", [PASSED] * 9 + [FAILED], model="<script>alert(1)</script>", folder="<b>x")
    second = store("b", [FAILED] * 9 + [PASSED], folder="y&'\"")
    page = site.compared([first, second], compare_runs([first, second]))
    assert "<b>x" not in page
    assert "<script>alert" not in page


def test_compare_writes_a_page(runs, tmp_path):
    words = ["compare", *map(str, runs[:3]), "--format", "html", "-o", str(tmp_path / "c.html")]
    argv = [sys.executable, "-m", "grader", *words]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "3 runs of bench compared" in (tmp_path / "c.html").read_text()
