"""What is ranked, what is marked, what is refused, and that two builds are equal."""

import csv
import io
import math
import shutil

import pytest

from grader.core.manifest import DatasetRef
from grader.core.result import Verdict
from grader.errors import UsageError
from grader.leaderboard import site, suite
from grader.leaderboard.entries import EntryDetails, read_about
from grader.leaderboard.records import EntryStatus, LeaderboardFile
from grader.record import journal, manifest, seal
from grader.run import report

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED


def verdicts(passed: int, of: int = 40) -> list[Verdict]:
    return [PASSED] * passed + [FAILED] * (of - passed)


def entries(*runs, **choices):
    (board,) = site.build(runs, **choices).boards
    return {entry.run_id: entry for entry in board.entries}


def test_entries_are_ranked_by_what_data_can_tell_apart(store):
    found = entries(
        store("good", verdicts(38)), store("near", verdicts(36)), store("bad", verdicts(4))
    )
    assert [(each.rank_best, each.rank_worst) for each in found.values()] == [
        (1, 2),
        (1, 2),
        (3, 3),
    ]
    good = found["good"]
    assert good.status is EntryStatus.RANKED
    assert good.score == 0.95
    assert good.low < 0.95 < good.high
    assert (good.cost.cpu_s, good.cost.wall_s, good.cost.energy_j) == (0.25, 0.5, None)


def test_one_entry_alone_is_first(store):
    (alone,) = entries(store("a", verdicts(3))).values()
    assert (alone.rank_best, alone.rank_worst) == (1, 1)


def test_changed_results_are_refused_with_file_and_line(store):
    run = store("a", verdicts(3))
    path = run / journal.NAME
    path.write_bytes(path.read_bytes().replace(b'"failed"', b'"passed"', 1))
    (entry,) = entries(run).values()
    assert entry.status is EntryStatus.REFUSED
    assert entry.why.startswith("results.jsonl:")
    assert entry.score is None


@pytest.mark.parametrize("what", ["counts", "score"])
def test_report_that_does_not_follow_from_the_results_is_refused(store, what):
    """Somebody who can write the run can seal it anew: the figures still have to add up."""
    run = store("a", verdicts(3))
    told = report.derive(run)
    if what == "counts":
        changed = told.model_copy(update={"counts": {"passed": 40}})
    else:
        metric = told.metrics[0].model_copy(update={"value": 0.99})
        changed = told.model_copy(update={"metrics": (metric,)})
    report.write(run, changed.model_copy(update={"complete": True}))
    seal.write(run)
    (entry,) = entries(run).values()
    assert entry.status is EntryStatus.REFUSED
    assert "report.json" in entry.why


def test_unfinished_run_is_marked(store):
    (entry,) = entries(store("a", verdicts(3), complete=False)).values()
    assert (entry.status, entry.why) == (EntryStatus.PARTIAL, "the run is not finished")
    assert entry.rank_best is None


def test_run_about_some_of_the_tasks_is_marked(store):
    dataset = DatasetRef(benchmark="bench", version="1", sha256="ab" * 32, tasks=99)
    (entry,) = entries(store("a", verdicts(3), dataset=dataset)).values()
    assert (entry.status, entry.why) == (EntryStatus.PARTIAL, "it was about 40 of 99 tasks")


def test_run_without_samples_of_some_tasks_is_marked(store):
    run = store("a", verdicts(3))
    told = report.written(run)
    report.write(run, told.model_copy(update={"tasks_total": 42}))
    seal.write(run)
    dataset = manifest.read(run).dataset
    assert dataset.tasks == 40
    (entry,) = entries(run).values()
    assert (entry.status, entry.why) == (EntryStatus.PARTIAL, "2 of 42 tasks have no sample")


def test_run_with_ungraded_samples_is_marked(store):
    (entry,) = entries(store("a", [PASSED, FAILED, Verdict.UNGRADED])).values()
    assert (entry.status, entry.why) == (EntryStatus.PARTIAL, "1 of 3 samples are ungraded")


def test_withdrawn_entry_is_marked(store):
    (entry,) = entries(
        store("a", verdicts(3)), about={"a": EntryDetails(withdrawn="trained on the tests")}
    ).values()
    assert (entry.status, entry.why) == (EntryStatus.PARTIAL, "trained on the tests")


def test_same_run_twice_counts_once(store, tmp_path):
    run = store("a", verdicts(3))
    copy = shutil.copytree(run, tmp_path / "copy")
    (board,) = site.build([run, copy]).boards
    assert [entry.status for entry in board.entries] == [EntryStatus.RANKED, EntryStatus.REFUSED]


def test_newest_run_of_a_name_is_ranked_and_the_others_are_history(store):
    runs = [
        store(f"r{day}", verdicts(10 + day), model="m", created_at=1.7e9 + day * 86_400)
        for day in range(3)
    ]
    found = entries(*runs)
    assert [found[f"r{day}"].status for day in range(3)] == [EntryStatus.SUPERSEDED] * 2 + [
        EntryStatus.RANKED
    ]
    assert "m from 25.00 % to 30.00 %" in site.html(site.build(runs))


def test_different_datasets_get_boards_of_their_own(store):
    other = DatasetRef(benchmark="bench", version="2", sha256="cd" * 32, tasks=40)
    made = site.build([store("a", verdicts(3)), store("b", verdicts(4), dataset=other)])
    assert [board.version for board in made.boards] == ["1", "2"]


def test_two_builds_are_equal_to_the_byte_whatever_the_order(store, tmp_path):
    runs = [store(name, verdicts(number)) for number, name in enumerate(("a", "b", "c"), 10)]
    site.write(site.build(runs), tmp_path / "one")
    site.write(site.build(runs[::-1]), tmp_path / "two")
    for name in site.NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(site.NAMES)


def test_json_and_csv_say_what_the_page_says(store, tmp_path):
    made = site.build(
        [store("a", verdicts(31)), store("b", verdicts(12))], about={"a": EntryDetails(usd=2.5)}
    )
    site.write(made, tmp_path / "site")
    assert (
        LeaderboardFile.model_validate_json((tmp_path / "site/leaderboard.json").read_text())
        == made
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "site/leaderboard.csv").read_text())))
    shown = (tmp_path / "site/index.html").read_text()
    for row, entry in zip(rows, made.boards[0].entries, strict=True):
        assert row["name"] == entry.name
        assert float(row["score"]) == entry.score
        assert f"{100 * entry.score:.2f} %" in shown
    assert rows[0]["usd"] == "2.5"
    assert "declared, not measured" in shown


def test_hostile_names_stay_text(store, tmp_path):
    hostile = "=<script>alert(1)</script>\x1b[2J\u202e\"'"
    made = site.build([store("a", verdicts(3), model=hostile, tags=(hostile,))], title=hostile)
    page = site.html(made)
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert site.table(made).splitlines()[1].split(",")[2].startswith(("'=", "\"'="))


def test_about_names_dates_and_tags_entries(store, tmp_path):
    (tmp_path / "about.toml").write_text(
        '[a]\nname = "A 7B"\ndate = "2025-02-03"\ntags = ["open"]\n'
    )
    (entry,) = entries(
        store("a", verdicts(3), tags=("x",)), about=read_about(tmp_path / "about.toml")
    ).values()
    assert (entry.name, entry.date, entry.tags) == ("A 7B", "2025-02-03", ("open", "x"))


@pytest.mark.parametrize("text", ["[a]\nwrong = 1\n", "no toml", "a = 1\n"])
def test_about_that_is_none_is_an_error_of_usage(tmp_path, text):
    (tmp_path / "about.toml").write_text(text)
    with pytest.raises(UsageError, match="no description of runs"):
        read_about(tmp_path / "about.toml")


SUITE = """
title = "Both"
[[part]]
benchmark = "one"
metrics = ["pass@1", "plus pass@1"]
weight = 3
[[part]]
benchmark = "two"
[[part]]
benchmark = "probe"
ranked = false
"""


def suite_board(tmp_path, store, text=SUITE, *, lack=""):
    (tmp_path / "suite.toml").write_text(text)
    counts = {"one": (20, 30), "two": (8, 2), "probe": (40, 1)}
    runs = [
        store(name, verdicts(passed), bench=bench)
        for bench, both in counts.items()
        for name, passed in zip(("a", "b"), both, strict=True)
        if f"{name}-{bench}" != lack
    ]
    return site.build(runs, suite_of=suite.read(tmp_path / "suite.toml")).suite


def test_suite_averages_metrics_first_and_weighs_parts(store, tmp_path):
    """By hand: a = (3·(20/40 + 10/40)/2 + 8/40)/4, b = (3·(30/40 + 15/40)/2 + 2/40)/4."""
    made = suite_board(tmp_path, store)
    found = {each.name: each for each in made.standings}
    assert math.isclose(found["a"].score, (3 * 0.375 + 0.2) / 4)
    assert math.isclose(found["b"].score, (3 * 0.5625 + 0.05) / 4)
    assert (found["b"].rank, found["a"].rank) == (1, 2)
    assert found["a"].low < found["a"].score < found["a"].high
    assert found["a"].rank_best is None


def test_suite_diagnostics_are_shown_and_weigh_nothing(store, tmp_path):
    made = suite_board(tmp_path, store)
    assert made.weights == {"one": 3.0, "two": 1.0, "probe": 0.0}
    assert made.standings[1].parts["probe"] == 1.0


def test_suite_of_plain_parts_has_rank_bands(store, tmp_path):
    text = 'title = "t"\n[[part]]\nbenchmark = "probe"\n[[part]]\nbenchmark = "two"\n'
    found = {each.name: each for each in suite_board(tmp_path, store, text).standings}
    assert (found["a"].rank_best, found["a"].rank_worst) == (1, 1)
    assert (found["b"].rank_best, found["b"].rank_worst) == (2, 2)


def test_suite_name_without_a_part_has_no_score_but_a_reason(store, tmp_path):
    made = suite_board(tmp_path, store, lack="b-two")
    assert made.standings[-1].name == "b"
    assert made.standings[-1].score is None
    assert made.standings[-1].why == "no ranked entry for two"


@pytest.mark.parametrize(
    "text",
    ['title = "t"\n', 'title = "t"\n[[part]]\nbenchmark = "a"\nweight = 0\n',
     'title = "t"\n[[part]]\nbenchmark = "a"\n[[part]]\nbenchmark = "a"\n',
     'title = "t"\n[[part]]\nbenchmark = "a"\nranked = false\n', "[["],
)  # fmt: skip
def test_suite_that_cannot_be_is_an_error_of_usage(tmp_path, text):
    (tmp_path / "suite.toml").write_text(text)
    with pytest.raises(UsageError, match=r"suite\.toml"):
        suite.read(tmp_path / "suite.toml")


ONE_PART = 'title = "t"\n[[part]]\nbenchmark = "one"\nweight = 2\n'


@pytest.mark.parametrize("both", [(20, 25), (20, 26), (0, 5), (40, 30), (3, 39), (20, 20)])
def test_suite_of_one_part_says_what_its_board_says(store, tmp_path, both):
    """20 and 25 of 40: z gives p = .024 where the exact test has p = .0625."""
    (tmp_path / "suite.toml").write_text(ONE_PART)
    runs = [
        store(name, verdicts(passed), bench="one")
        for name, passed in zip(("a", "b"), both, strict=True)
    ]
    made = site.build(runs, suite_of=suite.read(tmp_path / "suite.toml"))
    (board,) = made.boards
    on_board = {entry.name: entry for entry in board.entries}
    for each in made.suite.standings:
        entry = on_board[each.name]
        assert (each.rank_best, each.rank_worst) == (entry.rank_best, entry.rank_worst)
        ends = (each.score, each.low, each.high)
        assert ends == pytest.approx((entry.score, entry.low, entry.high), abs=1e-12)


def test_suite_p_value_is_welchs():
    """scipy.stats.ttest_ind(equal_var=False) has the same statistic and freedom."""
    stats = pytest.importorskip("scipy.stats")
    rows = [1.0, 0.0, 2.0, 1.5, 0.7], [0.1, 0.4, -0.2, 0.3]
    means = [math.fsum(row) / len(row) for row in rows]
    parts = [
        suite.PartGap(sign * mean, float(stats.sem(row)), len(row) - 1)
        for sign, mean, row in zip((1, -1), means, rows, strict=True)
    ]
    wanted = stats.ttest_ind(*rows, equal_var=False).pvalue
    assert math.isclose(suite.p_value(parts), wanted, rel_tol=1e-9)


def test_suite_p_value_of_parts_that_cannot_tell_is_1():
    assert suite.p_value([suite.PartGap(0.0, 0.0, 5)]) == 1.0
    assert suite.p_value([suite.PartGap(0.5, None, 0), suite.PartGap(0.1, 0.01, 99)]) == 1.0


def test_suite_of_constant_differences_is_no_surer_than_exact_tests(store, tmp_path):
    """One run solves both tasks of either part, the other none: 4 wins prove nothing."""
    (tmp_path / "suite.toml").write_text(
        'title = "t"\n[[part]]\nbenchmark = "one"\n[[part]]\nbenchmark = "two"\n'
    )
    runs = [
        store(name, [verdict] * 2, bench=bench)
        for bench in ("one", "two")
        for name, verdict in (("a", PASSED), ("b", FAILED))
    ]
    made = site.build(runs, suite_of=suite.read(tmp_path / "suite.toml")).suite
    assert [(each.rank_best, each.rank_worst) for each in made.standings] == [(1, 2), (1, 2)]
