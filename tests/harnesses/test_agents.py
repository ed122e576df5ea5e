"""Harbor, NeMo-Gym, mini-swe-agent and promptfoo: their own calls, on stubs of their bases."""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from pydantic import BaseModel

from grader import harnesses
from grader.errors import InfraError, UsageError
from grader.harnesses import harbor, mini_swe_agent, nemo_gym, promptfoo

RIGHT, WRONG = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"
ROW = {"tests": "assert add(1, 2) == 3", "entry_point": "add"}


@pytest.fixture
def hosts(monkeypatch):
    """Modules as far as they are asked for; what was made of others' bases is made anew."""

    def host(name: str, **names: object) -> None:
        module = ModuleType(name)
        vars(module).update(names)
        monkeypatch.setitem(sys.modules, name, module)

    for made in (harbor.verifier_type, nemo_gym.server_type):
        made.cache_clear()
    yield host
    for made in (harbor.verifier_type, nemo_gym.server_type):
        made.cache_clear()


class AgentEnvironment:
    """Harbor's `BaseEnvironment.exec` and `download_file` over a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def exec(self, command: str) -> SimpleNamespace:
        place = command.removeprefix("test -f '").removesuffix("'")
        return SimpleNamespace(return_code=int(not (self.root / place.strip("/")).is_file()))

    async def download_file(self, source: str, target: Path) -> None:
        shutil.copy(self.root / source.strip("/"), target)


class VerifierBase:
    """Keywords of harbor/verifier/base.py."""

    def __init__(self, *, task, trial_paths, environment, logger=None, **_):
        self.task, self.environment = task, environment


class VerifierResult(BaseModel):
    rewards: dict[str, float | int] | None = None


@pytest.fixture
def verifier(hosts, tmp_path):
    hosts("harbor")
    hosts("harbor.verifier.base", BaseVerifier=VerifierBase)
    hosts("harbor.models.verifier.result", VerifierResult=VerifierResult)
    (tmp_path / "tests").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "tests" / "grader.json").write_text(json.dumps(ROW))

    def make(program: str | None, **more: object):
        if program is not None:
            (tmp_path / "app" / "solution.py").write_text(program)
        task = SimpleNamespace(paths=SimpleNamespace(tests_dir=tmp_path / "tests"))
        return harbor.GraderVerifier(
            task=task, trial_paths=None, environment=AgentEnvironment(tmp_path), **more
        )

    return make


@pytest.mark.parametrize(("program", "reward"), [(RIGHT, 1.0), (WRONG, 0.0), (None, 0.0)])
def test_harbor_verifier_grades_what_the_agent_left(verifier, program, reward):
    assert asyncio.run(verifier(program).verify()).rewards == {"reward": reward}


def test_harbor_verifier_takes_another_place_and_names_a_missing_specification(verifier, tmp_path):
    assert harbor.quoted("/app/it's.py") == "/app/it'\\''s.py"
    (tmp_path / "app" / "other.py").write_text(RIGHT)
    assert asyncio.run(verifier(None, solution="/app/other.py").verify()).rewards["reward"] == 1.0
    (tmp_path / "tests" / "grader.json").unlink()
    with pytest.raises(UsageError, match=r"grader\.json"):
        asyncio.run(verifier(RIGHT).verify())


def test_harbor_is_told_of_our_trouble_by_an_exception(verifier, troubled):
    with pytest.raises(InfraError):
        asyncio.run(verifier("# null: infra").verify())


def answer(text: str, **metadata: object) -> dict[str, object]:
    output = [
        {"type": "reasoning", "summary": []},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text}],
        },
    ]
    return {
        "responses_create_params": {"input": []},
        "response": {"output": output},
        "verifier_metadata": metadata,
    }


def test_nemo_gym_gives_the_request_back_with_its_reward():
    unit_tests = {"inputs": ["1\n2"], "outputs": ["3"], "fn_name": "add"}
    body = answer(f"```python\n{RIGHT}```", unit_tests=unit_tests)
    found = asyncio.run(nemo_gym.verify(body))
    assert found == {
        **body,
        **{name: found[name] for name in ("reward", "verdict", "result", "metadata")},
    }
    assert (found["reward"], found["verdict"]) == (1.0, "passed")
    programs = {"inputs": ["1\n"], "outputs": ["2\n"], "fn_name": None}
    assert asyncio.run(nemo_gym.verify(answer("print(3)", unit_tests=programs)))["reward"] == 0.0


def test_nemo_gym_is_told_of_our_trouble_in_its_three_ways(troubled):
    found = asyncio.run(nemo_gym.verify(answer("# null: infra", **ROW)))
    assert found["_ng_failure_class"] == "judge_failed"
    assert found["mask_sample"] is True
    assert found["failure_reason"]


def test_nemo_gym_server_is_made_of_its_own_bases(hosts):
    class Request(BaseModel):
        responses_create_params: dict
        response: dict

    class Response(Request):
        reward: float

    server = type("SimpleResourcesServer", (), {})
    hosts("nemo_gym")
    hosts(
        "nemo_gym.base_resources_server",
        BaseVerifyRequest=Request,
        BaseVerifyResponse=Response,
        SimpleResourcesServer=server,
    )
    kind = nemo_gym.GraderResourcesServer
    asked = kind.verify.__annotations__["body"].model_validate(answer(RIGHT, **ROW))
    told = asyncio.run(kind().verify(asked))
    assert isinstance(told, Response)
    assert (told.reward, told.verdict) == (1.0, "passed")
    assert issubclass(kind, server)


class Submitted(Exception):  # noqa: N818  mini-swe-agent's name
    pass


def test_mini_swe_agent_works_in_one_session_until_it_submits(hosts):
    hosts("minisweagent")
    hosts("minisweagent.exceptions", Submitted=Submitted)
    environment = mini_swe_agent.GraderEnvironment(env={"A": "1"}, timeout=20)
    try:
        made = environment.execute({"command": "echo $A > a; cat a; echo no >&2; exit 3"})
        assert made == {"output": "1\nno\n", "returncode": 3, "exception_info": ""}
        assert environment.execute({"command": "cat a; ls /root"})["output"].startswith("1\n")
        late = environment.execute({"command": "echo x; sleep 9"}, timeout=1)
        assert (late["returncode"], late["extra"]["exception_type"]) == (-1, "TimeoutError")
        odd = environment.execute({"command": "echo 'unclosed"})
        assert odd["returncode"] != 0
        with pytest.raises(Submitted) as caught:
            environment.execute({"command": f"echo {mini_swe_agent.FINISHED}; echo done"})
        assert caught.value.args[0]["extra"] == {"exit_status": "Submitted", "submission": "done\n"}
    finally:
        environment.cleanup()
    kept = environment.serialize()["info"]["config"]
    assert kept["environment_type"] == "grader.harnesses.mini_swe_agent.GraderEnvironment"
    assert not {"PATH", "HOME"} & set(environment.get_template_vars(task="x"))


def test_promptfoo_assertion_says_why():
    context = {"vars": {"question": "add", **ROW}, "config": {"timeout_s": 2}, "prompt": "add"}
    assert promptfoo.get_assert(f"```python\n{RIGHT}```", context) == {
        "pass": True,
        "score": 1.0,
        "reason": "passed",
    }
    wrong = promptfoo.get_assert(WRONG, {"vars": {}, "config": ROW})
    assert (wrong["pass"], wrong["score"]) == (False, 0.0)
    assert wrong["reason"] == "failed: AssertionError (line 1): assert add(1, 2) == 3"
    with pytest.raises(UsageError):
        promptfoo.get_assert(RIGHT, {"vars": {}})


def test_promptfoo_is_told_of_our_trouble_by_an_exception(troubled):
    with pytest.raises(InfraError):
        promptfoo.get_assert("# null: infra", {"vars": ROW})


@pytest.mark.docker
@pytest.mark.timeout(300)
def test_mini_swe_agent_s_commands_run_in_an_image(slot_image, caches):
    harnesses.configure(workers=1, sessions=1, sandbox="docker")
    agent = mini_swe_agent.GraderEnvironment(image=slot_image, cwd="/tmp", env={"WORD": "a b"})
    try:
        told = agent.execute({"command": 'echo "$WORD" > kept; pwd; sleep 99 & exit 3'})
        assert (told["returncode"], told["output"]) == (3, "/tmp\n")
        assert agent.execute({"command": "cat kept"})["output"] == "a b\n"
        agent.execute({"command": "mkdir -p sub; echo here > sub/file"}, cwd=".")
        assert agent.execute({"command": "cat file"}, cwd="sub")["output"] == "here\n"
        assert agent.execute({"command": "sleep 99"}, timeout=1)["returncode"] == -1
        assert agent.execute({"command": "pgrep sleep || echo none"})["output"] == "none\n"
    finally:
        agent.cleanup()
        harnesses.configure(workers=2, sessions=2)
