"""Who owns a container or a network: labels that tell a dead engine's from a living one's."""

from grader.sandboxes._owner import identity, is_alive, is_dead, is_forsaken, stamp

__all__ = ["ENGINE", "RUN", "identity", "is_alive", "is_dead", "is_forsaken", "labels", "stamp"]
RUN, ENGINE = "grader.run", "grader.engine"
"""Keys: the run's id; the engine process that made it."""


def labels(run_id: str) -> dict[str, str]:
    """Labels of everything that this process makes."""
    return {RUN: run_id, ENGINE: identity()}
