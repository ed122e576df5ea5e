"""Runs in a process of its own: scripts that version 4 of SWE-bench's harness makes of its rows.

For each row on stdin (JSON, a line each) it writes an answer to stdout: a list of the script's
lines, or a text that says why there is none. The package's own start-up wants docker, datasets and
modal; what makes scripts are tables and unidiff. Standard library only, but for that package.
"""

import importlib
import importlib.util
import json
import sys
import types

BARE = ("swebench", "swebench.harness", "swebench.harness.test_spec")
UNUSED = {
    "datasets": ("Dataset", "load_dataset", "load_from_disk"),
    "dotenv": ("load_dotenv",),
    "requests": ("get",),
}
"""What the package imports on the way and scripts never reach."""
ADVICE = "pip install --no-deps swebench==4.1.0 unidiff"


def nothing(*_: object, **__: object) -> None:
    """Stand in for what is imported and never of use."""


class ClassicTables:
    """The package's tables, loaded without what its packages run at their start."""

    def __init__(self, root: str) -> None:
        """`root`: where the package is."""
        for package in BARE:
            made = types.ModuleType(package)
            made.__path__ = ["/".join([root, *package.split(".")[1:]])]
            sys.modules[package] = made
        for package, names in UNUSED.items():
            made = types.ModuleType(package)
            for name in names:
                setattr(made, name, nothing)
            sys.modules[package] = made
        self.constants = importlib.import_module("swebench.harness.constants")
        self.scripts = importlib.import_module("swebench.harness.test_spec.create_scripts")

    def answer(self, row: dict[str, str]) -> "list[str] | str":
        """One row's script."""
        versions = self.constants.MAP_REPO_VERSION_TO_SPECS.get(row["repo"], {})
        if row["version"] not in versions:
            return f"swebench 4 knows no version '{row['version']}' of '{row['repo']}'"
        return self.scripts.make_eval_script_list(
            row,
            versions[row["version"]],
            "testbed",
            "/testbed",
            row["base_commit"],
            row["test_patch"],
        )


def tables() -> "ClassicTables | str":
    """The tables, or why there are none."""
    found = importlib.util.find_spec("swebench")
    if found is None or not found.submodule_search_locations:
        return f"swebench 4 is not installed; {ADVICE}"
    try:
        return ClassicTables(found.submodule_search_locations[0])
    except ImportError as error:
        return f"the swebench that is installed does not serve ({error}); {ADVICE}"


def main() -> None:
    """Answer every row as it comes."""
    known = tables()
    for line in sys.stdin:
        answer = known if isinstance(known, str) else known.answer(json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
