def number_outline(outline: list[tuple[str, list]]) -> list[str]:
    """Number the entries of a nested outline like the sections of a book.

    >>> number_outline([("Soup", [("Onions", [])]), ("Bread", [])])
    ['1 Soup', '1.1 Onions', '2 Bread']
    """
