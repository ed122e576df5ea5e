"""Fail where files of the engine import each other in a circle, inside functions too."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path("grader")


def name_of(path: Path) -> str:
    """`grader/core/task.py` as `grader.core.task`; a package's own file as the package."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path, known: Mapping[str, Path]) -> set[str]:
    """The engine's files that a file imports, those for type checkers only left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in names}
    return (found & known.keys()) - {name_of(path)}


def reached(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    """All that can be reached from a file by its imports."""
    seen: set[str] = set()
    waiting = [*graph[start]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return seen


def circles(graph: Mapping[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Groups of files of which each reaches every other."""
    reach = {name: reached(name, graph) for name in graph}
    left = {name for name in graph if name in reach[name]}
    while left:
        name = min(left)
        group = {other for other in left if name in reach[other] and other in reach[name]}
        yield tuple(sorted(group))
        left -= group


def main() -> int:
    """Say every circle."""
    known = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}
    graph = {name: imported(path, known) for name, path in known.items()}
    found = list(circles(graph))
    for group in found:
        print(f"these files import each other in a circle: {', '.join(group)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
