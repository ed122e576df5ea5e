"""Options of sandboxes that are containers; shared by several commands."""

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from grader.cli.parser import ArgumentContainer, Parser, memory, workers
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.core.container import ContainerOptions

ENGINE = "unix:///var/run/docker.sock"


def configure(parser: Parser) -> ArgumentContainer:
    """Add the options; their group."""
    group = parser.add_argument_group("containers (--sandbox docker)")
    group.add_argument(
        "--engine",
        metavar="URL",
        default="",
        help=f"Docker's or Podman's socket [default: $DOCKER_HOST, else {ENGINE}]",
    )
    group.add_argument(
        "--image",
        metavar="NAME",
        default="",
        help="what tasks run in that name no image; it needs Python 3.11 or newer "
        "[default: grader/base:bookworm]",
    )
    group.add_argument(
        "--runtime",
        metavar="NAME",
        default="",
        help="OCI runtime, as runsc or crun [default: the engine's choice]",
    )
    group.add_argument(
        "--platform",
        metavar="OS/ARCH",
        default="",
        help="of images, as linux/arm64 [default: the engine's own]",
    )
    bound(group)
    budget(group)
    return group


def bound(group: ArgumentContainer) -> None:
    """Add what containers may use and see."""
    group.add_argument(
        "--cpus",
        metavar="N",
        type=processors,
        default=0.0,
        help="processors per container [default: no limit]",
    )
    group.add_argument(
        "--container-memory",
        metavar="MB",
        type=memory,
        default=0,
        help="MiB per repository container [default: the task's own]",
    )
    group.add_argument(
        "--env",
        metavar="NAME[=VALUE]",
        action="append",
        default=[],
        help="variable for every command, as HTTPS_PROXY; recorded; may be repeated "
        "[default: none]",
    )
    group.add_argument(
        "--add-host",
        metavar="NAME:ADDRESS",
        action="append",
        default=[],
        help="line for /etc/hosts; may be repeated [default: none]",
    )
    group.add_argument(
        "--network",
        action="store_true",
        help="let every step reach the network; the report says so [default: only steps that ask]",
    )
    group.add_argument(
        "--no-pull",
        action="store_true",
        help="use only images that are there [default: pull what is missing]",
    )


def budget(group: ArgumentContainer) -> None:
    """Add what all containers and images together may take."""
    group.add_argument(
        "--memory-budget",
        metavar="MB",
        type=memory,
        default=0,
        help="MiB that repository containers may claim together: no more run at one time than fit "
        "[default: what the engine's machine has]",
    )
    disk_budget(group)


def add_prefetch(group: ArgumentContainer) -> None:
    """Add `--prefetch`, where it is known which samples come."""
    group.add_argument(
        "--prefetch",
        metavar="N",
        type=ahead,
        default=2,
        help="images pulled before their samples are due [default: %(default)s]",
    )


def disk_budget(group: ArgumentContainer) -> None:
    """Add what all images together may take."""
    group.add_argument(
        "--disk-budget",
        metavar="GB",
        type=gigabytes,
        default=0,
        help="GB (10^9 bytes) that images may take which grader pulled or made: those that no job "
        "waits for are removed, the longest unused first; other images never [default: no bound]",
    )


def disk_budget_mb(arguments: Namespace) -> int:
    """MiB that images may take; 0: no bound."""
    return int(arguments.disk_budget * 1e9) >> 20


def gigabytes(text: str) -> float:
    """A positive number of gigabytes, fractions allowed."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:  # noqa: PLR2004  a petabyte; also refuses nan
        raise ArgumentTypeError(f"'{text}' is not a number of gigabytes such as 100")
    return value


def whole(text: str) -> int:
    """Read a whole number from 0 up."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004
        raise ArgumentTypeError(f"'{text}' is not a whole number from 0 up")
    return int(text)


def ahead(text: str) -> int:
    """Read a number of images to pull ahead, bounded as workers are: a worker waits for each."""
    return workers(text) if whole(text) else 0


def processors(text: str) -> float:
    """A positive number of processors, fractions allowed."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:  # noqa: PLR2004  more than any machine has; also refuses nan
        raise ArgumentTypeError(f"'{text}' is not a number of processors such as 1.5")
    return value


OWN = ("engine", "image", "runtime", "platform", "cpus", "container_memory", "env", "add_host")
"""Options that say nothing without containers, beside `--network` and `--no-pull`."""


def refuse_idle(arguments: Namespace) -> None:
    """UsageError for options about containers that the chosen sandbox would pass over."""
    given = [name for name in (*OWN, "network", "no_pull") if getattr(arguments, name)]
    if not given:
        return
    from grader.sandboxes.base import has_images  # noqa: PLC0415  heavy

    if not has_images(arguments.sandbox):
        option = given[0].replace("_", "-")
        raise UsageError(
            f"--{option} is about containers, and the sandbox '{arguments.sandbox}' has none;"
            " add --sandbox docker"
        )


def containers_of(arguments: Namespace) -> "ContainerOptions":
    """Make the record that the arguments ask for."""
    import os  # noqa: PLC0415  kept beside its one use

    from grader.core.container import ContainerOptions  # noqa: PLC0415  heavy

    pairs = [word.partition("=") for word in arguments.env]
    chosen = ContainerOptions(
        host=arguments.engine,
        runtime=arguments.runtime,
        platform=arguments.platform,
        cpus=arguments.cpus,
        memory_mb=arguments.container_memory,
        network=arguments.network,
        environment=tuple((n, v if eq else os.environ.get(n, "")) for n, eq, v in pairs),
        hosts=tuple(arguments.add_host),
        pull="never" if arguments.no_pull else "missing",
    )
    return chosen.model_copy(update={"image": arguments.image}) if arguments.image else chosen
