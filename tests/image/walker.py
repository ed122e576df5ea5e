"""A package in a bare repository, in the forms that projects have, and its SWE-bench row."""

import json
import subprocess
from pathlib import Path

OLD = "62.6.0"
"""Before PEP 660."""
BACKEND = "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n"
SETUP_PY = {
    "setup.py": "from setuptools import setup\n\nsetup(name='walker', version='1', packages=['walker'])\n"
}
SETUP_CFG = {"setup.cfg": "[metadata]\nname = walker\nversion = 1\n[options]\npackages = walker\n"}
PROJECTS = {
    "setup.py": SETUP_PY,
    "setup.py and pyproject.toml": {**SETUP_PY, "pyproject.toml": BACKEND},
    "setup.cfg": SETUP_CFG,
    "setup.cfg and pyproject.toml": {**SETUP_CFG, "pyproject.toml": BACKEND},
}
TESTS = """import walker


def test_walk():
    assert walker.walk() == 1
"""
MORE = """

def test_step(capsys):
    with capsys.disabled():
        print("\\nPASSED tests/test_walker.py::test_seen_in_output")
    assert walker.step() == 2
"""
FIXED = "def walk():\n    return 1\n\n\ndef step():\n    return 2\n"
ASKED = ("iniconfig==2.0.0", "packaging==23.1", "pluggy==1.5.0", "pytest==8.3.3", "typing_extensions==4.12.2",
         "exceptiongroup==1.2.2", "tomli==2.0.1")  # fmt: skip


def walker(place: Path, project: str) -> tuple[Path, str]:
    """A folder of bare repositories with one in it, and its commit."""
    tree = place / "tree"
    files = {"walker/__init__.py": "def walk():\n    return 1\n", "tests/test_walker.py": TESTS,
             **PROJECTS[project]}  # fmt: skip
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    git = ["git", "-C", str(tree), "-c", "user.name=t", "-c", "user.email=t@t"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        subprocess.run([*git, *words], check=True)
    found = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    bare = ["git", "clone", "-q", "--bare", str(tree), str(place / "bare" / "tests__walker.git")]
    subprocess.run(bare, check=True)
    return place / "bare", found.stdout.strip()


def row(
    commit: str, base: str, *, setuptools: str = "68.0.0", test: str = "pytest -rA tests/test_walker.py",
    install: str = "python -m pip install --no-deps --no-build-isolation -e .",
    prepare: list[str] | None = None, pass_to_pass: list[str] | None = None,
    packages: list[str] | None = None,
) -> str:  # fmt: skip
    """Its row as JSON, in a list."""
    one = {
        "instance_id": "tests__walker-1",
        "repo": "tests/walker",
        "version": "1",
        "base_commit": commit,
        "log_parser": "parse_log_pytest",
        "FAIL_TO_PASS": ["tests/test_walker.py::test_step"],
        "PASS_TO_PASS": ["tests/test_walker.py::test_walk", *(pass_to_pass or ())],
        "patch": section("walker/__init__.py", "def walk():\n    return 1\n", FIXED),
        "test_patch": section("tests/test_walker.py", TESTS, TESTS + MORE),
        "recipe": {
            "base_image": base,
            "pip_pins": packages or [f"setuptools=={setuptools}", "wheel==0.44.0", *ASKED],
            "pre_install": prepare or [],
            "install": install,
            "test_cmd": test,
        },
    }
    return json.dumps([one])


def section(path: str, old: str, new: str) -> str:
    """A git diff of one file whose new text begins with the old one."""
    kept, added = old.splitlines(), new.splitlines()[len(old.splitlines()) :]
    lines = [*(f" {line}" for line in kept), *(f"+{line}" for line in added)]
    return (
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
        f"@@ -1,{len(kept)} +1,{len(kept) + len(added)} @@\n" + "\n".join(lines) + "\n"
    )
