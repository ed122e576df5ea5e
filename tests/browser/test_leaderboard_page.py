"""The leaderboard's page in a real browser."""

import json

import pytest

from grader.core.execution import Ended, Execution, Isolation, StepResult
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Verdict
from grader.leaderboard import site
from grader.record import journal, manifest, seal
from grader.run import report

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path):
    """A site of five runs, two of one name, one with hostile words."""
    runs = []
    hostile = "<img src=x onerror='window.owned=1'>"
    for place, name in enumerate(("org/a", "org/a", "b", "c", hostile)):
        run = tmp_path / f"run-{place}"
        run.mkdir()
        dataset = DatasetRef(benchmark="bench", version="1", tasks=30)
        stored = Manifest(
            run_id=run.name, engine_version="1", samples_path="", samples_sha256="", k=(1,),
            dataset=dataset, model=name, tags=("open",) if place % 2 else ("closed",),
            created_at=1.7e9 + place * 5e6,
        )  # fmt: skip
        manifest.write(run, stored)
        step = StepResult(name="t", ended=Ended.EXIT, cpu_s=0.1, wall_s=0.2)
        ran = Execution(provider="local", isolation=Isolation(tier="userns"), steps=(step,))
        with journal.Journal(run) as book:
            for task in range(30):
                verdict = Verdict.PASSED if task % (place + 2) else Verdict.FAILED
                book.append(Result(task_id=f"T/{task}", index=0, verdict=verdict, execution=ran))
        report.write(run, report.derive(run))
        seal.write(run)
        runs.append(run)
    site.write(site.build(runs, title="Models"), tmp_path / "site")
    return (tmp_path / "site" / "index.html").as_uri()


def names(browser) -> list[str]:
    return browser.evaluate(
        "[...document.querySelectorAll('.board tbody tr[data-date]')].filter(row => !row.hidden)"
        ".map(row => row.dataset.name)"
    )


def test_leaderboard_filters_and_sorts(browser, address):
    browser.open(address)
    assert len(names(browser)) == 4
    browser.evaluate("document.querySelector('[data-tag=open]').click()")
    assert sorted(names(browser)) == ["c", "org/a"]
    browser.evaluate("document.querySelector('[data-tag=open]').click()")
    browser.evaluate("document.getElementById('search').value = 'org'")
    browser.evaluate("document.getElementById('search').dispatchEvent(new Event('input'))")
    assert names(browser) == ["org/a"]
    browser.evaluate("document.getElementById('search').value = 'nothing'")
    browser.evaluate("document.getElementById('search').dispatchEvent(new Event('input'))")
    assert browser.evaluate("document.querySelector('.none').hidden") is False
    browser.evaluate("document.getElementById('search').value = ''")
    browser.evaluate("document.getElementById('search').dispatchEvent(new Event('input'))")
    browser.evaluate("document.querySelector('[data-sort=name]').click()")
    assert names(browser) == sorted(names(browser))
    assert browser.complaints == []


def test_leaderboard_executes_nothing_and_asks_for_nothing(browser, address):
    browser.open(address)
    assert browser.evaluate("window.owned") is None
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    assert [url for url in browser.asked if not url.startswith(("file:", "data:image/svg"))] == []
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_leaderboard_is_accessible(browser, address, axe, width, dark):
    browser.look(width, 900, dark=dark)
    browser.open(address)
    browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.evaluate(axe + "; 0")
    found = json.loads(
        browser.evaluate("axe.run(document).then(each => JSON.stringify(each.violations))")
    )
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
