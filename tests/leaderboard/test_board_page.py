"""What the board shows of its entries: their pages, their tasks, what they cost."""

import csv
import io
import re
from pathlib import Path

import pytest

from grader.core.result import Verdict
from grader.errors import UsageError
from grader.leaderboard import costs, heat, outcomes, pages, site
from grader.leaderboard.entries import EntryDetails, read_about
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, EntryCost, EntryStatus
from grader.stats.passk import TaskCount

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
GOOD, BAD = [PASSED] * 38 + [FAILED] * 2, [PASSED] * 4 + [FAILED] * 36


def entry(name: str, **fields) -> BoardEntry:
    known = {"name": name, "run_id": name, "date": "2026-01-01", "status": EntryStatus.RANKED}
    return BoardEntry(**(known | fields))


def board(*rows: str, tasks: tuple[str, ...]) -> BenchmarkBoard:
    entries = tuple(entry(f"m{n}", outcomes=row, score=0.5) for n, row in enumerate(rows))
    return BenchmarkBoard(
        benchmark="b", version="1", dataset_sha256="", entries=entries, tasks=tasks
    )


def test_every_entry_that_counts_leads_to_its_run(store, tmp_path):
    damaged = store("bad", BAD)
    (damaged / "results.jsonl").write_bytes((damaged / "results.jsonl").read_bytes()[5:])
    runs = [store("a", GOOD), store("old", BAD, model="a", created_at=1.6e9), damaged]
    site.write(site.build(runs), tmp_path / "site", runs=runs)
    page = (tmp_path / "site/index.html").read_text()
    links = re.findall(r'href="(entries/[^"]+)"', page)
    assert len(links) == 2
    for link in links:
        text = (tmp_path / "site" / link).read_text()
        assert 'href="../index.html"' in text
    assert {path.name for path in (tmp_path / "site/entries").iterdir()} == {
        Path(x).name for x in links
    }


@pytest.mark.parametrize(
    "run_id",
    ["../../etc/x", "a/b", "..", "", "x" * 5000, "\u202egnp", "a\nb", "con", '"><b>', "\x00", "é"],
)
def test_page_of_a_hostile_id_has_a_harmless_name(run_id):
    name = pages.file_name(pages.PageKey("b", "1", "", run_id))
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}-[0-9a-f]{8}\.html", name)
    assert ".." not in name


def test_pages_of_ids_that_look_alike_differ():
    assert (
        len(
            {
                pages.file_name(pages.PageKey("b", "1", "", each))
                for each in ("a/b", "a-b", "a b", "A-b")
            }
        )
        == 4
    )


def test_runs_of_one_id_in_two_benchmarks_have_pages_of_their_own(store, tmp_path):
    runs = [store("a", GOOD, bench="one"), store("a", BAD, bench="two")]
    site.write(site.build(runs), tmp_path / "site", runs=runs)
    found = sorted(path.read_text() for path in (tmp_path / "site/entries").iterdir())
    assert ["95.00 %" in text for text in found] == [True, False]


def test_page_of_a_run_given_twice_is_that_of_the_one_that_counts(store, tmp_path):
    """Whoever sends a second run of an id puts nothing of it on the site."""
    runs = [store("a", BAD, folder="z"), store("a", GOOD, folder="b")]
    site.write(site.build(runs), tmp_path / "site", runs=runs)
    (page,) = (tmp_path / "site/entries").iterdir()
    assert "95.00 %" in page.read_text()
    assert "95.00 %" in (tmp_path / "site/index.html").read_text()


def test_two_builds_with_pages_are_equal_to_the_byte(store, tmp_path):
    runs = [store("a", GOOD), store("b", BAD)]
    for name, order in (("one", runs), ("two", runs[::-1])):
        site.write(site.build(order), tmp_path / name, runs=order)
    first = {
        p.relative_to(tmp_path / "one"): p.read_bytes() for p in (tmp_path / "one").rglob("*.*")
    }
    for path, content in first.items():
        assert (tmp_path / "two" / path).read_bytes() == content


def test_table_and_csv_have_figures_verdicts_tasks_and_trust(store):
    made = site.build([store("a", GOOD, k=(1, 5)), store("b", BAD)])
    page = site.html(made)
    for title in ("plus pass@1", "Verdicts", "Tasks", "CPU / sample", "95 % interval"):
        assert f">{title}<" in page
    assert "Verdicts: passed 38, failed 2" in page
    assert "trust got: separated" in page
    assert "Cost</button>" not in page
    (first, _) = csv.DictReader(io.StringIO(site.table(made)))
    assert (first["passed"], first["failed"], first["empty"]) == ("38", "2", "0")
    assert float(first["plus pass@1"]) == 0.475
    assert first["cpu_total_s"] == "10.0"


def test_trust_has_a_column_where_entries_differ_in_it(store):
    page = site.html(site.build([store("a", GOOD), store("b", BAD, got="shared")]))
    assert ">Trust<" in page
    assert "trust got" not in page


@pytest.mark.parametrize(
    "counts", [{}, {"a": TaskCount(1, 1), "b": TaskCount(1, 0)}, {"a": TaskCount(9, 4)},
               {"b": TaskCount(0, 0)}, {"a": TaskCount(2, 2), "b": TaskCount(1, 1)}],
)  # fmt: skip
def test_outcomes_are_read_as_they_were_told(counts):
    told = outcomes.told(("a", "b"), counts)
    nothing = TaskCount(0, 0)
    assert outcomes.read(told) == [counts.get(task, nothing) for task in ("a", "b")]


def test_tasks_stand_from_the_easiest_to_the_hardest():
    one, none = TaskCount(1, 1), TaskCount(1, 0)
    runs = [{"z": one, "hard": none, "a": none}, {"z": one, "hard": none, "a": one}]
    assert outcomes.by_ease(runs) == ("z", "a", "hard")


def cells(svg: str) -> dict[int, str]:
    """Column → class, read back from the paths of a strip."""
    found: dict[int, str] = {}
    for role, path in re.findall(r'<path class="(\w+)" d="([^"]*)"', svg):
        for x, length in re.findall(r"M(\d+) 0h(\d+)", path):
            for column in range(int(x), int(x) + int(length)):
                assert column not in found
                found[column] = role
    return found


def test_heat_map_draws_each_outcome_once():
    row = "1 1 0 - 3/5 0/5 1 5/5 1/5"
    drawn = cells(heat.drawn(outcomes.read(row), "x"))
    assert [drawn.get(place, "") for place in range(9)] == [
        "s5", "s5", "s0", "", "s3", "s0", "s5", "s5", "s1",
    ]  # fmt: skip


def test_heat_map_names_the_tasks_that_nobody_or_one_solves():
    page = heat.heat(board("1 1 0 0", "1 0 0 0", tasks=("all", "one", "x<", "y")), 0, title="b")
    assert "1 solved by every entry, 2 by none" in page
    assert "<b>Solved by no entry (2):</b> x&lt;, y" in page
    assert "<b>Solved by one entry alone (1):</b> one" in page


def test_heat_map_of_many_tasks_and_entries_stays_small():
    """Fifty thousand cells without any order, the worst case, and neighbours beyond a line's width."""
    rows = [
        " ".join("01"[(n * 7919 + t * t * 31) % 97 % 2] for t in range(500)) for n in range(100)
    ]
    large = board(*rows, tasks=tuple(f"T/{t}" for t in range(500)))
    assert len(heat.heat(large, 0, title="b")) < 450_000
    assert len(heat.data(large, 0)) < 60_000
    wide = board(" ".join("1" * 5000), tasks=tuple(map(str, range(5000))))
    assert "A cell stands for 9 tasks" in heat.heat(wide, 0, title="b")


def points(*pairs: tuple[float, float]) -> list[costs.CostPoint]:
    return [
        costs.CostPoint(entry(f"m{n}", low=score - 0.1, high=score + 0.1), cost, score)
        for n, (cost, score) in enumerate(pairs)
    ]


def test_frontier_holds_those_that_nobody_beats_for_less():
    found = costs.frontier(points((5, 0.9), (1, 0.2), (2, 0.5), (3, 0.4), (9, 0.9)))
    assert [(point.cost, point.score) for point in found] == [(1, 0.2), (2, 0.5), (5, 0.9)]


@pytest.mark.parametrize(
    "values", [(1, 2), (0.001, 5000), (7, 7), (1e-9, 1e-9), (3, 70), (1e7, 9e9), (0.9, 120)]
)
def test_cost_axis_holds_every_cost_and_has_two_ticks(values):
    axis = costs.axis_of(values)
    assert all(costs.LEFT <= axis.at(value) <= costs.RIGHT for value in values)
    found = costs.ticks(axis)
    assert 2 <= len(found) <= 8
    assert all(costs.LEFT <= axis.at(tick) <= costs.RIGHT for tick, _ in found)


def test_costs_say_totals_and_charts_what_is_declared(store):
    runs = [store("a", GOOD), store("b", BAD), store("c", BAD)]
    about = {"a": EntryDetails(usd=2.5), "b": EntryDetails(usd=150)}
    page = site.html(site.build(runs, about=about))
    assert "Score by declared cost of the run" in page
    assert "120 samples of 3 ranked entries · 30 s of CPU and 60 s in steps" in page
    assert "$152 declared for 2" in page


@pytest.mark.parametrize("step", [0.001, 0.01, 0.1])
def test_labels_of_the_cost_chart_cover_nothing(step):
    """Neither each other nor a dot: a crowd has few names, single dots have theirs."""
    crowd = points(*((1 + n * step, 0.1 + n * step / 4) for n in range(30)))
    axis = costs.axis_of([point.cost for point in crowd])
    dots = [
        costs.LabelBox(axis.at(p.cost) - 7, axis.at(p.cost) + 7, costs.y_of(p.score)) for p in crowd
    ]
    boxes = []
    for x, y, anchor, name in re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"[^>]*>(\w+)',
        "".join(costs.labels(crowd, axis, 0)),
    ):
        width = costs.LETTER * len(name)
        left = float(x) - width * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        boxes.append(costs.LabelBox(left + 0.1, left + width - 0.1, float(y) - 4))
    assert boxes
    for place, box in enumerate(boxes):
        others = [*boxes[:place], *boxes[place + 1 :]]
        assert not any(box.meets(other) for other in others)
        assert sum(box.meets(dot) for dot in dots) == 0


@pytest.mark.parametrize("usd", ["-1", "inf", "nan"])
def test_cost_that_cannot_be_is_an_error_of_usage(tmp_path, usd):
    (tmp_path / "about.toml").write_text(f"[a]\nusd = {usd}\n")
    with pytest.raises(UsageError, match="no description of runs"):
        read_about(tmp_path / "about.toml")


def test_free_entries_have_no_place_on_the_chart():
    free = entry("free", score=0.5, cost=EntryCost(usd=0.0))
    made = BenchmarkBoard(
        benchmark="b", version="", dataset_sha256="", entries=(free, free), tasks=()
    )
    assert "Two entries with a cost make a chart" in costs.costs(made)


def test_page_of_a_run_has_pass_hat_k(store, tmp_path):
    run = store("a", GOOD, samples=3, k=(1, 3))
    site.write(site.build([run]), tmp_path / "site", runs=[run])
    (page,) = (tmp_path / "site/entries").iterdir()
    text = page.read_text()
    assert 'data-value="pass^3"' in text
    assert 'data-value="mG-pass@3"' in text
    assert "Asked as usual" in text
