"""What this machine can show a slot: interpreter, libraries, chosen packages, and nothing else."""

import os
import site
import sys
import sysconfig
from importlib import metadata

from grader.sandboxes._slot import distributions

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
PRELOAD = (
    "abc", "bisect", "collections", "collections.abc", "contextlib", "copy", "datetime", "enum",
    "functools", "heapq", "io", "itertools", "json", "math", "operator", "random", "re", "string",
    "threading", "time", "types", "typing", "warnings",
)  # fmt: skip
"""What graded programs import most: one import here saves milliseconds in many tasks.

And everything here costs every fork: what fewer than one program in five hundred wants stays out.
"""
CHECKERS_TOO = (
    "array", "cmath", "dataclasses", "decimal", "fractions", "hashlib", "inspect", "linecache",
    "numbers", "queue", "statistics", "struct", "textwrap", "traceback", "unicodedata", "unittest",
)  # fmt: skip
"""A checker mostly stays for the next interview: its slot rarely forks."""
OWN_SITE = "/site-packages"
"""Where chosen packages are shown to a Python that has no folder for them."""
ENVIRONMENT = (
    ("HOME", "/tmp"),
    ("LANG", "C.UTF-8"),
    ("LC_ALL", "C.UTF-8"),
    ("OMP_NUM_THREADS", "1"),
    ("OPENBLAS_NUM_THREADS", "1"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONHASHSEED", "0"),
    ("TMPDIR", "/tmp"),
    ("TZ", "UTC"),
)
"""What every graded process sees; recorded in the manifest."""


def preload(names: tuple[str, ...] = (), *, checks: bool = False) -> list[str]:
    """What a slot imports before its first fork: `names`, or what suits most programs."""
    return [*(names or PRELOAD), *(CHECKERS_TOO if checks else ())]


def python() -> str:
    """The interpreter behind any virtual environment: the one whose library is shown."""
    base = getattr(sys, "_base_executable", "") or sys.executable
    return os.path.realpath(base)


def visible() -> list[str]:
    """Host folders to show read-only at their own place; links are listed by `links`."""
    found = [path for path in SYSTEM if os.path.isdir(path) and not os.path.islink(path)]
    prefix = os.path.realpath(sys.base_prefix)
    if not any(_below(prefix, path) for path in found):
        found.append(prefix)
    return found


def links() -> list[tuple[str, str]]:
    """Top-level links such as `/bin` → `usr/bin`."""
    return [(path, os.readlink(path)) for path in SYSTEM if os.path.islink(path)]


def hidden() -> list[str]:
    """Folders below the visible ones that may hold datasets, other people's code or this engine."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    prefix = os.path.realpath(sys.base_prefix)
    found = {os.path.realpath(path) for path in site.getsitepackages([prefix])}
    found |= {f"/usr/local/lib/{version}/{kind}-packages" for kind in ("site", "dist")}
    found |= {"/usr/lib/python3/dist-packages", "/usr/src", "/usr/local/src", "/usr/share/doc"}
    shown = visible()
    return sorted(path for path in found if any(_below(path, place) for place in shown))


def site_folder() -> str:
    """Where the slot's interpreter looks for packages.

    Debian's Python has no such folder of its own, and none can be made below a read-only `/usr`.
    """
    usual = os.path.realpath(sysconfig.get_path("purelib", vars={"base": sys.base_prefix}))
    return usual if os.path.isdir(usual) else OWN_SITE


def packages(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """(place in the slot, source on the host) of every part of the named distributions."""
    found: dict[str, str] = {}
    folder = site_folder()
    for name in names:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for place, source in distributions.parts(distribution):
            found[f"{folder}/{place}"] = str(source)
    return sorted(found.items())


def sys_path(job: str) -> list[str]:
    """`sys.path` of every task: its own folder, the standard library, the shown packages."""
    prefix = os.path.realpath(sys.base_prefix)
    scheme = {"base": prefix, "installed_base": prefix, "platbase": prefix}
    names = ("stdlib", "platstdlib")
    libraries = [os.path.realpath(sysconfig.get_path(name, vars=scheme)) for name in names]
    dynamic = f"{libraries[1]}/lib-dynload"
    return list(dict.fromkeys([job, *libraries, dynamic, site_folder()]))


def _below(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")
