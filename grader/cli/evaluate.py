"""`grader evaluate BENCHMARK SAMPLES`: grade samples and show what came of it."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli import containers, machines
from grader.cli.engine_options import (
    add_data,
    add_extract,
    add_key,
    add_language,
    add_limits,
    add_packages,
    add_python,
    add_quiet,
    add_reading,
    add_rule,
    add_sandbox,
    add_surveys,
    add_tasks,
    add_trust,
    add_workers,
    engine_fields,
)
from grader.cli.parser import Parser, count, counts, deviation, fraction, path, points, shard
from grader.cli.report import OWN_PLACES
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.run.options import AdaptiveOptions, Options

SUMMARY = "grade samples of a benchmark and show the report"
DEFAULT_K = (1, 10, 100)
EXAMPLES = """
examples:
  grader evaluate humaneval samples.jsonl
  grader evaluate mbpp samples.jsonl.gz -k 1 --workers 8 --out runs/mine
  grader evaluate folder samples.jsonl --data my-tasks --fail-under 0.9
  zcat samples.jsonl.gz | grader evaluate humanevalplus - --json
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("benchmark", metavar="BENCHMARK", help="its name; see: grader list")
    parser.add_argument(
        "samples",
        metavar="SAMPLES",
        help="a .jsonl or .jsonl.gz file (task_id, and completion or solution), "
        "a folder <task>/<number>.py, or - for stdin",
    )
    choose(parser)
    add_limits(parser)
    isolate(parser)
    containers.add_prefetch(containers.configure(parser))
    adapt(parser)
    keep(parser)
    present(parser)


def choose(parser: Parser) -> None:
    """Add the options that say what is graded."""
    group = parser.add_argument_group("what to grade")
    add_data(group)
    add_key(group)
    add_tasks(group)
    group.add_argument(
        "--shard",
        metavar="I/N",
        type=shard,
        help="only part I of N, the same on every machine; 'grader merge' puts the parts together "
        "[default: all samples]",
    )
    group.add_argument(
        "--skip-unknown",
        action="store_true",
        help="leave out samples whose id no task has, and say how many [default: refuse the file]",
    )
    add_language(group)
    add_extract(group)
    add_rule(group)


def isolate(parser: Parser) -> None:
    """Add the options that say where samples run."""
    group = parser.add_argument_group("where it runs")
    add_workers(group)
    add_sandbox(group)
    add_packages(group)
    add_python(group)
    group.add_argument(
        "--repeat",
        metavar="R",
        type=count,
        default=1,
        help="run each sample R times, its task's reference in between: timings with their spread, "
        "and what is flaky; verdicts are those of the first time [default: %(default)s]",
    )
    group.add_argument(
        "--fresh",
        choices=("slot", "task"),
        default="slot",
        help="slot: a warm sandbox, wiped and verified between samples; task: new namespaces "
        "for each, slower [default: %(default)s]",
    )
    group.add_argument(
        "--executor",
        choices=("local", "processes", "http", "ray"),
        default="local",
        help="local: everything in this process; processes: an engine in a process of its own for "
        "each processor, for many samples on many processors; http: worker machines (see "
        "--worker-url and 'grader help workers'); ray: the nodes of a Ray cluster "
        "[default: %(default)s]",
    )
    machines.configure(parser)
    add_trust(group)
    add_reading(group)
    add_surveys(group)


def adapt(parser: Parser) -> None:
    """Add the options of adaptive evaluation."""
    group = parser.add_argument_group("adaptive evaluation")
    group.add_argument(
        "--adaptive",
        action="store_true",
        help="grade only the tasks that tell most, batches of --workers [default: all tasks]",
    )
    group.add_argument(
        "--items",
        metavar="FILE",
        type=path,
        help="calibrated tasks, from: grader irt fit [default: items.json]",
    )
    group.add_argument(
        "--se",
        metavar="X",
        type=deviation,
        help="stop where the ability's standard error is X or less [default: 0.2]",
    )
    group.add_argument(
        "--width",
        metavar="POINTS",
        type=points,
        help="stop where the predicted score's interval is no wider, whatever the error is"
        " [default: any width]",
    )
    group.add_argument(
        "--max-items", metavar="N", type=count, help="stop after N tasks [default: no limit]"
    )


def keep(parser: Parser) -> None:
    """Add the options about the run's directory."""
    group = parser.add_argument_group("the run on disk")
    group.add_argument(
        "--out",
        metavar="DIR",
        type=path,
        help="the run's new directory [default: runs/<benchmark>-<time>-<random>]",
    )
    group.add_argument(
        "--model",
        metavar="NAME",
        default="",
        help="what wrote the samples, for reports and leaderboards [default: not told]",
    )
    group.add_argument(
        "--tag",
        metavar="WORD",
        action="append",
        default=[],
        help="a word to find the run by; may be repeated [default: none]",
    )
    group.add_argument(
        "--no-cache",
        action="store_true",
        help="run every patch, even where one of the very same content, image and task was run "
        "before [default: its verdict is taken, and the result names that run; never where the "
        "task has a network, nor with --repeat]",
    )
    group.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out, or with the newest of these samples; "
        "ungraded samples are tried again [default: a new run]",
    )


def present(parser: Parser) -> None:
    """Add the options about what is shown and written."""
    group = parser.add_argument_group("what comes out")
    group.add_argument(
        "-k",
        metavar="K",
        type=counts,
        help="pass@k for these k, as 1,10,100; undefined with its reason where a task has fewer "
        "samples [default: 1,10,100]",
    )
    group.add_argument(
        "--fail-under",
        metavar="X",
        type=fraction,
        help="exit with status 3 where pass@k of the smallest k is below X, a fraction from 0 to 1 "
        "[default: no threshold]",
    )
    group.add_argument(
        "--format",
        choices=tuple(OWN_PLACES),
        help="also write that tool's results: a file beside the samples, or (swebench) the tree "
        "logs/run_evaluation below the working directory [default: none]",
    )
    group.add_argument(
        "--json", action="store_true", help="the report as JSON on stdout [default: text]"
    )
    add_quiet(group)


def run(arguments: Namespace) -> int:
    """Grade; returns the exit status."""
    from grader.cli.grading import RunPresentation, grade  # noqa: PLC0415  heavy

    containers.refuse_idle(arguments)
    machines.refuse_idle(arguments)
    if arguments.shard and arguments.fail_under is not None:
        raise UsageError("--fail-under is about all samples; give it to 'grader merge' instead")
    presentation = RunPresentation(
        json=arguments.json,
        quiet=arguments.quiet,
        fail_under=arguments.fail_under,
        format=arguments.format,
        required_k=arguments.k is not None,
    )
    return grade(options_of(arguments), presentation)


def options_of(arguments: Namespace) -> "Options":
    """Make the evaluation that the arguments ask for."""
    from grader.core.shard import ShardRef  # noqa: PLC0415  heavy
    from grader.run.options import Options  # noqa: PLC0415

    refuse_bytes("--model", [arguments.model])
    refuse_bytes("--tag", arguments.tag)
    refuse_bytes("--task", arguments.task)
    return Options(
        benchmark=arguments.benchmark,
        samples=arguments.samples,
        data=arguments.data,
        key=arguments.key,
        out=arguments.out,
        k=arguments.k or DEFAULT_K,
        limit=arguments.limit,
        shard=ShardRef(number=arguments.shard[0], count=arguments.shard[1])
        if arguments.shard
        else None,
        tasks=tuple(arguments.task),
        languages=tuple(arguments.language),
        timeout_s=arguments.timeout,
        memory_mb=arguments.memory,
        pids=arguments.pids,
        skip_unknown=arguments.skip_unknown,
        rule=arguments.rule,
        executor=arguments.executor,
        worker_urls=tuple(arguments.worker_url),
        worker_token=arguments.worker_token,
        prefetch=arguments.prefetch,
        resume=arguments.resume,
        cache=not arguments.no_cache and arguments.repeat == 1,
        model=arguments.model,
        tags=tuple(arguments.tag),
        command=machines.without_token(arguments.command),
        adaptive=adaptive_of(arguments),
        repeats=arguments.repeat,
        **engine_fields(arguments),
    )


def refuse_bytes(option: str, words: list[str]) -> None:
    """UsageError for words that are no text: only names of files may hold any bytes."""
    for word in words:
        if not word.isprintable() and any("\ud800" <= each <= "\udfff" for each in word):
            raise UsageError(f"{option} {word!a} is not UTF-8; give it as text")


def adaptive_of(arguments: Namespace) -> "AdaptiveOptions | None":
    """Read the adaptive options; UsageError where some are given without `--adaptive`."""
    if not arguments.adaptive:
        if arguments.items or arguments.max_items or arguments.width or arguments.se:
            raise UsageError("--items, --se, --width and --max-items belong to --adaptive; add it")
        return None
    from pathlib import Path  # noqa: PLC0415  heavy

    from grader.run.options import ERROR, AdaptiveOptions  # noqa: PLC0415

    usual = None if arguments.width else ERROR
    return AdaptiveOptions(
        items=arguments.items or Path("items.json"),
        error=arguments.se or usual,
        width=arguments.width / 100 if arguments.width else None,
        max_items=arguments.max_items,
    )
