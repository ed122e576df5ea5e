DAY = 24 * 60


def parking_fee(minutes: int) -> int:
    """The price in cents of parking for `minutes`."""
    if minutes < 0:
        raise ValueError(f"minutes must not be negative: {minutes}")
    if minutes <= 15:
        return 0
    days, rest = divmod(minutes, DAY)
    half_hours = -(-rest // 30)
    return days * 1500 + min(half_hours * 120, 1500)
