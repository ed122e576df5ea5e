"""A container engine with a small repository in an image."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import anyio
import pytest

from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Result
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine.drive import execute
from grader.engine.learning.survey import surveyed
from grader.graders import repo
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import open_provider
from tests.strict import shop

BASE = "grader/base:bookworm"
IMAGE = f"grader/test-shop:{os.getpid()}"
"""Of this session alone: another one would take it away when it ends."""
LIMITS = Limits(cpu_s=300, wall_s=240, memory_mb=1024, pids=256, output_kb=16384, disk_mb=512)
PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
DOCKERFILE = f"""FROM {BASE}
COPY site /usr/lib/python3/dist-packages
COPY pytest /usr/bin/pytest
COPY testbed /testbed
RUN cd /testbed && git init -q && git add -A \\
 && git -c user.name=t -c user.email=t@t commit -q -m base \\
 && echo /testbed > /usr/lib/python3/dist-packages/shop.pth \\
 && chmod -R 777 /testbed && python3 -m compileall -q /usr/lib/python3/dist-packages
WORKDIR /testbed
"""


@pytest.fixture(scope="session")
def image(slot_image, tmp_path_factory) -> Iterator[str]:
    """The repository in an image, with this Python's own pytest."""
    folder = written(shop.BASE, tmp_path_factory.mktemp("image"))
    with built(IMAGE, DOCKERFILE, folder):
        yield IMAGE


def written(base: Mapping[str, str], folder: Path) -> Path:
    """The folder, with a repository in it."""
    for path, text in base.items():
        target = folder / "testbed" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return folder


@contextmanager
def built(image: str, dockerfile: str, folder: Path) -> Iterator[None]:
    """An image of `folder`, to which this Python's own pytest is added as `site` and `pytest`."""
    for name in PYTEST:
        found = find_spec(name)
        assert found is not None
        origin = Path(str(found.origin))
        if origin.name == "__init__.py":
            shutil.copytree(
                origin.parent, folder / "site" / name, ignore=shutil.ignore_patterns("*.pyc")
            )
        else:
            shutil.copy(origin, folder / "site" / origin.name)
    script = "#!/usr/bin/python3\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n"
    for name in ("pytest", "pluggy", "iniconfig", "packaging", "Pygments"):
        information = Path(str(distribution(name).locate_file("")))
        for found in information.glob(f"{name.lower()}-*.dist-info"):
            shutil.copytree(found, folder / "site" / found.name)
    (folder / "pytest").write_text(script)
    (folder / "pytest").chmod(0o755)
    (folder / "Dockerfile").write_text(dockerfile)
    words = ["docker", "build", "-q", "-t", image, str(folder)]
    subprocess.run(words, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["docker", "rmi", "-f", image], check=False, capture_output=True)


@pytest.fixture(scope="session")
def task(image: str) -> Task:
    """The task, surveyed."""
    return surveyed_task(image, shop.SCRIPT, shop.TEST_PATCH, shop.FAIL_TO_PASS)


@pytest.fixture(scope="session")
def task_with_a_new_file(image: str) -> Task:
    """Its test patch also makes a file, so that the official script resets no file at all."""
    return surveyed_task(image, shop.NEW_SCRIPT, shop.NEW_TEST_PATCH, shop.NEW_FAIL_TO_PASS)


def surveyed_task(
    image: str, script: str, test_patch: str, fail_to_pass: tuple[str, ...],
    pass_to_pass: tuple[str, ...] = shop.PASS_TO_PASS, gold: str = shop.GOLD,
) -> Task:  # fmt: skip
    spec = repo.Spec(
        repo="tests/shop",
        base_commit="HEAD",
        eval_script=script,
        log_parser="parse_log_pytest",
        fail_to_pass=fail_to_pass,
        pass_to_pass=pass_to_pass,
        patch=gold,
        test_patch=test_patch,
    )
    found = learned(
        Task(
            id="shop-1",
            benchmark="tests",
            kind="repo",
            image=Image(name=image),
            limits=LIMITS,
            spec=spec.model_dump(mode="json"),
        )
    )
    assert found.spec["survey"]["mixed"]
    return found


def learned(plain: Task) -> Task:
    """The task with what its own solution shows."""

    async def survey() -> Task:
        async with open_provider(ProviderSettings(run_id="tests-strict")) as provider:
            return await surveyed(await surveyed(plain, provider, "control"), provider, "survey")

    found = anyio.run(survey)
    assert found.spec["control"] is True
    assert not found.spec["survey"]["why"]
    assert found.spec["survey"]["uid"], "the tests run as another user"
    return found


@pytest.fixture(scope="session")
def grade(task: Task) -> Callable[[str], Result]:
    """Both readings of a patch; `only="strict"` leaves the official run out."""
    return grader_of(task)


def grader_of(task: Task) -> Callable[[str], Result]:
    def graded(patch: str, *, only: str = "") -> Result:
        job = Job(task=task, sample=Sample(task_id=task.id, index=0, body=patch, whole=True))
        plan = repo.plan(job)
        if only:
            steps = repo.strict_steps(job)
            assert all(step.name.startswith(only) for step in steps)
            plan = plan.model_copy(update={"steps": steps})

        async def run() -> Execution:
            async with open_provider(ProviderSettings(run_id="tests-strict")) as provider:
                execution = await execute(plan, provider)
                while (later := repo.later(job, execution)).steps:
                    rest = plan.model_copy(update={"steps": later.steps})
                    execution = await execute(rest, provider, after=execution)
                assert not later.learn
                return execution

        return repo.judge(job, anyio.run(run))

    return graded
