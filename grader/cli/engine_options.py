"""Options that several commands share: what is graded and how, and what is read of them.

Each is added by its function, so that a command has only those that mean something to it.
"""

from argparse import Namespace
from typing import Any

from grader.cli import containers
from grader.cli.parser import (
    ArgumentContainer,
    Parser,
    count,
    memory,
    path,
    processes,
    seconds,
    workers,
)
from grader.core.workers import processors

WHERE_GIVEN = ("sessions", "trust", "reading", "surveys", "extract", "fresh")
"""Options of an engine that some commands have, under the very names of its fields."""


def engine_fields(arguments: Namespace) -> dict[str, Any]:
    """Fields of `EngineOptions` (and keywords of `grader.open`) that the arguments decide."""
    given = {name: getattr(arguments, name) for name in WHERE_GIVEN if hasattr(arguments, name)}
    found: dict[str, Any] = {
        "workers": getattr(arguments, "workers", None) or processors(),
        "sandbox": arguments.sandbox,
        "allow_weak": arguments.allow_weak,
        "packages": tuple(getattr(arguments, "package", ())),
        "python": getattr(arguments, "python", None),
    }
    if hasattr(arguments, "memory_budget"):
        found |= {
            "containers": containers.containers_of(arguments),
            "memory_budget_mb": arguments.memory_budget,
            "disk_budget_mb": containers.disk_budget_mb(arguments),
        }
    return {**found, **given}


def add_data(group: ArgumentContainer) -> None:
    """Add `--data`."""
    group.add_argument(
        "--data",
        metavar="PATH",
        type=path,
        help="the benchmark's data [default: the cache, else a download; folder: bundled tasks]",
    )


def add_tasks(group: ArgumentContainer) -> None:
    """Add `--task` and `--limit`."""
    group.add_argument(
        "--task",
        metavar="GLOB",
        action="append",
        default=[],
        help="only tasks whose id matches, as 'HumanEval/1*'; may be repeated [default: all]",
    )
    group.add_argument(
        "--limit", metavar="N", type=count, help="only the first N of these tasks [default: all]"
    )


def add_key(group: ArgumentContainer) -> None:
    """Add `--key`."""
    group.add_argument(
        "--key",
        metavar="FILE|agent",
        default="",
        help="the private key that opens sealed --data, or agent: what 'grader keys agent' holds "
        "[default: GRADER_KEY, else none]",
    )


def add_language(group: ArgumentContainer) -> None:
    """Add `--language`."""
    group.add_argument(
        "--language",
        metavar="NAME",
        action="append",
        default=[],
        help="only tasks in this programming language, as js or rust, of a benchmark that has "
        "several; may be repeated [default: all]",
    )


def add_extract(group: ArgumentContainer) -> None:
    """Add `--extract`."""
    group.add_argument(
        "--extract",
        choices=("none", "auto", "fence"),
        default="auto",
        help="how code is taken out of a chat-style answer, recorded for every sample: auto does "
        "it only where the plain program does not compile, none never [default: %(default)s]",
    )


def add_rule(group: ArgumentContainer) -> None:
    """Add `--rule`."""
    group.add_argument(
        "--rule",
        choices=("v5", "v4"),
        default="v5",
        help="for repositories: by which version of the SWE-bench harness patches are applied and "
        "judged [default: %(default)s]",
    )


def add_limits(parser: Parser) -> None:
    """Add the options that bound each sample."""
    group = parser.add_argument_group("limits of one sample")
    group.add_argument(
        "--timeout",
        metavar="S",
        type=seconds,
        help="seconds of CPU; the wall clock, only a backstop, grows with it "
        "[default: the task's own, 3 for humaneval]",
    )
    group.add_argument(
        "--memory",
        metavar="MB",
        type=memory,
        help="MiB of memory, all processes together [default: the task's own, mostly 1024]",
    )
    add_pids(group)


def add_pids(group: ArgumentContainer) -> None:
    """Add `--pids`."""
    group.add_argument(
        "--pids",
        metavar="N",
        type=processes,
        help="processes and threads alive at one time [default: the task's own, mostly 256]",
    )


def add_trust(group: ArgumentContainer) -> None:
    """Add `--trust`."""
    group.add_argument(
        "--trust",
        choices=("auto", "separated", "shared"),
        default="auto",
        help="separated: tests run in another process than the candidate; shared: in the same one; "
        "auto: separated wherever the task allows it [default: %(default)s]",
    )


def add_reading(group: ArgumentContainer) -> None:
    """Add `--reading`."""
    group.add_argument(
        "--reading",
        choices=("strict", "parity"),
        default="strict",
        help="repositories only: strict: what the tests really did, with the official verdict "
        "beside it; parity: the official verdict alone, always one run of the tests "
        "[default: %(default)s]",
    )


def add_surveys(group: ArgumentContainer) -> None:
    """Add `--surveys`."""
    group.add_argument(
        "--surveys",
        choices=("kept", "new"),
        default="kept",
        help="strict reading only: kept: what a task's own solution has shown here before is not "
        "learned again (same task, image and grader); new: learn it anew, keep nothing "
        "[default: %(default)s]",
    )


def add_sandbox(group: ArgumentContainer) -> None:
    """Add `--sandbox` and `--allow-weak`."""
    group.add_argument(
        "--sandbox",
        metavar="NAME",
        default="local",
        help="the sandbox; see: grader doctor [default: %(default)s]",
    )
    group.add_argument(
        "--allow-weak",
        action="store_true",
        help="accept an isolation below the floor; the report says so [default: refuse]",
    )


def add_packages(group: ArgumentContainer) -> None:
    """Add `--package`."""
    group.add_argument(
        "--package",
        metavar="NAME",
        action="append",
        default=[],
        help="show samples and tests this installed distribution and all that it needs; may be "
        "repeated [default: numpy alone]",
    )


def add_python(group: ArgumentContainer) -> None:
    """Add `--python`."""
    group.add_argument(
        "--python",
        metavar="VENV",
        type=path,
        help="show samples and tests all packages of this virtual environment, of grader's own "
        "version of Python, in place of the environment that tasks name "
        "[default: the tasks' own; see: grader help environments]",
    )


def add_workers(group: ArgumentContainer) -> None:
    """Add `--workers`."""
    group.add_argument(
        "--workers",
        metavar="N",
        type=workers,
        help="samples at one time [default: the number of usable processors]",
    )


def add_strength(group: ArgumentContainer, *, is_list: bool = False) -> None:
    """Add `--strength`; is_list: one for each benchmark."""
    group.add_argument(
        "--strength",
        metavar="PATH",
        type=path,
        action="append" if is_list else "store",
        default=[] if is_list else None,
        help="figures of 'grader strength' for these tasks: names those whose tests are weak"
        f"{'; may be repeated' if is_list else ''} [default: none]",
    )


def add_quiet(group: ArgumentContainer) -> None:
    """Add `--quiet`."""
    group.add_argument(
        "--quiet", action="store_true", help="no progress on stderr [default: progress]"
    )
