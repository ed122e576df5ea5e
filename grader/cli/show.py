"""`grader show RUN [TASK]`: why single samples got their verdicts."""

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.cli.output import line_width, show, show_each, width
from grader.cli.parser import Parser, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.result import Result

SUMMARY = "show the failing test, the output and the reason of a run's samples"
EXPLAINED = 3
"""Samples of one task that are explained unless one is asked for."""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run_directory", metavar="RUN", type=path, help="a run's directory")
    parser.add_argument(
        "task", metavar="TASK", nargs="?", help="a task's id [default: one line per task]"
    )
    parser.add_argument(
        "--index",
        metavar="N",
        type=int,
        help=f"explain this sample only, counted from 0 "
        f"[default: the first {EXPLAINED} different ones that did not pass]",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="outputs in full [default: head and tail, 12 lines each]",
    )
    parser.add_argument(
        "--json", action="store_true", help="results as JSON lines on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Show the results."""
    if arguments.task is None:
        if arguments.index is not None:
            raise UsageError("--index needs a TASK; see 'grader show --help'")
        return show_run(arguments.run_directory, as_json=arguments.json)
    from grader.study.show import find  # noqa: PLC0415  heavy

    found = find(arguments.run_directory, arguments.task)
    if arguments.index is not None:
        chosen = [result for result in found if result.index == arguments.index]
        if not chosen:
            raise UsageError(
                f"{arguments.task} has no sample {arguments.index} in this run;"
                f" it has {found[0].index} to {found[-1].index}"
            )
        found = chosen
    if arguments.json:
        show("".join(f"{result.model_dump_json()}\n" for result in found))
    else:
        lines = list(explain(found, full=arguments.full, one=arguments.index is not None))
        show("\n".join(lines).strip("\n") + "\n")
    return 0


def show_run(directory: "Path", *, as_json: bool) -> int:
    """One line per task, or one JSON line per result."""
    from grader.record import journal, manifest  # noqa: PLC0415  heavy

    manifest.read(directory)
    results = journal.current(directory / journal.NAME)
    if as_json:
        show_each(f"{result.model_dump_json()}\n" for result in results)
        return 0
    lines = list(overview(results))
    lines.append(f"\none task: grader show {directory} TASK")
    show("\n".join(lines) + "\n")
    return 0


def overview(results: "Iterator[Result]") -> Iterator[str]:
    """One line per task: how many passed, and why the first of the others, by index, did not."""
    from grader.core.result import Verdict  # noqa: PLC0415  heavy
    from grader.reports.base import clean, fit  # noqa: PLC0415

    samples: dict[str, int] = {}
    passed: dict[str, int] = {}
    why: dict[str, tuple[int, str]] = {}
    for result in results:
        task = result.task_id
        samples[task] = samples.get(task, 0) + 1
        if result.verdict is Verdict.PASSED:
            passed[task] = passed.get(task, 0) + 1
        elif task not in why or result.index < why[task][0]:
            said = f"sample {result.index} {result.verdict.value}: {result.reason}"
            why[task] = (result.index, said)
    room = min(max((len(clean(task, 40)) for task in samples), default=0), 40)
    for task, number in samples.items():
        figures = f"{passed.get(task, 0):>4,} of {number:<4,} passed"
        line = f"{clean(task, 40):<{room}} {figures}  {clean(why[task][1] if task in why else '')}"
        yield fit(line.rstrip(), line_width())


def explain(results: "list[Result]", *, full: bool, one: bool) -> Iterator[str]:
    """Explain the first different failures; everything else gets one line each."""
    from grader.core.result import Verdict  # noqa: PLC0415  heavy
    from grader.reports.base import clean, fit  # noqa: PLC0415
    from grader.reports.text import render_result  # noqa: PLC0415

    worth = [
        result
        for result in results
        if result.verdict is not Verdict.PASSED and result.same_as is None
    ]
    details = results if one or len(results) == 1 else worth[:EXPLAINED]
    for result in results:
        if result not in details:
            same = "" if result.same_as is None else f"identical to sample {result.same_as}"
            text = (
                f"sample {result.index:<4} {result.verdict.value:<9} {clean(result.reason)} {same}"
            )
            yield fit(text.rstrip(), line_width())
    for result in details:
        yield "\n" + render_result(result, full=full, width=width())
