MEASURES = {"g": ("g", 1), "kg": ("g", 1000), "ml": ("ml", 1), "l": ("ml", 1000), "pc": ("pc", 1)}
THOUSANDS = {"g": "kg", "ml": "l"}


def shopping_list(recipes: list[list[tuple[str, int, str]]]) -> dict[str, str]:
    """Add up the ingredients of several recipes."""
    totals: dict[str, tuple[int, str]] = {}
    for name, amount, unit in (item for recipe in recipes for item in recipe):
        base, factor = MEASURES[unit]
        total, known = totals.get(name.lower(), (0, base))
        if known != base:
            raise ValueError(f"{name} is measured in {known} and in {base}")
        totals[name.lower()] = (total + amount * factor, base)
    return {name: written(*totals[name]) for name in sorted(totals)}


def written(total: int, base: str) -> str:
    if base in THOUSANDS and total % 1000 == 0:
        return f"{total // 1000} {THOUSANDS[base]}"
    return f"{total} {base}"
