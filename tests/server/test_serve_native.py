"""grader's own verbs over HTTP."""

import json
import socket
import time

import pytest
from served import ADD, LOOP, RIGHT, WRONG


def test_grade_gives_a_verdict_and_a_reward(server):
    right, wrong = server.grade(RIGHT), server.grade(WRONG)
    assert (right.status, right.json["verdict"], right.json["reward"]) == (200, "passed", 1.0)
    assert (wrong.status, wrong.json["verdict"], wrong.json["reward"]) == (200, "failed", 0.0)
    assert right.headers["x-grader-verdict"] == "passed"


@pytest.mark.parametrize(
    ("task", "solution"),
    [
        (
            {"kind": "cases", "entry_point": "f", "inputs": [[1]], "outputs": [2]},
            "f = lambda x: x + 1",
        ),
        ({"kind": "program", "cases": [["1\n", "2\n"]]}, "print(int(input()) + 1)"),
        ({"kind": "function", "tests": ["assert f(1)"], "entry_point": "f"}, "def f(x): return x"),
    ],
    ids=lambda each: each["kind"] if isinstance(each, dict) else "",
)
def test_grade_takes_every_kind_of_task(server, task, solution):
    assert server.grade(solution, task).json["verdict"] == "passed"


def test_grade_takes_a_task_of_a_benchmark_by_id(server):
    task = {"benchmark": "folder", "id": "no-such"}
    assert "folder has no task 'no-such'" in server.grade(RIGHT, task).json["error"]


def test_grade_of_a_repository_without_images_is_refused(server):
    told = server.grade("", {"kind": "repository", "row": {"instance_id": "x"}})
    assert told.status == 422
    assert told.json["retry"] is False


def test_grade_takes_an_answer_with_code_in_it(server):
    answer = f"Sure:\n```python\n{RIGHT}```\nDone."
    told = server.ask("/v1/grade", {"task": ADD, "sample": {"answer": answer}})
    assert told.json["verdict"] == "passed"


def test_grade_past_its_deadline_is_ungraded_and_no_reward(server):
    told = server.grade(LOOP, deadline_s=0.3, limits={"cpu_s": 5}).json
    assert (told["verdict"], told["reward"], told["cause"], told["retry"]) == (
        "ungraded",
        None,
        "deadline",
        True,
    )


def test_equal_ids_with_other_tests_get_verdicts_of_their_own(server):
    task = {**ADD, "tests": "assert add(1, 2) == -1"}
    assert server.grade(WRONG, task).json["verdict"] == "passed"
    assert server.grade(WRONG).json["verdict"] == "failed"


def test_surrogates_in_a_sample_are_its_own_error(server):
    told = server.grade(f"# \ud800\n{RIGHT}").json
    assert (told["verdict"], told["reward"]) == ("error", 0.0)


def test_run_tells_what_a_program_did(server):
    told = server.run("print(input()[::-1]); open('o', 'w').write('x')", stdin="ab", collect=["o"])
    assert told.json["stdout"] == "ba\n"
    assert told.json["files"] == {"o": "x"}
    assert (told.json["ended"], told.json["code"]) == ("exit", 0)


def test_run_brings_300_kb_whole(server):
    assert server.run("print('x' * 300_000)").json["stdout"] == "x" * 300_000 + "\n"


def test_run_past_its_deadline_is_504(server):
    told = server.run(LOOP, deadline_s=0.3, limits={"cpu_s": 5})
    assert (told.status, told.json["cause"], told.json["retry"]) == (504, "deadline", True)


def test_deadline_counts_from_the_first_byte(server):
    body = json.dumps({"program": "print(1)", "deadline_s": 0.5}).encode()
    head = f"POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(head.encode())
        time.sleep(0.6)
        connection.sendall(body)
        assert connection.recv(15) == b"HTTP/1.1 504 Ga"


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x"])
def test_files_outside_the_working_directory_are_refused(server, path):
    told = server.run("print(1)", files={path: "x"})
    assert told.status == 422
    assert "no path below the working directory" in told.json["error"]


def test_network_is_given_to_nobody(server):
    told = server.run("print(1)", limits={"network": True})
    assert "gives no program the network" in told.json["error"]


def test_batch_answers_in_order_of_completion(server):
    lines = [
        {
            "id": "slow",
            "task": ADD,
            "sample": {"solution": f"import time; time.sleep(0.5)\n{RIGHT}"},
        },
        {"id": 2, "task": ADD, "sample": {"solution": WRONG}},
        {"id": "odd", "task": ADD, "sample": {}},
    ]
    body = "\n".join(map(json.dumps, lines)) + "\n{bad\n"
    told = server.ask("/v1/grade/batch", body.encode(), Content_Type="application/x-ndjson")
    found = [json.loads(line) for line in told.body.splitlines()]
    assert found[-1]["id"] == "slow"
    by_id = {each.get("id"): each for each in found}
    assert by_id[2]["verdict"] == "failed"
    assert "exactly one" in by_id["odd"]["error"]
    assert by_id[None]["line"] == 4


def test_batch_streams_both_ways(server):
    line = json.dumps({"task": ADD, "sample": {"solution": RIGHT}}).encode() + b"\n"
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/grade/batch HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(3):  # each answer is there before the next line is sent
            connection.sendall(b"%x\r\n%b\r\n" % (len(line), line))
            found = b""
            while b'"passed"' not in found:
                found += connection.recv(65536)
        connection.sendall(b"0\r\n\r\n")


def test_batch_that_is_left_is_cancelled(server):
    line = json.dumps(
        {"task": ADD, "sample": {"solution": LOOP}, "limits": {"cpu_s": 60, "wall_s": 99}}
    )
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/grade/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n"
            b"Content-Type: application/x-ndjson\r\n\r\n" + line.encode() + b"\n"
        )
        wait_for(lambda: server.metric("grader_running") == 1)
    wait_for(lambda: server.metric("grader_running") == 0, 1)


def test_session_keeps_files_and_ends(server):
    name = server.ask("/v1/sessions", {}).json["session"]
    base = f"/v1/sessions/{name}"
    server.ask(f"{base}/files", {"path": "in.txt", "content": "abc"})
    told = server.ask(
        f"{base}/run", {"program": "open('out', 'w').write(open('in.txt').read() * 2)"}
    )
    assert told.json["code"] == 0
    assert server.ask(f"{base}/files?path=out").json["content"] == "abcabc"
    assert server.ask(f"{base}/files?path=none").status == 404
    assert server.ask(base, method="DELETE").status == 200
    assert server.ask(f"{base}/run", {"program": "1"}).status == 404


def test_session_that_is_left_alone_ends_with_its_lease(server):
    name = server.ask("/v1/sessions", {"lease_s": 0.3}).json["session"]
    wait_for(lambda: server.metric("grader_sessions") == 0)
    assert server.ask(f"/v1/sessions/{name}/run", {"program": "1"}).status == 404


def test_sessions_beyond_the_share_are_429_with_retry_after(server):
    told = [server.ask("/v1/sessions", {"lease_s": 30}) for _ in range(4)]
    assert [each.status for each in told] == [201, 201, 201, 429]
    assert told[-1].headers["retry-after"]
    for each in told[:-1]:
        server.ask(f"/v1/sessions/{each.json['session']}", method="DELETE")


def test_status_is_told(server):
    assert server.ask("/healthz").json["status"] == "alive"
    assert server.ask("/readyz").json == {"status": "ready", "engines": 1}
    document = server.ask("/openapi.json").json
    assert {"/v1/grade", "/v1/run", "/v1/sessions/{id}"} <= set(document["paths"])
    assert server.metric("grader_verdicts_total") > 0


def test_client_that_leaves_frees_its_place_within_a_second(server):
    with server.connect() as connection:
        body = json.dumps({"program": LOOP, "limits": {"cpu_s": 60, "wall_s": 99}}).encode()
        connection.sendall(
            b"POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        wait_for(lambda: server.metric("grader_running") == 1)
        connection.shutdown(socket.SHUT_RDWR)
    wait_for(lambda: server.metric("grader_running") == 0, 1)


def wait_for(condition, seconds=10):
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, "it did not come about"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("wanted", "gives"),
    [("null", "None"), ("NaN", "float('nan')"), ("Infinity", "float('inf')"), ("1", "1"),
     ("-Infinity", "-float('inf')"), ('"NaN"', "'NaN'"), ("true", "True"), ("[1]", "[1]")],
)  # fmt: skip
def test_outputs_that_json_may_write_alike_are_tasks_of_their_own(server, wanted, gives):
    """What one client's tests want is never taken for another's that look so in JSON."""
    answers = [b"null", b"NaN", b"Infinity", b"-Infinity", b"1", b'"NaN"', b"true", b"[1]"]
    for each in [*answers, wanted.encode()]:
        body = (
            b'{"task": {"kind": "cases", "entry_point": "f", "inputs": [[0]], "outputs": [%b]},'
            b' "sample": {"solution": "def f(_): return %b"}}' % (each, gives.encode())
        )
        told = server.ask("/v1/grade", body).json
        alike = each.decode() == wanted or {each, wanted.encode()} == {b"1", b"true"}
        assert told["verdict"] == ("passed" if alike else "failed"), (each, told)
