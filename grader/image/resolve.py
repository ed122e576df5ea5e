"""From an image's names to what an engine has: by content, pulled where that is wanted."""

import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from grader.core.supply import TriedName
from grader.core.task import Image
from grader.errors import ImageError
from grader.image.recipe import is_made_here

TRIES = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
AGAIN = ("429", "toomanyrequests", "too many requests", "rate limit", "500", "502", "503", "504",
         "internal server error", "timeout", "timed out", "connection re", "eof", "unavailable",
         "temporary failure", "unexpected", "tls handshake")  # fmt: skip
"""What a registry's answer holds where the next one may be better."""
ABSENT = ("not found", "manifest unknown", "pull access denied", "does not exist", "name unknown",
          "repository name not known")  # fmt: skip
NO_SUCH = (400, 404)
"""An engine's status for names that no image can have, and for those that none has."""

Hear = Callable[[dict[str, Any]], None]
"""Called with each of the events of a pull."""


NOT_MADE = "not made yet"
BUILD_IT = "make it from its recipe: grader images build BENCHMARK --data ROWS --repos DIR"


class NotHad(ImageError):  # noqa: N818  what happened, not whose error it is
    """None of an image's names gives it."""

    def __init__(self, tried: tuple[TriedName, ...]) -> None:
        """`tried`: each of the names, and why not."""
        told = "; ".join(f"{each.reference}: {each.said}" for each in tried)
        move = (
            BUILD_IT if any(is_made_here(each.reference) for each in tried) else "pull or build it"
        )
        super().__init__(f"no image to run in; tried {told}; {move}, then --resume")
        self.tried = tried


class ResolvedImage(NamedTuple):
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
    pause: Callable[[float], None] = time.sleep, hear: Hear = lambda _: None,
) -> ResolvedImage:  # fmt: skip
    """The first of the image's names that can be had; blocks. NotHad names all that were tried.

    An image that is there is never asked from a registry. Where the task names a digest, another
    content under the same name is not taken.
    """
    found = here(client, image)
    if found is not None:
        return found
    tried: list[TriedName] = []
    for name in candidates(image):
        reference = pinned(name, image.digest)
        if is_made_here(name):
            tried.append(TriedName(reference=name, said=NOT_MADE))  # no registry has it
            continue
        if not pull:
            tried.append(TriedName(reference=name, said="not on this machine"))
            continue
        said = pulled(client, reference, platform=platform, pause=pause, hear=hear)
        there = None if said else present(client, reference)
        if there is not None:
            return described(there, name)
        tried.append(TriedName(reference=name, said=said or "not there after the pull"))
    raise NotHad(tuple(tried))


def candidates(image: Image) -> tuple[str, ...]:
    """The image's names in the order in which they are tried."""
    return tuple(dict.fromkeys((image.name, *image.others)))


def references(image: Image) -> tuple[str, ...]:
    """The same, by content where the task names it: what an engine and a registry are asked for."""
    return tuple(pinned(name, image.digest) for name in candidates(image))


def here(client: Any, image: Image) -> ResolvedImage | None:
    """The first of the image's names that the engine has; None where it has none."""
    for name in candidates(image):
        found = present(client, pinned(name, image.digest))
        if found is not None:
            return described(found, name)
    return None


def pinned(name: str, digest: str) -> str:
    """`name` by content, where the content is known."""
    if not digest or "@" in name:
        return name
    repository, _, tag = name.rpartition(":")
    return f"{name if not repository or '/' in tag else repository}@{digest}"


def present(client: Any, reference: str) -> dict[str, Any] | None:
    """What the engine knows about an image; None where it does not have it, or nobody could."""
    from docker.errors import APIError  # noqa: PLC0415  heavy

    try:
        return client.inspect_image(reference)
    except APIError as error:
        if error.status_code in NO_SUCH:
            return None
        raise


def described(found: dict[str, Any], name: str) -> ResolvedImage:
    """An engine's answer in our words."""
    config: dict[str, Any] = found.get("Config") or {}
    digests: list[str] = found.get("RepoDigests") or []
    repository = name.partition("@")[0].rpartition(":")[0] or name
    own = [each for each in digests if each.startswith(repository + "@")] or digests
    return ResolvedImage(
        reference=name,
        id=found["Id"],
        digest=own[0].partition("@")[2] if own else found["Id"],
        folder=config.get("WorkingDir") or "/",
        user=config.get("User") or "",
    )


def pulled(
    client: Any, reference: str, *, platform: str, pause: Callable[[float], None],
    hear: Hear = lambda _: None,
) -> str:  # fmt: skip
    """Pull an image, patiently; empty, or why that failed at last."""

    def pull() -> str:
        return last_error(
            client.pull(reference, stream=True, decode=True, platform=platform or None), hear
        )

    return patiently(pull, tries=TRIES, pause=pause)


def patiently(ask: Callable[[], str], *, tries: int, pause: Callable[[float], None]) -> str:
    """Ask until there is no trouble, or none that may pass; empty, or what was said at last."""
    from docker.errors import APIError, InvalidRepository  # noqa: PLC0415  heavy

    said, wait_s = "", FIRST_PAUSE_S
    for number in range(tries):
        if number:
            pause(wait_s * random.uniform(0.5, 1.0))  # workers shall not come back together
            wait_s = min(2 * wait_s, LONGEST_PAUSE_S)
        try:
            said = ask()
        except APIError as error:
            said = str(error.explanation or error)
        except InvalidRepository as error:
            return f"invalid repository name: {error}"
        if not said or not may_pass(said):
            return said
    return f"{said} ({tries} times)"


class RegistryAnswer(NamedTuple):
    """What a registry says about an image."""

    digest: str
    """What it calls the content; empty where it does not give it."""
    said: str
    """Why not."""


def asked(
    client: Any, reference: str, *, tries: int, bound_s: float,
    pause: Callable[[float], None] = time.sleep,
) -> RegistryAnswer:  # fmt: skip
    """Ask a registry whether it has an image, patiently; nothing is pulled. Blocks.

    `bound_s`: for each answer; a registry that gives none is not asked again.
    """
    from requests.exceptions import ReadTimeout  # noqa: PLC0415  heavy

    digests: list[str] = []
    usual_s, client.timeout = client.timeout, bound_s

    def ask() -> str:
        answer: dict[str, dict[str, str]] = client.inspect_distribution(reference)
        digests.append(answer.get("Descriptor", {}).get("digest", ""))
        return "" if digests[-1] else "an answer without a digest"

    try:
        said = patiently(ask, tries=tries, pause=pause)
    except ReadTimeout:
        said = f"no answer within {bound_s:g} s"
    finally:
        client.timeout = usual_s
    return RegistryAnswer("" if said else digests[-1], said)


def last_error(events: Any, hear: Hear) -> str:
    """Why a pull failed, by its stream of events; empty where it did not."""
    said = ""
    for event in events:
        hear(event)
        said = event.get("error", "") or said
    return said


def may_pass(said: str) -> bool:
    """Whether a registry's trouble is of the kind that passes."""
    words = said.lower()
    return not any(word in words for word in ABSENT) and any(word in words for word in AGAIN)
