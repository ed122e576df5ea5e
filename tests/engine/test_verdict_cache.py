"""Verdicts by content: equal content is taken, anything else is run, nothing forged is believed."""

import os
import stat
import zlib
from types import SimpleNamespace

import pytest

from grader.core.container import ContainerOptions
from grader.core.execution import Execution, Isolation, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine import verdict_cache as verdicts
from grader.engine.verdict_cache import open_verdicts
from grader.errors import ImageError, UsageError

pytestmark = pytest.mark.anyio
BODY = "diff --git a/a b/a\n"


def job(body=BODY, index=0, **task):
    fields = {"id": "t", "benchmark": "b", "kind": "repo", "image": Image(name="x:1"), "spec": {}}
    made = Task(**(fields | task))
    return Job(task=made, sample=Sample(task_id=made.id, index=index, body=body, whole=True))


def result(verdict="passed", **changes):
    steps = (StepResult(name="eval", ended="exit", stdout=b"log \xff", wall_s=2.0),)
    execution = Execution(provider="docker", isolation=Isolation(tier="docker"), steps=steps)
    fields = {"task_id": "t", "index": 0, "verdict": verdict, "execution": execution}
    return Result(**(fields | changes))


class Containing:
    """A provider of images, as far as keys are concerned."""

    name = "docker"

    def __init__(self, image="sha256:1", **options):
        self.id = image
        self.options = ContainerOptions(**options)

    async def image(self, image):
        if not self.id:
            raise ImageError("gone")
        return SimpleNamespace(id=self.id)


class Attempts:
    """Counts what is run."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.ran = 0

    async def __call__(self, job):
        self.ran += 1
        return self.answers.pop(0)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def opened(cache, run_id="first"):
    return open_verdicts(cache, run_id=run_id)


async def kept(cache, answer=None, provider=None, wanted=None):
    await opened(cache).once(
        wanted or job(), provider or Containing(), Attempts(answer or result())
    )


async def taken(cache, wanted=None, provider=None):
    """What a later run gets; None where it has to run."""
    attempt = Attempts(result("failed", reason="ran again"))
    found = await opened(cache, "second").once(wanted or job(), provider or Containing(), attempt)
    return None if attempt.ran else found


def entry_of(cache):
    return next(path for path in cache.rglob("*") if path.is_file() and len(path.name) == 64)


async def test_equal_content_is_not_run_again_and_names_its_run(cache):
    await kept(cache)
    found = await taken(cache, job(index=3))
    assert (found.verdict, found.index, found.cached_from) == (Verdict.PASSED, 3, "first")
    assert found.execution == result().execution
    assert found.attempts == 0


@pytest.mark.parametrize(
    ("wanted", "provider"),
    [
        (job(BODY + " "), None),
        (job(image=Image(name="x:2")), None),
        (job(spec={"eval_script": "other"}), None),
        (job(limits=Limits(wall_s=99)), None),
        (job().model_copy(update={"reading": "parity"}), None),
        (job().model_copy(update={"trust": "shared"}), None),
        (job(), Containing("sha256:2")),
        (job(), Containing(memory_mb=512)),
        (job(), Containing(runtime="runsc")),
        (job(), Containing(environment=(("A", "b"),))),
    ],
)
async def test_other_content_is_run(cache, wanted, provider):
    await kept(cache)
    assert await taken(cache) is not None
    assert await taken(cache, wanted, provider) is None


async def test_place_of_the_engine_and_pulling_do_not_matter(cache):
    await kept(cache)
    assert await taken(cache, provider=Containing(host="unix:///x", pull="never")) is not None


async def test_other_engine_source_is_run(cache, monkeypatch):
    await kept(cache)
    monkeypatch.setattr(verdicts, "engine_sha256", lambda: "other")
    assert await taken(cache) is None


@pytest.mark.parametrize("verdict", ["ungraded", "timeout", "memory", "output", "empty"])
async def test_verdict_that_may_change_is_not_kept(cache, verdict):
    await kept(cache, result(verdict))
    assert await taken(cache) is None


@pytest.mark.parametrize(
    "wanted",
    [
        job(limits=Limits(network=True)),
        job(" \n"),
        job(image=Image(name="host")),
        Job(task=job().task, sample=Sample(task_id="t", index=0, body=BODY, defect="odd")),
    ],
)
async def test_job_whose_content_does_not_decide_is_run(cache, wanted):
    await kept(cache, wanted=wanted)
    assert await taken(cache, wanted) is None


async def test_open_network_is_run(cache):
    await kept(cache, provider=Containing(network=True))
    assert await taken(cache, provider=Containing(network=True)) is None


async def test_image_that_cannot_be_had_is_left_to_the_attempt(cache):
    assert await taken(cache, provider=Containing("")) is None


async def test_result_of_nothing_that_ran_is_not_kept(cache):
    await kept(cache, result(execution=None))
    assert await taken(cache) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda data: data[:40],
        lambda data: b"",
        lambda data: data[:32] + zlib.compress(b'{"key":"x"}'),
    ],
)
async def test_spoilt_entry_is_run_again(cache, spoil):
    await kept(cache)
    path = entry_of(cache)
    path.write_bytes(spoil(path.read_bytes()))
    assert await taken(cache) is None
    assert (await taken(cache)).reason == "ran again"  # and the new one took its place


async def test_entry_moved_to_another_key_is_not_believed(cache):
    """A pass of one patch does not become the pass of another."""
    await kept(cache)
    path = entry_of(cache)
    other = job(BODY + "+x\n")
    await kept(cache, result("failed"), wanted=other)
    second = next(each for each in cache.rglob("*") if len(each.name) == 64 and each != path)
    second.write_bytes(path.read_bytes())
    assert await taken(cache, other) is None


async def test_entry_of_another_secret_is_not_believed(cache, tmp_path):
    await kept(cache)
    await kept(tmp_path / "theirs", result("failed"))
    entry_of(cache).write_bytes(entry_of(tmp_path / "theirs").read_bytes())
    assert await taken(cache) is None


async def test_link_is_not_followed(cache, tmp_path):
    await kept(cache)
    path = entry_of(cache)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert await taken(cache) is None


async def test_folder_is_the_owners_alone(cache):
    await kept(cache)
    folder = cache / "verdicts"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    folder.chmod(0o777)
    with pytest.raises(UsageError, match=r"can be changed by others.*--no-cache"):
        opened(cache)


@pytest.mark.root
@pytest.mark.parametrize("name", ["", "key"])
async def test_folder_of_another_user_is_refused(cache, name):
    await kept(cache)
    os.chown(cache / "verdicts" / name, 12345, -1)
    with pytest.raises(UsageError, match="can be changed by others"):
        opened(cache)


async def test_damaged_secret_is_told(cache):
    await kept(cache)
    (cache / "verdicts" / "key").write_bytes(b"short")
    with pytest.raises(UsageError, match="is damaged"):
        opened(cache)


async def test_cache_that_cannot_be_written_means_that_all_is_run(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert opened(tmp_path / "file") is None


async def test_entry_that_would_fill_memory_is_run_again(cache, monkeypatch):
    await kept(cache)
    monkeypatch.setattr(verdicts, "TEXT_BYTES_MAX", 50)
    assert await taken(cache) is None


async def test_large_results_are_not_kept(cache, monkeypatch):
    monkeypatch.setattr(verdicts, "ENTRY_BYTES_MAX", 50)
    await kept(cache)
    assert not [path for path in (cache / "verdicts").rglob("*") if len(path.name) == 64]


async def test_oldest_entries_go_first(cache):
    for number in range(4):
        await kept(cache, wanted=job(f"{BODY}{number}"))
    found = list((cache / "verdicts").glob("??/*"))
    for age, path in enumerate(found):
        os.utime(path, (age, age))
    size = sum(path.stat().st_size for path in found)
    verdicts.shrink(cache / "verdicts", most_bytes=size - 1)
    assert not found[0].exists()
    assert found[3].exists()


async def test_known_trouble_of_the_task_is_told_as_it_is_now(cache):
    await kept(cache)
    key_before = await verdicts.key_for(job(), Containing())
    assert key_before != await verdicts.key_for(job(known_broken="flaky"), Containing())
