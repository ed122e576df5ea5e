def shopping_list(recipes: list[list[tuple[str, int, str]]]) -> dict[str, str]:
    """Add up the ingredients of several recipes.

    >>> shopping_list([[("Flour", 500, "g")], [("flour", 1, "kg"), ("Egg", 2, "pc")]])
    {'egg': '2 pc', 'flour': '1500 g'}
    """
