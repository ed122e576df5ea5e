"""Lessons outlive a process, and only those that nobody else could have written are believed."""

import json
import os

import pytest

from grader.core.execution import Isolation
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine.learning import survey
from grader.engine.learning.lessons import LessonStore, key_of
from grader.engine.learning.survey import TaskSurveys
from grader.graders.base import TaskLesson
from grader.image.resolve import ResolvedImage
from tests import machine

pytestmark = pytest.mark.anyio
VALUE = {"why": "", "twin_ids": ["a", "ü", "\ud800"]}
TASK = Task(id="t", benchmark="b", kind="repo", image=Image(name="x"), spec={"repo": "a/b"})


class Place:
    name, isolation, python = "docker", Isolation(tier="docker"), (3, 11)

    def __init__(self, image: str = "sha256:1") -> None:
        self.id = image

    async def image(self, image: Image) -> ResolvedImage:
        return ResolvedImage(image.name, self.id, self.id, "/", "root")


def test_lesson_is_read_as_it_was_written(tmp_path):
    kept = LessonStore(tmp_path / "made" / "surveys")
    assert kept.read("k") is None
    for value in (VALUE, True):
        kept.write("k", value)
        assert LessonStore(kept.folder).read("k") == value
    assert kept.read("other") is None
    assert kept.folder.stat().st_mode & 0o777 == 0o700
    assert (kept.folder / "k.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.folder.iterdir()] == ["k.json"]


def loosened(path):
    path.chmod(0o644)


def changed(path):
    stored = json.loads(path.read_text())
    stored["value"]["why"] = "another"
    path.write_text(json.dumps(stored))


def torn(path):
    path.write_bytes(path.read_bytes()[:-3])


def linked(path):
    path.rename(path.parent / "elsewhere")
    path.symlink_to("elsewhere")


def moved(path):
    path.rename(path.parent / "x.json")
    (path.parent / "x.json").rename(path.parent / "k2.json")


def opened(path):
    path.parent.chmod(0o770)


def given_away(path):
    machine.require("root")
    os.chown(path, 65534, 65534)


@pytest.mark.parametrize("damage", [loosened, changed, torn, linked, opened, given_away])
def test_damaged_or_foreign_lesson_is_not_believed(damage, tmp_path):
    kept = LessonStore(tmp_path / "surveys")
    kept.write("k", VALUE)
    assert kept.read("k") == VALUE
    damage(kept.folder / "k.json")
    assert kept.read("k") is None


def test_lesson_under_another_name_is_not_believed(tmp_path):
    kept = LessonStore(tmp_path / "surveys")
    kept.write("k", VALUE)
    moved(kept.folder / "k.json")
    assert kept.read("k2") is None


def test_nothing_is_written_where_others_could_write(tmp_path):
    folder = tmp_path / "surveys"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    LessonStore(folder).write("k", VALUE)
    assert list(folder.iterdir()) == []


def test_place_that_cannot_be_written_loses_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    kept = LessonStore(tmp_path / "file" / "surveys")
    kept.write("k", VALUE)
    assert kept.read("k") is None


@pytest.mark.parametrize(
    "other",
    [
        {"task": TASK.model_copy(update={"spec": {"repo": "a/c"}})},
        {"task": TASK.model_copy(update={"limits": Limits(memory_mb=77)})},
        {"what": "control"},
        {"image": "sha256:2"},
        {"places": ("2",)},
    ],
)
def test_key_changes_with_all_that_a_lesson_rests_on(other):
    usual = {"task": TASK, "what": "survey", "image": "sha256:1", "places": ("1",)}

    def key(task, what, image, places):
        return key_of(task, what, image, Place(), places=places)

    assert key(**usual) == key(**usual)
    assert key(**usual) != key(**{**usual, **other})


def test_key_is_that_of_the_task_whatever_was_learned_of_it():
    taught = TASK.model_copy(update={"spec": {**TASK.spec, "survey": VALUE, "control": True}})
    keys = {key_of(task, "survey", "i", Place(), places=()) for task in (TASK, taught)}
    assert len(keys) == 1


@pytest.fixture
def surveying(monkeypatch):
    """What was learned anew, instead of in a container."""
    asked: list[str] = []

    async def lesson(task, provider, what, supply=None):
        asked.append(what)
        return TaskLesson({"made": len(asked)}, lasting=what == "survey")

    monkeypatch.setattr(survey, "lesson", lesson)
    return asked


async def informed(surveys: TaskSurveys, provider: Place, what: str) -> object:
    sample = Sample(task_id="t", index=0, body="x", whole=True)
    job = await surveys.informed(Job(task=TASK, sample=sample), provider, what)
    return job.task.spec[what]


async def test_survey_is_made_once_for_all_processes(surveying, tmp_path):
    for _ in range(2):
        surveys = TaskSurveys(LessonStore(tmp_path / "s"))
        assert await informed(surveys, Place(), "survey") == {"made": 1}
        assert await informed(surveys, Place(), "survey") == {"made": 1}
    assert surveying == ["survey"]
    assert await informed(
        TaskSurveys(LessonStore(tmp_path / "s")), Place("sha256:2"), "survey"
    ) == {"made": 2}


async def test_bad_news_is_kept_for_the_process_alone(surveying, tmp_path):
    for number in (1, 2):
        surveys = TaskSurveys(LessonStore(tmp_path / "s"))
        for _ in range(2):
            assert await informed(surveys, Place(), "control") == {"made": number}


async def test_without_a_place_to_keep_them_surveys_are_made_anew(surveying):
    for number in (1, 2):
        assert await informed(TaskSurveys(), Place(), "survey") == {"made": number}
