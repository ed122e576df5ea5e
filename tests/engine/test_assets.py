"""Binary files of tasks: fetched once, kept, and never held against a sample."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from grader.core.job import Job
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine import assets
from grader.engine.attempt import attempt
from grader.engine.grading import Grading
from grader.errors import TaskError
from grader.graders import repo
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.null import open_provider

pytestmark = pytest.mark.anyio


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200 if self.path == "/a.png" else 404)
        self.end_headers()
        self.wfile.write(b"\x89PNG")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.url = f"http://127.0.0.1:{running.server_port}"
        yield running
        running.shutdown()
        thread.join()


def job(url, *, body="diff --git a/x b/x\n"):
    spec = repo.Spec(
        repo="a/b",
        eval_script="run\n",
        log_parser="parse_log_pytest",
        assets=(repo.BinaryAsset(path="f/a.png", url=url),),
    )
    task = Task(
        id="a__b-1",
        benchmark="swebench",
        kind="repo",
        image=Image(name="x"),
        spec=spec.model_dump(mode="json", exclude_defaults=True),
    )
    return Job(task=task, sample=Sample(task_id=task.id, index=0, body=body, whole=True))


async def test_file_is_fetched_once_and_put_into_every_new_sandbox(server):
    wanted = job(f"{server.url}/a.png")
    for _ in range(2):
        known = assets.TaskAssets()
        informed = await known.informed(wanted)
        assert await known.informed(wanted) == informed
    assert server.asked == ["/a.png"]
    steps = repo.plan(informed.model_copy(update={"reading": "strict"})).steps
    holding = [
        step.name
        for step in steps
        if any(file.path == "/image_assets/f__a.png" for file in step.files)
    ]
    assert holding == [step.name for step in steps if step.fresh or step is steps[0]]
    assert repo.plan(informed).digest != repo.plan(await assets.TaskAssets().informed(
        job(f"{server.url}/a.png", body="diff --git a/y b/y\n"))).digest  # fmt: skip


@pytest.mark.parametrize(
    ("path", "told"),
    [("/none.png", "the server says 404 .*; put it at .*assets"), ("", "it has no address")],
)
async def test_sample_stays_ungraded_where_a_file_cannot_be_had(path, told, server):
    wanted = await assets.TaskAssets().informed(job(f"{server.url}{path}" if path else ""))
    with pytest.raises(TaskError, match=rf"'f/a\.png' is not here: .*{told}"):
        repo.plan(wanted)
    async with open_provider(ProviderSettings(run_id="t", workers=1, allow_weak=True)) as provider:
        result = await attempt(wanted, provider)
    assert result.verdict == "ungraded"


async def test_empty_patch_asks_for_no_file(server):
    async with open_provider(ProviderSettings(run_id="t", workers=1, allow_weak=True)) as provider:
        engine = Grading(provider, None, 0, assets=assets.TaskAssets())
        result = await engine.attempt(job(f"{server.url}/a.png", body=""))
    assert (result.verdict, server.asked) == ("empty", [])


def test_task_with_its_files_survives_json(server):
    found = assets.fetched(job(f"{server.url}/a.png").task)
    again = Task.model_validate(json.loads(found.model_dump_json()))
    assert repo.assets_of(again)[0].data == b"\x89PNG"


def test_larger_file_than_any_task_has_is_refused(server, monkeypatch):
    monkeypatch.setattr(assets, "LARGEST_BYTES", 3)
    asset = assets.found(repo.BinaryAsset(path="a", url=f"{server.url}/a.png"))
    assert "more than 0" in asset.trouble
    assert asset.data is None
