"""The local server: what it answers, to whom, and that it follows a journal that grows."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.record import journal, manifest
from grader.run import report
from grader.study.follow import RunFollower
from grader.study.view import ViewServer

STORED = Manifest(
    run_id="r", engine_version="0", samples_path="", samples_sha256="",
    dataset=DatasetRef(benchmark="b", version="1", path="nowhere"), k=(1,),
)  # fmt: skip


def result(task: int, index: int = 0, verdict: Verdict = Verdict.FAILED) -> Result:
    return Result(task_id=f"T/{task}", index=index, verdict=verdict, reason="<b>no</b>")


def append(run: Path, *results: Result) -> None:
    with journal.Journal(run) as book:
        for each in results:
            book.append(each)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    manifest.write(tmp_path, STORED)
    append(tmp_path, result(0), result(1))
    return tmp_path


@pytest.fixture
def viewer(run: Path) -> Iterator[ViewServer]:
    with ViewServer(run) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(viewer: ViewServer, path: str, *, method: str = "GET", **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", viewer.server_port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_page_is_served_with_its_policy(viewer):
    answer, body = ask(viewer, "/")
    assert answer.status == 200
    assert b'data-live="yes"' in body
    assert b"connect-src &#x27;self&#x27;" in body or b"connect-src 'self'" in body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_news_are_only_what_came_since(viewer, run):
    append(run, result(0, 1, Verdict.PASSED))
    news = json.loads(ask(viewer, "/live?since=2&generation=0")[1])
    assert news["rows"]["from"] == 2
    assert news["rows"]["index"] == [1]
    assert news["complete"] is False
    assert ">33.33 %" in news["summary"] or "33.33" in news["summary"]
    assert json.loads(ask(viewer, "/live?since=3&generation=0")[1])["rows"] is None


def test_superseded_row_is_sent_anew_with_all_others(viewer, run):
    append(run, result(0, 0, Verdict.PASSED))
    news = json.loads(ask(viewer, "/live?since=2&generation=0")[1])
    assert news["rows"]["from"] == 0
    assert [news["rows"]["verdicts"][each] for each in news["rows"]["verdict"]] == [
        "passed",
        "failed",
    ]
    again = json.loads(ask(viewer, f"/live?since=2&generation={news['rows']['generation']}")[1])
    assert again["rows"] is None


def test_detail_explains_one_sample(viewer):
    detail = json.loads(ask(viewer, "/detail?task=1&index=0")[1])
    assert detail["reason"] == "<b>no</b>"
    assert ask(viewer, "/detail?task=1&index=7")[0].status == 404
    assert ask(viewer, "/detail?task=99&index=0")[0].status == 404


@pytest.mark.parametrize(
    "path",
    ["/run.json", "/../run.json", "/%2e%2e/run.json", "//etc/passwd", "/results.jsonl", "/artifacts/",
     "/page.html", "/..%2f..%2fetc/passwd", "/live/", "/detail/../run.json"],
)  # fmt: skip
def test_no_file_can_be_asked_for(viewer, path):
    answer, body = ask(viewer, path)
    assert answer.status == 404
    assert body == b"there is no such page\n"


@pytest.mark.parametrize("query", ["task=-1", "task=x&index=0", "task=1e3", f"task={'9' * 40}"])
def test_query_that_is_no_number_is_refused(viewer, query):
    assert ask(viewer, f"/detail?{query}")[0].status == 400


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost.evil:1"]
)
def test_other_host_names_are_refused(viewer, host):
    answer, body = ask(viewer, "/", Host=host)
    assert answer.status == 421
    assert b"T/0" not in body


def test_other_sites_may_not_read(viewer):
    assert ask(viewer, "/live", Sec_Fetch_Site="cross-site")[0].status == 403
    assert ask(viewer, "/live", Sec_Fetch_Site="same-origin")[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_written(viewer, run, method):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert ask(viewer, "/", method=method)[0].status == 501
    assert ask(viewer, "/", method="HEAD")[1] == b""
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_only_this_machine_is_listened_to(viewer):
    assert viewer.server_address[0] == "127.0.0.1"


def test_taken_port_is_an_error_of_usage(viewer, run):
    with pytest.raises(UsageError, match="--port"):
        ViewServer(run, port=viewer.server_port)


def test_follower_waits_for_the_rest_of_a_half_written_line(run):
    follower = RunFollower(run)
    path = run / journal.NAME
    whole = path.read_bytes()
    append(run, result(0, 1))
    added = path.read_bytes()[len(whole) :]
    path.write_bytes(whole + added[:40])
    follower.poll()
    assert len(follower.table.task) == 2
    path.write_bytes(whole + added)
    follower.poll()
    assert len(follower.table.task) == 3


def test_follower_ends_with_the_report_that_the_run_has(run):
    follower = RunFollower(run)
    append(run, result(5), result(0, 0, Verdict.PASSED), result(1, 1, Verdict.UNGRADED))
    follower.poll()
    report.write(run, report.derive(run))
    assert follower.report() == report.derive(run)


def test_follower_begins_anew_where_the_journal_was_replaced(run):
    follower = RunFollower(run)
    (run / journal.NAME).unlink()
    append(run, result(0, 0, Verdict.PASSED))
    follower.poll()
    assert follower.report().samples == 1
    assert follower.generation == 1
