"""Imports point one way, and members of a plug-in family do not know each other."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = sorted(path.parent.name for path in (ROOT / "grader").glob("*/base.py"))


def test_imports_point_down_the_layers(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("family", FAMILIES)
def test_members_of_a_family_do_not_import_each_other(family: str) -> None:
    folder = ROOT / "grader" / family
    members = {path.stem for path in folder.glob("[!_]*") if path.name != "base.py"}
    for path in (path for name in members for path in files_of(folder / name)):
        own = path.relative_to(folder).parts[0].removesuffix(".py")
        others = members_imported(path, family) & members - {own}
        assert not others, f"{path} imports {', '.join(sorted(others))}"


def files_of(member: Path) -> list[Path]:
    """The files of a member, which is a module or a package."""
    return list(member.rglob("*.py")) if member.is_dir() else [member.with_suffix(".py")]


def members_imported(path: Path, family: str) -> set[str]:
    """First names below `grader.<family>` that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    prefix = f"grader.{family}."
    return {name.removeprefix(prefix).split(".")[0] for name in found if name.startswith(prefix)}
