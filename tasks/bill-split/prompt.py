def split_bill(cents: int, weights: list[int]) -> list[int]:
    """Divide a bill in proportion to weights, in whole cents.

    >>> split_bill(100, [1, 1, 1])
    [34, 33, 33]
    """
