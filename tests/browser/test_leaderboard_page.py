"""The leaderboard's page in a real browser."""

import json

import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Verdict
from grader.leaderboard import site, suite
from grader.leaderboard.entries import EntryDetails
from grader.record import journal, manifest, seal
from grader.run import report

pytestmark = pytest.mark.browser


def stored(folder, run_id, place, *, bench="bench", **changes):
    """A run of thirty tasks, of which every (place + 2)nd fails."""
    run = folder / f"{run_id}-{bench}"
    run.mkdir()
    fields = {
        "run_id": run_id, "engine_version": "1", "samples_path": "", "samples_sha256": "",
        "k": (1,), "dataset": DatasetRef(benchmark=bench, version="1", tasks=30),
        "created_at": 1.7e9 + place * 5e6,
    }  # fmt: skip
    manifest.write(run, Manifest(**(fields | changes)))
    step = StepResult(name="t", ended=StepEnd.EXIT, cpu_s=0.1, wall_s=0.2)
    ran = Execution(provider="local", isolation=Isolation(tier="userns"), steps=(step,))
    with journal.Journal(run) as book:
        for task in range(30):
            verdict = Verdict.PASSED if task % (place + 2) else Verdict.FAILED
            book.append(Result(task_id=f"T/{task}", index=0, verdict=verdict, execution=ran))
    report.write(run, report.derive(run))
    seal.write(run)
    return run


@pytest.fixture
def address(tmp_path):
    """A site of five runs, two of one name, one with hostile words."""
    hostile = "<img src=x onerror='window.owned=1'>"
    runs = [
        stored(
            tmp_path, f"run-{place}", place, model=name, tags=("open" if place % 2 else "closed",)
        )
        for place, name in enumerate(("org/a", "org/a", "b", "c", hostile))
    ]
    about = {f"run-{place}": EntryDetails(usd=3.0**place) for place in range(len(runs))}
    made = site.build(runs, title="Models", about=about)
    site.write(made, tmp_path / "site", runs=runs)
    return (tmp_path / "site" / "index.html").as_uri()


@pytest.fixture
def crowded(tmp_path):
    """A site with a suite, runs of other conditions, a mark, a partial run and long names."""
    runs = [
        stored(tmp_path, f"run-{place}", place, bench=bench, model=f"{name}{'-long' * 9}", **changes)
        for bench in ("bench", "other")
        for place, (name, changes) in enumerate(
            (("a", {}), ("b", {}), ("c", {"engine_version": "2"}), ("slow", {"timeout_s": 60.0}),
             ("p", {"trust": "<b>\u202e" * 40}), ("d", {"limit": 30, "k": (1, 5)}))
        )
    ]  # fmt: skip
    (tmp_path / "suite.toml").write_text(
        'title = "Both"\n[[part]]\nbenchmark = "bench"\n[[part]]\nbenchmark = "other"\n'
    )
    made = site.build(runs, suite_of=suite.read(tmp_path / "suite.toml"))
    site.write(made, tmp_path / "site", runs=runs)
    return tmp_path / "site"


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


def violations(browser, axe) -> list[tuple[str, str]]:
    browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.evaluate(axe + "; 0")
    found = browser.evaluate("axe.run(document).then(each => JSON.stringify(each.violations))")
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in json.loads(found)]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 420])
def test_leaderboard_is_accessible(browser, address, axe, width, dark):
    browser.look(width, 900, dark=dark)
    browser.open(address)
    assert violations(browser, axe) == []
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 420])
def test_leaderboard_of_many_boards_and_a_page_of_it_are_accessible(
    browser, crowded, axe, width, dark
):
    run = next(iter(sorted(crowded.glob("entries/*.html"))))
    for page in (crowded / "index.html", run):
        browser.look(width, 900, dark=dark)
        browser.open(page.as_uri())
        assert violations(browser, axe) == []
        assert browser.complaints == []
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_leaderboard_leads_to_each_run_and_back(browser, address):
    browser.open(address)
    browser.evaluate("document.querySelector('.entries tbody th a').click()")
    browser.wait("document.querySelector('.back') && document.body.dataset.ready === 'yes'")
    assert "/site/entries/run-" in browser.evaluate("location.href")
    assert browser.complaints == []
    browser.evaluate("document.querySelector('.back').click()")
    browser.wait("document.getElementById('filters') && document.body.dataset.ready === 'yes'")
    assert browser.evaluate("location.href") == address


@pytest.mark.parametrize("width", [320, 420, 760, 1280])
def test_leaderboard_shows_whole_intervals_at_any_width(browser, address, width):
    browser.look(width, 900)
    browser.open(address)
    cut = (
        "[...document.querySelectorAll('.entries tbody .strip, .entries tbody .ends')]"
        ".filter(each => { const box = each.getBoundingClientRect();"
        " return box.left < 0 || box.right > innerWidth || box.width < 60; }).length"
    )
    assert browser.evaluate("document.querySelectorAll('.entries tbody .strip').length") == 4
    assert browser.evaluate(cut) == 0


def test_leaderboard_heat_map_tells_cells_to_pointer_and_keys(browser, address):
    browser.open(address)
    readout = "document.querySelector('.readout').textContent"
    browser.evaluate("document.querySelector('.heat').focus()")
    browser.press("ArrowDown")
    browser.wait(f"{readout}.includes('T/')")
    assert browser.evaluate(readout).endswith("solved")
    browser.evaluate(
        "(() => { const row = document.querySelectorAll('.map tbody tr:not(.all) .cells')[3];"
        " const box = row.getBoundingClientRect(); row.dispatchEvent(new PointerEvent('pointermove',"
        " {bubbles: true, clientX: box.right - 2, clientY: box.top + 2})); })()"
    )
    browser.wait(f"{readout}.includes('not solved')")
    assert browser.evaluate(readout).startswith("org/a · T/")
    assert browser.complaints == []


def test_leaderboard_reads_without_javascript(browser, address):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(address, ready=False)
        text = browser.evaluate("document.body.innerText")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "solved by every entry" in text
    assert "Together" in text
    assert "Point at a cell" not in text
