def wheel_cipher(text: str, start: int) -> str:
    """Encrypt `text` with a wheel that moves on after each letter.

    >>> wheel_cipher("aaa. aaa", 1)
    'bcd. bcd'
    """
