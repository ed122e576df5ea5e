"""What runs in images stays readable for their old Pythons, and alone in its process."""

import ast
import sys
from pathlib import Path

import pytest

import grader.image.inside
import grader.strict.inside

FOLDERS = [Path(each.__file__).parent for each in (grader.strict.inside, grader.image.inside)]
FILES = sorted(path for folder in FOLDERS for path in folder.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_inside_is_python_36(path):
    ast.parse(path.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_inside_imports_the_standard_library_alone(path):
    mine = {other.stem for other in FILES}
    tools = {"pytest", "_pytest", "pkg_resources"}
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names | mine | tools, f"{path.name} imports {name}"
