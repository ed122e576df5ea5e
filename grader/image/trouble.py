"""What it means that an image cannot be had: whose fault it is, and the next move. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from grader.core.supply import SupplyFault, SupplyTrouble, TriedName
from grader.image.resolve import ABSENT


class TroubleSign(NamedTuple):
    """What an answer looks like → what it means."""

    pattern: re.Pattern[str]
    trouble: SupplyTrouble


def sign(pattern: str, fault: SupplyFault, advice: str, *, known: bool = False) -> TroubleSign:
    """One line of the table below."""
    trouble = SupplyTrouble(fault=fault, advice=advice, is_known=known)
    return TroubleSign(re.compile(pattern, re.IGNORECASE), trouble)


SIGNS = (
    sign(r"^\s*(?:page )?not found\s*$", SupplyFault.MACHINE,
         "this engine cannot ask registries; see with 'grader images pull'"),
    sign(r"no space left on device", SupplyFault.MACHINE, "make room: grader images prune"),
    sign(r"--no-pull", SupplyFault.OPTION, "leave --no-pull out, or build the image", known=True),
    sign(r"invalid reference format|invalid repository name|invalid tag", SupplyFault.DATA,
         "no image can have this name; ask who publishes the tasks", known=True),
    sign("|".join(map(re.escape, ABSENT)), SupplyFault.DATA,
         "its registry does not have it: build it, or ask who publishes the tasks", known=True),
    sign(r"no matching manifest|does not match the specified platform", SupplyFault.DATA,
         "it is not published for this machine: try another --platform", known=True),
    sign(r"toomanyrequests|too many requests|rate limit|\b429\b", SupplyFault.REGISTRY,
         "its limit is reached: wait, or 'docker login' for a higher one"),
    sign(r"denied|unauthorized|authentication required|no basic auth", SupplyFault.LOGIN,
         "the registry gives it to nobody without a login: 'docker login', or the name is wrong",
         known=True),
    sign(r"no such host|dial tcp|connection re|timeout|timed out|tls|x509|i/o|unreachable"
         r"|temporary failure|within \d+ s", SupplyFault.NETWORK,
         "look at the network between the engine and the registry, and at the engine's proxy"),
    sign(r"status: 5\d\d|\b50[0234]\b|internal server error|unavailable", SupplyFault.REGISTRY,
         "the registry is in trouble: try again later"),
)  # fmt: skip
"""The first that is found counts."""
NONSENSE = SupplyTrouble(
    fault=SupplyFault.REGISTRY,
    advice="no registry answers like this: look at the name, and at proxies in between",
    is_known=False,
)


def meaning(said: str) -> SupplyTrouble:
    """What one answer means."""
    return next((each.trouble for each in SIGNS if each.pattern.search(said)), NONSENSE)


def trouble_of(tried: Sequence[TriedName]) -> SupplyTrouble:
    """What all of them together mean: a name that may still give the image counts before others."""
    found = [meaning(each.said) for each in tried]
    return next((each for each in found if not each.is_known), found[0])


def registry_of(reference: str) -> str:
    """Where an image of this name is asked for, as engines read names."""
    head, slash, _ = reference.partition("/")
    is_host = bool(slash) and ("." in head or ":" in head or head == "localhost")
    return head if is_host else "docker.io"
