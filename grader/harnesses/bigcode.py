"""bigcode-evaluation-harness: its own `compute_code_eval` replaced by ours.

    python -m grader.harnesses.bigcode main.py --tasks humaneval --allow_code_execution …

runs the harness's `main.py` so; `install()` does it for programs that import the harness.
"""

import runpy
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from grader.errors import UsageError
from grader.harnesses.code_eval import compute

HOME = "bigcode_eval.tasks.custom_metrics.code_eval"
NAME = "compute_code_eval"


def install() -> list[str]:
    """Put ours in the place of theirs wherever it was imported; names of the modules."""
    theirs = getattr(import_module(HOME), NAME)
    changed: list[str] = []
    for name, module in sorted(sys.modules.items()):
        if name.startswith("bigcode_eval.") and holds(module, theirs):
            setattr(module, NAME, compute)
            changed.append(name)
    return changed


def holds(module: ModuleType, theirs: object) -> bool:
    """Whether a module has their function under its usual name."""
    return getattr(module, NAME, None) is theirs


def main() -> None:
    """Run a program of the harness with the rest of the command line."""
    if len(sys.argv) < 2:  # noqa: PLR2004
        raise UsageError("python -m grader.harnesses.bigcode main.py …: a program is missing")
    sys.path.insert(0, str(Path(sys.argv[1]).resolve().parent))
    install()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
