# pyright: basic
"""Which files decide how tests run, and so stay as the task has them whatever a patch says.

Used on both sides: by the engine on a patch's text, and in the image on the tree it made.
"""

import fnmatch
import json
import posixpath
import re
from typing import Collection, Optional, Tuple


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
    ("*.gitattributes", FLAG, "changes how files are checked out"),
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
SECTIONED = {
    # files of many purposes: only these sections concern the tests
    "setup.cfg": re.compile(r"\[(tool:pytest|pytest|aliases|testenv.*|coverage.*)\]"),
    "pyproject.toml": re.compile(r"\[+\s*\"?tool\"?\s*\.\s*\"?(pytest|tox|nox|coverage)\b.*"),
    "package.json": None,
}
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


def test_sections(path: str, text: str) -> Optional[str]:
    """The parts of a configuration file that concern the tests, in a form to compare; None where
    the file is no such file."""
    name = posixpath.basename(path)
    if name not in SECTIONED:
        return None
    wanted = SECTIONED[name]
    if wanted is None:
        return _package_tests(text)
    kept, inside = [], False
    for line in text.splitlines():
        if line.startswith("["):
            inside = bool(wanted.match(line.strip()))
        if inside and line.strip() and not line.lstrip().startswith("#"):
            kept.append(line.rstrip())
    return "\n".join(kept)


def _package_tests(text):
    try:
        package = json.loads(text)
    except ValueError:
        return text
    scripts = package.get("scripts", {}) if isinstance(package, dict) else {}
    tests = {key: value for key, value in scripts.items() if "test" in key} if scripts else {}
    tools = [package.get(key) for key in ("jest", "mocha", "vitest", "ava", "babel", "type")]
    return json.dumps([tests, tools], sort_keys=True)
