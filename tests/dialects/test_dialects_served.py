"""All dialects behind one address: their paths, their refusals, and OpenAI's own client."""

import json

import pytest
import requests

from grader import plugins
from grader.dialects.base import Dialect

DIALECTS = {name: plugins.load("dialects", name).DIALECT for name in plugins.names("dialects")}
WORKING = [
    (name, endpoint.path)
    for name, dialect in DIALECTS.items()
    for endpoint in dialect.endpoints
    if endpoint.method == "POST" and endpoint.works and name != "native"
]


def test_dialects_are_told_apart_by_their_paths():
    routes = [
        (each.method, each.path) for dialect in DIALECTS.values() for each in dialect.endpoints
    ]
    assert len(routes) == len(set(routes))
    assert all(isinstance(dialect, Dialect) for dialect in DIALECTS.values())


BODIES = {
    "no JSON": b"{",
    "a number": b"1",
    "nothing": b"",
    "deep": b"[" * 200_000,
    "no UTF-8": b'{"a": "\xff"}',
}


@pytest.mark.parametrize(("name", "path"), WORKING, ids=[path for _, path in WORKING])
@pytest.mark.parametrize("body", BODIES)
def test_body_that_is_none_is_refused_in_the_protocol_s_words(address, name, path, body):
    told = requests.post(
        address + path, data=BODIES[body], headers={"Content-Type": "application/json"}, timeout=30
    )
    assert 400 <= told.status_code < 500
    words = DIALECTS[name].refuse(told.status_code, "x")
    assert list(told.json()) == list(json.loads(words.body))


@pytest.mark.parametrize(("name", "path"), WORKING, ids=[path for _, path in WORKING])
def test_body_of_another_type_is_refused(address, name, path):
    told = requests.post(
        address + path, data="x=1", headers={"Content-Type": "text/plain"}, timeout=30
    )
    assert told.status_code == 415


def test_quick_answers_need_no_engine(address):
    assert requests.get(f"{address}/v1/ping", timeout=30).json() == "pong"
    assert requests.get(f"{address}/health", timeout=30).json()["status"] == "healthy"
    assert requests.get(f"{address}/reverify_mode", timeout=30).json() == "stateless"
    assert requests.post(f"{address}/seed_session", json={}, timeout=30).json() == {}
    assert requests.delete(f"{address}/sessions/x", timeout=30).status_code == 404


def test_rewards_and_rows_are_graded(address):
    label = {"tests": "assert f(2) == 4", "entry_point": "f"}
    for said, wanted in (("def f(n): return 2 * n", 1.0), ("def f(n): return n", 0.0)):
        verdict = "passed" if wanted else "failed"
        body = {"prompt": "", "response": said, "label": label}
        told = requests.post(f"{address}/reward", json=body, timeout=60)
        assert (told.json(), told.headers["X-Grader-Verdict"]) == (wanted, verdict)
        message = {"type": "message", "content": [{"type": "output_text", "text": said}]}
        row = {"response": {"output": [message]}, "verifier_metadata": label}
        told = requests.post(f"{address}/verify", json=row, timeout=60)
        assert (told.json()["reward"], told.headers["X-Grader-Verdict"]) == (wanted, verdict)


def test_piston_s_routes(address):
    listed = requests.get(f"{address}/api/v2/runtimes", timeout=60).json()
    assert "python" in [each["language"] for each in listed]
    body = {
        "language": "python",
        "version": "3.x",
        "files": [{"content": "print(input())"}],
        "stdin": "hi",
    }
    told = requests.post(f"{address}/api/v2/execute", json=body, timeout=60).json()
    assert told["run"]["stdout"] == "hi\n"


def test_client_of_openai_runs_graders(address):
    openai = pytest.importorskip("openai", reason="pip install openai")
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
    grader = {"type": "python", "name": "n", "source": "def grade(sample, item): return 0.5"}
    told = client.fine_tuning.alpha.graders.run(grader=grader, model_sample="x", item={})
    assert (told.reward, told.metadata.errors.python_grader_runtime_error) == (0.5, False)
    with pytest.raises(openai.BadRequestError):
        client.fine_tuning.alpha.graders.run(grader={"type": "score_model"}, model_sample="x")
