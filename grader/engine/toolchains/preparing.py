"""What is made once per machine for a toolchain: a precompiled header, a warm cache, libraries.

Only commands of ours run here, over files of ours and the system's: outside the sandbox, into a
folder that nobody else can write to, and that slots see read-only.
"""

import os
import secrets
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

from grader.benchmarks._data import cache_directory
from grader.core.record import digest
from grader.engine.toolchains.here import environment, version_of
from grader.errors import ImageError
from grader.languages.base import Language

FOLDER = "toolchains"
ROOTS_OWN = Path("/var/cache/grader")
"""Root's home is closed to the users that its slots run as."""
PREPARE_S = 600.0
OTHERS_WRITE = 0o022
SAID_CHARS = 500


def prepared(language: Language, say: Callable[[str], None] = lambda _: None) -> Path | None:
    """The folder of what is made for a language and its version, made now where it is not there.

    None where nothing is to be made; ImageError where that fails. `say` hears of it before it is
    made.
    """
    toolchain = language.toolchain
    if not (toolchain.prepare or toolchain.prepare_files):
        return None
    version = version_of(toolchain)
    parts = (version, repr(toolchain.prepare), repr(toolchain.prepare_files), repr(toolchain))
    folder = home() / f"{language.name}-{digest(*(each.encode() for each in parts))[:16]}"
    if not is_ours(folder):
        say(f"preparing {language.title}, once on this machine: up to a minute")
        try:
            made(language, folder)
        except OSError as error:
            raise ImageError(f"{language.title} could not be prepared: {error}") from error
    return folder


def home() -> Path:
    """Where such folders lie."""
    base = ROOTS_OWN if os.geteuid() == 0 else cache_directory()
    return base / FOLDER


def is_ours(folder: Path) -> bool:
    """Whether it is there and only this user can have written to it."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    mine = status.st_uid == os.geteuid() and stat.S_ISDIR(status.st_mode)
    return mine and not status.st_mode & OTHERS_WRITE


def made(language: Language, folder: Path) -> None:
    """Run the commands in a new folder, and give it its name when all is there."""
    toolchain = language.toolchain
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    growing = folder.with_name(f".{folder.name}-{secrets.token_hex(6)}")
    growing.mkdir(mode=0o755)
    try:
        for name, text in toolchain.prepare_files:
            place = growing / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        for command in toolchain.prepare:
            run(language, command, growing)
        for each in (growing, *growing.rglob("*")):
            if not each.is_symlink():
                each.chmod(0o755 if each.is_dir() else each.stat().st_mode & 0o111 | 0o644)
        try:
            growing.rename(folder)
        except OSError:  # another process was faster
            if not is_ours(folder):
                raise
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def run(language: Language, command: tuple[str, ...], folder: Path) -> None:
    """One command; ImageError with what it said where it fails."""
    try:
        ran = subprocess.run(
            command, cwd=folder, env=environment(language.toolchain), capture_output=True,
            stdin=subprocess.DEVNULL, timeout=PREPARE_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageError(f"{language.title} could not be prepared: {error}") from error
    if ran.returncode:
        said = (ran.stderr or ran.stdout).decode(errors="replace").strip()[-SAID_CHARS:]
        raise ImageError(
            f"{language.title} could not be prepared: {command[0]} ended with {ran.returncode}:"
            f" {' '.join(said.split())}"
        )
