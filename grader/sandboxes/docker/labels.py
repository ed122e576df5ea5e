"""Who owns a container or a network: labels that tell a dead engine's from a living one's."""

from grader.sandboxes._owner import identity

RUN, ENGINE = "grader.run", "grader.engine"
"""Keys: the run's id; the engine process that made it."""


def labels(run_id: str) -> dict[str, str]:
    """Labels of everything that this process makes."""
    return {RUN: run_id, ENGINE: identity()}
