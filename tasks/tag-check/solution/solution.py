import re

TAG = re.compile(r"\[(/?)([a-z]+)\]")


def first_tag_error(text: str) -> int:
    """Position of the first wrong tag, or -1."""
    open_tags: list[tuple[str, int]] = []
    for found in TAG.finditer(text):
        closing, name = found.groups()
        if closing:
            if not open_tags or open_tags.pop()[0] != name:
                return found.start()
        elif name != "br":
            open_tags.append((name, found.start()))
    return open_tags[0][1] if open_tags else -1
