"""Pages that `grader help TOPIC` shows: one Markdown file each, its name the topic.

Each begins with a heading and one line that says what it is about. Tests read every command,
option and program in them, as they do in README.
"""

import os

HERE = os.path.dirname(__file__)  # noqa: PTH120  pathlib costs 4 ms, and every help lists topics
SUFFIX = ".md"


def names() -> tuple[str, ...]:
    """All topics, sorted."""
    found = (os.path.splitext(name) for name in os.listdir(HERE))  # noqa: PTH122, PTH208
    return tuple(sorted(name for name, suffix in found if suffix == SUFFIX))


def text(name: str) -> str:
    """A topic's page."""
    with open(f"{HERE}/{name}{SUFFIX}", encoding="utf-8") as page:  # noqa: PTH123
        return page.read()
