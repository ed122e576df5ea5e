"""`grader images [ACTION] [BENCHMARK]`: plan, check, pull, make, audit, list and remove images."""

from argparse import Namespace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from grader.cli.containers import gigabytes
from grader.cli.engine_options import add_tasks
from grader.cli.parser import Parser, count, nearest, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

SUMMARY = "plan, check, pull, make, audit, list and remove the images of repository tasks"
BUILD = "build"
ACTIONS = ("plan", "check", "pull", BUILD, "audit", "list", "prune")
WITHOUT_BENCHMARK = ("list", "prune")
"""Actions that take a benchmark or do without: then it is all images on grader's record."""
OF_BENCHMARK = ("data", "task", "limit")
"""Options that say something only about a benchmark."""
WORDS = f"[{'|'.join(ACTIONS)}] BENCHMARK"
EXAMPLES = """
examples:
  grader images plan swebench-verified --data rows.parquet
  grader images plan swe-bench-pro --data rows.csv
  grader images check swebench-lite --data rows.jsonl
  grader images pull swebench-lite --data rows.jsonl --workers 4
  grader images build swebench-lite --data rows.jsonl --repos my-repositories
  grader images audit swebench-lite --data rows.jsonl
  grader images list
  grader images prune --disk-budget 100 --dry-run

plan asks registries what the images are made of and says what a run would pull: how many images and
layers, and GB with what they share counted once; nothing is pulled. It takes rows of swe-bench-pro,
swe-bench-live, multi-swe-bench, swe-smith and swe-polybench as well; status 4 where a registry did
not say it of all. check asks, for each task's image, whether it is here, which registry has it, or
whether it can be made here; nothing is pulled. pull pulls what is missing, and one bad image stops
no other. Both end with status 3 where an image cannot be had, and 4 where that could not be found
out. build (the default) makes what is missing from the recipes and Dockerfiles of the tasks. audit
looks into each task's image, in a container without network and capabilities, for commits made
after the task's, reflogs, remotes, tags, files as the solution leaves them (as objects, in other
repositories, in packages and caches) and for the lines that the solution adds: status 3 where
something was found, 4 where an image could not be looked into. list names the images that grader
itself made or pulled and that the engine still has, the longest unused first; prune removes them,
but for those that a container or a run uses. Both take all of them, or those of one benchmark.
"""


class ImageAction(Protocol):
    """A module of `image_actions`."""

    OPTIONS: frozenset[str]
    """The options that say something to it, besides `--engine`, as their attributes are called."""

    def run(self, arguments: Namespace, benchmark: str) -> int:
        """Do it; returns the exit status. `benchmark`: empty where none was named."""
        ...


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.usage = f"%(prog)s {WORDS} [options], or %(prog)s list|prune [options]"
    parser.epilog = EXAMPLES
    parser.add_argument(
        "words",
        metavar=WORDS,
        nargs="+",
        help=f"what to do: {', '.join(ACTIONS[:-1])} or {ACTIONS[-1]} [default: {BUILD}]; then a "
        "benchmark's name (see: grader list), which list and prune can do without",
    )
    parser.add_argument(
        "--data", metavar="PATH", type=path, help="the benchmark's data [default: as for evaluate]"
    )
    add_tasks(parser)
    parser.add_argument(
        "--engine",
        metavar="URL",
        default="",
        help="Docker's or Podman's socket [default: $DOCKER_HOST, else Docker's own]",
    )
    add_options_of_some(parser)
    parser.add_argument(
        "--workers",
        metavar="N",
        type=count,
        help="for plan, check, pull and audit: images at one time [default: the number of usable "
        "processors]",
    )
    parser.add_argument(
        "--json", action="store_true", help="for all but build: JSON on stdout [default: text]"
    )


def add_options_of_some(parser: Parser) -> None:
    """Add what only some actions understand."""
    parser.add_argument(
        "--repos",
        metavar="DIR",
        type=path,
        help="for build and check: folder of bare repositories, owner__name.git or "
        "owner__name.git.tar [default: repos]",
    )
    parser.add_argument(
        "--platform",
        metavar="OS/ARCH",
        default="",
        help="for plan, pull, build and audit: of images, as linux/arm64 [default: the engine's "
        "own; plan: linux/amd64]",
    )
    parser.add_argument(
        "--no-pull",
        action="store_true",
        help="for audit and check: only images that are there [default: those of registries, too]",
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
        help="for audit and prune: GB (10^9 bytes) that images may take which grader pulled or "
        "made; others are never removed. audit keeps within it; prune removes the longest unused "
        "until the rest fits [default: no bound; for prune: 0]",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="for prune: only tell what would go [default: remove it]",
    )


def run(arguments: Namespace) -> int:
    """Do what the words say; UsageError for options that say nothing to it."""
    name, benchmark = action_of(arguments.words)
    action = cast("ImageAction", import_module(f"grader.cli.image_actions.{name}"))
    refuse_options(arguments, name, action.OPTIONS, benchmark)
    return action.run(arguments, benchmark)


def action_of(words: "Sequence[str]") -> tuple[str, str]:
    """What to do, and with which benchmark; UsageError for anything else."""
    match list(words):
        case [action] if action in WITHOUT_BENCHMARK:
            return action, ""
        case [benchmark] if benchmark not in ACTIONS:
            return BUILD, benchmark
        case [action, benchmark] if action in ACTIONS:
            return action, benchmark
        case [action]:
            raise UsageError(f"which benchmark? grader images {action} BENCHMARK")
        case [action, benchmark, *more] if action in ACTIONS:
            raise UsageError(f"one benchmark at a time: {benchmark}, then {' '.join(more)}")
        case [action, *_]:
            known = f"{', '.join(ACTIONS[:-1])} and {ACTIONS[-1]}"
            close = nearest(action, ACTIONS)
            raise UsageError(f"'{action}' is no action, there are {known}{close}")
        case _:
            raise AssertionError  # argparse asks for one word at least


def refuse_options(
    arguments: Namespace, name: str, understood: frozenset[str], benchmark: str
) -> None:
    """UsageError for an option that would change nothing."""
    given = {key for key, value in vars(arguments).items() if value} - {"words", "command"}
    for key in sorted(given - understood - {"engine"}):
        raise UsageError(f"--{key.replace('_', '-')} says nothing to {name}; leave it out")
    for key in OF_BENCHMARK:
        if key in given and not benchmark:
            raise UsageError(f"--{key} is about a benchmark: grader images {name} BENCHMARK")
