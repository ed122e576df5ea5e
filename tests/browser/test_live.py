"""A page that `grader view` serves grows with its run."""

import threading

import pytest

from grader.core.result import Result, Verdict
from grader.record import journal
from grader.run import report
from grader.study.view import ViewServer

pytestmark = pytest.mark.browser


def test_live_page_follows_a_run_to_its_end(browser, stored):
    run = stored([Result(task_id="T/0", index=0, verdict=Verdict.FAILED, reason="first")])
    (run / report.NAME).unlink()
    with ViewServer(run) as viewer:
        thread = threading.Thread(target=viewer.serve_forever, args=(0.01,))
        thread.start()
        try:
            browser.open(viewer.url)
            browser.evaluate("document.getElementById('search').value = 't/0'")
            browser.evaluate("document.getElementById('search').dispatchEvent(new Event('input'))")
            browser.evaluate("grader.panel.open(0)")
            browser.wait("document.getElementById('panel-body').textContent.includes('first')")
            with journal.Journal(run) as book:
                book.append(Result(task_id="T/1", index=0, verdict=Verdict.PASSED))
            browser.wait("grader.table.run.task.length === 2")
            assert (
                browser.evaluate("document.getElementById('shown').textContent") == "1 of 2 tasks"
            )
            assert "50.00 %" in browser.evaluate("document.getElementById('summary').textContent")
            report.write(run, report.derive(run))
            browser.wait("document.getElementById('following').textContent === 'Complete'")
            assert browser.complaints == []
            elsewhere = [url for url in browser.asked if not url.startswith(viewer.url)]
            assert elsewhere == []
        finally:
            viewer.shutdown()
            thread.join()
