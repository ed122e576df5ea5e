"""A bank is tried on runs that its fit did not see."""

import math
from random import Random

import pytest

from grader.errors import UsageError
from grader.record.bank import bank_of
from grader.stats.irt.bank import CurveMisfit
from grader.stats.irt.blind import critical
from grader.stats.irt.choose import predict, replay
from grader.stats.irt.curve import ItemCurve, probability
from grader.stats.irt.traits import MOST
from grader.stats.passk import TaskCount
from grader.stats.responses import ResponseMatrix
from grader.study import items

np = pytest.importorskip("numpy")
from grader.stats.irt import fit as fitting  # noqa: E402
from grader.stats.irt import trial  # noqa: E402
from grader.stats.irt.ability import AbilityPrior  # noqa: E402
from grader.stats.irt.residuals import trait_loads  # noqa: E402
from grader.stats.irt.trial import HeldOutTrial, Way, attempt, better  # noqa: E402


def made(*, runs=40, tasks=120, kinds=1, seed=1, samples=1):
    """Runs with an ability for each kind of task; one kind is what the model expects."""
    random = Random(seed)
    curves = [
        ItemCurve(math.exp(random.gauss(0.2, 0.4)), random.gauss(0, 1.2)) for _ in range(tasks)
    ]
    rows = []
    for _ in range(runs):
        general = random.gauss(0, 1)
        ability = [general + (random.gauss(0, 1.0) if kinds > 1 else 0.0) for _ in range(kinds)]
        chances = (probability(each, ability[i % kinds]) for i, each in enumerate(curves))
        rows.append(tuple(sum(random.random() < p for _ in range(samples)) for p in chances))
    names = tuple(map(str, range(runs)))
    items = tuple(f"t{i}" for i in range(tasks))
    return ResponseMatrix(names, items, tuple(rows), ((samples,) * tasks,) * runs)


def of(errors):
    """A trial with these mean squared errors by run, in which every interval is wide enough."""
    return HeldOutTrial({50: errors}, {50: errors}, {50: np.zeros((trial.SEEDS, len(errors)))})


def factor(found, tasks):
    return next(each.factor for each in found.misfits() if each.tasks == tasks)


def test_data_that_the_model_made_have_a_misfit_near_one():
    found = attempt(fitting.data_of(made()))[trial.WAYS[0]]
    assert [each.tasks for each in found.misfits()] == [10, 20, 50]
    assert factor(found, 50) == pytest.approx(1.1, abs=0.2)


def test_abilities_that_differ_by_kind_of_task_show_as_misfit():
    found = attempt(fitting.data_of(made(kinds=4)))[trial.WAYS[0]]
    assert factor(found, 20) > 1.3


def test_samples_that_agree_less_than_one_trial_allows_narrow_the_interval():
    found = attempt(fitting.data_of(made(samples=20)))[trial.WAYS[0]]
    assert factor(found, 50) < 0.9


@pytest.mark.parametrize(("runs", "tasks"), [(5, 100), (40, 12)])
def test_a_matrix_too_small_to_leave_something_out_is_not_tried(runs, tasks):
    assert attempt(fitting.data_of(made(runs=runs, tasks=tasks))) == {}


def test_runs_of_few_tasks_say_nothing_of_errors_after_as_many():
    """A run with 20 graded tasks is known whole after 20: an error of 0 is none of a prediction."""
    found = fitting.data_of(made(runs=12, tasks=60))
    short = np.arange(60) >= 20
    right, wrong = found.right.copy(), found.wrong.copy()
    for run in (2, 7):
        right[run, short], wrong[run, short] = 0, 0
    tried = attempt(fitting.ResponseData(right, wrong), trial.ways_of(12))
    for each in tried.values():
        assert {n: len(errors) for n, errors in each.excess.items()} == {10: 12, 20: 10}
        assert all(errors.min() > 0 for errors in each.excess.values())
        assert each.needed[20].shape == (trial.SEEDS, 10)


def test_what_nobody_tried_and_who_tried_nothing_are_no_part_of_a_bank():
    found = made(runs=9, tasks=60)
    trials = tuple((0,) * 60 if run == 4 else (0, *(1,) * 59) for run in range(9))
    passed = tuple(tuple(map(min, *pair)) for pair in zip(found.passed, trials, strict=True))
    whole = items.fit_responses(found._replace(passed=passed, trials=trials), benchmark="")
    rows = [run for run in range(9) if run != 4]
    rest = ResponseMatrix(
        tuple(map(str, rows)),
        found.items[1:],
        tuple(passed[run][1:] for run in rows),
        ((1,) * 59,) * 8,
    )
    assert whole == items.fit_responses(rest, benchmark="")


def test_runs_that_share_no_task_make_no_bank():
    found = made(runs=12, tasks=60)
    trials = tuple(tuple(int((run < 7) == (i < 30)) for i in range(60)) for run in range(12))
    with pytest.raises(UsageError, match="groups of 7 and 5 runs share no task"):
        items.fit_responses(found._replace(trials=trials), benchmark="")


def test_one_run_of_tasks_of_both_links_two_groups():
    found = made(runs=12, tasks=60)
    trials = tuple(
        tuple(int(run == 3 or (run < 7) == (i < 30)) for i in range(60)) for run in range(12)
    )
    assert found._replace(trials=trials).groups() == [12]


@pytest.mark.parametrize("traits", [False, True])
def test_a_trial_asks_and_predicts_as_an_evaluation_does(monkeypatch, traits):
    """Errors by run, without luck in the picks, are those of `replay` and `predict`."""
    monkeypatch.setattr(trial, "TOP", 1)
    found = made(runs=10, tasks=60)
    data = fitting.data_of(found)
    way = Way("2pl", nearest=False, traits=traits)
    fitted = fitting.fit(data)
    loads = trait_loads(data, fitted)
    monkeypatch.setattr(trial, "fit", lambda *_, **__: fitted)
    monkeypatch.setattr(trial, "trait_loads", lambda *_: loads)
    missed = attempt(data, (way,))[way].missed[20]
    kept = dict(zip(found.items, loads.tolist(), strict=True)) if traits else {}
    bank = {
        task: ItemCurve(float(a), float(b))
        for task, a, b in zip(found.items, fitted.a, fitted.b, strict=True)
    }
    prior = AbilityPrior(float(fitted.ability.mean()), float(fitted.ability.std()))
    near = 0
    for run, row in enumerate(found.passed):
        outcomes = {task: TaskCount(1, hit) for task, hit in zip(found.items, row, strict=True)}
        trace = replay(bank, outcomes, steps=20, prior=prior)
        asked = {step.task: outcomes[step.task] for step in trace}
        score = predict(bank, asked, trace[-1].ability, prior=prior, traits=kept).score
        near += abs(abs(score - found.score(run)) - math.sqrt(missed[run])) < 0.01
    assert near >= 8  # a grid of abilities may pick another of two equal tasks


def test_runs_of_kinds_give_a_bank_traits():
    bank = items.fit_responses(made(kinds=4, samples=10), benchmark="")
    assert {len(item.traits) for item in bank.items if item.solved} == {MOST}
    assert set(bank_of(bank).traits) == {item.task_id for item in bank.items if item.solved}


def test_runs_that_differ_in_ability_alone_give_a_bank_no_traits():
    bank = items.fit_responses(made(), benchmark="")
    assert not any(item.traits for item in bank.items)


def test_the_first_way_stays_unless_another_is_better_beyond_chance():
    first, second = Way("2pl", nearest=False), Way("1pl", nearest=True)
    noise = np.array([1.0, 1.4, 0.6, 1.2])

    assert better({first: of(noise), second: of(noise[::-1] - 0.05)}) is first
    assert better({first: of(noise), second: of(noise - 0.3)}) is second
    assert better({first: of(noise), second: of(noise + 0.3)}) is first


def test_traits_must_be_better_by_two_standard_errors():
    plain = Way("2pl", nearest=True)
    traits = plain._replace(traits=True)
    base, spread = np.full(16, 5.0), np.array([1.0, -1.0] * 8)  # an error of 0.26

    assert better({plain: of(base), traits: of(base - 0.4 + spread)}) is plain
    assert better({plain: of(base), traits: of(base - 0.6 + spread)}) is traits


def test_few_runs_pay_for_what_they_do_not_know():
    few, many = (of(np.ones(n)).misfits() for n in (6, 600))
    assert few[0] == CurveMisfit(50, pytest.approx(2.571 / 1.96, abs=0.001))
    assert many[0].factor == pytest.approx(1.0, abs=0.003)


@pytest.mark.parametrize(
    ("runs", "far_off", "is_held"), [(18, 1, True), (60, 3, True), (60, 1, False)]
)
def test_an_interval_is_as_wide_as_all_but_the_twentieth_run_needed(runs, far_off, is_held):
    """Of eighteen runs even the one far off, which hides in the mean."""
    needed = np.full((trial.SEEDS, runs), 0.4)
    needed[:, :far_off] = 5.0
    made = of(np.full(runs, 0.3))._replace(needed={50: needed})
    assert (made.misfits()[0].factor == pytest.approx(5.0)) is is_held


def test_a_new_run_is_held_as_often_as_is_said_whatever_the_errors_look_like():
    """Few runs with heavy tails (Cauchy): the largest of 19 errors may be missed, no other."""
    random, held = np.random.default_rng(3), 0
    for _ in range(2000):
        errors = np.abs(random.standard_cauchy(19))
        others = np.tile(errors[1:], (trial.SEEDS, 1))
        made = of(np.zeros(18))._replace(needed={50: others})
        held += errors[0] <= made.misfits()[0].factor
    assert held / 2000 == pytest.approx(18 / 19, abs=0.015)


@pytest.mark.parametrize(("off", "wanted"), [(-3.0, 3.0), (0.0, 0.0), (4.0, 0.0), (10.0, 4.0)])
def test_blind_spots_give_room_above_and_none_below(off, wanted):
    """Six of them: a score up to six tasks above what is expected of the others is held anyway."""
    found = trial.needed(np.array([off]), np.array([0.01]), np.array([6]))
    assert found == pytest.approx(wanted / (0.01 * critical(600.0)))


def test_a_bank_is_in_units_of_its_runs_spread():
    found = fitting.fit(fitting.data_of(made()), model="1pl")
    again = fitting.standardized(found)
    assert float(again.ability.mean()) == pytest.approx(0, abs=1e-9)
    assert float(again.ability.std()) == pytest.approx(1)
    before = found.a * (found.ability[:, None] - found.b)
    assert np.allclose(again.a * (again.ability[:, None] - again.b), before)


@pytest.mark.parametrize("runs", [8, 20])
def test_few_runs_are_asked_by_difficulty_alone(runs):
    assert set(trial.ways_of(runs)) == {way for way in trial.WAYS if way.nearest}
    plain = Way("1pl", nearest=True)
    assert trial.ways_of(runs, "1pl") == (plain, plain._replace(traits=True))


@pytest.mark.parametrize("runs", [21, 134])
def test_more_runs_may_be_asked_by_information(runs):
    assert trial.ways_of(runs) == trial.WAYS
    assert trial.ways_of(runs)[0] == Way("2pl", nearest=False)


def test_of_few_runs_one_at_a_time_is_left_out():
    assert [trial.folds_of(runs) for runs in (6, 20, 21, 134)] == [6, 20, 10, 10]
