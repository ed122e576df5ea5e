def covered_minutes(shifts: list[str]) -> int:
    """Minutes of a day during which at least one shift is on.

    >>> covered_minutes(["09:00-12:00", "11:00-13:30"])
    270
    """
