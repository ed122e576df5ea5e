"""Who may ask, and who waits for whom."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from served import ADD, LOOP, RIGHT, RunningServer
from test_serve_native import wait_for

ONE, TWO = "a" * 32, "b" * 32


@pytest.fixture(scope="module")
def tokens(tmp_path_factory):
    file = tmp_path_factory.mktemp("tokens") / "tokens"
    file.write_text(f"# who\none {ONE}\ntwo {TWO}\n")
    return str(file)


@pytest.fixture(scope="module")
def guarded(tokens, caches):
    with RunningServer("--token-file", tokens, "--workers", "1") as running:
        yield running


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_token_is_wanted_where_there_are_any(guarded):
    assert guarded.run("print(1)").status == 401
    assert guarded.ask("/metrics").status == 401
    assert guarded.ask("/nowhere").status == 401
    assert guarded.ask("/v1/run", {"program": "1"}, **bearer("c" * 32)).status == 401
    assert guarded.ask("/v1/run", {"program": "1"}, **bearer(TWO)).status == 200
    assert guarded.ask("/healthz").status == guarded.ask("/readyz").status == 200


def test_log_names_clients_and_no_secrets(guarded):
    guarded.ask("/v1/run?token=geheim", {"program": "1"}, **bearer(ONE))
    wait_for(lambda: any('"client":"one"' in line for line in guarded.log))
    told = "".join(guarded.log)
    assert ONE not in told
    assert "geheim" not in told
    assert all(json.loads(line)["status"] for line in guarded.log)


def test_session_is_its_maker_s(guarded):
    name = guarded.ask("/v1/sessions", {}, **bearer(ONE)).json["session"]
    path = f"/v1/sessions/{name}"
    assert guarded.ask(path, method="DELETE", **bearer(TWO)).status == 404
    assert guarded.ask(path, method="DELETE", **bearer(ONE)).status == 200


def test_client_with_many_long_ones_holds_up_another_for_two_of_them_at_most(guarded):
    loop = {"program": "import time; time.sleep(0.7)"}
    with ThreadPoolExecutor(9) as threads:
        loops = [
            threads.submit(guarded.ask, "/v1/run", loop, timeout=60, **bearer(ONE))
            for _ in range(8)
        ]
        busy = {**bearer(TWO)}
        wait_for(lambda: jobs_waiting(guarded, busy) >= 4)
        told = guarded.ask("/v1/run", {"program": "print(1)"}, **busy)
        assert told.json["stdout"] == "1\n"
        assert jobs_waiting(guarded, busy) >= 3  # the other client's are not over yet
        for each in loops:
            each.result()


def jobs_waiting(server, headers) -> int:
    lines = server.ask("/metrics", **headers).body.decode().splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("grader_waiting "))


def test_own_share_is_429_with_retry_after(small):
    body = {"program": "import time; time.sleep(1)"}
    with ThreadPoolExecutor(5) as threads:
        asked = [threads.submit(small.ask, "/v1/run", body, timeout=90) for _ in range(5)]
        told = [each.result() for each in asked]
    assert sorted(each.status for each in told) == [200, 200, 200, 200, 429]
    refused = next(each for each in told if each.status == 429)
    assert refused.headers["retry-after"]
    assert refused.json["retry"] is True


SLEEP = {"program": "import time; time.sleep(3)"}
RETRIED = {
    "/v1/run": ({"program": "1"}, 503),
    "/v1/grade": ({"task": ADD, "sample": {"solution": RIGHT}}, 503),
    "/v1/sessions": ({}, 503),
    "/run_code": ({"code": "1", "language": "python"}, 504),
    "/execute": ({"generated_code": "1", "language": "python"}, 502),
    "/reward": ({"prompt": "", "response": "1", "label": "x"}, 503),
    "/api/v2/execute": ({"language": "python", "version": "*", "files": [{"content": "1"}]}, 500),
}
"""Path → body, and the status that its real client tries again."""


@pytest.fixture(scope="module")
def full(caches):
    """A server in which there is no room: all it lets in at one time waits or runs."""
    with (
        RunningServer(engine={"workers": 1}, requests={"waiting": 3}) as running,
        ThreadPoolExecutor(3) as threads,
    ):
        asked = [threads.submit(running.ask, "/v1/run", SLEEP, timeout=60) for _ in range(3)]
        wait_for(lambda: running.metric("grader_requests_in_house") == 3)
        yield running
        assert [each.result().status for each in asked] == [200, 200, 200]
        assert running.run("print(1)").status == running.ask("/readyz").status == 200


@pytest.mark.parametrize("path", RETRIED)
def test_full_server_says_to_each_client_what_it_tries_again(full, path):
    body, status = RETRIED[path]
    told = full.ask(path, body)
    assert told.status == status
    if path.startswith("/v1/"):
        assert int(told.headers["retry-after"]) > 0


def test_full_server_is_alive_but_not_ready_and_says_try_again(full):
    assert (full.ask("/healthz").status, full.ask("/readyz").status) == (200, 503)
    assert full.ask("/v1/run", {"program": "1"}).json["retry"] is True


def test_equal_gradings_at_one_time_are_one_and_outlive_the_first_client(server):
    solution = f"import time\ntime.sleep(1)\n{RIGHT}# joined\n"
    body = json.dumps({"task": ADD, "sample": {"solution": solution}}).encode()
    before = server.metric("grader_turns_total")
    first = server.connect()
    first.sendall(
        b"POST /v1/grade HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    wait_for(lambda: server.metric("grader_running") == 1)
    with ThreadPoolExecutor(1) as threads:
        second = threads.submit(server.ask, "/v1/grade", body)
        wait_for(lambda: server.metric("grader_joined_total") > 0)
        first.close()
        assert second.result().json["verdict"] == "passed"
    assert server.ask("/v1/grade", body).json["verdict"] == "passed"
    assert server.metric("grader_turns_total") == before + 1
    again = server.ask("/v1/grade", body, Idempotency_Key="again")
    assert again.json["verdict"] == "passed"
    assert server.metric("grader_turns_total") == before + 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "needs tokens"),
        (["--token-file", "no-such-file"], "No such file"),
        (["--dialect", "esperanto"], "no dialect 'esperanto'"),
        (["--host", "no.such.host.invalid"], "--host"),
        (["--port", "70000"], "not a port"),
    ],
)
def test_impossible_server_ends_with_2_and_a_sentence(serve, words, said):
    server = serve(*words)
    assert server.process.wait(20) == 2
    server.close()
    assert said in "".join(server.log)


@pytest.mark.parametrize("line", ["one", "one short", "# nobody"])
def test_token_file_that_is_none_is_named(serve, tmp_path, line):
    (tmp_path / "tokens").write_text(line + "\n")
    server = serve("--token-file", str(tmp_path / "tokens"))
    assert server.process.wait(20) == 2


def test_client_s_time_is_bounded_under_load(server):
    began = time.monotonic()
    told = server.run(LOOP, limits={"cpu_s": 1, "wall_s": 4}, deadline_s=10)
    assert told.status in {200, 503, 504}
    assert time.monotonic() - began < 12
