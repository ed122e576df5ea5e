def first_tag_error(text: str) -> int:
    """Position of the first wrong tag, or -1.

    >>> first_tag_error("a [b]bold[/b] word"), first_tag_error("[b][i]x[/b][/i]")
    (-1, 7)
    """
