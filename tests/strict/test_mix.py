"""Tests and their twins in one file."""

import json

import pytest

from grader.strict.checks import findings, runs_of
from grader.strict.facts import Echo, Ground, Run, Watched
from grader.strict.inside import watch
from grader.strict.mix import Pair, apart, mixed
from grader.strict.statuses import outcomes
from grader.strict.twins import applied, mutations
from tests.strict import shop

LINES = frozenset(range(1, 100))
NAMES = ("test_label_of_cents", "test_change", "TestChange.test_nothing_left")
TWIN = applied(shop.HIDDEN, tuple(mutations(shop.HIDDEN, name, LINES)[0] for name in NAMES))


def together(own: int = 0) -> tuple[str, dict[str, int]]:
    """The file as it is put together in the image, and what was drawn."""
    return put_in_place({"own": own})


def put_in_place(job: dict) -> tuple[str, dict[str, int]]:
    """The same for any job."""
    found = mixed("t.py", shop.HIDDEN, TWIN)
    assert found is not None
    parts = [p if isinstance(p, str) else [p.name, p.real, p.twin] for p in found.parts]
    placed = {"t.py": json.dumps(parts).encode()}
    drawn = watch.draw({"mixed": True, **job}, placed)
    return placed["t.py"].decode(), drawn


def ran(text: str) -> dict[str, bool]:
    """Which of the functions of a file pass for the right solution."""
    space: dict = {}
    source = text.replace("from shop import change, label\n", "").replace(
        "from tests.amounts import same\n", ""
    )
    space["change"], space["label"] = (lambda a, b: a - b), (lambda c: f"{c // 100}.{c % 100:02}")
    exec(shop.BASE["tests/amounts.py"] + source, space)
    found = {}
    for name, value in list(space.items()):
        if not name.startswith("test_"):
            continue
        rows = next((m.args[1] for m in getattr(value, "pytestmark", ())), [()])
        found[name] = True
        for row in rows:
            try:
                value(*row)
            except AssertionError:
                found[name] = False
    return found


@pytest.mark.parametrize(("own", "passing"), [(1, "_g1"), (2, "_g2")])
def test_copy_that_was_drawn_is_the_tasks_own(own, passing):
    text, drawn = together(own)
    assert drawn == {"test_label_of_cents": own, "test_change": own, "test_nothing_left": own}
    found = ran(text)
    assert found == {
        "test_label_of_euros": True,
        **{f"{name}_g{n}": f"_g{n}" == passing for name in NAMES[:2] for n in (1, 2)},
    }


def test_pairs_are_turned_round_from_what_was_drawn_before():
    text, drawn = together()
    placed, again = put_in_place({"turned": drawn})
    assert again == {name: 3 - own for name, own in drawn.items()}
    assert {ran(text)[f"{name}_g{n}"] for name in NAMES[:2] for n in (drawn[name],)} == {True}
    assert {ran(placed)[f"{name}_g{n}"] for name in NAMES[:2] for n in (drawn[name],)} == {False}


def test_copies_are_drawn_for_each_function():
    draws = {tuple(together()[1].values()) for _ in range(200)}
    assert len(draws) == 8


def test_copies_differ_in_constants_alone():
    found = mixed("t.py", shop.HIDDEN, TWIN)
    assert found is not None
    pairs = [part for part in found.parts if isinstance(part, Pair)]
    assert [pair.name for pair in pairs] == [name.rpartition(".")[2] for name in NAMES]
    back = mixed("t.py", TWIN, shop.HIDDEN)
    assert back is not None
    assert [(p.real, p.twin) for p in pairs] == [
        (p.twin, p.real) for p in back.parts if isinstance(p, Pair)
    ]


ODD = {
    "a claim of its own": ("def test_a():\n    f()\n", "def test_a():\n    f()\n    assert 0\n"),
    "a change outside": ("X = 1\ndef test_a():\n    f(X)\n", "X = 0\ndef test_a():\n    f(X)\n"),
    "both": ("X = 1\ndef test_a():\n    f(2)\n", "X = 0\ndef test_a():\n    f(3)\n"),
    "a constant that does not lead back": (
        'def test_a():\n    f("")\n',
        'def test_a():\n    f("k")\n',
    ),
    "another order": ("def test_a():\n    f(1, 3)\n", "def test_a():\n    f(3, 1)\n"),
    "another name": ("def test_a():\n    f(1)\n", "def test_a():\n    g(0)\n"),
    "another number's way": ("def test_a():\n    f(0x10)\n", "def test_a():\n    f(17)\n"),
    "another text's way": ("def test_a():\n    f('b' 'a')\n", "def test_a():\n    f('bb')\n"),
    "names that are taken": (
        "def test_a_g1():\n    f(1)\n",
        "def test_a_g1():\n    f(0)\n",
    ),
    "nothing": ("def test_a():\n    f(1)\n", "def test_a():\n    f(1)\n"),
    "no Python": ("def test_a(:\n", "def test_a(:\n"),
}


@pytest.mark.parametrize("name", ODD)
def test_twins_that_can_be_told_apart_are_not_mixed(name):
    assert mixed("t.py", *ODD[name]) is None


def test_twin_with_a_claim_stands_beside_its_test_with_a_true_one():
    source = "def test_a():\n    f()  # so\n\n\ndef test_b():\n    pass\n"
    found = mixed("t.py", source, applied(source, (mutations(source, "test_a", LINES)[-1],)))
    assert found is not None
    (pair,) = [part for part in found.parts if isinstance(part, Pair)]
    assert pair.real == pair.twin.replace("[3, 1]", "[1, 3]") != pair.twin


@pytest.mark.parametrize(
    "text", ["'b' 'a'", "'b'\n        'a'", '"it\\n"', "0.5", "b'x'", "r'\\d'", "0x10", "True"]
)
def test_twin_is_written_as_its_test_is(text):
    source = f"def test_a():\n    assert g(7, f({text})) == ({text})"
    ways = mutations(source, "test_a", LINES)[:-1]
    assert len(ways) == 3
    for way in ways:
        assert mixed("t.py", source, applied(source, (way,))) is not None


def phase(name: str, outcome: str) -> dict:
    return {"kind": "phase", "id": name, "when": "call", "outcome": outcome}


def run(*phases: dict, code: int = 1, **changes) -> Run:
    ids = [each["id"] for each in phases]
    records = (
        {"kind": "collected", "ids": ids},
        *phases,
        {"kind": "finish", "status": code, "collected": len(ids), "reported": len(ids)},
        {"kind": "end", "status": code},
    )
    fields = {
        "name": "mixed", "wall_s": 1.0, "records": records, "faults": (), "timed_out": False,
        "flooded": False, "code": code, "log": "", "drawn": {"test_a": 2, "test_b": 1},
    }  # fmt: skip
    return Run.model_validate({**fields, **changes})


HONEST = (
    phase("t.py::test_a_g1[1]", "failed"),
    phase("t.py::test_a_g2[2]", "passed"),
    phase("t.py::C::test_b_g1", "passed"),
    phase("t.py::C::test_b_g2", "failed"),
    phase("t.py::test_c", "passed"),
)


def test_mixed_run_is_taken_apart_by_what_was_drawn():
    real, twin = apart(run(*HONEST))
    assert outcomes(real) == {
        "t.py::test_a[2]": "passed",
        "t.py::C::test_b": "passed",
        "t.py::test_c": "passed",
    }
    assert outcomes(twin) == {
        "t.py::test_a[1]": "failed",
        "t.py::C::test_b": "failed",
        "t.py::test_c": "passed",
    }
    assert real.of("collected")[0]["ids"] == list(outcomes(real))
    assert real.of("end") == twin.of("end") != []


def test_names_of_unittest_are_taken_apart_too():
    drawn = {"test_a": 1}
    name = "test_a_g{0} (m.C.test_a_g{0})\nIt holds."
    real, twin = apart(
        run(phase(name.format(1), "passed"), phase(name.format(2), "error"), drawn=drawn)
    )
    assert outcomes(real) == {"test_a (m.C.test_a)\nIt holds.": "passed"}
    assert outcomes(twin) == {"test_a (m.C.test_a)\nIt holds.": "error"}


ECHO = Echo(twin_ids=("t.py::test_a[1]", "t.py::C::test_b"), framework="pytest")


def found_in(*phases: dict, code: int = 1):
    watched = Watched(walls=(), runs=(run(*phases, code=code),), echo=ECHO)
    assert len(runs_of(watched, "real")) == 1
    return findings(Ground(state="ground"), watched)


def test_honest_mixed_run_shows_nothing():
    assert found_in(*HONEST) == ((), (), ())


@pytest.mark.parametrize("number", [0, 3])
def test_twin_that_passes_in_a_mixed_run_is_forged(number):
    phases = [
        {**each, "outcome": "passed"} if place == number else each
        for place, each in enumerate(HONEST)
    ]
    (why,) = found_in(*phases).twins
    assert why.startswith("tests that want a wrong answer passed")


def test_twins_that_keep_silent_in_a_mixed_run_are_forged():
    (why,) = found_in(HONEST[1], HONEST[2], HONEST[4], code=0).twins
    assert "tells them apart" in why
