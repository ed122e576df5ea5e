def number_outline(outline: list[tuple[str, list]], above: str = "") -> list[str]:
    """Number the entries of a nested outline like the sections of a book."""
    lines: list[str] = []
    for position, (title, below) in enumerate(outline, start=1):
        number = f"{above}{position}"
        if title:
            lines.append(f"{number} {title}")
        lines += number_outline(below, f"{number}.")
    return lines
