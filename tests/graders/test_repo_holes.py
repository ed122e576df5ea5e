"""Verdicts from the facts of runs in which assertions were moved out."""

import json

import pytest
from repo_steps import NAMES, PLAIN, executed, grounded, job, judged, official, one_run

from grader.core.execution import StepEnd, StepResult
from grader.core.result import Trust
from grader.graders import repo
from grader.strict.copies import SLOT, CopiedFunction, MixedFile
from grader.strict.facts import Wanted
from grader.strict.inside.telling import text_of

HOLED = CopiedFunction(
    name="test_label_of_cents",
    bits=0,
    pieces=("def test_label_of_cents", SLOT, '():\n    _grader_tell("7', SLOT, '", (f()))\n'),
)
HOLE = Wanted(number=7, function="test_label_of_cents", wanted=(text_of("7.05"),))
SURVEY = PLAIN.model_copy(
    update={
        "mixed": (MixedFile(path="tests/test_money.py", parts=(HOLED,)),),
        "holes": (HOLE,),
        "secret": 12,
    }
)
TELLS = {"right": ("7.05",), "wrong": ("7.5",), "nothing": (), "an object": (object(),)}
GIVEN = job(survey=SURVEY)


def steps(
    says: str = "right", *, name: str = "strict-tests", run: str = "mixed", wall: str = "other-user"
) -> tuple[StepResult, ...]:
    """A run whose tests all pass by their own word."""
    mark = "_g1" if run == "mixed" else ""
    told = [{"kind": "told", "hole": f"7{mark}", "value": text_of(v)} for v in TELLS[says]]
    found = one_run(run, *NAMES)
    text = json.dumps([*told, *found["records"]])
    records = json.loads(text.replace("test_label_of_cents", f"test_label_of_cents{mark}"))
    drawn = {"test_label_of_cents": 1} if mark else {}
    echo = {"copies": SURVEY.copies, "framework": "pytest", "known": NAMES,
            "holes": [HOLE.model_dump()], "secret": 12}  # fmt: skip
    output = {
        "walls": [wall],
        "runs": [{**found, "records": records, "drawn": drawn}],
        "echo": echo,
    }
    return grounded(), StepResult(name=name, ended=StepEnd.EXIT, stdout=json.dumps(output).encode())


SHOWN = steps("nothing", name="strict-apart", run="real")


def test_tests_that_were_told_what_they_want_pass_keyed_after_one_run():
    facts = (*official(*NAMES), *steps())
    found = judged(*facts, given=GIVEN)
    assert (found.readings["strict"], found.trust) == ("passed", Trust.KEYED)
    assert found.evidence == ("a guess at what its tests want passes in one of 4096 cases",)
    assert repo.later(GIVEN, executed(*facts)) == ("", ())


@pytest.mark.parametrize("says", ["wrong", "nothing", "an object"])
def test_any_other_word_is_a_failure_and_looked_at_again(says):
    facts = (*official(*NAMES), *steps(says))
    assert judged(*facts, given=GIVEN).readings["strict"] == "failed"
    again = repo.later(GIVEN, executed(*facts)).steps
    assert [step.name for step in again] == ["strict-ground", "strict-apart"]
    facts += SHOWN
    each = repo.later(GIVEN, executed(*facts)).steps
    assert [step.name for step in each][:2] == ["strict-ground", "strict-each"]
    assert each[0].fresh, "no run learns from one that shows what is wanted"
    facts += steps(says, name="strict-each", run="alone")
    assert judged(*facts, given=GIVEN).readings["strict"] == "failed"
    assert repo.later(GIVEN, executed(*facts)) == ("", ())


def test_tests_that_were_shown_prove_nothing_alone():
    facts = (*official(*NAMES), *steps("wrong"), *SHOWN)
    assert judged(*facts, given=GIVEN).trust is Trust.SHARED
    found = judged(*facts, *steps(name="strict-each", run="alone"), given=GIVEN)
    assert (found.readings["strict"], found.trust) == ("passed", Trust.KEYED)


def test_nothing_is_secret_from_the_graders_own_user():
    found = judged(*official(*NAMES), *steps(wall="same-user"), given=GIVEN)
    assert (found.readings["strict"], found.trust) == ("passed", Trust.SHARED)
