"""What a verdict rests on besides the sample, as digests and facts for the manifest."""

import os
import platform
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from grader.core.record import digest
from grader.core.task import Task

DECISIVE = (
    *("benchmarks", "core", "engine", "graders", "parsers", "sandboxes", "image", "patch"),
    *("repo", "strict", "languages", "vault"),
)
"""Packages of the engine that a verdict depends on; reports and commands are not among them."""


@cache
def engine_sha256() -> str:
    """Hex SHA-256 of the decisive packages' files, by name and content."""
    root = files("grader")
    parts: list[bytes] = []
    for name in DECISIVE:
        package = root / name
        if package.is_dir():
            parts += sources(package, name)
    return digest(*parts)


def sources(folder: Traversable, name: str) -> list[bytes]:
    """Names and contents of a package's files in sorted order, without compiled ones."""
    parts: list[bytes] = []
    for inner in sorted(folder.iterdir(), key=lambda each: each.name):
        path = f"{name}/{inner.name}"
        if inner.is_dir():
            parts += [] if inner.name == "__pycache__" else sources(inner, path)
        elif not inner.name.endswith((".pyc", ".pyo", ".so")):
            parts += [path.encode(), inner.read_bytes()]
    return parts


def images_of(tasks: Mapping[str, Task]) -> tuple[str, ...]:
    """Every image that tasks run in, sorted."""
    images = {(task.image.name, task.image.digest) for task in tasks.values()}
    return tuple(sorted(f"{name}@{digest}" if digest else name for name, digest in images))


def host_facts() -> tuple[tuple[str, str], ...]:
    """System, processor and interpreter of this machine."""
    return (
        ("system", f"{platform.system()} {platform.release()}"),
        ("machine", platform.machine()),
        ("processor", processor()),
        ("processors", str(os.cpu_count() or 0)),
        ("python", f"{platform.python_implementation()} {platform.python_version()}"),
    )


def processor() -> str:
    """The processor's own name; empty where Linux does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "")
