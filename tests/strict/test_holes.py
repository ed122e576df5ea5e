"""Assertions that are moved out of the tests' process: which, how, and what they are worth."""

import pytest

from grader.patch.read import changes
from grader.strict import secret, sound
from grader.strict.copies import ChosenFunction
from grader.strict.facts import WatchedFacts
from grader.strict.holes import gone, holes
from grader.strict.natural import counts
from grader.strict.source import SourceOffsets, segments
from grader.strict.subject import StrictSubject
from tests.strict import letters
from tests.strict.test_copies import placed

PATH = "t.py"


def moved(body: str) -> ChosenFunction:
    (function,) = segments(f"def test_a(self):\n{body}")
    return ChosenFunction(function, (), tuple(holes(f"def test_a(self):\n{body}", function, 0)))


def sides(body: str) -> list[tuple[str, str]]:
    source = f"def test_a(self):\n{body}"
    place = SourceOffsets(source)
    cut = [[place.span(each) for each in (h.got, h.wanted)] for h in moved(body).holes]
    return [(source[a:b], source[c:d]) for (a, b), (c, d) in cut]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("    assert f(1) == 'abc'\n", ("f(1)", "'abc'")),
        ("    assert 'abc' == f(1)\n", ("f(1)", "'abc'")),
        ("    assert f(1) == g(2)\n", ("f(1)", "g(2)")),
        ("    assert expected == f(1)\n", ("f(1)", "expected")),
        ("    self.assertEqual(f(1), {'a': [2]}, 'why')\n", ("f(1)", "{'a': [2]}")),
        ("    self.assertIn('abc', f(1))\n", ("f(1)", "'abc'")),
        ("    assert 'abc' in f(1)\n", ("f(1)", "'abc'")),
        ("    with open('x') as f:\n        assert f == 7\n", ("f", "7")),
        ("    for x in (1, 2):\n        assert f(x) == y\n", ("f(x)", "y")),
    ],
)
def test_assertion_of_a_value_is_moved_out(body, found):
    assert sides(body) == [found]


@pytest.mark.parametrize(
    "body",
    [
        "    assert f(1)\n",
        "    assert f(1) != 2\n",
        "    assert f(1) == 1 and g() == 2\n",
        "    assert x in f(1)\n",
        "    self.assertTrue(f(1), 7)\n",
        "    with raises(E):\n        assert f(1) == 2\n",
        "    for x in f(1):\n        assert x == 2\n",
        "    if x:\n        assert f(1) == 2\n",
        "    assert (y := f(1)) == 2\n",
    ],
)
def test_assertion_that_may_run_otherwise_for_another_right_solution_stays(body):
    assert not sides(body)


def written(source: str, names: str = "gnu yak") -> str:
    """The file with all assertions moved out."""
    (function,) = segments(source)
    one = ChosenFunction(function, (), tuple(holes(source, function, 0)))
    file = sound.files_of(WatchedFacts(walls=(), runs=(), files={PATH: source}), {PATH: [one]})
    text, *_ = placed(file)
    assert not set(names.split()) & set(counts(text))
    return text


@pytest.mark.parametrize(
    "body",
    [
        "    assert f(1) == 'gnu yak'\n",
        "    expected = 'gnu yak'\n    assert f(1) == expected\n",
        "    a = 'gnu'\n    want = a + 'yak'\n    assert f(1) == want\n    assert f(2) == a\n",
        "    want = '\\n'.join(['gnu', 'yak'])\n    assert f(1) == want\n",
        "    assert f(1) == ['gnu',  # a comment\n        'yak']\n",
    ],
)
def test_what_is_wanted_stands_nowhere_in_the_file(body):
    text = written(f"def test_a():\n{body}")
    compile(text, PATH, "exec")
    assert '_grader_tell("0_g1", (f(1)))' in text


@pytest.mark.parametrize(
    "body",
    [
        "    want = 'gnu'\n    g(want)\n    assert f(1) == want\n",
        "    want = g('gnu')\n    assert f(1) == want\n",
        "    want = 'gnu'\n    want += 'yak'\n    assert f(1) == want\n",
    ],
)
def test_assignment_that_does_something_else_stays(body):
    (function,) = segments(f"def test_a():\n{body}")
    assert not gone(function.node, list(holes(f"def test_a():\n{body}", function, 0)))


def bits(body: str, said: str = "", phrases=()) -> int:
    one = moved(body)
    words = {"a": 4000, "gnu": 1}
    source = f"def test_a(self):\n{body}"
    return secret.secrets(
        {PATH: source}, {PATH: [one]}, secret.PublicKnowledge(said, words, phrases)
    )


def test_words_that_are_public_are_worth_nothing():
    rare = bits("    assert f(1) == 'gnu yak emu'\n")
    assert rare >= 7
    assert bits("    assert f(1) == 'gnu yak emu'\n", said="The GNU, the yak and the emu") == 0
    assert bits("    assert f('gnu', 'yak', 'emu') == 'gnu yak emu'\n") == 0
    assert bits("    assert f(1) == 'gnu yak emu'\n    assert f(2) == 'gnu yak emu'\n") == rare
    assert bits("    assert f(1) == 'gnu yak emu'\n", phrases=("gnu yak emu",)) == 4


@pytest.mark.parametrize("wanted", ["True", "None", "''", "[]", "x", "self.y"])
def test_value_that_needs_no_guess_is_worth_nothing(wanted):
    assert bits(f"    x = self.y\n    assert f(1) == {wanted}\n") <= 1


def test_text_that_is_only_looked_for_is_worth_less():
    body = "'" + " ".join(f"word{n} thing{n}" for n in "abcdefgh") + "'"
    exact, within = bits(f"    assert f(1) == {body}\n"), bits(f"    assert {body} in f(1)\n")
    assert within == exact - secret.SEARCHED_BITS > 0


def of_letters() -> dict[str, list[ChosenFunction]]:
    sections = {change.path: change.text for change in changes(letters.TEST_PATCH)}
    words = counts("".join(letters.BASE[path] for path in ("README.md", "letters/write.py")))
    subject = StrictSubject(
        directory="/testbed", base_commit="HEAD", eval_script="", test_patch=letters.TEST_PATCH,
        solution=letters.GOLD, fail_to_pass=letters.FAIL_TO_PASS, pass_to_pass=letters.PASS_TO_PASS,
    )  # fmt: skip
    files = {"tests/test_letters.py": letters.HIDDEN}
    real = WatchedFacts(walls=(), runs=(), files=files, words=words, seed="s")
    return sound.copied_files(subject, real, sections)


def test_hole_that_is_worth_enough_takes_the_place_of_copies():
    (found,) = [
        x for x in of_letters()["tests/test_letters.py"] if x.function.name == "test_greeting"
    ]
    assert len(found.holes) == 1
    assert found.holes[0].worth >= sound.ENOUGH
    assert all(place.is_weak for place in found.places)
