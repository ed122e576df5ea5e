"""Whether a module is the finder that setuptools writes for an editable installation."""

import ast

FINDER_PARTS = frozenset(
    (
        "MAPPING",
        "NAMESPACES",
        "PATH_PLACEHOLDER",
        "NAME",
        "_EditableFinder",
        "_EditableNamespaceFinder",
        "find_spec",
        "install",
        "find_module",
        "_find_spec",
        "_paths",
        "_path_hook",
        "invalidate_caches",
    )
)
FINDER_MODULES = frozenset(
    (
        "__future__",
        "sys",
        "importlib",
        "importlib.machinery",
        "importlib.util",
        "itertools",
        "pathlib",
        "threading",
        "typing",
        "types",
        "contextlib",
    )
)
FORBIDDEN = frozenset(
    (
        "exec",
        "eval",
        "compile",
        "open",
        "os",
        "subprocess",
        "ctypes",
        "modules",
        "builtins",
        "globals",
        "vars",
        "getattr",
        "setattr",
        "__import__",
        "import_module",
        "exec_module",
        "load_module",
        "settrace",
        "setprofile",
        "read_text",
    )
)
"""Names that no finder of setuptools has, and that reach further than one."""


def is_finder(text: str, directory: str) -> bool:
    """Whether it is a finder as setuptools writes them, and all that it finds is in the tree."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return all(
        not names(statement) & FORBIDDEN and is_of_finder(statement, directory)
        for statement in body
    )


def is_of_finder(statement: ast.stmt, directory: str) -> bool:
    """One statement of a finder."""
    match statement:
        case ast.Import(names=aliases):
            return all(each.name in FINDER_MODULES for each in aliases)
        case ast.ImportFrom(module=module):
            return module in FINDER_MODULES
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            is_plain = name == "PATH_PLACEHOLDER" or not has_call(statement)
            return name in FINDER_PARTS and is_plain and leads_inside(statement, directory)
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return name in FINDER_PARTS
        case _:
            return False


def names(statement: ast.stmt) -> set[str]:
    """All names and attributes in a statement."""
    found = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return found | {node.attr for node in ast.walk(statement) if isinstance(node, ast.Attribute)}


def has_call(statement: ast.stmt) -> bool:
    """Whether something is called in it."""
    return any(isinstance(node, ast.Call) for node in ast.walk(statement))


def leads_inside(statement: ast.stmt, directory: str) -> bool:
    """Whether all absolute paths in it are the tree's."""
    texts = (node.value for node in ast.walk(statement) if isinstance(node, ast.Constant))
    paths = [each for each in texts if isinstance(each, str) and each.startswith("/")]
    return all(is_inside(path, directory) for path in paths)


def is_inside(path: str, directory: str) -> bool:
    """Whether a path, as it is written, is the tree's or below it."""
    plain = path == directory or path.startswith(directory.rstrip("/") + "/")
    return plain and "/../" not in path + "/"
