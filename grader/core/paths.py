"""Paths in a container, as texts: nobody follows them, and nothing on this machine is asked."""

from collections.abc import Iterable


def is_below(path: str, places: Iterable[str]) -> bool:
    """Whether an absolute path is one of `places` or below one."""
    return any(path == place or path.startswith(place.rstrip("/") + "/") for place in places)
