"""Tests with changed constants."""

import pytest

from grader.patch.read import changes
from grader.strict.survey import function_of
from grader.strict.twins import added_lines, applied, mutations, other
from tests.strict import shop

LINES = frozenset(range(1, 100))


def twin_of(source: str, name: str, number: int = 0) -> str:
    return applied(source, (mutations(source, name, LINES)[number],))


def test_mutations_change_the_expected_value_first():
    assert 'same(label(705), "7.04")' in twin_of(shop.HIDDEN, "test_label_of_cents")
    assert "change(5, 5) == 1" in twin_of(shop.HIDDEN, "TestChange.test_nothing_left")


def test_mutations_change_every_row_of_parameters():
    assert "[(10, 3, 6), (500, 120, 381)]" in twin_of(shop.HIDDEN, "test_change")


def test_mutations_change_nothing_but_their_function():
    old, new = shop.HIDDEN.splitlines(), twin_of(shop.HIDDEN, "test_label_of_cents").splitlines()
    assert sum(a != b for a, b in zip(old, new, strict=True)) == 1


def test_mutations_prefer_lines_of_the_test_patch():
    source = "def test_a():\n    assert f(1) == 5\n    assert f(2) == 6\n"
    (first, *_) = mutations(source, "test_a", frozenset({2}))
    assert "f(1) == 4" in applied(source, (first,))


def test_mutations_end_with_a_claim_that_is_never_true():
    twin = twin_of("def test_a():\n    f()\n", "test_a", -1)
    space: dict = {"f": lambda: None}
    exec(twin, space)
    with pytest.raises(AssertionError):
        space["test_a"]()


def test_mutations_of_unknown_or_broken_sources_are_none():
    assert mutations("def test_a(: pass", "test_a", LINES) == ()
    assert mutations("x = 1\n", "test_a", LINES) == ()


@pytest.mark.parametrize("value", [1, 0, -3, 1.5, "a", "", "7.05", "zZ9", b"x", b"", True, "ü"])
def test_other_is_another_value_of_the_same_kind(value):
    changed = eval(other(value))
    assert changed != value
    assert type(changed) is type(value)


@pytest.mark.parametrize(
    "value", [0, 1, 7, 8, 1.5, 0.25, 3.0, "a", "7.05", "zZ9", "Az", b"x1", True]
)
def test_other_leads_back_so_that_nobody_can_say_which_was_changed(value):
    assert eval(other(eval(other(value)))) == value


def test_other_of_what_is_no_constant_is_none():
    assert other(None) == other(...) == ""


def test_added_lines_count_as_the_new_file_does():
    (change,) = changes(shop.TEST_PATCH)
    lines = shop.HIDDEN.splitlines()
    found = {lines[number - 1] for number in added_lines(change.text)}
    assert '    same(label(705), "7.05")' in found
    assert '    same(label(1234), "12.34")' not in found


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("tests/a.py::test_x[1-2]", "test_x"),
        ("tests/a.py::Class::test_x", "Class.test_x"),
        ("test_x (mod.sub.Class)", "Class.test_x"),
        ("test_x (mod.sub.Class.test_x)", "Class.test_x"),
        ("test_x (mod.Class)\nWhat it says.", "Class.test_x"),
        ("test_x", "test_x"),
        ("A docstring in its place", ""),
    ],
)
def test_function_of_reads_names_of_every_runner(name, function):
    assert function_of(name) == function
