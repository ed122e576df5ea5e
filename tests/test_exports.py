"""The public names: those in `grader.__all__`, all of them there, none of them costly to import."""

import subprocess
import sys

import grader

HEAVY = ("pydantic", "anyio", "tqdm", "docker", "git", "asyncio")


def test_every_public_name_is_there():
    assert all(getattr(grader, name) is not None for name in grader.__all__)


def test_public_names_are_the_table_and_the_type_checker_s():
    """The `TYPE_CHECKING` block must say the same as the lazy table."""
    source = grader.__loader__.get_source("grader")
    block = source[source.index("if TYPE_CHECKING:") : source.index("__version__ =")]
    declared = {line.split(" as ")[1] for line in block.splitlines() if " as " in line}
    assert declared | {"__version__"} == set(grader.__all__)


def test_unknown_name_is_an_attribute_error():
    try:
        grader.evalute  # noqa: B018
    except AttributeError as error:
        assert str(error) == "module 'grader' has no attribute 'evalute'"
    else:
        raise AssertionError("an unknown name was found")


def test_import_loads_nothing_heavy():
    program = f"import grader, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
