def shelf_count(length: int, widths: list[int]) -> int:
    """Number of rows of books that fill a shelf, neighbours having different widths.

    >>> shelf_count(4, [1, 2, 3])  # 1+3, 3+1, 1+2+1
    3
    """
