def seat_blocks(seats: list[str]) -> list[str]:
    """Merge neighbouring seats of one row into blocks."""
    runs: list[list[tuple[str, int]]] = []
    for row, number in sorted({(seat[0], int(seat[1:])) for seat in seats}):
        if runs and runs[-1][-1] == (row, number - 1):
            runs[-1].append((row, number))
        else:
            runs.append([(row, number)])
    return [block(run[0], run[-1]) for run in runs]


def block(first: tuple[str, int], last: tuple[str, int]) -> str:
    start = f"{first[0]}{first[1]}"
    return start if first == last else f"{start}-{last[0]}{last[1]}"
