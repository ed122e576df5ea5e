# pyright: basic
"""The parts of configuration files that concern the tests, by the files' own grammars."""

import json
import posixpath
import re

import toml_keys

INI_SECTIONS = re.compile(r"\[(tool:pytest|pytest|aliases|testenv.*|coverage.*)\]")
INI_HEADER = re.compile(r"\[[^\n]*\]\s*(?:[#;].*)?$")
TOML_TOOLS = ("pytest", "tox", "nox", "coverage")


def about_tests(path, text):
    """The parts of a configuration file that concern the tests, in a form to compare; None where
    the file is no such file. A text that breaks its grammar is compared whole."""
    reader = SECTIONED.get(posixpath.basename(path))
    return reader(text) if reader else None


def _ini_tests(text):
    """Sections about tests of `setup.cfg`. A line that only begins like a header is none: it goes
    on with the section that it stands in, as iniconfig and configparser have it."""
    kept, inside = [], False
    for line in text.splitlines():
        if INI_HEADER.match(line.rstrip()):
            inside = bool(INI_SECTIONS.match(line))
        if inside and line.strip() and not line.lstrip().startswith("#"):
            kept.append(line.rstrip())
    return "\n".join(kept)


def _toml_tests(text):
    """Entries below `tool.pytest` and the like, however they are spelled."""
    try:
        found = [
            [path, value]
            for path, value in toml_keys.entries(text)
            if path[:1] == ("tool",) and (len(path) == 1 or path[1] in TOML_TOOLS)
        ]
    except ValueError:
        return text
    return json.dumps(sorted(found))


def _package_tests(text):
    try:
        package = json.loads(text)
    except ValueError:
        return text
    scripts = package.get("scripts", {}) if isinstance(package, dict) else {}
    tests = {key: value for key, value in scripts.items() if "test" in key} if scripts else {}
    tools = [package.get(key) for key in ("jest", "mocha", "vitest", "ava", "babel", "type")]
    return json.dumps([tests, tools], sort_keys=True)


SECTIONED = {
    # files of many purposes: only these parts concern the tests
    "setup.cfg": _ini_tests,
    "pyproject.toml": _toml_tests,
    "package.json": _package_tests,
}
