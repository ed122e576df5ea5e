"""Runs that were not asked the same are never ranked together; the rest is marked and explained."""

import csv
import io

import pytest

from grader.core.manifest import DatasetRef
from grader.core.result import Verdict
from grader.errors import UsageError
from grader.leaderboard import site, suite
from grader.leaderboard.records import EntryStatus
from grader.study.compare import compare_runs

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
GOOD, BAD = [PASSED] * 38 + [FAILED] * 2, [PASSED] * 4 + [FAILED] * 36


def rows(made) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site.table(made))))


@pytest.mark.parametrize(
    "asked",
    [{"timeout_s": 60.0}, {"trust": "shared"}, {"timeout_s": 60.0, "trust": "shared"},
     {"extract": "raw"}, {"packages": ("numpy==2.0",)}, {"reading": "parity"}],
    ids=str,
)  # fmt: skip
def test_runs_that_were_not_asked_the_same_have_boards_of_their_own(store, asked):
    made = site.build([store("a", BAD), store("b", BAD), store("c", GOOD, **asked)])
    usual, other = made.boards
    assert [entry.name for entry in usual.entries] == ["a", "b"]
    assert [(entry.name, entry.rank_worst) for entry in other.entries] == [("c", 1)]
    page, table = site.html(made), rows(made)
    for name, value in other.conditions.items():
        if usual.conditions[name] != value:
            assert f"{name}: {value}</strong>" in page
            assert [row[f"asked: {name}"] for row in table] == [
                *[usual.conditions[name]] * 2,
                value,
            ]


def test_run_of_another_engine_is_ranked_and_marked(store):
    made = site.build([store("a", BAD), store("b", BAD), store("c", GOOD, engine_version="9")])
    (board,) = made.boards
    first, *others = board.entries
    assert (first.name, first.status, first.rank_best) == ("c", EntryStatus.RANKED, 1)
    assert [(mark.condition, mark.own, mark.usual) for mark in first.marks] == [
        ("engine", "9", "1")
    ]
    assert all(entry.marks == () for entry in others)
    assert "engine 9, most 1<" in site.html(made)
    assert "engine: another version may judge otherwise" in site.html(made)
    assert rows(made)[0]["marks"].startswith("engine 9, most 1")


def test_passes_nearer_to_their_verdicts_are_marked(store):
    made = site.build([store("a", BAD), store("b", BAD), store("c", GOOD, got="log")])
    (board,) = made.boards
    assert [mark.condition for mark in board.entries[0].marks] == ["weakest trust"]
    assert board.entries[0].trust == {"log": 40}


def test_same_run_under_two_conditions_counts_once(store, tmp_path):
    made = site.build([store("a", GOOD), store("a", GOOD, folder="again", timeout_s=9.0)])
    found = [entry.status for board in made.boards for entry in board.entries]
    assert sorted(found) == [EntryStatus.RANKED, EntryStatus.REFUSED]


def test_newer_run_under_other_conditions_supersedes_nothing(store):
    made = site.build([store("a", BAD, model="m"), store("b", GOOD, model="m", timeout_s=60.0)])
    assert [board.entries[0].status for board in made.boards] == [EntryStatus.RANKED] * 2


def one_part(tmp_path, runs):
    text = 'title = "t"\n[[part]]\nbenchmark = "bench"\n'
    (tmp_path / "suite.toml").write_text(text)
    return site.build(runs, suite_of=suite.read(tmp_path / "suite.toml"))


def test_suite_rests_on_the_board_of_most_and_says_who_is_apart(store, tmp_path):
    runs = [store("a", BAD), store("b", BAD), store("c", GOOD, timeout_s=60.0)]
    made = one_part(tmp_path, runs)
    found = {each.name: each for each in made.suite.standings}
    assert found["c"].score is None
    assert found["c"].why == "bench was graded under other conditions than most"
    assert found["a"].rank == 1
    assert made.suite.conditions["bench"]["time limit"] == "the tasks' own"


def test_suite_says_what_was_asked_that_is_not_usual(store, tmp_path):
    made = one_part(tmp_path, [store("a", BAD, timeout_s=60.0), store("b", BAD, timeout_s=60.0)])
    assert "; bench under time limit 60 CPU s." in site.html(made)


def test_suite_without_usual_conditions_names_them(store, tmp_path):
    with pytest.raises(UsageError, match=r"the usual ones / time limit 60 CPU s"):
        one_part(tmp_path, [store("a", BAD), store("c", GOOD, timeout_s=60.0)])


def test_suite_carries_the_marks_of_its_parts(store, tmp_path):
    runs = [store("a", BAD), store("b", BAD), store("c", GOOD, engine_version="9")]
    made = one_part(tmp_path, runs)
    (mark,) = made.suite.standings[0].marks["bench"]
    assert mark.own == "9"
    assert "bench: engine 9, most 1" in site.html(made)


def test_compare_names_no_winner_between_runs_that_were_not_asked_the_same(store):
    runs = [store("a", BAD), store("b", GOOD), store("c", GOOD, timeout_s=60.0)]
    made = compare_runs(runs)
    assert all(side.rank_best is None for side in made.sides)
    decisions = {(pair.a[0], pair.b[0]): pair.decision for pair in made.pairs}
    assert decisions == {
        ("a", "b"): "b better", ("a", "c"): "not comparable", ("b", "c"): "not comparable"
    }  # fmt: skip
    (found,) = made.unlike
    assert (found.condition, found.effect) == ("time limit", "splits")
    assert "time limit the tasks' own against 60 CPU s" in made.pairs[1].words


def test_compare_ranks_and_warns_where_engines_differ(store):
    made = compare_runs([store("a", BAD), store("b", GOOD, engine_version="9")])
    assert [side.rank_best for side in made.sides] == [1, 2]
    assert [(each.condition, each.effect) for each in made.unlike] == [("engine", "marks")]


@pytest.mark.parametrize(
    "field", ["extract", "trust", "reading", "rule", "python", "engine_version"]
)
def test_hostile_conditions_stay_text(store, field):
    hostile = "=<script>alert(1)</script>\x1b[2J\u202e\"'" + "x" * 5000
    made = site.build([store("a", BAD), store("b", BAD), store("c", GOOD, **{field: hostile})])
    page = site.html(made)
    assert "<script>alert" not in page
    assert not {"\x1b", "\u202e"} & set(page)
    assert len(page) < 120_000
    assert not any(value.startswith("=") for row in rows(made) for value in row.values())


def test_compare_refuses_versions_of_a_benchmark_that_boards_keep_apart(store):
    other = DatasetRef(benchmark="bench", version="2", sha256="ab" * 32, tasks=40)
    runs = [store("a", BAD), store("b", GOOD, dataset=other)]
    assert len(site.build(runs).boards) == 2
    with pytest.raises(UsageError, match="only runs of the same data"):
        compare_runs(runs)
