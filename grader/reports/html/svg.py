"""Small pieces of SVG: numbers without noise, text that cannot break out."""

from collections.abc import Iterable, Mapping

from grader.reports.html.page import safe


def number(value: float) -> str:
    """At most two decimals, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def plain(value: float | str) -> str:
    """An attribute's value."""
    return safe(value, None) if isinstance(value, str) else number(value)


def element(name: str, attributes: Mapping[str, float | str], *, content: str = "") -> str:
    """One element; `content` is SVG already. Underscores in attribute names read as dashes."""
    words = [
        f' {key.rstrip("_").replace("_", "-")}="{plain(value)}"'
        for key, value in attributes.items()
    ]
    return (
        f"<{name}{''.join(words)}>{content}</{name}>" if content else f"<{name}{''.join(words)}/>"
    )


def text(x: float, y: float, words: str, *, role: str = "", anchor: str = "start") -> str:
    """A line of text at its baseline; `role` is a class."""
    attributes = {"x": x, "y": y, "text_anchor": anchor, "class_": role or "label"}
    return element("text", attributes, content=safe(words, 80))


def line(x1: float, y1: float, x2: float, y2: float, *, role: str) -> str:
    """A straight line."""
    return element("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class_": role})


def rect(x: float, y: float, width: float, height: float, *, role: str, title: str = "") -> str:
    """A rectangle; `title` is what a pointer and a screen reader are told."""
    content = f"<title>{safe(title)}</title>" if title else ""
    attributes = {"x": x, "y": y, "width": width, "height": height, "class_": role}
    return element("rect", attributes, content=content)


def drawing(width: float, height: float, parts: Iterable[str], *, label: str, role: str) -> str:
    """A whole picture that says in words what it shows."""
    return (
        f'<svg viewBox="0 0 {number(width)} {number(height)}" class="{role}" role="img"'
        f' aria-label="{safe(label, 500)}">{"".join(parts)}</svg>'
    )
