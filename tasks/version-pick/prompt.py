def pick_version(available: list[str], wanted: str) -> str | None:
    """The newest version in `available` that fits `wanted`, or None.

    >>> pick_version(["1.9.0", "1.10.0", "2.0.0-rc1"], "*")
    '1.10.0'
    """
