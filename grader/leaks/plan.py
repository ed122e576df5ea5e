"""What to run in an image to see what it holds of its task's future."""

from importlib import resources

from grader.core.limits import Limits
from grader.core.plan import Command, Plan, PlannedFile, Step
from grader.core.record import Record
from grader.core.task import Image
from grader.patch.similarity import distinctive

HOME = "/grader-audit"
NAME = "audit"
LIMITS = Limits(cpu_s=900, wall_s=1200, memory_mb=2048, pids=256, output_kb=4096, disk_mb=4096)
"""Reading all files of an image of 700 MB takes 2 to 10 s of CPU; big ones have 4 GB."""
LINES_MAX = 200
GITCONFIG = "[safe]\n\tdirectory = *\n"


class AuditSubject(Record):
    """What is known about a task whose image is looked into."""

    repository: str
    """`owner/name`."""
    directory: str
    base_commit: str
    solution: str
    """The task's own patch; empty where it has none."""


def lines_of(subject: AuditSubject) -> tuple[str, ...]:
    """The solution's lines that are looked for; the longest where there are very many."""
    found = distinctive(subject.solution)
    if len(found) <= LINES_MAX:
        return found
    return tuple(sorted(found, key=len, reverse=True)[:LINES_MAX])


def plan(subject: AuditSubject, image: Image) -> Plan:
    """One step without network that only reads."""
    lines = "".join(f"{line}\n" for line in lines_of(subject))
    files = (
        _own("look.sh"),
        _own("unpack.py"),
        _file(".gitconfig", GITCONFIG),
        _file("gold.patch", subject.solution),
        _file("lines", lines),
    )
    words = ("/bin/sh", f"{HOME}/look.sh", subject.directory, subject.base_commit or "none")
    command = Command(argv=words, cwd="/", user="0", overflow="cut")
    return Plan(image=image, limits=LIMITS, steps=(Step(name=NAME, action=command, files=files),))


def _own(name: str) -> PlannedFile:
    source = resources.files("grader.leaks").joinpath("inside", name)
    return PlannedFile(path=f"{HOME}/{name}", data=source.read_bytes(), mode=0o600)


def _file(name: str, text: str) -> PlannedFile:
    return PlannedFile(
        path=f"{HOME}/{name}", data=text.encode(errors="surrogateescape"), mode=0o600
    )
