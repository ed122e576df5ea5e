"""An environment: an image of the local sandbox, packages of a Python that are shown read-only."""

from grader.core.record import Name, Record


class EnvironmentFacts(Record):
    """What decides how programs behave in it."""

    name: Name
    """Of the family, or the path of a user's own."""
    python: str
    """`3.11`: of which Python it is."""
    digest: str
    """Hex SHA-256 of names, versions and recorded files of all its distributions."""
    packages: tuple[str, ...]
    """`name==version` of each, sorted."""
