"""The script that resets the tests, runs them and marks their output.

Source of its form: swebench 5.0.2, `harness/utils.py`, and the scripts in v5 rows.
"""

import re
from hashlib import blake2b

from grader.graders._repo_log import END, EXIT_CODE, START
from grader.image.recipe import ImageRecipe

HEAD = ("#!/bin/bash", "set -uxo pipefail")
VARIABLE = "SWEBENCH_TEST_EXIT_CODE"
OLD_FILE = re.compile(r"^--- a/(.*?)(?:\t.*)?$", re.MULTILINE)


def official(script: str) -> str:
    """A v5 row's script as the harness runs it: its usual head, the tests' exit status recorded."""
    lines = [line for line in script.strip().split("\n") if line not in HEAD]
    return "\n".join([*HEAD, *recorded(lines)]) + "\n"


def recorded(lines: list[str]) -> list[str]:
    """`lines` with the status of what stands before the end mark noted, and told behind it."""
    at = next((number for number, line in enumerate(lines) if END in line), None)
    if at is None:
        return lines
    told = f'echo "{EXIT_CODE}: ${VARIABLE}"'
    return [*lines[:at], f"{VARIABLE}=$?", lines[at], told, *lines[at + 1 :]]


def of_recipe(
    recipe: ImageRecipe, *, commit: str, test_patch: str, setup: tuple[str, ...], test: str
) -> str:
    """A script for an image made from `recipe`, where nothing is left to install."""
    changed = tuple(dict.fromkeys(OLD_FILE.findall(test_patch)))
    files = " ".join(quoted(name) for name in changed)
    reset = f"git checkout {commit} {files}" if files else "true"
    mark = delimiter(test_patch)
    lines = [
        f"export VIRTUAL_ENV={recipe.environment} PATH={recipe.environment}/bin:$PATH",
        f"cd {recipe.directory}",
        *setup,
        f"git config --global --add safe.directory {recipe.directory}",
        "git status",
        "git show --stat",
        f"git -c core.fileMode=false diff {commit}",
        reset,
        f"git apply -v - <<'{mark}'\n{test_patch.rstrip(chr(10))}\n{mark}",
        f": '{START}'",
        test,
        f": '{END}'",
        reset,
    ]
    return "\n".join([*HEAD, *recorded(lines)]) + "\n"


def quoted(name: str) -> str:
    """A file's name for the shell, bare where it needs no quotes."""
    return name if re.fullmatch(r"[\w./+@-]+", name) else "'" + name.replace("'", "'\\''") + "'"


def delimiter(text: str) -> str:
    """A word that ends a here-document and does not stand in it."""
    seed = text.encode()
    while (word := f"EOF_{blake2b(seed).hexdigest()[:12]}") in text:
        seed += word.encode()
    return word
