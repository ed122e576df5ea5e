"""Tables, pages and XML: whole, harmless, and never at odds with each other."""

import csv
import html.parser
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from stored_results import HOSTILE, MANIFEST, evidence_of, report_of, results

from grader import plugins
from grader.core.report import (
    AdaptiveSummary,
    PassUncertainty,
    QuantitySpread,
    RunCost,
    TaskFinding,
)
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.reports import json as json_report
from grader.reports import markdown, text
from grader.reports.html import charts, details, page, rows, sections


def composed(name: str, found: list[Result], **choices) -> bytes:
    file = io.BytesIO()
    evidence = evidence_of(found, choices.pop("submissions", None))
    plugins.load("reports", name).compose(report_of(found, **choices), evidence, file)
    return file.getvalue()


class Figures(html.parser.HTMLParser):
    """What the page says to a person: values by metric, counts by verdict, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.text = ""
        self._key: tuple[str, str] | None = None
        self._skips = False
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self._skips = tag in {"script", "style"}
        for kind in ("data-value", "data-verdict"):
            if kind in named:
                self._key = (kind, named[kind] or "")

    def handle_endtag(self, tag):
        self._skips = False
        self._key = None

    def handle_data(self, data):
        if self._skips:
            return
        self.text += data
        if self._key and self._key[0] == "data-value":
            self.values[self._key[1]] = data
        elif self._key:
            self.counts[self._key[1]] = int(data.replace(",", ""))


@pytest.mark.parametrize("ks", [(1, 2), (1,), (2, 5)], ids=str)
def test_text_json_and_page_of_a_run_say_the_same(ks):
    found = results()
    report = report_of(found, ks=ks)
    told = json.loads(json_report.render(report))
    shown = Figures(composed("html", found, ks=ks).decode())
    lines = text.render(report, width=200).splitlines()

    def line_of(label: str) -> str:
        return next(" ".join(line.split()) for line in lines if line.startswith(label + " "))

    for metric in told["metrics"]:
        value = "undefined" if metric["value"] is None else text.percent(metric["value"])
        assert shown.values[metric["name"]] == value
        assert line_of(metric["name"]).startswith(f"{metric['name']} {value}")
        words = line_of(metric["name"]).removeprefix(f"{metric['name']} {value} ")
        assert words in shown.text
    assert shown.counts == told["counts"]
    for verdict, count in told["counts"].items():
        if verdict != "ungraded":
            assert line_of(verdict).split()[1] == str(count)
    assert line_of("covered").removeprefix("covered ") in shown.text
    assert line_of("UNGRADED").removeprefix("UNGRADED ") in shown.text


def test_page_table_adds_up_to_the_report():
    found = results()
    report, table = report_of(found), rows.collect(iter(found), report_of(found))
    packed = json.loads(rows.payload(table))
    names = [packed["verdicts"][verdict] for verdict in packed["verdict"]]
    assert {name: names.count(name) for name in set(names)} == report.counts
    assert packed["tasks"][: len(report.rows)] == [row.task_id for row in report.rows]
    assert packed["wall_us"][1] == 1_500_000
    assert packed["twin"] == [0, 0, 0, 1, 0, 0]


def test_page_is_self_contained():
    source = composed("html", results()).decode()
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?!["']?#)""", source.split("<script>")[0])
    assert "default-src 'none'" in source
    assert "unsafe" not in source.split("</head>")[0].split("<style>")[0]
    assert "style=" not in source.split("<script>")[0]


def test_page_policy_allows_exactly_its_own_blocks():
    source = composed("html", results()).decode()
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", source, re.DOTALL)
    assert page.digest(style[1]) in source
    assert page.digest(script[1]) in source


def test_page_of_the_same_run_is_the_same_to_the_byte():
    assert composed("html", results()) == composed("html", results())


def test_page_of_an_empty_run_says_so():
    shown = Figures(composed("html", []).decode()).text
    assert "No sample has a verdict yet." in shown
    assert "Nothing ran" in shown
    assert "undefined" in shown


def test_details_prefer_the_first_failure_of_every_task(monkeypatch):
    monkeypatch.setattr(details, "DETAILS_MAX", 3)
    found = results()
    table = rows.collect(iter(found), report_of(found))
    assert set(details.choose(table)) == {("T/0", 1), ("T/1", 0), ("T/2", 1)}


def test_details_of_identical_samples_are_shared():
    found = results()
    table = rows.collect(iter(found), report_of(found))
    kept = details.choose(table)
    details.chunks(table, evidence_of(found), kept=kept)
    assert table.detail[2] == table.detail[3] == kept["T/1", 0]


def test_details_carry_tests_outputs_and_the_submission():
    found = results()
    made = details.detail(found[1], "def f(): ...")
    assert made["tests"] == [["failed", "test_bad", "1 != 2"]]
    assert (made["bad"], made["of"]) == (1, 2)
    assert ("traceback", "1 != 2") in made["steps"][0]["outputs"]
    assert made["submission"] == "def f(): ..."


def test_details_stop_at_their_budget(monkeypatch):
    monkeypatch.setattr(details, "BUDGET_MB", 0)
    found = results()
    table = rows.collect(iter(found), report_of(found))
    details.chunks(table, evidence_of(found), kept=details.choose(table))
    assert set(table.detail) == {rows.NO_DETAIL}


def test_curve_draws_every_k_that_is_defined():
    assert charts.spread(5) == [1, 2, 3, 4, 5]
    assert charts.spread(1000)[0] == 1
    assert charts.spread(1000)[-1] == 1000
    assert len(charts.spread(1000)) <= charts.CURVE_POINTS


def test_charts_are_well_formed():
    found = results(HOSTILE)
    report = report_of(found)
    table = rows.collect(iter(found), report)
    pictures = [
        charts.bar(report.counts, report.samples), charts.forest(report),
        charts.curve(report.rows[:2]), charts.histogram(table), charts.heat(report.rows),
    ]  # fmt: skip
    for picture in pictures:
        root = ET.fromstring(f"<div>{picture}</div>")
        assert root[0].tag == "svg"
        assert root[0].get("aria-label")


def test_csv_has_one_row_per_sample():
    table = list(csv.DictReader(io.StringIO(composed("csv", results()).decode())))
    assert [row["verdict"] for row in table] == [result.verdict.value for result in results()]
    assert table[1]["tests_not_passed"] == "1"
    assert table[1]["wall_s"] == "1.5"
    assert table[3]["wall_s"] == ""
    assert table[3]["same_as"] == "0"


def test_csv_holds_no_formula():
    table = list(csv.DictReader(io.StringIO(composed("csv", results(HOSTILE)).decode())))
    assert table[1]["reason"].startswith("'=cmd")
    assert table[1]["reason"].isprintable()


def test_parquet_has_the_columns_of_the_csv():
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(composed("parquet", results())))
    plain = csv.DictReader(io.StringIO(composed("csv", results()).decode()))
    assert table.column_names == plain.fieldnames
    assert table.column("sample").to_pylist() == [0, 1, 0, 1, 0, 1]
    assert table.column("wall_s").to_pylist()[3] is None


def test_junit_counts_what_it_holds():
    suite = ET.fromstring(composed("junit", results()))[0]
    assert suite.get("tests") == str(len(suite.findall("testcase"))) == "6"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "3"
    assert suite.get("errors") == str(len(suite.findall("testcase/error"))) == "1"
    failure = suite.find("testcase/failure")
    assert failure.get("type") == "failed"
    assert "failed test_bad 1 != 2" in failure.text


@pytest.mark.parametrize("name", ["junit", "csv", "html", "github", "inspect-scores"])
def test_document_of_a_hostile_run_is_clean(name):
    made = composed(name, results(HOSTILE)).decode()
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", made)
    if name == "junit":
        ET.fromstring(made)


def test_markdown_shows_the_figures_and_takes_nothing_for_markup():
    found = results(HOSTILE)
    made = markdown.render(report_of(found))
    assert "| pass@1 | 50.00 % |" in made
    assert "| timeout | 2 | 33.33 % |" in made
    assert "**Ungraded**" in made
    hostile = markdown.safe(HOSTILE + " [a](b) | `c` <b> @someone")
    assert "\\[a\\]\\(b\\) \\| \\`c\\` \\<b\\>" in hostile
    assert "http://" not in hostile
    assert not re.search(r"(?<!\w)@\w", hostile)


def test_unfinished_run_says_so_everywhere():
    report = report_of(results(), complete=False)
    assert "INCOMPLETE" in text.render(report)
    assert "**Incomplete**" in markdown.render(report)
    assert "Incomplete" in composed("html", results(), complete=False).decode()


def test_every_verdict_has_a_colour():
    style = page.asset("base.css")
    for verdict in Verdict:
        assert f".v-{verdict.value} " in style
        assert style.count(f"--{verdict.value}: ") == 2


def test_parquet_without_its_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pip install"):
        composed("parquet", results())


def test_page_shows_what_else_a_report_holds():
    found = results()
    spread = QuantitySpread(count=3, mean=1, median=0.5, p95=2, max=3)
    report = report_of(found).model_copy(
        update={
            "adaptive": AdaptiveSummary(
                model="2PL", ability=0.5, error=0.2, asked=9, items=500, predicted=0.61, low=0.5,
                high=0.7, stopped="the error is small enough",
            ),
            "findings": (TaskFinding(task_id="T/1", kind="never ends", why="<b>all time out</b>"),),
            "notes": ("few clusters",),
            "cost": RunCost(cpu_s=spread, energy_why="no powercap here"),
            "uncertainty": PassUncertainty(error=0.1, detectable=0.25),
        }
    )  # fmt: skip
    made = sections.slots(report, MANIFEST, rows.collect(iter(found), report))
    shown = " ".join(made.values())
    for words in (
        "61.00 % of all 500 tasks", "pass@k above is not the benchmark", "never ends",
        "&lt;b&gt;all time out", "few clusters", "median 0.5 s, p95 2 s", "no powercap here", "25.0 points",
    ):  # fmt: skip
        assert words in shown


def test_inspect_scores_leave_out_what_is_ungraded():
    records = [json.loads(line) for line in composed("inspect-scores", results()).splitlines()]
    graded = [each for each in results() if each.verdict is not Verdict.UNGRADED]
    assert [(each["id"], each["epoch"]) for each in records] == [
        (each.task_id, each.index + 1) for each in graded
    ]
    assert {each["value"] for each in records} == {"C", "I"}


def test_github_annotations_cannot_be_begun_by_a_sample():
    hostile = "a%0A\n::set-output name=x::1\r,b:c"
    found = results()
    bad = next(each for each in found if each.verdict is Verdict.FAILED)
    found = [bad.model_copy(update={"reason": hostile, "task_id": hostile})]
    shown = composed("github", found).decode()
    lines = shown.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::notice title=grader%3A ")
    assert lines[1].startswith("::error title=a%250A")
    assert re.fullmatch(r"::error title=[^:,]*::[^\r\n]*", lines[1])
    assert "\r" not in shown


def test_github_warns_of_our_own_trouble():
    ours = next(each for each in results() if each.verdict is Verdict.UNGRADED)
    assert composed("github", [ours]).splitlines()[1].startswith(b"::warning title=")
