"""What is known here of a sandbox that is open in another process."""

from typing import Any, NamedTuple

from grader.core.execution import Isolation


class ProviderFacts(NamedTuple):
    """What a manifest says of a worker's sandbox; as a provider has it."""

    name: str
    isolation: Isolation
    python: tuple[int, int]
    environment: tuple[tuple[str, str], ...]
    fell: str


def facts_of(provider: Any) -> ProviderFacts:
    """What is told of a provider."""
    return ProviderFacts(
        name=provider.name,
        isolation=provider.isolation,
        python=provider.python,
        environment=tuple(getattr(provider, "environment", ())),
        fell=getattr(provider, "fell", ""),
    )
