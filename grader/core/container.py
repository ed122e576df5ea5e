"""How containers are made: what a caller may choose about a container engine."""

from typing import Literal

from pydantic import Field

from grader.core.record import Record


class ContainerOptions(Record):
    """Options of sandboxes that use a container engine; all of them are in the manifest."""

    host: str = ""
    """Address of the engine's socket, Docker's or Podman's; empty: `DOCKER_HOST`, else Docker's."""
    runtime: str = ""
    """OCI runtime such as `runsc` or `crun`; empty: the engine's own choice."""
    platform: str = ""
    """As `linux/arm64`; empty: the engine's own."""
    cpus: float = Field(default=0.0, ge=0)
    """Processors per container; 0: no limit."""
    memory_mb: int = Field(default=0, ge=0)
    """MiB per repository container instead of the plan's; 0: the plan's."""
    network: bool = False
    """Let every step reach the network, not only those that ask for it."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables for every command, such as a proxy's."""
    hosts: tuple[str, ...] = ()
    """Extra lines for `/etc/hosts`, as `name:address`."""
    image: str = "grader/base:bookworm"
    """What plans run in that name no image of their own; it needs Python 3.11 or newer."""
    pull: Literal["missing", "never"] = "missing"
    """Whether an image that is not there is asked from its registry."""
    capabilities: bool = True
    """Whether a repository's container has what package managers and tests run as root need; what
    only reads needs none."""
