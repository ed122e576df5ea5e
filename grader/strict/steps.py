"""The steps of the strict reading: make the ground, then run the tests on it."""

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from grader.core.limits import Limits
from grader.core.plan import Command, PlannedFile, Step
from grader.patch.read import changes, paths
from grader.strict import outside
from grader.strict.checks import ALONE
from grader.strict.commands import TestCommand
from grader.strict.copies import MixedFile
from grader.strict.subject import StrictSubject, SurveyOutcome

HOME = "/grader"
"""Where the grader's own files lie in the image; nobody but root may write there."""
REAL, MIXED, PROOF = "real", "mixed", "proof"
"""Names of runs: the task's own tests; the same with copies and holes; to prove the holes."""
GROUND, TESTS = "strict-ground", "strict-tests"
APART, EACH = "strict-apart", "strict-each"
"""Without copies; then each function as it is or changed."""
PUBLIC = frozenset({"channel.py", "telling.py", "seal.py", "configuration.py", "none.ini"})
"""What the test user must be able to read, besides the reporters."""
TESTER_UID = 65534
"""`nobody` in every Linux image: owns nothing, may write nothing."""
PYTHON = """
for python in /usr/bin/python3 /usr/local/bin/python3 /opt/miniconda3/bin/python3 python3; do
  if command -v "$python" >/dev/null 2>&1; then exec "$python" -I -S -B "$@"; fi
done
echo 'no Python in the image' >&2
exit 127
"""
"""A Python to run the grader's own files: the system's before any that a set-up could change."""
PACKAGING = frozenset(
    "setup.py setup.cfg pyproject.toml meson.build CMakeLists.txt MANIFEST.in".split()  # noqa: SIM905
)
COMPILED = (".pyx", ".pxd", ".c", ".cc", ".cpp", ".h", ".hpp", ".f", ".f90", ".rs", ".toml.in")
VARIABLES = {"LOGNAME": "nobody", "USER": "nobody", "PYTHONHASHSEED": "0"}


@cache
def inside() -> tuple[PlannedFile, ...]:
    """The grader's own files for the image."""
    folder = resources.files("grader.strict").joinpath("inside")
    return tuple(
        PlannedFile(
            path=f"{HOME}/{entry.name}",
            data=entry.read_bytes(),
            mode=0o644 if entry.name in PUBLIC or entry.name.startswith("record_") else 0o600,
        )
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith((".py", ".ini")) and entry.name != "__init__.py"
    )


def private(name: str, text: str) -> PlannedFile:
    """A file that only root can read."""
    return PlannedFile(
        path=f"{HOME}/own/{name}", data=text.encode(errors="surrogateescape"), mode=0o600
    )


def is_late(patch: str) -> bool:
    """Whether the task's set-up has to see the patch: it changes what is built or installed."""
    return any(
        path.rsplit("/", 1)[-1] in PACKAGING or path.endswith(COMPILED) for path in paths(patch)
    )


def ground(subject: StrictSubject, patch: str, setup: str, *, limits: Limits) -> Step:
    """Apply `patch` to the task's own tree, with the task's own tests and settings on top."""
    tests = tuple(dict.fromkeys(p for c in changes(subject.test_patch) for p in c.paths))
    job: dict[str, Any] = {
        "repo": subject.directory,
        "base": subject.base_commit,
        "late": is_late(patch),
        "setup": setup,
        "env": f"{HOME}/own/env",
        "patch": f"{HOME}/own/model.patch",
        "test_patch": f"{HOME}/own/test.patch",
        "test_files": tests,
        "needed": sorted({path for c in changes(subject.solution) for path in c.paths}),
        "test_folders": test_folders(subject.test_patch),
    }
    files = (
        *inside(),
        private("ground.json", json.dumps(job)),
        private("model.patch", patch),
        private("test.patch", subject.test_patch),
    )
    return Step(
        name=GROUND,
        action=trusted("ground.py", "ground.json"),
        files=files,
        is_setup=True,
        look=outside.look(subject.directory) if job["late"] else None,
        limits=limits.model_copy(update={"network": subject.network}),
    )


def test_folders(test_patch: str) -> list[str]:
    """Folders in which the task's tests lie."""
    paths = {path for change in changes(test_patch) for path in change.paths}
    return sorted({path.rpartition("/")[0] for path in paths if is_test(path)})


test_folders.__test__ = False  # type: ignore[attr-defined]


def is_test(path: str) -> bool:
    """Whether a file's folder is one of tests, and not the package that holds its data."""
    parts = path.lower().split("/")
    return parts[-1].endswith(".py") and any("test" in part for part in parts[:-1])


def run_tests(
    subject: StrictSubject, command: TestCommand, survey: SurveyOutcome, *, runs: Iterable[str],
    limits: Limits, name: str = TESTS, show: tuple[str, ...] = (), told: tuple[str, ...] = (),
    decisive: tuple[str, ...] = (), proofs: tuple[MixedFile, ...] = (), seek: Iterable[str] = (),
    is_only: bool = False,
) -> Step:  # fmt: skip
    """Run the tests in all the ways that `runs` names, in an order drawn inside.

    is_only: nothing else is run where they have been, so that nothing need be tidied.
    """
    arguments = {
        "argv": command.arguments,
        "script": command.script,
        "cwd_on_path": command.cwd_on_path,
        "plugins": survey.plugins,
    }
    each = {"wall_s": limits.wall_s * 0.9 / len(tuple(runs)), "arguments": arguments}
    job: dict[str, Any] = {
        "repo": subject.directory,
        "env": f"{HOME}/own/env",
        "only": is_only,
        "uid": survey.uid,
        "closed": survey.closed,
        "framework": command.framework,
        "python_options": command.python_options,
        "interpreters": command.interpreters,
        "variables": VARIABLES | dict(command.variables),
        "show": show,
        "seek": list(seek),
        "tests": sorted(test_paths(subject)),
        "echo": {
            "copies": survey.copies,
            "weak": survey.weak,
            "holes": [hole.model_dump() for hole in survey.holes],
            "secret": survey.secret,
            "blind": (*survey.blind, *survey.undriven),
            "undriven": survey.undriven,
            "broken": survey.broken,
            "excused": survey.excused,
            "usual": survey.usual,
            "known": survey.known,
            "framework": command.framework,
            "told": told,
            "decisive": decisive,
        },
        "runs": [{**each, **placed(run, proofs if run == PROOF else survey.mixed)} for run in runs],
    }
    files = (*inside(), private("watch.json", json.dumps(job)), *mixed_files(survey.mixed, "mixed"))
    files += tuple(mixed_files(proofs, PROOF))
    return Step(
        name=name,
        action=trusted("watch.py", "watch.json"),
        files=files,
        limits=limits.model_copy(update={"network": False, "output_kb": 65536}),
    )


def test_paths(subject: StrictSubject) -> set[str]:
    """The files that the task's tests bring along."""
    return {path for change in changes(subject.test_patch) for path in change.paths}


test_paths.__test__ = False  # type: ignore[attr-defined]


def placed(run: str, mixed: tuple[MixedFile, ...]) -> dict[str, Any]:
    """A run's name, and the test files that it finds."""
    files = [[one.path] * 2 for one in mixed]
    if run != REAL:
        name = PROOF if run == PROOF else MIXED
        files = [[f"{HOME}/own/{name}-{n}", one.path] for n, one in enumerate(mixed)]
    return {"name": run, "files": files, "mixed": run != REAL, "alone": run == ALONE}


def mixed_files(mixed: tuple[MixedFile, ...], name: str) -> Iterable[PlannedFile]:
    """The copies, where the tests cannot read them before their turn."""
    for number, file in enumerate(mixed):
        parts = [
            part if isinstance(part, str) else [part.name, part.bits, part.pieces]
            for part in file.parts
        ]
        yield private(f"{name}-{number}", json.dumps(parts))


def trusted(script: str, job: str) -> Command:
    """Run a file of ours as root, by a Python that nobody else has chosen."""
    words = ("/bin/sh", "-c", PYTHON, "sh", f"{HOME}/{script}", f"{HOME}/own/{job}")
    return Command(argv=words, user="root", cwd="/")
