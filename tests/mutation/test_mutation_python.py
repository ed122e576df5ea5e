"""Mutants of Python programs: one mistake each, the same each time, only where they may be."""

import ast

import pytest

from grader.mutation.of_python import diff, mutants_of

BEFORE = 'def clamp(value, low, high):\n    """Keep é within."""\n'
BODY = """    if value < low:
        return low
    total = 0
    for each in range(high):
        total += each * 2
        if each == 3 and total > 1:
            break
    try:
        found = sorted([value, high], reverse=True)[0]
    except ValueError:
        found = "none"
    return min(found, high)
"""


def made(most=1000, seed="0", before=BEFORE, body=BODY):
    return mutants_of(before, body, most=most, seed=seed)


@pytest.mark.parametrize(
    "operator",
    [
        "comparison",
        "boundary",
        "arithmetic",
        "constant",
        "boolean",
        "return",
        "loop",
        "exception",
        "off by one",
        "missing statement",
        "swapped arguments",
        "identity",
        "left-out call",
    ],
)
def test_mutants_are_made_by_every_operator(operator):
    assert operator in {each.operator for each in made()}


def test_mutants_are_programs_that_differ_from_the_original_and_each_other():
    found = [each.body for each in made()]
    assert len(set(found)) == len(found) > 50
    assert BODY not in found
    for body in found:
        ast.parse(BEFORE + body)


def test_mutants_change_nothing_before_the_body():
    whole = "LIMIT = 3\ndef f(x):\n"
    for each in made(before=whole, body="    return x + LIMIT\n"):
        assert each.line > 2


def test_mutants_are_the_same_for_one_seed_and_others_for_another():
    assert made(20) == made(20)
    assert made(20) != made(20, seed="1")


def test_mutants_that_are_few_come_of_all_operators_in_turn():
    few = {each.operator for each in made(13)}
    assert len(few) == 13


def test_mutant_line_is_that_of_the_change():
    for each in made():
        shown = diff(BEFORE + BODY, BEFORE + each.body).splitlines()
        gone = next(line for line in shown if line.startswith("-"))[1:]
        assert gone in (BEFORE + BODY).splitlines()
        assert (BEFORE + BODY).splitlines()[each.line - 1] == gone


def test_mutants_of_characters_beyond_ascii_stand_in_the_right_place():
    found = mutants_of("", "def f(é):\n    return 'äö' + é[1:]\n", most=99, seed="0")
    assert any("é[2:]" in each.body for each in found)


@pytest.mark.parametrize("text", ["def f(:\n", "\0", "", "(" * 5000, "int main() { return 0; }"])
def test_text_that_is_no_program_has_no_mutants(text):
    assert mutants_of("", text, most=9, seed="0") == ()
