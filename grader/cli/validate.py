"""`grader validate BENCHMARK`: reference solutions must pass, empty ones must not.

Images of repository tasks are looked into as well: none may give its solution away.
"""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.engine_options import (
    add_data,
    add_key,
    add_language,
    add_limits,
    add_packages,
    add_python,
    add_quiet,
    add_sandbox,
    add_tasks,
    add_workers,
    engine_fields,
)
from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, count, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.run.options import Options
    from grader.run.validate import BenchmarkValidation

SUMMARY = "check a benchmark: references must pass, empty solutions must not"


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("benchmark", metavar="BENCHMARK", help="its name; see: grader list")
    parser.add_argument(
        "directory",
        metavar="DIR",
        nargs="?",
        type=path,
        help="the same as --data DIR, for benchmarks whose tasks are directories: "
        "grader validate harbor my-task",
    )
    parser.add_argument(
        "--repeat",
        metavar="N",
        type=count,
        default=3,
        help="runs of each solution, to tell flaky from broken [default: %(default)s]",
    )
    parser.add_argument(
        "--quarantine",
        metavar="FILE",
        type=path,
        help="write the flaky, broken and leaky tasks with reasons as JSON [default: none]",
    )
    add_data(parser)
    add_key(parser)
    add_tasks(parser)
    add_language(parser)
    add_workers(parser)
    add_sandbox(parser)
    add_packages(parser)
    add_python(parser)
    add_limits(parser)
    parser.add_argument(
        "--json", action="store_true", help="every control as JSON on stdout [default: text]"
    )
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Validate; status 0 only where every task was found sound."""
    from functools import partial  # noqa: PLC0415  heavy from here

    import anyio  # noqa: PLC0415

    from grader.cli.output import show, tell  # noqa: PLC0415
    from grader.cli.progress import RunProgress, style_for  # noqa: PLC0415
    from grader.run.validate import validate, write_quarantine  # noqa: PLC0415

    if arguments.directory and arguments.data:
        raise UsageError("the data are given twice; leave out --data")
    arguments.data = arguments.data or arguments.directory
    with RunProgress(style_for(quiet=arguments.quiet or arguments.json)) as progress:
        progress.begin(f"validating {arguments.benchmark}", None)
        found = anyio.run(
            partial(
                validate,
                options_of(arguments),
                repetitions=arguments.repeat,
                observe=progress,
            )
        )
    if arguments.json:
        show(found.model_dump_json(indent=2) + "\n")
    else:
        show("\n".join(lines_of(found)) + "\n")
    if arguments.quarantine:
        write_quarantine(arguments.quarantine, found)
        tell(f"wrote {arguments.quarantine}")
    return status_of(found)


def options_of(arguments: Namespace) -> "Options":
    """Options without samples."""
    from grader.run.options import Options  # noqa: PLC0415  heavy

    return Options(
        benchmark=arguments.benchmark,
        samples="",
        data=arguments.data,
        key=arguments.key,
        limit=arguments.limit,
        tasks=tuple(arguments.task),
        languages=tuple(arguments.language),
        timeout_s=arguments.timeout,
        memory_mb=arguments.memory,
        pids=arguments.pids,
        **engine_fields(arguments),
    )


def lines_of(found: "BenchmarkValidation") -> list[str]:
    """Word what a person should see: the totals, and every task that was found unsound."""
    from grader.reports._leaks import lines_of as lines_of_image  # noqa: PLC0415  heavy
    from grader.reports._leaks import totals  # noqa: PLC0415
    from grader.reports.base import clean  # noqa: PLC0415
    from grader.run.validate import ControlState  # noqa: PLC0415

    tasks = len(found.controls)
    with_reference = tasks - found.without_reference
    name = f"{found.dataset.benchmark} {found.dataset.version}"
    lines = [
        f"{name}: {tasks:,} tasks, each solution run {found.repetitions} times",
        f"references that pass every time  {found.references_passed:,} of {with_reference:,}",
        *(f"{state.value:<32}{found.counts.get(state.value, 0):,}" for state in ControlState),
    ]
    lines += [
        f"  {control.state.value:<8}{clean(control.task_id, 40)}  {clean(control.reason)}"
        for control in found.controls
        if control.state not in {ControlState.SOUND, ControlState.UNCHECKED}
    ]
    if found.need_one_process:
        lines.append(
            f"need one process for tests and solution  {found.need_one_process:,}"
            " (--trust separated leaves them ungraded)"
        )
        lines += [f"  {clean(c.task_id, 40)}" for c in found.controls if c.needs_one_process]
    if images := [control.image for control in found.controls if control.image is not None]:
        lines.append(totals(images))
        lines += [
            line
            for image in images
            if image.traces or image.unknown
            for line in lines_of_image(image)
        ]
    if broken := [control for control in found.controls if control.known_broken]:
        lines.append(f"known to be unsound for other reasons  {len(broken):,}")
        lines += [f"  {clean(each.task_id, 40)}  {clean(each.known_broken)}" for each in broken]
    return lines


def status_of(found: "BenchmarkValidation") -> Exit:
    """UNGRADED for our own trouble, BELOW for tasks not sound, not checked or given away."""
    from grader.run.validate import ControlState  # noqa: PLC0415  heavy

    unknown = found.counts.get(ControlState.UNKNOWN.value, 0)
    if unknown:
        return Exit.UNGRADED if unknown < len(found.controls) else Exit.UNUSABLE
    if found.counts.get(ControlState.SOUND.value, 0) < len(found.controls) or found.leaks:
        return Exit.BELOW
    return Exit.GRADED
