"""From an image's names to what an engine has: by content, pulled where that is wanted."""

import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from grader.core.task import Image
from grader.errors import ImageError

TRIES = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
AGAIN = ("429", "toomanyrequests", "too many requests", "rate limit", "500", "502", "503", "504",
         "internal server error", "timeout", "timed out", "connection re", "eof", "unavailable",
         "temporary failure", "unexpected", "tls handshake")  # fmt: skip
"""What a registry's answer holds where the next one may be better."""
ABSENT = ("not found", "manifest unknown", "pull access denied", "does not exist", "name unknown",
          "repository name not known")  # fmt: skip


class Resolved(NamedTuple):
    """An image that the engine has."""

    reference: str
    id: str
    """What containers are made from: a digest of the image's configuration."""
    digest: str
    """What a registry calls this content; the id where no registry has it."""
    folder: str
    """Where its commands start."""
    user: str


def resolve(
    client: Any, image: Image, *, pull: bool, platform: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> Resolved:  # fmt: skip
    """The first of the image's names that can be had; blocks. ImageError names all that were tried.

    An image that is there is never asked from a registry. Where the task names a digest, another
    content under the same name is not taken.
    """
    trouble: list[str] = []
    names = [image.name, *image.others]
    for name in names:
        found = present(client, pinned(name, image.digest))
        if found is not None:
            return described(found, name)
    for name in names if pull else ():
        said = pulled(client, pinned(name, image.digest), platform=platform, pause=pause)
        found = None if said else present(client, pinned(name, image.digest))
        if found is not None:
            return described(found, name)
        trouble.append(f"{name}: {said or 'not there after the pull'}")
    told = "; ".join(trouble or [f"{name}: not on this machine" for name in names])
    raise ImageError(f"no image to run in; tried {told}; pull or build it, then --resume")


def pinned(name: str, digest: str) -> str:
    """`name` by content, where the content is known."""
    if not digest or "@" in name:
        return name
    repository, _, tag = name.rpartition(":")
    return f"{name if not repository or '/' in tag else repository}@{digest}"


def present(client: Any, reference: str) -> dict[str, Any] | None:
    """What the engine knows about an image; None where it does not have it."""
    from docker.errors import ImageNotFound, NotFound  # noqa: PLC0415  heavy

    try:
        return client.inspect_image(reference)
    except (ImageNotFound, NotFound):
        return None


def described(found: dict[str, Any], name: str) -> Resolved:
    """An engine's answer in our words."""
    config: dict[str, Any] = found.get("Config") or {}
    digests: list[str] = found.get("RepoDigests") or []
    repository = name.partition("@")[0].rpartition(":")[0] or name
    own = [each for each in digests if each.startswith(repository + "@")] or digests
    return Resolved(
        reference=name,
        id=found["Id"],
        digest=own[0].partition("@")[2] if own else found["Id"],
        folder=config.get("WorkingDir") or "/",
        user=config.get("User") or "",
    )


def pulled(client: Any, reference: str, *, platform: str, pause: Callable[[float], None]) -> str:
    """Pull an image, patiently; empty, or why that failed at last."""
    from docker.errors import APIError  # noqa: PLC0415  heavy

    said, wait_s = "", FIRST_PAUSE_S
    for number in range(TRIES):
        if number:
            pause(wait_s * random.uniform(0.5, 1.0))  # workers shall not come back together
            wait_s = min(2 * wait_s, LONGEST_PAUSE_S)
        try:
            said = last_error(client.pull(
                reference, stream=True, decode=True, platform=platform or None
            ))  # fmt: skip
        except APIError as error:
            said = str(error.explanation or error)
        if not said or not may_pass(said):
            return said
    return f"{said} ({TRIES} times)"


def last_error(events: Any) -> str:
    """Why a pull failed, by its stream of events; empty where it did not."""
    said = ""
    for event in events:
        said = event.get("error", "") or said
    return said


def may_pass(said: str) -> bool:
    """Whether a registry's trouble is of the kind that passes."""
    words = said.lower()
    return not any(word in words for word in ABSENT) and any(word in words for word in AGAIN)
