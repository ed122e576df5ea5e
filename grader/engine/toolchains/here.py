"""Whether this machine has a language's toolchain, and which version."""

import glob
import shutil
import subprocess
from collections.abc import Iterable

from grader.languages.base import Language, Toolchain
from grader.sandboxes._slot.host import ENVIRONMENT

VERSION_S = 60.0
VERSION_CHARS = 200


def environment(toolchain: Toolchain) -> dict[str, str]:
    """What its commands see, here as in a slot."""
    return dict((*ENVIRONMENT, *toolchain.environment))


def missing(toolchain: Toolchain) -> tuple[str, ...]:
    """Its programs and files that are not here."""
    path = environment(toolchain)["PATH"]
    programs = (each for each in toolchain.programs if shutil.which(each, path=path) is None)
    files = (each for each in toolchain.files if not glob.glob(each))  # noqa: PTH207  absolute
    return (*programs, *files)


def install_words(languages: Iterable[Language]) -> str:
    """What to install for languages that lack something; empty where nothing is missing."""
    parts = [
        f"{each.title} needs {', '.join(lacking)}: install {each.toolchain.packages}"
        for each in languages
        if (lacking := missing(each.toolchain))
    ]
    return "; ".join(parts)


def needs(language: Language) -> str:
    """The packages that it is known to work with, where something of them may be missing."""
    return f"in Debian's packages it needs: {language.toolchain.packages}"


def version_of(toolchain: Toolchain) -> str:
    """The first line that it says of its version; empty where it does not say."""
    try:
        ran = subprocess.run(
            toolchain.version, capture_output=True, timeout=VERSION_S, check=False,
            env=environment(toolchain), stdin=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return first_line(ran.stdout + b"\n" + ran.stderr)


def first_line(data: bytes) -> str:
    """The first line with anything on it, cut."""
    for line in data.decode(errors="replace").splitlines():
        if line.strip():
            return line.strip()[:VERSION_CHARS]
    return ""
