def crop_grid(lines: list[str]) -> list[str]:
    """Remove rows and columns of background at the borders.

    >>> crop_grid(["....", ".#..", "...."])
    ['#']
    """
