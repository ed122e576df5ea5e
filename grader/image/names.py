"""One table: under which names the images of repository benchmarks are published, in order.

Sources: swebench 5.0.2 `image_builder/image_spec.py`; SWE-bench-Live `evaluation/evaluation.py`
(70ec57e); SWE-bench_Pro-os `helper_code/image_uri.py` (ca10a60); multi-swe-bench 1.1.2
`harness/image.py`; swesmith 0.0.9 `profiles/base.py`; SWE-PolyBench `docker_utils.py` (9c836c5).
"""

from collections.abc import Callable, Mapping
from typing import Any

from grader.core.task import Image
from grader.errors import UsageError

SWEBENCH = "swebench/sweb.eval.x86_64."
EPOCH = "ghcr.io/epoch-research/swe-bench.eval.x86_64."
LIVE = "starryzhang/sweb.eval.x86_64."
POLYBENCH = "ghcr.io/timesler/swe-polybench.eval.x86_64."
PRO = "jefzda/sweap-images"
"""Where the publisher of SWE-bench Pro keeps them; its program asks for the user's name."""
TAG_CHARS = 128
"""A registry allows no longer tag."""
WHOLE_NAME = "instance_element-hq__element-web-ec0f940ef0e8e3b61078f145f34dc40d1938e6c5-vnan"
"""The one instance of its repository whose image has the repository's whole name."""


def dockerhub(name: str) -> str:
    """A name as Docker Hub allows it: in small letters, no double underscore."""
    return name.lower().replace("__", "_1776_")


def with_mirrors(name: str) -> Image:
    """The image, with where else it is published: each name is tried in turn.

    Epoch's registry allows double underscores.
    """
    before, _, rest = name.partition(SWEBENCH)
    if before or not rest:
        return Image(name=name)
    return Image(name=name, others=(EPOCH + rest.replace("_1776_", "__"),))


def of_live(row: Mapping[str, Any]) -> Image:
    """The image of a row of SWE-bench-Live."""
    said = row.get("docker_image")
    if isinstance(said, str) and said:
        return Image(name=said)
    return Image(name=f"{LIVE}{dockerhub(word(row, 'instance_id'))}")


def of_pro(row: Mapping[str, Any]) -> Image:
    """The image of a row of SWE-bench Pro; `dockerhub_tag` is not asked by its own program."""
    identity, repository = word(row, "instance_id"), word(row, "repo")
    base, _, name = repository.lower().partition("/")
    tag = identity.replace("instance_", "")
    if identity != WHOLE_NAME:
        tag = tag.removesuffix("-vnan")
        if "element-hq" in base and "element-web" in name:
            name = "element"
    return Image(name=f"{PRO}:{f'{base}.{name}-{tag}'[:TAG_CHARS]}")


def of_multi(row: Mapping[str, Any]) -> Image:
    """The image of a row of Multi-SWE-bench."""
    number = row.get("number")
    if not isinstance(number, int) or isinstance(number, bool):
        raise UsageError("no whole number under 'number'")
    return Image(
        name=f"mswebench/{word(row, 'org')}_m_{word(row, 'repo')}".lower() + f":pr-{number}"
    )


def of_smith(row: Mapping[str, Any]) -> Image:
    """The image of a row of SWE-smith: one for all bugs of a repository at a commit."""
    return Image(name=word(row, "image_name"))


def of_polybench(row: Mapping[str, Any]) -> Image:
    """The image of a row of SWE-PolyBench."""
    return Image(name=f"{POLYBENCH}{word(row, 'instance_id').lower()}:latest")


FAMILIES: dict[str, Callable[[Mapping[str, Any]], Image]] = {
    "swe-bench-live": of_live,
    "swe-bench-pro": of_pro,
    "multi-swe-bench": of_multi,
    "swe-smith": of_smith,
    "swe-polybench": of_polybench,
}
"""Sets whose images are known by their rows alone; of some the verdicts are not ours to give."""


def word(row: Mapping[str, Any], key: str) -> str:
    """A text of a row; UsageError where there is none."""
    found = row.get(key)
    if not isinstance(found, str) or not found:
        raise UsageError(f"no text under '{key}'")
    return found


def identity_of(row: Mapping[str, Any]) -> str:
    """What a row is called in its set; UsageError where that is not said."""
    if "instance_id" in row:
        return word(row, "instance_id")
    return f"{word(row, 'org')}/{word(row, 'repo')}:pr-{row.get('number')}"
