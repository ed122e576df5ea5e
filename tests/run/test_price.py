"""What the strict reading costs is said before a run, and shown after it."""

from grader.core.report import QuantitySpread, Report, RunCost, StepKindTime
from grader.core.task import Task
from grader.engine.learning.survey import TaskSurveys
from grader.reports import text
from grader.reports._words import price as shown
from grader.run import price
from grader.run.options import Options


def task(kind: str) -> dict[str, Task]:
    return {"t": Task(id="t", benchmark="b", kind=kind, spec={})}


def options(**changes) -> Options:
    return Options(benchmark="swebench", samples="p.jsonl", **changes)


def test_price_is_foretold_where_there_are_two_readings():
    said = price.foretold(options(), task("repo"))
    assert "1.7 times the time of parity" in said
    assert "1 more run" in said
    assert "kept for later runs" in said
    assert "kept" not in price.foretold(options(surveys="new"), task("repo"))
    assert price.foretold(options(reading="parity"), task("repo")) == ""
    assert price.foretold(options(), task("function")) == ""


def test_surveys_say_what_they_took():
    surveys = TaskSurveys()
    assert price.surveyed(surveys) == price.surveyed(None) == ""
    surveys.made, surveys.spent_s = 3, 12.34
    assert price.surveyed(surveys) == "surveys: 3 runs of tasks' own solutions took 12.3 s"


def spread(count: int, mean: float) -> QuantitySpread:
    return QuantitySpread(count=count, mean=mean, median=mean, p95=mean, max=mean)


def report(**seconds: tuple[int, float]) -> Report:
    phases = tuple(
        StepKindTime(name=name.replace("_", "-"), wall_s=spread(*value), cpu_s=spread(*value))
        for name, value in seconds.items()
    )
    return Report(
        run_id="r", benchmark="swebench", version="5", tasks_total=4, tasks_covered=4, samples=4,
        counts={"passed": 4}, metrics=(), cost=RunCost(phases=phases),
    )  # fmt: skip


def test_report_shows_what_each_reading_took():
    both = report(apply=(4, 0.5), eval=(4, 2.0), strict_ground=(2, 1.0), strict_tests=(2, 4.0))
    said = "parity 10.0 s in 4 runs, strict 10.0 s more in 2 runs, 2.00 times parity alone"
    assert shown(both) == said
    assert said in " ".join(text.render(both, width=200).split())


def test_report_of_one_reading_has_no_price():
    assert shown(report(apply=(4, 0.5), eval=(4, 2.0))) == ""
    assert shown(report(tests=(4, 0.5))) == ""
