def parking_fee(minutes: int) -> int:
    """The price in cents of parking for `minutes`.

    >>> parking_fee(15), parking_fee(16), parking_fee(31)
    (0, 120, 240)
    """
