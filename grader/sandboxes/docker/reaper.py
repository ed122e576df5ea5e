"""Find and remove what dead engines left; never what a living one owns, or anybody else."""

import shutil
from typing import Any, NamedTuple

from grader.sandboxes import _owner
from grader.sandboxes.docker import labels, network, repository, slots
from grader.sandboxes.docker.api import EngineApi, open_api


class ForsakenResource(NamedTuple):
    """A thing without an owner."""

    kind: str
    """`container`, `network` or `folder`."""
    id: str
    name: str


async def reap(host: str = "", *, dry: bool = False) -> list[ForsakenResource]:
    """Remove all containers, networks and folders of dead engines; what there was."""
    async with open_api(host, together=1) as api:
        return await sweep(api, dry=dry)


async def sweep(api: EngineApi, *, dry: bool = False) -> list[ForsakenResource]:
    """As `reap`, on an open connection."""
    found = await api.call("look for what was left", left_behind)
    if not dry:
        for each in found:
            await api.call(f"remove {each.kind} {each.name}", lambda it, each=each: end(it, each))
    return found


def left_behind(client: Any) -> list[ForsakenResource]:
    """What carries the label of an engine that is dead; containers first, as networks need."""
    wanted = {"label": labels.ENGINE}
    found = [
        ForsakenResource("container", each["Id"], each["Names"][0].lstrip("/"))
        for each in client.containers(all=True, filters=wanted)
        # An engine that was killed while it removed a container goes on listing it, without a name;
        # there is nothing behind it any more.
        if each["Names"] and _owner.is_dead(each["Labels"][labels.ENGINE])
    ]
    found += [
        ForsakenResource("network", each["Id"], each["Name"])
        for each in client.networks(filters=wanted)
        if _owner.is_dead(each["Labels"][labels.ENGINE])
    ]
    return found + [
        ForsakenResource("folder", str(each), str(each)) for each in slots.forsaken_folders()
    ]


def end(client: Any, found: ForsakenResource) -> None:
    """Remove one; it may be gone already."""
    if found.kind == "container":
        repository.remove(client, found.id)
    elif found.kind == "network":
        network.remove(client, found.id)
    else:
        shutil.rmtree(found.id, ignore_errors=True)
