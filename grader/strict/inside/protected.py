# pyright: basic
"""Which files decide how tests run, and so stay as the task has them whatever a patch says.

Used on both sides: by the engine on a patch's text, and in the image on the tree it made.
"""

import fnmatch
import posixpath
from typing import Collection, Tuple

RESTORE = "restore"
FLAG = "flag"
KEEP = "keep"

ANYWHERE = (
    # pattern of the file's name, policy, what it can do
    ("conftest.py", RESTORE, "hooks into the test run"),
    ("pytest.ini", RESTORE, "configures the test run"),
    (".pytest.ini", RESTORE, "configures the test run"),
    ("tox.ini", RESTORE, "configures the test run"),
    ("noxfile.py", RESTORE, "configures the test run"),
    ("sitecustomize.py", RESTORE, "runs in every interpreter"),
    ("usercustomize.py", RESTORE, "runs in every interpreter"),
    ("*.pth", RESTORE, "runs in every interpreter"),
    ("*.egg-link", RESTORE, "decides what is imported"),
    ("*.pyc", RESTORE, "byte code that replaces a source"),
    ("*.pyo", RESTORE, "byte code that replaces a source"),
    ("jest.config.*", RESTORE, "configures the test run"),
    ("vitest.config.*", RESTORE, "configures the test run"),
    ("vitest.workspace.*", RESTORE, "configures the test run"),
    (".mocharc*", RESTORE, "configures the test run"),
    ("karma.conf*", RESTORE, "configures the test run"),
    (".babelrc*", FLAG, "rewrites sources as they are loaded"),
    ("babel.config.*", FLAG, "rewrites sources as they are loaded"),
    ("phpunit.xml*", RESTORE, "configures the test run"),
    (".rspec", RESTORE, "configures the test run"),
    ("spec_helper.rb", RESTORE, "hooks into the test run"),
    ("build.rs", FLAG, "runs while tests are built"),
    ("*.so", FLAG, "compiled code without its source"),
    (".gitattributes", RESTORE, "changes how files are written and compared"),
)
FOLDERS = (
    ("*.egg-info", RESTORE, "names plugins that load by themselves"),
    ("*.dist-info", RESTORE, "names plugins that load by themselves"),
    ("__pycache__", RESTORE, "byte code that replaces a source"),
    ("node_modules", RESTORE, "holds the test runner"),
    ("__tests__", RESTORE, "belongs to the tests"),
    ("__mocks__", RESTORE, "replaces modules in tests"),
    ("tests", RESTORE, "belongs to the tests"),
)
AT_ROOT = (
    ("test", RESTORE, "belongs to the tests"),
    ("testing", RESTORE, "belongs to the tests"),
    ("spec", RESTORE, "belongs to the tests"),
    (".cargo", RESTORE, "configures the build of the tests"),
)
EXACT = {
    "bin/test": "runs the tests",
    "bin/doctest": "runs the tests",
    "runtests.py": "runs the tests",
    "setup_test.py": "runs the tests",
    "sympy/testing/runtests.py": "runs the tests",
    "sympy/testing/pytest.py": "runs the tests",
    "sympy/utilities/runtests.py": "runs the tests",
    "sympy/utilities/pytest.py": "runs the tests",
    "django/test/runner.py": "runs the tests",
}
SECTIONED = ("setup.cfg", "pyproject.toml", "package.json")
"""Files of many purposes: only some of their parts concern the tests (see `sections.py`)."""
TOOLS = ("pytest", "_pytest", "pluggy", "iniconfig", "py", "unittest", "nose", "hypothesis")


def rule(
    path: str, needed: Collection[str] = (), test_folders: Collection[str] = ()
) -> Tuple[str, str]:
    """(policy, why) for one path of the repository.

    needed: paths that the task's own solution touches; a fix may need those, so they stay.
    test_folders: folders in which the task's tests lie.
    """
    if path in needed:
        return KEEP, ""
    name = posixpath.basename(path)
    folders = path.split("/")[:-1]
    for pattern, policy, why in ANYWHERE:
        if fnmatch.fnmatchcase(name, pattern):
            return policy, why
    for folder in folders:
        for pattern, policy, why in FOLDERS:
            if fnmatch.fnmatchcase(folder, pattern):
                return policy, why
    for pattern, policy, why in AT_ROOT:
        if folders and folders[0] == pattern:
            return policy, why
    for folder in test_folders:
        if folder and path.startswith(folder.rstrip("/") + "/"):
            return RESTORE, "lies beside the task's tests"
    if path in EXACT:
        return RESTORE, EXACT[path]
    return KEEP, ""


def shadows(path: str, standard_names: Collection[str]) -> str:
    """Why a new file would be imported in place of a module that the test run needs, or ''."""
    parts = path.split("/")
    if parts[0] in ("src", "lib") and len(parts) > 1:
        parts = parts[1:]
    name = parts[0].split(".")[0]
    is_module = len(parts) == 1 and parts[0].endswith((".py", ".so", ".pyc"))
    is_package = len(parts) == 2 and parts[1].startswith("__init__.")
    if (is_module or is_package) and (name in standard_names or name in TOOLS):
        return "would be imported in place of '%s'" % name
    return ""
