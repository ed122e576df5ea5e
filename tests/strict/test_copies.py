"""Functions that stand many times in a file."""

import json

import pytest

from grader.patch.read import changes
from grader.strict import sound
from grader.strict.checks import findings, runs_of
from grader.strict.copies import ChosenFunction, CopiedFunction, apart, narrowed
from grader.strict.facts import EngineEcho, GroundFacts, RecordedRun, WatchedFacts
from grader.strict.inside import watch
from grader.strict.places import LiteralPlace
from grader.strict.source import segments
from grader.strict.statuses import outcomes
from grader.strict.subject import StrictSubject
from tests.strict import shop

PATH = "tests/test_money.py"
SUBJECT = StrictSubject(
    directory="/testbed", base_commit="HEAD", eval_script="", test_patch=shop.TEST_PATCH,
    solution=shop.GOLD, fail_to_pass=shop.FAIL_TO_PASS, pass_to_pass=shop.PASS_TO_PASS,
)  # fmt: skip
REAL = WatchedFacts(walls=(), runs=(), files={PATH: shop.HIDDEN}, seed="a seed")
SECTIONS = {change.path: change.text for change in changes(shop.TEST_PATCH)}
CHOSEN = sound.copied_files(SUBJECT, REAL, SECTIONS)
FILES = sound.files_of(REAL, CHOSEN)
SOLVED = {"change": lambda a, b: a - b, "label": lambda c: f"{c // 100}.{c % 100:02}"}
UNSOLVED = {"change": lambda a, b: a - b - 1, "label": lambda c: f"{c // 100}.{c % 100}"}


def placed(files=FILES, **job) -> tuple[str, dict[str, int], list[str]]:
    """The file as it is put together in the image, what was drawn, what was changed."""
    (file,) = files
    parts = [p if isinstance(p, str) else [p.name, p.bits, p.pieces] for p in file.parts]
    data = {PATH: json.dumps(parts).encode()}
    drawn, flipped = watch.draw({"mixed": True, **job}, data)
    return data[PATH].decode(), drawn, flipped


def ran(text: str, code: dict) -> dict[str, bool]:
    """Which of the functions of a file pass for some code."""
    space: dict = {"_grader_tell": lambda *_: None, **code}
    source = text.replace("from shop import change, label\n", "").replace(
        "from tests.amounts import same\n", ""
    )
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


def as_run(found: dict[str, bool], drawn: dict[str, int]) -> RecordedRun:
    records = [
        {"kind": "phase", "id": f"{PATH}::{name}", "when": "call", "outcome": "passed" if well else "failed"}
        for name, well in found.items()
    ]  # fmt: skip
    return RecordedRun(
        name="mixed", wall_s=1, records=tuple(records), faults=(), timed_out=False, flooded=False,
        code=1, log="", drawn=drawn,
    )  # fmt: skip


def test_of_all_copies_the_one_that_was_drawn_alone_passes():
    for _ in range(20):
        text, drawn, _ = placed()
        passing = {name for name, well in ran(text, SOLVED).items() if well}
        top = {f"{n}_g{own}" for n, own in drawn.items() if n != "test_nothing_left"}
        assert passing == {"test_label_of_euros"} | top


def test_every_copy_is_drawn():
    bits = {one.name: one.bits for one in FILES[0].copied}
    seen: dict[str, set[int]] = {name: set() for name in bits}
    for _ in range(400):
        for name, own in placed()[1].items():
            seen[name].add(own)
    assert {name: len(found) for name, found in seen.items()} == {n: 2**b for n, b in bits.items()}


def texts(text: str, name: str) -> list[str]:
    """The copies of a function, without their marks."""
    (one,) = [each for each in FILES[0].copied if each.name == name]
    marks = [f"{name}_g{n + 1}(" for n in range(2**one.bits)]
    starts = [text.index(mark) for mark in marks]
    ends = [*starts[1:], len(text)]
    return [
        text[a:b].split("(", 1)[1].split("\n\n", maxsplit=1)[0]
        for a, b in zip(starts, ends, strict=True)
    ]


def test_copies_are_the_same_set_whichever_is_the_tasks_own():
    sets = {frozenset(texts(placed()[0], "test_label_of_cents")) for _ in range(20)}
    assert len(sets) == 1
    assert len(next(iter(sets))) == 8


def test_function_stands_alone_as_it_is_or_changed():
    seen = set()
    for _ in range(100):
        text, drawn, flipped = placed(alone=True)
        assert not drawn
        assert "_g" not in text
        found = ran(text, SOLVED)
        assert {name for name, well in found.items() if not well} == {
            name for name in flipped if name in found
        }
        seen.add(tuple(flipped))
    assert () in seen
    assert len(seen) > 2


def base_runs() -> tuple[RecordedRun, ...]:
    text, drawn, _ = placed(sound.alone(REAL, CHOSEN))
    return (as_run(ran(text, UNSOLVED), drawn),)


def solved_runs() -> tuple[RecordedRun, ...]:
    found = [placed() for _ in range(2)]
    return tuple(as_run(ran(text, SOLVED), drawn) for text, drawn, _ in found)


def test_places_that_fail_with_every_value_are_sound():
    kept = sound.sound(FILES, CHOSEN, solved_runs(), base_runs())
    free = [one for one in FILES[0].copied if one.name != "test_nothing_left"]
    assert [one for one in kept[0].copied if one.name != "test_nothing_left"] == free


def test_place_that_passes_on_the_base_is_weak():
    """There a wrong value, or the right one, shows itself to whoever runs it alone."""
    (run,) = base_runs()
    name = f"{PATH}::test_label_of_cents_p0_g1"
    records = tuple(
        {**one, "outcome": "passed"} if one["id"] == name else one for one in run.records
    )
    kept = sound.sound(FILES, CHOSEN, solved_runs(), (run.model_copy(update={"records": records}),))
    assert [one.is_weak for one in kept[0].copied] == [True, False]


TWO = CopiedFunction(
    name="test_a", bits=3, pieces=("def test_a\0(): f(", (0, ("1", "2", "3", "4")), ", ", (2, ("5", "6")), ")\n")
)  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "keep"),
    [(set(), [0, 2]), ({4}, [0]), ({1}, [2]), ({3}, [2]), ({5}, [0]), ({1, 4}, []), ({7, 6}, [0])],
)
def test_places_stay_that_leave_no_bad_combination(bad, keep):
    assert sound.keep_of(TWO, bad) == keep


def test_narrowed_function_has_the_tasks_own_values_elsewhere():
    less = narrowed(TWO, [2])
    assert less is not None
    assert (less.bits, less.places) == (1, ((0, ("5", "6")),))
    assert watch.copy_of(
        [list(p) if not isinstance(p, str) else p for p in less.pieces], 1, ""
    ) == ("def test_a(): f(1, 6)\n")
    assert narrowed(TWO, []) is None


@pytest.mark.parametrize("text", ["def test_a_g1():\n    pass\n", "X = '\0'\n"])
def test_file_that_cannot_hold_copies_has_none(text):
    real = REAL.model_copy(update={"files": {PATH: shop.HIDDEN + text}})
    assert sound.files_of(real, sound.copied_files(SUBJECT, real, SECTIONS)) == ()


def phase(name: str, outcome: str) -> dict:
    return {"kind": "phase", "id": name, "when": "call", "outcome": outcome}


def run(*phases: dict, **changes) -> RecordedRun:
    ids = [each["id"] for each in phases]
    records = (
        {"kind": "collected", "ids": ids},
        *phases,
        {"kind": "finish", "status": 1, "collected": len(ids), "reported": len(ids)},
        {"kind": "end", "status": 1},
    )
    fields = {
        "name": "mixed", "wall_s": 1.0, "records": records, "faults": (), "timed_out": False,
        "flooded": False, "code": 1, "log": "", "drawn": {"test_a": 2, "test_b": 1},
    }  # fmt: skip
    return RecordedRun.model_validate({**fields, **changes})


HONEST = (
    phase("t.py::test_a_g1[1]", "failed"),
    phase("t.py::test_a_g2[2]", "passed"),
    phase("t.py::C::test_b_g1", "passed"),
    phase("t.py::C::test_b_g2", "failed"),
    phase("t.py::test_c", "passed"),
)
ECHO = EngineEcho(
    copies={"test_a": 2, "test_b": 2},
    known=("t.py::test_a[2]", "t.py::C::test_b", "t.py::test_c"),
    framework="pytest",
)


def test_mixed_run_is_taken_apart_by_what_was_drawn():
    real, twin = apart(run(*HONEST))
    assert outcomes(real) == {
        "t.py::test_a[2]": "passed",
        "t.py::C::test_b": "passed",
        "t.py::test_c": "passed",
    }
    assert outcomes(twin) == {
        "t.py::test_a_g1[1]": "failed",
        "t.py::C::test_b_g2": "failed",
        "t.py::test_c": "passed",
    }
    assert real.of("collected")[0]["ids"] == list(outcomes(real))
    assert real.of("end") == twin.of("end") != []


def test_names_of_unittest_are_taken_apart_too():
    name = "test_a_g{0} (m.C.test_a_g{0})\nIt holds."
    both = (phase(name.format(11), "passed"), phase(name.format(2), "error"))
    real, twin = apart(run(*both, drawn={"test_a": 11}))
    assert outcomes(real) == {"test_a (m.C.test_a)\nIt holds.": "passed"}
    assert outcomes(twin) == {name.format(2): "error"}


def found_in(*phases: dict):
    watched = WatchedFacts(walls=(), runs=(run(*phases),), echo=ECHO)
    assert len(runs_of(watched, "real")) == 1
    return findings(GroundFacts(state="ground"), watched)


def test_honest_mixed_run_shows_nothing():
    assert found_in(*HONEST) == ((), (), (), ())


@pytest.mark.parametrize("number", [0, 3])
def test_copy_that_passes_is_forged(number):
    phases = [
        {**each, "outcome": "passed"} if place == number else each
        for place, each in enumerate(HONEST)
    ]
    (why,) = found_in(*phases).twins
    assert why.startswith("tests that want a wrong answer passed")


@pytest.mark.parametrize("left_out", [0, 3])
def test_copy_that_keeps_silent_is_forged(left_out):
    phases = [each for place, each in enumerate(HONEST) if place != left_out]
    (why,) = found_in(*phases).twins
    assert "tells them apart" in why


@pytest.mark.parametrize(
    ("bits", "secret", "left"),
    [((6, 6), 0, (6, 6)), ((10, 10), 0, (6, 6)), ((9, 9, 9), 0, (4, 4, 4)), ((10,), 0, (10,)),
     ((9,), 0, (4,)), ((9,), 3, (9,)), ((3,), 0, (3,)), ((8, 8), 12, (4, 4))],
)  # fmt: skip
def test_functions_have_no_more_copies_than_make_enough(bits, secret, left):
    (function,) = segments("def test_a():\n    pass\n")
    each = [
        ChosenFunction(function, (LiteralPlace(0, 1, tuple(map(str, range(2**n)))),)) for n in bits
    ]
    (found,) = sound.afforded({"t.py": each}, secret).values()
    assert tuple(sum(place.bits for place in one.places) for one in found) == left
