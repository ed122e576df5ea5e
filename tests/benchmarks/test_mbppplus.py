"""MBPP+ rows become tasks with the argument types and rules of their numbers."""

import gzip
import json
import warnings

import pytest

from grader.benchmarks import mbppplus
from grader.core.task import Task
from grader.graders._case_rules import RULES, SHAPES, decode
from grader.graders.cases import Spec, unpacked


@pytest.fixture(scope="module")
def published(shared):
    return shared / "data/functions/tasks/mbppplus/MbppPlus.jsonl.gz"


def typed(value):
    """`value` with the type of every part, so that True, 1 and 1.0 differ."""
    if isinstance(value, dict):
        return dict, [(typed(key), typed(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), [typed(item) for item in value]
    return type(value), repr(value)


def test_every_rule_and_shape_in_the_tables_exists():
    assert set(mbppplus.RULES.values()) <= set(RULES)
    assert {shape for shapes in mbppplus.SHAPES.values() for shape in shapes} <= set(SHAPES)


def test_no_task_number_has_two_shapes():
    assert len(mbppplus.SHAPES) == sum(map(len, mbppplus.NUMBERS.values()))


@pytest.mark.parametrize(
    ("task_id", "entry_point", "rule", "shapes"),
    [
        ("Mbpp/2", "similar_elements", "same set", ("tuple",)),
        ("Mbpp/164", "are_equivalent", "anything", ()),
        ("Mbpp/3", "is_not_prime", "equal", ()),
        ("Mbpp/own", "f", "equal", ()),
    ],
)
def test_judging_follows_number_and_entry_point(task_id, entry_point, rule, shapes):
    assert mbppplus.judging(task_id, entry_point)[:2] == (rule, shapes)


@pytest.mark.parametrize("spelling", ["11", "MBPP/11", "Mbpp/11", "mbpp/11"])
def test_samples_may_spell_a_task_id_in_any_usual_way(spelling, tmp_path):
    task = Task(id="Mbpp/11", benchmark="mbppplus", kind="cases", spec={})
    path = tmp_path / "samples.jsonl"
    path.write_text(json.dumps({"task_id": spelling, "solution": "x = 1"}))
    (sample,) = mbppplus.benchmark().samples(str(path), {task.id: task})
    assert sample.task_id == "Mbpp/11"


def test_an_id_of_another_shape_stays_as_it_is():
    assert mbppplus.mbppplus_id("HumanEval/11") == "HumanEval/11"


def test_the_costly_references_have_limits_of_their_own():
    assert mbppplus.judging("Mbpp/599", "sum_average").limits.cpu_s >= 100
    assert mbppplus.judging("Mbpp/255", "combinations_colors").limits.memory_mb >= 4096


def test_the_task_without_plus_inputs_has_none(published):
    (task,) = [task for task in mbppplus.benchmark().tasks(published) if task.id == "Mbpp/793"]
    assert Spec.model_validate(task.spec).plus == ""


def test_the_special_entry_points_are_in_the_published_file(published):
    """Three are of tasks that only MBPP+ before v0.2.0 has."""
    tasks = list(mbppplus.benchmark().tasks(published))
    entry_points = {Spec.model_validate(task.spec).entry_point for task in tasks}
    assert len(tasks) == 378
    assert set(mbppplus.RULES) - entry_points == {"are_equivalent", "intersection_array", "sum_div"}


def test_arguments_have_the_types_that_evalplus_gives_them(published):
    pytest.importorskip("evalplus", reason="evalplus is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from evalplus.data.mbpp import mbpp_deserialize_inputs  # noqa: PLC0415
    with gzip.open(published) as file:
        rows = {row["task_id"]: row for row in map(json.loads, file)}
    for task in mbppplus.benchmark().tasks(published):
        spec = Spec.model_validate(task.spec)
        for own, name in ((spec.base, "base_input"), (spec.plus, "plus_input")):
            theirs = mbpp_deserialize_inputs(task.id, rows[task.id][name])
            given = decode(spec.shapes, unpacked(own))
            assert typed(given) == typed([list(case) for case in theirs]), task.id
