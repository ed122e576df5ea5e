"""Constants that a test may want otherwise, and what may stand there."""

import ast
import random

import pytest

from grader.patch.read import changes
from grader.strict.natural import NaturalWords, numbers, others, roundness
from grader.strict.places import places
from grader.strict.source import added_lines, function_of, segments, wanted
from tests.strict import shop

LINES = frozenset(range(1, 100))
WORDS = dict.fromkeys(("nut", "bag", "tin", "Box", "Cup", "cartons", "bottles", "NONE"), 4)


def found(source: str, name: str = "test_a", lines=LINES, kept=(), most: int = 5):
    (function,) = [one for one in segments(source) if one.name == name]
    rnd = random.Random("x")
    return places(source, ast.parse(source), function, lines, kept, WORDS, rnd, most=most)


def own(source: str, name: str = "test_a", **more) -> list[str]:
    return [place.values[0] for place in found(source, name, **more)]


def test_places_are_expected_values_first():
    assert own(shop.HIDDEN, "test_label_of_cents")[0] == '"7.05"'
    assert own("def test_a():\n    assert f(17) == 58\n", most=3) == ["58"]


def test_places_are_rows_of_parameters_that_the_solution_mends():
    source = (
        "@mark.parametrize('a, b', [(11, 51), (12, 62), (13, 73)])\n"
        "def test_a(a, b):\n    assert f(a) == b\n"
    )
    assert own(source, most=18) == ["73", "62", "51"]
    assert own(source, kept=("t.py::test_a[13-73]",), most=18) == ["62", "51"]


def test_places_lie_on_lines_of_the_test_patch():
    source = "def test_a():\n    assert f(1) == 55\n    assert f(2) == 66\n"
    assert own(source, lines=frozenset({3}), most=9)[0] == "66"
    assert "55" not in own(source, lines=frozenset({3}), most=9)


def test_place_whose_value_stands_again_in_its_function_is_none():
    for source in ("assert f(58) == 58", "f('nut')\n    assert g('x') == 'nut'"):
        (place,) = found(f"def test_a():\n    {source}\n")
        assert place.is_weak


def test_places_hold_a_power_of_two_of_different_values():
    for place in found("def test_a():\n    assert f(17) == 58\n    assert g(3) == 'tin'\n", most=9):
        assert len(place.values) == 2**place.bits == len(set(place.values)) > 1


@pytest.mark.parametrize(
    "source",
    ["def test_a():\n    f(x)\n", "def test_a(): f(x)\n", "def test_a():\n    f(x)  # so\n"],
)
def test_function_without_constants_has_a_claim_that_is_weak(source):
    (place,) = found(source)
    assert place.is_weak
    assert len(place.values) == 8
    for number, value in enumerate(place.values):
        space: dict = {"f": id, "x": 0}
        exec(source[: place.start] + value + source[place.end :], space)
        if not number:
            space["test_a"]()
        else:
            with pytest.raises(AssertionError):
                space["test_a"]()


def test_weak_place_is_written_alike():
    (place,) = found("def test_a():\n    f('Nut')\n    assert g('x') == 'Nut'\n")
    assert [len(value) for value in place.values] == [len("'Nut'")] * 4


@pytest.mark.parametrize("wanted", ["'nut bag'", "'a nut'", "'17 of them'", "'x-17'"])
def test_word_or_number_beside_another_word_is_no_strong_place(wanted):
    """Which of some words stands there, texts of the repository may tell by what is beside it."""
    (place,) = found(f"def test_a():\n    assert f(x) == {wanted}\n")
    assert place.is_weak
    assert not found("def test_a():\n    assert f(x) == 'nut'\n")[0].is_weak


def test_weak_place_in_an_input_has_two_values():
    (place,) = found("def test_a():\n    assert f('Nut') is x\n", most=5)
    assert (place.is_weak, len(place.values)) == (True, 2)


@pytest.mark.parametrize(
    "written",
    ["58", "300", "1250", "0.25", "7.05", "'nut'", '"nut and 17 bags"', "'Box'", "b'x17'", "True",
     "'a\\n17'", "'''nut'''", "r'\\d17'", "0x10", "1_000", "'cartons'"],
)  # fmt: skip
def test_other_values_are_as_long_and_as_round_and_of_one_type(written):
    text = NaturalWords(WORDS, "", f"assert f() == {written}")
    for other in others(written, text, random.Random(1)):
        assert len(other) == len(written) or written == "True"
        value, changed = ast.literal_eval(written), ast.literal_eval(other)
        assert type(value) is type(changed)
        assert value != changed
        if isinstance(value, int) and written.isdigit():
            assert roundness(value) == roundness(changed)


@pytest.mark.parametrize("written", ["'None'", "'unheard'", "''", "'-'"])
def test_word_that_nobody_else_uses_has_no_other(written):
    assert others(written, NaturalWords(WORDS, "", written), random.Random(1)) == []


def test_other_words_are_as_common():
    words = {"aaa": 4, "bbb": 5, "ccc": 400, "ddd": 1}
    assert others("'aaa'", NaturalWords(words, "", "'aaa'"), random.Random(1)) == ["'bbb'"]
    assert others("'ccc'", NaturalWords(words, "", "'ccc'"), random.Random(1)) == []
    assert others("'aaa'", NaturalWords(words, "bbb", "'aaa'"), random.Random(1)) == []


@pytest.mark.parametrize("first", [0, 1, 7, 10, 15, 58, 100, 123, 380, 1000, 1234, 99_999])
def test_numbers_of_a_class_have_that_very_class(first):
    """So each of those that are drawn together would have drawn the others as often."""
    text = NaturalWords({}, "", "")
    whole = {str(first), *numbers(str(first), text)}
    assert all({one, *numbers(one, text)} == whole for one in whole)


def test_added_lines_count_as_the_new_file_does():
    (change,) = changes(shop.TEST_PATCH)
    lines = shop.HIDDEN.splitlines()
    added = {lines[number - 1] for number in added_lines(change.text)}
    assert '    same(label(705), "7.05")' in added
    assert '    same(label(1234), "12.34")' not in added


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


DOCUMENTED = '''class C:
    def test_a(self):
        """
        It holds (#1).

        And more.
        """
        self.assertEqual(f(), 58)

    def test_b(self):
        self.assertEqual(f(), 58)
'''


@pytest.mark.parametrize(
    ("names", "functions"),
    [
        (("It holds (#1).",), ["C.test_a"]),
        (("test_b (m.C)",), ["C.test_b"]),
        (("t.py::C::test_a",), ["C.test_a"]),
        (("u.py::C::test_a",), []),
        (("test_b (m.D)", "Another."), []),
    ],
)
def test_wanted_functions_are_found_by_their_tree(names, functions):
    assert [one.name for one in wanted("t.py", segments(DOCUMENTED), names)] == functions


def test_segments_of_what_is_no_python_are_none():
    assert segments("def test_a(: pass\n") == []
