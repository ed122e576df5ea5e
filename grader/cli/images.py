"""`grader images [build|audit|list] BENCHMARK`: make images of tasks, look into them, list them."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.containers import gigabytes
from grader.cli.evaluate import add_workers, processors
from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, count, nearest, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.core.container import Containers
    from grader.core.leak import ImageAudit
    from grader.core.task import Task
    from grader.run.images import Context

SUMMARY = "make the images that repository tasks run in, or see whether they give solutions away"
BUILD, AUDIT, LIST = "build", "audit", "list"
EXAMPLES = """
examples:
  grader images build swebench-lite --data rows.jsonl --repos my-repositories
  grader images audit swebench-lite --data rows.jsonl
  grader images list

build (the default) makes what is missing from the recipes in the rows. audit looks into each task's
image, in a container without network and capabilities, for commits made after the task's, reflogs,
remotes, tags, files as the solution leaves them (as objects, in other repositories, in packages and
caches) and for the lines that the solution adds. Exit status 3 where something was found, 4 where
an image could not be looked into. list takes no benchmark: it names the images that grader made or
pulled and that the engine still has, the longest unused first.
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.usage = "%(prog)s [build|audit] BENCHMARK [options], or %(prog)s list [options]"
    parser.epilog = EXAMPLES
    parser.add_argument(
        "words", metavar="[build|audit] BENCHMARK", nargs="+", help="its name; see: grader list"
    )
    parser.add_argument(
        "--repos",
        metavar="DIR",
        type=path,
        default="repos",
        help="for build: folder of bare repositories, owner__name.git or owner__name.git.tar "
        "[default: %(default)s]",
    )
    parser.add_argument(
        "--data", metavar="PATH", type=path, help="the benchmark's data [default: as for evaluate]"
    )
    parser.add_argument(
        "--task",
        metavar="GLOB",
        action="append",
        default=[],
        help="only tasks whose id matches; may be repeated [default: all]",
    )
    parser.add_argument(
        "--limit", metavar="N", type=count, help="only the first N of these tasks [default: all]"
    )
    parser.add_argument(
        "--engine",
        metavar="URL",
        default="",
        help="Docker's or Podman's socket [default: $DOCKER_HOST, else Docker's own]",
    )
    parser.add_argument(
        "--no-pull",
        action="store_true",
        help="for audit: only images that are there [default: pull what is missing]",
    )
    parser.add_argument(
        "--layers",
        action="store_true",
        help="for audit: search all layers, too, for what a later one hides; 10 to 20 s per GB "
        "[default: only what containers show]",
    )
    parser.add_argument(
        "--disk-budget",
        metavar="GB",
        type=gigabytes,
        default=0,
        help="for audit: GB (10^9 bytes) that images may take which grader pulled; those that were "
        "looked into are removed, other images never [default: no bound]",
    )
    add_workers(parser)
    parser.add_argument(
        "--json", action="store_true", help="for audit and list: JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Make what is missing, or audit what is there."""
    from grader.core.container import Containers  # noqa: PLC0415  heavy from here
    from grader.run import dataset  # noqa: PLC0415
    from grader.run.images import context_of  # noqa: PLC0415

    action, benchmark = action_of(arguments.words)
    if action == LIST:
        return list_held(Containers(host=arguments.engine), arguments)
    data = dataset.load(benchmark, arguments.data)
    tasks = dataset.select(data.tasks, tuple(arguments.task), limit=arguments.limit)
    pull = "never" if arguments.no_pull else "missing"
    containers = Containers(host=arguments.engine, pull=pull)
    if action == AUDIT:
        return audit(tasks, benchmark, containers, arguments)
    return build(tasks, containers, arguments, context_of(data))


def action_of(words: "Sequence[str]") -> tuple[str, str]:
    """What to do, and with which benchmark; UsageError for anything else."""
    match list(words):
        case ["list"]:
            return LIST, ""
        case ["list", *more]:
            raise UsageError(f"list shows all images and takes no benchmark: {' '.join(more)}")
        case [benchmark] if benchmark not in {BUILD, AUDIT}:
            return BUILD, benchmark
        case [action, benchmark] if action in {BUILD, AUDIT}:
            return action, benchmark
        case [action]:
            raise UsageError(f"which benchmark? grader images {action} BENCHMARK")
        case [action, benchmark, *more] if action in {BUILD, AUDIT}:
            raise UsageError(f"one benchmark at a time: {benchmark}, then {' '.join(more)}")
        case [action, *_]:
            close = nearest(action, (BUILD, AUDIT, LIST))
            raise UsageError(f"'{action}' is no action, there are build, audit and list{close}")
        case _:
            raise AssertionError  # argparse asks for one word at least


def build(
    tasks: "Mapping[str, Task]",
    containers: "Containers",
    arguments: Namespace,
    context: "Context | None",
) -> Exit:
    """Make what is missing."""
    from grader.cli.output import show, tell  # noqa: PLC0415  heavy from here
    from grader.run.images import make_all  # noqa: PLC0415

    found = make_all(tasks, arguments.repos, containers, tell, context=context)
    rest = f", {found.without} tasks name no recipe" if found.without else ""
    show(f"{found.made} images made, {found.there} were there{rest}\n")
    return Exit.GRADED


def list_held(containers: "Containers", arguments: Namespace) -> Exit:
    """Name the images that grader brought and that are still there."""
    import time  # noqa: PLC0415  not needed for help

    from grader.cli.output import show  # noqa: PLC0415  heavy from here
    from grader.image.budget import total_bytes  # noqa: PLC0415
    from grader.run.images import held  # noqa: PLC0415

    found = held(containers)
    if arguments.json:
        show("[" + ",\n".join(each.model_dump_json() for each in found) + "]\n")
        return Exit.GRADED
    now = time.time()
    for each in found:
        size_gb, age_days = total_bytes([each]) / 1e9, max(now - each.used_at, 0) / 86_400
        short = each.id.removeprefix("sha256:")[:12]
        show(f"{short}  {size_gb:7.2f} GB  used {age_days:6.1f} days ago  {each.reference}\n")
    show(f"{len(found)} images of grader's own, {total_bytes(found) / 1e9:.2f} GB together\n")
    return Exit.GRADED


def audit(
    tasks: "Mapping[str, Task]", benchmark: str, containers: "Containers", arguments: Namespace
) -> Exit:
    """Look into every task's image and say what was found."""
    from functools import partial  # noqa: PLC0415  heavy from here

    import anyio  # noqa: PLC0415

    from grader.cli.output import show, tell  # noqa: PLC0415
    from grader.reports._leaks import lines_of, totals  # noqa: PLC0415
    from grader.run import leaks  # noqa: PLC0415
    from grader.run.options import Options  # noqa: PLC0415

    options = Options(
        benchmark=benchmark,
        samples="",
        workers=arguments.workers or processors(),
        containers=containers,
        disk_budget_mb=int(arguments.disk_budget * 1e9) >> 20,
    )

    def heard(one: "ImageAudit") -> None:
        if arguments.json:
            tell(f"{one.task_id}: looked into")
        else:
            show("".join(f"{line}\n" for line in lines_of(one)))

    found = anyio.run(partial(leaks.audit, tasks, options, heard, layers=arguments.layers))
    if arguments.json:
        show("[" + ",\n".join(each.model_dump_json() for each in found) + "]\n")
    else:
        show(f"{totals(found)}\n")
    return status_of(found)


def status_of(found: "Sequence[ImageAudit]") -> Exit:
    """BELOW where a solution can or may be read, UNGRADED where nobody could look."""
    unknown = sum(bool(each.unknown) for each in found)
    if any(not each.is_clean for each in found if not each.unknown or each.leaks):
        return Exit.BELOW
    if unknown:
        return Exit.UNGRADED if unknown < len(found) else Exit.UNUSABLE
    return Exit.GRADED
