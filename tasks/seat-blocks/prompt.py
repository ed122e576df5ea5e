def seat_blocks(seats: list[str]) -> list[str]:
    """Merge neighbouring seats of one row into blocks.

    >>> seat_blocks(["A3", "A1", "A2", "B3"])
    ['A1-A3', 'B3']
    """
