"""Sealed benchmarks: keys, files, rotation, agents, and what is refused."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader.cli.main import main
from grader.core.sealed_task import SealedTask
from grader.engine import dataset, sealing
from grader.errors import UsageError
from grader.record import journal, manifest
from grader.vault import agent, file, keys, opened
from tests import machine
from tests.small_benchmark import bench  # noqa: F401

TESTS = "assert add(1, 2) == 1 + 2"


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("GRADER_KEY", raising=False)
    monkeypatch.setattr(opened, "_lines", set())
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    keys.make(tmp_path / "key")
    return tmp_path / "key"


def seal(data: Path, key: Path, out: Path, *, name: str = "", old: Path | None = None) -> Path:
    recipients = (keys.public_key(f"{key}.pub"),)
    lines = sealing.sealed_lines(data, recipients, name=name, key=str(old or ""))
    out.write_bytes(b"".join(lines))
    return out


@pytest.fixture
def sealed(bench: Path, key: Path, tmp_path: Path) -> Path:  # noqa: F811
    return seal(bench, key, tmp_path / "data.sealed")


def test_key_is_its_owners_alone_and_never_overwritten(key: Path):
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert keys.PUBLIC.fullmatch((key.parent / "key.pub").read_text().strip())
    with pytest.raises(UsageError, match="is there already"):
        keys.make(key)
    key.chmod(0o640)
    with pytest.raises(UsageError, match="others can read"):
        keys.KeyFile(key)


def test_sealing_to_a_private_key_is_refused(key: Path):
    with pytest.raises(UsageError, match="seal to its public one"):
        keys.public_key(str(key))


def test_sealed_file_shows_prompts_and_canaries_and_no_tests(sealed: Path):
    text = sealed.read_text()
    head, *lines = map(json.loads, text.splitlines())
    assert all(line["prompt"].startswith("Add two numbers.") for line in lines)
    assert all(line["canary"] == head["canary"] for line in lines)
    assert not any(word in text for word in ("assert", "return a + b", "1 + 2"))


def test_sealed_tasks_are_the_open_ones(sealed: Path, bench: Path, key: Path):  # noqa: F811
    ours = dataset.load("folder", sealed, key=str(key))
    bare = {"nonce", "is_open"}
    assert {name: task.model_dump(exclude=bare) for name, task in ours.tasks.items()} == {
        name: task.model_dump() for name, task in dataset.load("folder", bench).tasks.items()
    }
    assert ours.reference.sealed


def test_public_part_has_no_spec_but_the_prompt(sealed: Path):
    tasks = dataset.known("folder", sealed).tasks
    assert [*tasks] == ["add/0", "add/1", "add/2"]
    assert all(set(task.spec) == {"prompt"} for task in tasks.values())


def test_another_key_opens_nothing(sealed: Path, tmp_path: Path):
    keys.make(tmp_path / "other")
    with pytest.raises(UsageError, match="sealed to another key"):
        dataset.load("folder", sealed, key=str(tmp_path / "other"))
    with pytest.raises(UsageError, match="give --key"):
        dataset.load("folder", sealed)
    with pytest.raises(UsageError, match="not sealed; leave --key out"):
        dataset.load("folder", None, key="agent")


def test_rotation_keeps_the_benchmark_and_ends_the_old_key(sealed: Path, key: Path, tmp_path: Path):
    before = dataset.load("folder", sealed, key=str(key))
    keys.make(tmp_path / "newer")
    seal(sealed, tmp_path / "newer", sealed, old=key)
    after = dataset.load("folder", sealed, key=str(tmp_path / "newer"))
    assert after[1:] == before[1:]
    with pytest.raises(UsageError, match="another key"):
        dataset.load("folder", sealed, key=str(key))


@pytest.mark.parametrize("change", ["drop", "swap", "prompt", "cut", "replace"])
def test_changed_file_is_refused_without_a_word_of_its_tests(change, sealed, key, bench, tmp_path):  # noqa: F811
    head, *lines = map(json.loads, sealed.read_text().splitlines())
    match change:
        case "drop":
            lines, head["tasks"] = lines[1:], 2
        case "swap":
            lines[0]["sealed"], lines[1]["sealed"] = lines[1]["sealed"], lines[0]["sealed"]
        case "prompt":
            lines[0]["prompt"] = "Subtract."
        case "cut":
            lines[0]["sealed"] = lines[0]["sealed"][:-40]
        case "replace":  # anybody can seal to a public key
            other = seal(bench, key, tmp_path / "other.sealed").read_text().splitlines()
            lines[0]["sealed"] = json.loads(other[1])["sealed"]
    sealed.write_text(
        "".join(json.dumps(row) + "\n" for row in (head, *lines)).replace(
            '{"grader_sealed": ', '{"grader_sealed":'
        )
    )
    with pytest.raises(UsageError) as caught:
        dataset.load("folder", sealed, key=str(key))
    assert "assert" not in str(caught.value)


def test_lengths_of_small_answers_do_not_differ(sealed: Path, key: Path):
    parts = file.opened(file.read(sealed), keys.KeyFile(key))
    assert len({len(part) for _, part in parts}) == 1


def test_digest_of_a_sealed_task_cannot_be_tried(sealed: Path, bench: Path, key: Path):  # noqa: F811
    ours = dataset.load("folder", sealed, key=str(key)).tasks
    assert dataset.content_of(ours) != dataset.content_of(dataset.load("folder", bench).tasks)
    assert len({task.nonce for task in ours.values() if isinstance(task, SealedTask)}) == len(ours)


def test_agent_opens_for_its_user_and_goes_on_after_nonsense(
    sealed: Path, key: Path, tmp_path: Path, monkeypatch
):
    place = tmp_path / "run" / "agent"
    listener = agent.listen(place)
    told: list[str] = []
    threading.Thread(
        target=agent.serve,
        args=(listener, keys.KeyFile(key)),
        kwargs={"told": told.append},
        daemon=True,
    ).start()
    with socket.socket(socket.AF_UNIX) as hostile:
        hostile.connect(str(place))
        hostile.sendall(b"\xff" * 64)
    monkeypatch.setenv(agent.VARIABLE, str(place))
    assert len(dataset.load("folder", sealed, key="agent").tasks) == 3
    with pytest.raises(UsageError, match="holds no key that opens this"):
        agent.AgentKey(place).open(b"age-encryption.org/v1\n")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(UsageError, match="is gone"):
        agent.AgentKey(place).open(b"x")
    listener.close()


def test_missing_agent_says_how_to_start_one(tmp_path: Path):
    with pytest.raises(UsageError, match="grader keys agent"):
        agent.AgentKey(tmp_path / "nobody")


def test_agent_command_ends_with_a_signal(key: Path, tmp_path: Path):
    place = tmp_path / "run" / "agent"
    words = [sys.executable, "-m", "grader", "keys", "agent", key, "--socket", place]
    environment = {**os.environ, "PYTHONPATH": str(machine.ROOT)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as held:
        assert str(place) in held.stdout.readline()
        held.terminate()
        assert held.wait(20) == 0
    assert not place.exists()


def null_samples(tmp_path: Path, *answers: str) -> Path:
    path = tmp_path / "samples.jsonl"
    rows = [
        {"task_id": f"add/{at % 3}", "completion": f"    {each}\n"}
        for at, each in enumerate(answers)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def evaluate(*words: object) -> int:
    return main(
        ["evaluate", "folder", *map(str, words), "--sandbox", "null", "--allow-weak", "--quiet"]
    )


def test_run_goes_on_under_a_new_key(sealed: Path, key: Path, tmp_path: Path):
    samples = null_samples(tmp_path, "# null: done", "# null: failed", "# null: done")
    assert evaluate(samples, "--data", sealed, "--key", key, "--out", "run") == 0
    keys.make(tmp_path / "newer")
    seal(sealed, tmp_path / "newer", sealed, old=key)
    before = [*journal.current(tmp_path / "run" / journal.NAME)]
    words = ("--data", sealed, "--key", tmp_path / "newer", "--out", "run", "--resume")
    assert evaluate(samples, *words) == 0
    assert [*journal.current(tmp_path / "run" / journal.NAME)] == before


def test_audit_finds_the_canary_in_answers(sealed: Path, key: Path, tmp_path: Path, capsys):
    canary = file.read(sealed).head.canary
    samples = null_samples(tmp_path, f"# null: done # {canary}", "# null: done", "# null: failed")
    assert evaluate(samples, "--data", sealed, "--key", key, "--out", "run") == 0
    capsys.readouterr()
    assert main(["audit", "run", "--json"]) == 0
    (leak,) = json.loads(capsys.readouterr().out)["leaks"]
    assert leak["alarm"]
    assert leak["canaries"] == ["add/0"]


def test_regrade_format_and_other_machines_are_refused(
    sealed: Path, key: Path, tmp_path: Path, capsys
):
    samples = null_samples(tmp_path, "# null: done")
    words = (samples, "--data", sealed, "--key", key, "--out")
    assert evaluate(*words, "run") == 0
    assert main(["regrade", "run"]) == 2
    assert evaluate(*words, "other", "--format", "human-eval") == 2
    assert (
        evaluate(*words, "other", "--executor", "http", "--worker-url", "http://127.0.0.1:9") == 2
    )
    assert "grade it again" in capsys.readouterr().err
    assert manifest.read(Path("run")).dataset.sealed


ROWS = {
    "mbpp": {
        "task_id": 11, "text": "Add.", "code": "def add(a, b):\n    return a + b",
        "test_list": ["assert add(4711, 1174) == 5885"], "test_setup_code": "", "challenge_test_list": [],
    },
    "livecodebench": {
        "question_id": "abc", "question_content": "Add.", "starter_code": "", "metadata": "{}",
        "public_test_cases": "[]",
        "private_test_cases": json.dumps([{"input": "4711 1174\n", "output": "58855885"}]),
    },
    "humaneval": {
        "task_id": "HumanEval/0", "prompt": "def add(a, b):\n", "entry_point": "add",
        "canonical_solution": "    return a + b\n", "test": "def check(f):\n    assert f(4711, 1174) == 5885\n",
    },
}  # fmt: skip


def plain_json(loaded) -> list[object]:
    return [json.loads(json.dumps(task.spec)) for task in loaded.tasks.values()]


@pytest.mark.parametrize("name", ROWS)
def test_every_benchmark_of_rows_can_be_sealed(name: str, key: Path, tmp_path: Path):
    data = tmp_path / ("test.jsonl")
    data.write_text(json.dumps(ROWS[name]) + "\n")
    sealed = seal(data, key, tmp_path / "sealed")
    text = sealed.read_text()
    assert not any(
        secret in text for secret in ("58855885", "== 5885", "4711, 1174", "4711 1174", "a + b")
    )
    ours, plain = dataset.load(name, sealed, key=str(key)), dataset.load(name, data)
    assert plain_json(ours) == plain_json(plain)
    assert ("Add." in text) == (name != "humaneval")
