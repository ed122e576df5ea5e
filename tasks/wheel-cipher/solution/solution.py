def wheel_cipher(text: str, start: int) -> str:
    """Encrypt `text` with a wheel that moves on after each letter."""
    shift = start
    written: list[str] = []
    for character in text:
        if "a" <= character <= "z" or "A" <= character <= "Z":
            first = ord("a") if character.islower() else ord("A")
            written.append(chr(first + (ord(character) - first + shift) % 26))
            shift += 1
        else:
            written.append(character)
            if character == ".":
                shift = start
    return "".join(written)
