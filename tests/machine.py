"""What this machine has of what tests want: decided here alone, with the reason where it lacks.

A test says what it wants by `@pytest.mark.needs("git", "engine")`, by a mark that implies it (`IMPLIED`)
or, once it runs, by `require`. Whatever has no line in `PARTS` is the name of a program.
"""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

import docker
import pytest

from grader.core.container import ContainerOptions
from grader.sandboxes.docker.api import knock

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GRADER_SHARED", ROOT.parent / "shared"))
CLIENTS = Path(os.environ.get("GRADER_CLIENTS", ROOT / ".clients"))
"""Where `scripts/install-clients` has put the programs that grader works inside of."""
ENGINE = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
HINT = "scripts/docker-engine start && scripts/base-image"
BULLSEYE = "grader/base:bullseye"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WHOLE = os.environ.get("GRADER_WHOLE") == "1"
"""Whether tests that usually run a share of what they are about run all of it: `scripts/pressure`."""
IMPLIED = {"docker": "engine", "browser": "chromium", "root": "root"}
"""Mark → what it means that a test wants."""
PROVIDED_BY_CI = ("engine", "image")
"""Where `CI` is set these are never missing for a good reason."""


@cache
def lacks(part: str) -> str:
    """Why the machine has no `part` for tests, in one line; empty where it has."""
    return PARTS[part]() if part in PARTS else _program(part)


def require(*parts: str) -> None:
    """Skip the test, with the reason, where one of them is not there."""
    for part in parts:
        if reason := lacks(part):
            if part in PROVIDED_BY_CI and os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)


def wanted(item: pytest.Item) -> list[str]:
    """What a test wants by its marks and fixtures."""
    parts = [part for mark, part in IMPLIED.items() if item.get_closest_marker(mark)]
    parts += [part for mark in item.iter_markers("needs") for part in mark.args]
    parts += [part for part in ("shared", "engine") if part in getattr(item, "fixturenames", ())]
    return list(dict.fromkeys(parts))


def browser() -> str | None:
    """The path of a Chromium."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def client() -> docker.APIClient:
    """Of the engine; raises OSError or DockerException where none answers."""
    knock(ENGINE)
    made = docker.APIClient(base_url=ENGINE, version="1.41", timeout=60)
    try:
        made.ping()
    except BaseException:
        made.close()
        raise
    return made


def _engine() -> str:
    try:
        client().close()
    # requests' own errors are OSErrors, and docker-py passes on those that it does not know.
    except (OSError, docker.errors.DockerException) as error:
        return f"no container engine ({type(error).__name__}); {HINT} bookworm"
    return ""


def _image(name: str) -> str:
    if reason := lacks("engine"):
        return reason
    asked = client()
    try:
        found = asked.images(name)
    finally:
        asked.close()
    return "" if found else f"no image {name}; {HINT} {name.rpartition(':')[2]}"


def _program(name: str) -> str:
    return "" if shutil.which(name) else f"no {name} on this machine"


def _any(names: Iterable[str], what: str) -> str:
    return "" if any(map(shutil.which, names)) else f"no {what}"


def _numpy() -> str:
    return "" if importlib.util.find_spec("numpy") else "no numpy; scripts/install"


def _own_engine() -> str:
    reason = lacks("root") or lacks("dockerd")
    return reason and f"an engine of a test's own needs root and dockerd: {reason}"


def _shared() -> str:
    return "" if (SHARED / "data").is_dir() else "no ../shared/data beside the project"


def _client(package: str) -> str:
    found = any(CLIENTS.glob(f"lib/python3.*/site-packages/{package}"))
    return "" if found else f"no {package} in {CLIENTS.name}; scripts/install-clients"


PARTS: dict[str, Callable[[], str]] = {
    "engine": _engine,
    "image": lambda: _image(ContainerOptions().image),
    "bullseye": lambda: _image(BULLSEYE),
    "own-engine": _own_engine,
    "chromium": lambda: _any(BROWSERS, "Chromium; on Debian: apt-get install chromium"),
    "compiler": lambda: _any(("cc", "gcc", "clang"), "C compiler"),
    "docker-registry": lambda: _any(["docker-registry"], "docker-registry; apt-get install it"),
    "numpy": _numpy,
    "root": lambda: "only root can do this" if os.geteuid() else "",
    "ordinary-user": lambda: "" if os.geteuid() else "root may read and write everything",
    "shared": _shared,
    **{name: partial(_client, name) for name in ("inspect_ai", "evaluate", "lm_eval", "verifiers")},
}
