"""A real browser, stored runs to look at, and the accessibility checker."""

import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import chromium
import pytest
from chromium import Browser

from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result
from grader.record import journal, manifest
from grader.run import report
from grader.study.publish import publish
from tests import machine

AXE = "axe-core@4.14.1"


@pytest.fixture(scope="session")
def chromium_process() -> Iterator[Browser]:
    machine.require("chromium")
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def browser(chromium_process: Browser) -> Browser:
    chromium_process.look(1280, 900)
    return chromium_process


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[Iterable[Result]], Path]:
    """A complete run of the given results."""

    def store(results: Iterable[Result], name: str = "run") -> Path:
        run = tmp_path / name
        run.mkdir()
        stored = Manifest(
            run_id="browser-run", engine_version="0", samples_path="", samples_sha256="",
            dataset=DatasetRef(benchmark="bench", version="1"), k=(1, 5), created_at=1.7e9,
        )  # fmt: skip
        manifest.write(run, stored)
        with journal.Journal(run) as book:
            for result in results:
                if book.append(result):
                    book.commit()
        report.write(run, report.derive(run))
        return run

    return store


@pytest.fixture
def page(stored: Callable[..., Path]) -> Callable[[Iterable[Result]], str]:
    """The address of the page of a run of the given results."""

    def make(results: Iterable[Result]) -> str:
        run = stored(results)
        with (run / "report.html").open("wb") as file:
            publish(run, "html", file)
        return (run / "report.html").as_uri()

    return make


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, which npm has."""
    machine.require("npm")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        ["npm", "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True, check=False
    )
    found = list(folder.glob("*.tgz"))
    if not found:
        pytest.skip(f"npm cannot fetch axe-core here: {done.stderr.strip()[:200]}")
    with tarfile.open(found[0]) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()
