# pyright: basic
"""Prove that what a set-up installed is the tree: `python -I imports.py TREE copies|editable`.

Prints what is wrong and leaves with 1; prints the names that were imported otherwise.
"""

import glob
import importlib
import json
import os
import re
import sys
from urllib.parse import unquote, urlparse


def main(tree, kind):
    """The exit status."""
    tree = os.path.realpath(tree)
    found = list(installed(tree))
    if not found:
        print("nothing that is installed comes from %s: the package is not there" % tree)
        return 1
    wrong, right = [], []
    for name, modules in found:
        for module in main_ones(name, modules):
            try:
                where = place(importlib.import_module(module))
            except BaseException as error:
                wrong.append("import %s: %s: %s" % (module, type(error).__name__, error))
                continue
            if kind == "editable" and not is_in(where, tree):
                wrong.append(
                    "%s comes from %s, not from %s: patches would not be seen"
                    % (module, where, tree)
                )
            right.append(module)
    if not wrong and not right:
        wrong.append(
            "no module of %s is on the path" % ", ".join(sorted(name for name, _ in found))
        )
    print("\n".join(wrong or right))
    return 1 if wrong else 0


def installed(tree):
    """(name, top-level modules) of everything that was installed from the tree."""
    for folder in sys.path:
        for link in glob.glob(os.path.join(glob.escape(folder), "*.egg-link")):
            with open(link) as file:
                source = file.readline().strip()
            if is_in(source, tree):
                name = os.path.basename(link)[: -len(".egg-link")]
                yield name, of_source(source, name)
        for told in glob.glob(os.path.join(glob.escape(folder), "*.dist-info", "direct_url.json")):
            with open(told) as file:
                address = urlparse(json.load(file).get("url", ""))
            if address.scheme == "file" and is_in(unquote(address.path), tree):
                information = os.path.dirname(told)
                name = os.path.basename(information).split("-")[0]
                yield name, of_information(information) or of_source(unquote(address.path), name)
        if is_in(folder, tree):
            for information in glob.glob(os.path.join(glob.escape(folder), "*.egg-info")):
                name = os.path.basename(information)[: -len(".egg-info")]
                yield name, of_information(information) or of_source(folder, name)


def of_information(folder):
    """The modules that a distribution says it has."""
    try:
        with open(os.path.join(folder, "top_level.txt")) as file:
            return file.read().split()
    except (OSError, UnicodeDecodeError):
        return []


def of_source(source, name):
    """The same, where only the source knows."""
    for information in glob.glob(os.path.join(glob.escape(source), "*.egg-info")):
        if plain(os.path.basename(information)[: -len(".egg-info")]) == plain(name):
            return of_information(information)
    found = []
    for folder in (source, os.path.join(source, "src"), os.path.join(source, "lib")):
        for entry in os.listdir(folder) if os.path.isdir(folder) else ():
            stem, ending = os.path.splitext(entry)
            if plain(stem) == plain(name) and ending in ("", ".py"):
                found.append(stem)
    return found


def main_ones(name, modules):
    """The modules that bear the distribution's name, else all."""
    named = [module for module in modules if plain(module) == plain(name)]
    return sorted(set(named or modules))


def plain(name):
    """A name as installers compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def place(module):
    """Where a module came from."""
    return os.path.realpath(getattr(module, "__file__", None) or list(module.__path__)[0])


def is_in(path, tree):
    """Whether a path is the tree or below it."""
    real = os.path.realpath(path)
    return real == tree or real.startswith(tree + os.sep)


if __name__ == "__main__":
    status = main(sys.argv[1], sys.argv[2])
    sys.stdout.flush()
    os._exit(status)  # what was imported has no say in how this ends
