def crop_grid(lines: list[str]) -> list[str]:
    """Remove rows and columns of background at the borders."""
    rows = [number for number, line in enumerate(lines) if line.strip(".")]
    if not rows:
        return []
    kept = lines[rows[0] : rows[-1] + 1]
    left = min(len(line) - len(line.lstrip(".")) for line in kept)
    right = max(len(line.rstrip(".")) for line in kept)
    return [line[left:right] for line in kept]
