def shelf_count(length: int, widths: list[int]) -> int:
    """Number of rows of books that fill a shelf, neighbours having different widths."""
    distinct = set(widths)
    ending = [dict.fromkeys(distinct, 0) for _ in range(length + 1)]
    total = [1] + [0] * length
    for filled in range(1, length + 1):
        for width in distinct:
            if width <= filled:
                ending[filled][width] = total[filled - width] - ending[filled - width][width]
        total[filled] = sum(ending[filled].values())
    return total[length]
