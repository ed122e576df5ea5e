def calculate(text: str) -> int:
    """Evaluate an expression in prefix notation.

    >>> calculate("(add 1 (mul 2 3))")
    7
    """
