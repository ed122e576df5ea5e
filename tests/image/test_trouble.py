"""Whose fault it is that an image cannot be had; the answers are those of a real engine."""

import pytest

from grader.core.supply import SupplyFault, TriedName
from grader.image.trouble import meaning, registry_of, trouble_of

ABSENT, LIMIT = "manifest unknown", "toomanyrequests: rate limit"
DENIED = "errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication"
REFUSED = 'Get "http://127.0.0.1:50293/v2/": dial tcp 127.0.0.1:50293: connect: connection refused'
UNNAMED = (
    'Get "https://nosuch.invalid/v2/": dial tcp: lookup nosuch.invalid on 10.0.0.1: no such host'
)
MALFORMED = "invalid reference format: repository name must be lowercase"
GARBAGE = "error unmarshalling content: invalid character '<' looking for beginning of value"
BROKEN = "received unexpected HTTP status: 500 Internal Server Error (5 times)"
PULL_DENIED = (
    "pull access denied for a/b, repository does not exist or may require 'docker login': denied"
)


@pytest.mark.parametrize(
    ("said", "fault", "known"),
    [
        (ABSENT, SupplyFault.DATA, True),
        (PULL_DENIED, SupplyFault.DATA, True),
        (MALFORMED, SupplyFault.DATA, True),
        (DENIED, SupplyFault.LOGIN, True),
        (LIMIT, SupplyFault.REGISTRY, False),
        (BROKEN, SupplyFault.REGISTRY, False),
        (GARBAGE, SupplyFault.REGISTRY, False),
        (REFUSED, SupplyFault.NETWORK, False),
        (UNNAMED, SupplyFault.NETWORK, False),
        ("no answer within 30 s", SupplyFault.NETWORK, False),
        ("write /var/lib/x: no space left on device", SupplyFault.MACHINE, False),
        ("Not Found", SupplyFault.MACHINE, False),
    ],
)
def test_answer_says_whose_fault_it_is(said, fault, known):
    found = meaning(said)
    assert (found.fault, found.is_known) == (fault, known)
    assert found.advice


def test_name_that_may_still_give_the_image_counts_first():
    tried = [TriedName(reference="a", said=ABSENT), TriedName(reference="b", said=LIMIT)]
    assert trouble_of(tried).fault is SupplyFault.REGISTRY
    assert trouble_of(tried[:1]).fault is SupplyFault.DATA


@pytest.mark.parametrize(
    ("reference", "registry"),
    [
        ("python", "docker.io"),
        ("owner/name:1", "docker.io"),
        ("localhost/name", "localhost"),
        ("127.0.0.1:5000/name:1", "127.0.0.1:5000"),
        ("ghcr.io/owner/name@sha256:1", "ghcr.io"),
    ],
)
def test_registry_is_read_from_the_name(reference, registry):
    assert registry_of(reference) == registry
