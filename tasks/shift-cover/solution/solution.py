DAY = 24 * 60


def covered_minutes(shifts: list[str]) -> int:
    """Minutes of a day during which at least one shift is on."""
    covered: set[int] = set()
    for shift in shifts:
        begin, end = (minute(clock) for clock in shift.split("-"))
        if end <= begin:
            end += DAY
        covered.update(moment % DAY for moment in range(begin, end))
    return len(covered)


def minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
