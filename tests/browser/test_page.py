"""The report page in a real browser: what it shows, how fast, and that nothing of a sample acts."""

import json

import pytest

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.result import Outcome, Result, TestResult, Verdict

pytestmark = pytest.mark.browser

ATTACKS = [
    "<script>window.owned = 1</script>",
    "</script><script>window.owned = 2</script>",
    "<!--<script>",
    "-->",
    "<img src=x onerror='window.owned = 3'>",
    "<svg onload='window.owned = 4'>",
    "\" onmouseover='window.owned = 5' x=\"",
    "javascript:window.owned=6",
    "{{script}}{{style}}${window.owned = 7}",
    "]]></title></style><iframe srcdoc='<script>parent.owned = 8</script>'>",
    "\x1b[31mred\x1b[0m \x9b31m \x1b]0;title\x07",
    "\u202egpj.exe\u2066\u2069",
    "a\0b",
    "line\u2028separator\u2029paragraph",
    "</dialog></main></html>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>",
]
NEVER_SHOWN = ["\x1b", "\x9b", "\u202e", "\u2066", "\0", "\u2028"]


def ran(text: str, **changes: object) -> Execution:
    step = StepResult(
        **{
            "name": "tests", "ended": StepEnd.EXIT, "code": 1, "stdout": text.encode(),
            "stderr": text.encode(), "wall_s": 0.01, "cpu_s": 0.005, "peak_mb": 12.0,
            "completion": CompletionRecord(said=CompletionWord.RAISED, exception="E", traceback=text),
        }
        | changes
    )  # fmt: skip
    return Execution(provider="local", isolation=Isolation(tier="userns"), steps=(step,))


def hostile(number: int, text: str) -> Result:
    return Result(
        task_id=f"T{number} {text}", index=0, verdict=Verdict.FAILED, reason=text,
        tests=(TestResult(name=text, outcome=Outcome.FAILED, message=text),),
        readings={text: text}, extraction=text, known_broken=text, execution=ran(text),
        plan_digest=f"{number:064x}", sample_digest=f"{number:016x}",
    )  # fmt: skip


def plain(count: int, *, tasks: int):
    verdicts = (Verdict.PASSED, Verdict.FAILED, Verdict.ERROR, Verdict.TIMEOUT)
    for number in range(count):
        index, task = divmod(number, tasks)
        verdict = verdicts[hash((task, index)) % 4]
        yield Result(
            task_id=f"Bench/{task}", index=index, verdict=verdict,
            reason="" if verdict is Verdict.PASSED else f"{verdict.value} in case {task % 50}",
            execution=ran("output", wall_s=0.001 * (1 + number % 97)),
            plan_digest=f"{number:064x}", sample_digest=f"{number:016x}",
        )  # fmt: skip


def count_of(browser) -> str:
    return browser.evaluate("document.getElementById('shown').textContent")


def test_page_executes_nothing_of_a_hostile_run(browser, page):
    browser.open(page([hostile(number, text) for number, text in enumerate(ATTACKS)]))
    for view in ("task", "sample"):
        browser.evaluate(f"grader.table.show('{view}')")
        browser.evaluate(
            "(async () => { for (let row = 0; row < grader.table.rows.length; row++)"
            " await grader.panel.open(row); })()"
        )
    assert browser.evaluate("window.owned") is None
    assert browser.complaints == []
    assert [url for url in browser.asked if not url.startswith("file:")] == []
    shown = browser.evaluate("document.documentElement.textContent")
    assert not [mark for mark in NEVER_SHOWN if mark in shown]
    assert browser.evaluate("document.querySelectorAll('iframe, img, link').length") == 0
    assert browser.evaluate("document.querySelectorAll('script:not([type])').length") == 1


def test_page_shows_hostile_text_as_text(browser, page):
    browser.open(page([hostile(0, ATTACKS[0])]))
    browser.evaluate("grader.panel.open(0)")
    body = browser.evaluate("document.getElementById('panel-body').textContent")
    assert body.count("<script>window.owned = 1</script>") >= 5


def test_page_survives_endless_lines(browser, page):
    """The journal keeps head and tail of what is long; reason and message come as they are."""
    long = "x" * 10_000_000
    result = hostile(0, "short").model_copy(
        update={
            "reason": long,
            "tests": (TestResult(name=long, outcome=Outcome.FAILED, message=long),),
            "execution": ran(long, truncated=("stdout",)),
        }
    )
    browser.open(page([result]))
    browser.evaluate("grader.panel.open(0)")
    assert browser.evaluate("document.getElementById('panel-body').textContent.length") < 100_000
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert browser.complaints == []


@pytest.mark.alone
def test_page_of_a_hundred_thousand_samples_loads_and_filters_fast(browser, page):
    address = page(plain(100_000, tasks=1000))
    browser.open(address)
    load_ms = browser.evaluate("grader.ready_ms")
    filter_ms = browser.evaluate(
        "(() => { const took = []; grader.table.show('sample');"
        " for (const words of ['7', 'bench/99', 'timeout in case 3', '']) { const began ="
        " performance.now(); grader.table.query = words; grader.table.update();"
        " document.body.offsetHeight; took.push(performance.now() - began); }"
        " return Math.max(...took); })()"
    )
    assert count_of(browser) == "1,000 tasks"
    assert browser.evaluate("grader.table.rows.length") == 100_000
    assert browser.evaluate("document.querySelectorAll('.space .row').length") < 100
    assert load_ms < 15_000
    assert filter_ms < 1_000
    assert browser.complaints == []


def test_page_searches_filters_and_sorts(browser, page):
    browser.open(page(plain(400, tasks=100)))
    browser.evaluate("document.getElementById('by-sample').click()")
    assert count_of(browser) == "400 samples"
    browser.press("/")
    for letter in "bench/7":
        browser.press(letter, text=letter)
    browser.wait("grader.table.query === 'bench/7'")
    assert count_of(browser) == "44 of 400 samples"
    browser.evaluate(
        "[...document.querySelectorAll('#chips button')].find(b => b.textContent.startsWith('passed')).click()"
    )
    passed = browser.evaluate(
        "grader.table.rows.every(row => grader.panel.verdict(row) === 'passed')"
    )
    assert passed
    browser.evaluate("document.querySelector('[data-sort=wall]').click()")
    assert browser.evaluate(
        "grader.table.rows.every((row, at, all) => !at ||"
        " grader.table.run.wall_us[all[at - 1]] <= grader.table.run.wall_us[row])"
    )
    assert browser.evaluate("document.querySelector('[aria-sort=ascending]').textContent") == "Time"


def test_page_says_so_where_nothing_matches(browser, page):
    browser.open(page(plain(10, tasks=10)))
    browser.evaluate("document.getElementById('search').value = 'no such thing'")
    browser.evaluate("document.getElementById('search').dispatchEvent(new Event('input'))")
    assert browser.evaluate("document.getElementById('nothing').hidden") is False
    browser.evaluate("document.getElementById('clear').click()")
    assert count_of(browser) == "10 tasks"


def test_page_works_by_keyboard_alone(browser, page):
    browser.open(page(plain(50, tasks=50)))
    browser.evaluate("document.getElementById('grid').focus()")
    for _ in range(3):
        browser.press("ArrowDown")
    assert (
        browser.evaluate(
            "document.getElementById(grid.getAttribute('aria-activedescendant')).className"
        )
        == "row active"
    )
    browser.press("Enter")
    browser.wait("document.getElementById('panel').open")
    title = "document.getElementById('panel-title').textContent"
    assert browser.evaluate(title) == "Bench/3 · sample 0"
    browser.press("j")
    browser.wait(f"{title} === 'Bench/4 · sample 0'")
    browser.press("Escape")
    browser.wait("!document.getElementById('panel').open")
    assert browser.evaluate("document.activeElement.id") == "grid"


def test_page_opens_at_the_sample_that_its_address_names(browser, page):
    address = page(plain(50, tasks=25))
    browser.open(f"{address}#Bench%2F7/1")
    browser.wait("document.getElementById('panel').open")
    assert (
        browser.evaluate("document.getElementById('panel-title').textContent")
        == "Bench/7 · sample 1"
    )


@pytest.mark.parametrize("verdict", list(Verdict))
def test_page_gives_every_verdict_a_colour(browser, page, verdict):
    """Whatever the verdict is called, its mark has a colour of its own."""
    browser.open(page([Result(task_id="T", index=0, verdict=verdict)]))
    color = browser.evaluate(
        f"getComputedStyle(document.querySelector('.legend .v-{verdict.value}')).getPropertyValue('--c')"
    )
    assert color.strip().startswith("#")


def test_patch_is_shown_line_by_line(browser, page):
    browser.open(page(plain(1, tasks=1)))
    patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n same\n"
    kinds = browser.evaluate(
        f"(() => {{ const text = {json.dumps(patch)}; return isPatch(text) &&"
        " [...patch(text).children].map(line => line.className) })()"
    )
    assert kinds == ["file", "file", "file", "hunk", "removed", "added", "", ""]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_page_is_accessible(browser, page, axe, width, dark):
    browser.look(width, 900, dark=dark)
    results = [
        *plain(60, tasks=20),
        Result(task_id="U", index=0, verdict=Verdict.UNGRADED, reason="lost"),
    ]
    browser.open(page(results))
    for act in ("0", "grader.table.show('sample')", "grader.panel.open(1)"):
        browser.evaluate(f"(async () => {{ await {act} }})()")
        browser.evaluate("new Promise((done) => setTimeout(done, 250))")
        assert violations(browser, axe) == []
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def violations(browser, axe: str) -> list[str]:
    """What axe-core objects to; it is put in past the page's own policy."""

    browser.evaluate(axe + "; 0")
    found = browser.evaluate(
        "axe.run(document).then((result) => JSON.stringify(result.violations))"
    )
    return [
        f"{each['id']}: {node['html'][:150]} {node.get('failureSummary', '')[:300]}"
        for each in json.loads(found)
        for node in each["nodes"]
    ]


def test_page_reads_without_javascript(browser, page):
    address = page(plain(40, tasks=10))
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(address, ready=False)
        text = browser.evaluate("document.body.innerText")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "pass@1" in text
    assert "Bench/9" in text
    assert browser.evaluate("document.querySelectorAll('svg').length") >= 4
