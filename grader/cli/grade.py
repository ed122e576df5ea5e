"""`grader grade SOLUTION`: one solution of one task, one line of verdict, a status for scripts."""

from argparse import Namespace
from typing import TYPE_CHECKING, cast

from grader.cli import containers, engine_options
from grader.cli.exit_codes import Exit
from grader.cli.parser import ArgumentContainer, Parser, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.core.result import Result
    from grader.core.task import Task
    from grader.engine.service.held import EngineChoices

SUMMARY = "grade one solution of one task: a verdict in one line"
RULES = ("lines", "exact", "tokens", "numbers")
EXAMPLES = """
examples:
  grader grade --benchmark humaneval --task HumanEval/7 solution.py
  grader grade --tests tests.py --entry-point f solution.py
  grader grade --cases cases.jsonl program.py
  grader grade --benchmark humaneval --task HumanEval/7 - --json < answer.md

exit status: 0 it passed; 3 it did not; 2 the command is wrong; 5 nothing can be said (our trouble)
"""
OF_TESTS = ("prompt", "reference", "entry_point")
OF_CASES = ("compare", "tolerance")


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "solution",
        metavar="SOLUTION",
        help="a file, or - for stdin: a program, a continuation of the task's prompt, an answer "
        "with code in it, or a patch",
    )
    of_benchmark(parser.add_argument_group("a benchmark's task"))
    of_tests(parser.add_argument_group("a function and its tests"))
    of_cases(parser.add_argument_group("a program and what it must print"))
    group = parser.add_argument_group("how to grade")
    engine_options.add_extract(group)
    engine_options.add_rule(group)
    engine_options.add_trust(group)
    engine_options.add_reading(group)
    engine_options.add_sandbox(group)
    engine_options.add_packages(group)
    engine_options.add_python(group)
    engine_options.add_limits(parser)
    containers.configure(parser)
    group = parser.add_argument_group("what comes out")
    group.add_argument(
        "--explain",
        action="store_true",
        help="all that is known of it: tests, outputs, times [default: one line]",
    )
    group.add_argument(
        "--json", action="store_true", help="the result as JSON on stdout [default: one line]"
    )


def of_benchmark(group: ArgumentContainer) -> None:
    """Add what names a benchmark's task."""
    group.add_argument(
        "--benchmark", metavar="NAME", help="its name; see: grader list [default: none]"
    )
    group.add_argument("--task", metavar="ID", help="the task, as HumanEval/7 [default: none]")
    engine_options.add_data(group)


def of_tests(group: ArgumentContainer) -> None:
    """Add what makes a task of a function."""
    group.add_argument(
        "--tests",
        metavar="FILE",
        type=path,
        help="asserts that call the function, or a definition of check(candidate) [default: none]",
    )
    group.add_argument(
        "--entry-point", metavar="NAME", help="the function that is asked [default: none]"
    )
    group.add_argument(
        "--prompt", metavar="FILE", type=path, help="what the solution continues [default: nothing]"
    )
    group.add_argument(
        "--reference",
        metavar="FILE",
        type=path,
        help="a right solution: shows what the tests may ask of one process [default: none]",
    )


def of_cases(group: ArgumentContainer) -> None:
    """Add what makes a task of a program."""
    group.add_argument(
        "--cases",
        metavar="PATH",
        type=path,
        help='JSON lines {"input": TEXT, "output": TEXT}, or a folder of NAME.in and NAME.out '
        "[default: none]",
    )
    group.add_argument(
        "--compare",
        choices=RULES,
        help="how outputs are compared: lines (white space at line ends counts for nothing), exact,"
        " tokens (words) or numbers [default: lines]",
    )
    group.add_argument(
        "--tolerance",
        metavar="X",
        type=float,
        help="with --compare tokens numbers may differ by so much, relatively or absolutely "
        "[default: 0]",
    )


def run(arguments: Namespace) -> int:
    """Grade and say the verdict; returns the exit status."""
    containers.refuse_idle(arguments)
    kind = kind_of(arguments)
    from grader.cli.given import solution_of, task_of  # noqa: PLC0415  heavy

    task = task_of(kind, arguments)
    result = graded(task, solution_of(arguments.solution, task), arguments)
    tell_of(result, arguments)
    return status_of(result)


def kind_of(arguments: Namespace) -> str:
    """Which of the three ways names the task; UsageError where none or several do."""
    ways = [name for name in ("benchmark", "tests", "cases") if getattr(arguments, name)]
    if len(ways) != 1:
        found = " and ".join(f"--{each}" for each in ways) or "none of them"
        raise UsageError(f"give one of --benchmark, --tests and --cases; found {found}")
    [kind] = ways
    needed = {"benchmark": "task", "tests": "entry_point"}.get(kind, kind)
    if not getattr(arguments, needed):
        raise UsageError(f"--{kind} needs --{needed.replace('_', '-')}")
    others = {"benchmark": ("task", "data"), "tests": OF_TESTS, "cases": OF_CASES}
    for owner, names in others.items():
        idle = next((name for name in names if getattr(arguments, name) is not None), None)
        if owner != kind and idle:
            raise UsageError(f"--{idle.replace('_', '-')} belongs to --{owner}; leave it out")
    return kind


def graded(task: "Task", solution: object, arguments: Namespace) -> "Result":
    """The result, from an engine of its own."""
    import grader  # noqa: PLC0415  heavy
    from grader.engine.dataset import with_limits  # noqa: PLC0415
    from grader.engine.grading import refuse_repositories  # noqa: PLC0415

    refuse_repositories(arguments.sandbox, {task.id: task})
    [task] = with_limits(
        {task.id: task},
        timeout_s=arguments.timeout,
        memory_mb=arguments.memory,
        pids=arguments.pids,
        rule=arguments.rule,
    ).values()
    fields = {**engine_options.engine_fields(arguments), "workers": 1, "sessions": 0}
    choices = cast("EngineChoices", fields)
    with grader.open(**choices) as engine:
        return engine.grade(task, solution)  # pyright: ignore[reportArgumentType]


def tell_of(result: "Result", arguments: Namespace) -> None:
    """Say it on stdout."""
    from grader.cli.output import show, width  # noqa: PLC0415  not needed for help

    if arguments.json:
        show(result.model_dump_json() + "\n")
        return
    from grader.reports._one_line import in_one_line  # noqa: PLC0415  heavy
    from grader.reports.text import render_result  # noqa: PLC0415

    show(in_one_line(result) + "\n")
    if arguments.explain:
        show(render_result(result, full=True, width=width()))


def status_of(result: "Result") -> Exit:
    """What a script is told."""
    from grader.core.result import Verdict  # noqa: PLC0415  heavy

    statuses = {Verdict.PASSED: Exit.GRADED, Verdict.UNGRADED: Exit.UNUSABLE}
    return statuses.get(result.verdict, Exit.BELOW)
