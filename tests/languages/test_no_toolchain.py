"""Languages whose toolchain cannot be had are nobody's failure."""

import shutil
import subprocess

import pytest

from grader.core.job import Job
from grader.core.result import Cause, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.options import EngineOptions
from grader.engine.toolchains import here, needed
from grader.engine.twins import SampleTwins
from grader.errors import UsageError
from grader.languages import base
from tests.languages import graded
from tests.languages.conftest import task_of

FENCED = "```julia\nfunction f() end\n```\n"


def test_language_without_toolchain_stays_ungraded_whatever_the_answer(grading):
    spec = {
        "language": "jl",
        "family": "multipl-e",
        "name": "t",
        "prompt": "function f()",
        "tests": "",
    }
    task = Task(id="t", benchmark="multipl-e", kind="translated", spec=spec)
    job = Job(task=task, sample=Sample(task_id="t", index=0, body=FENCED))
    graded = grading.owner.opened.grading(EngineOptions(), SampleTwins())
    result = grading.owner.result(grading.owner.submit(graded, job))
    assert (result.verdict, result.cause) == (Verdict.UNGRADED, Cause.IMAGE)
    assert "jl" in result.reason


def test_run_of_one_language_that_is_not_here_is_refused_with_its_packages(monkeypatch):
    monkeypatch.setattr(here, "missing", lambda _: ("node",))
    tasks = {"t": task_of("js", "multipl-e", "function f(){\n", "")}
    with pytest.raises(UsageError, match="JavaScript needs node: install nodejs"):
        needed.refuse_missing("local", tasks)


def test_languages_are_found_by_their_other_names():
    assert base.load("JavaScript").name == base.load("node").name == "js"
    assert base.load("C++").name == "cpp"
    with pytest.raises(UsageError, match="no language 'nonsense'"):
        base.load("nonsense")


@pytest.mark.parametrize(
    ("sample", "asked", "verdict"),
    [
        ({"body": "```cs\nclass A { static void Main() {} }\n```\n"}, "", Verdict.ERROR),
        ({"body": "class A {}", "language": "cs"}, "", Verdict.UNGRADED),
        ({"body": "class A {}"}, "cs", Verdict.UNGRADED),
    ],
)
def test_answer_cannot_leave_the_rate_by_a_language_that_is_not_here(
    grading, monkeypatch, sample, asked, verdict
):
    monkeypatch.setattr(here, "missing", lambda _: ("mcs",))
    spec = {"cases": [{"name": "1", "stdin": "1", "stdout": "2"}], "language": asked}
    task = Task(id="t", benchmark="b", kind="program", spec=spec)
    job = Job(task=task, sample=Sample(task_id="t", index=0, **sample))
    graded = grading.owner.opened.grading(EngineOptions(), SampleTwins())
    result = grading.owner.result(grading.owner.submit(graded, job))
    assert result.verdict is verdict
    assert "not on this machine: C# needs mcs: install" in result.reason


@pytest.mark.parametrize("name", base.names())
def test_language_with_all_its_packages_works(name):
    packages = base.load(name).toolchain.packages.split()
    if shutil.which("dpkg-query") is None:
        pytest.skip("no Debian: its packages cannot be asked for")
    asked = ["dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}\n", *packages]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    if len(said) < len(packages) or any(not each.startswith("ii") for each in said):
        pytest.skip(f"not all of {' '.join(packages)} are installed")
    if here.missing(base.load(name).toolchain):
        pytest.skip("something of it comes from elsewhere")
    assert not graded.trouble(name)


def test_language_in_trouble_says_its_packages(monkeypatch):
    graded.needed("sh")
    broken = base.load("sh")._replace(probe="exit 3\n")
    monkeypatch.setattr(base, "load", lambda _: broken)
    graded.trouble.cache_clear()
    assert "Debian's packages it needs: bash" in graded.trouble("sh")
    graded.trouble.cache_clear()
