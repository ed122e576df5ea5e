"""Several engine processes behind one port."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from served import ADD, RIGHT, WRONG, RunningServer
from test_serve_native import wait_for


@pytest.fixture(scope="module")
def several(caches):
    with RunningServer("--processes", "2", "--workers", "2", "--sessions", "2") as running:
        yield running


def engines_of(server) -> list[int]:
    """Ids of its engine processes."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"grader.server.engine_process" not in line.read_bytes():
                continue
            stat = (line.parent / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(stat[1]) == server.process.pid:
            found.append(int(line.parent.name))
    return found


def test_several_processes_answer_as_one(several):
    assert several.ask("/readyz").json["engines"] == 2
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(several.grade, [f"{RIGHT}#{n}" for n in range(8)] + [WRONG]))
    assert [each.json["verdict"] for each in told] == ["passed"] * 8 + ["failed"]
    assert "never ask" in several.grade(RIGHT, {**ADD, "tests": "assert True"}).json["error"]


def test_session_stays_in_its_process(several):
    paths = [f"/v1/sessions/{several.ask('/v1/sessions', {}).json['session']}" for _ in range(1)]
    for path in paths:
        several.ask(f"{path}/files", {"path": "a", "content": path})
    for path in paths:
        assert several.ask(f"{path}/files?path=a").json["content"] == path
        assert several.ask(f"{path}/files?path=b").status == 404
        assert several.ask(path, method="DELETE").status == 200


def test_killed_engine_loses_no_request_without_an_answer_that_says_retry(several):
    before = several.metric("grader_engine_restarts_total")
    with ThreadPoolExecutor(6) as threads:
        asked = [
            threads.submit(several.run, f"import time; time.sleep(1); print({number})")
            for number in range(6)
        ]
        wait_for(lambda: several.metric("grader_running") >= 2)
        os.kill(engines_of(several)[0], signal.SIGKILL)
        told = [each.result() for each in asked]
    assert {each.status for each in told} == {200, 503}
    assert all(each.json["retry"] for each in told if each.status == 503)
    assert all(each.json["code"] == 0 for each in told if each.status == 200)
    wait_for(lambda: several.ask("/readyz").json["engines"] == 2, 60)
    assert several.metric("grader_engine_restarts_total") == before + 1
    assert several.run("print(1)").status == 200


def test_session_of_a_killed_engine_process_is_over_and_not_to_be_tried_again(serve):
    server = serve("--processes", "2", "--workers", "2", "--sessions", "2")
    path = f"/v1/sessions/{server.ask('/v1/sessions', {}).json['session']}"
    for each in engines_of(server):
        os.kill(each, signal.SIGKILL)
    told = [server.ask(f"{path}/run", {"program": "print(1)"}) for _ in range(3)]
    assert {each.status for each in told[:1]} <= {404, 503}
    assert [each.status for each in told[1:]] == [404, 404]
    assert told[2].json["retry"] is False
    wait_for(lambda: server.ask("/readyz").json.get("engines") == 2, 60)
    assert server.ask("/v1/sessions", {}).status == 201
