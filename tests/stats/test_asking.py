"""Adaptive evaluation as decisions: one task is one answer, and what nobody solved stays open."""

from math import comb
from random import Random
from statistics import NormalDist

import pytest

from grader.stats.irt import asking
from grader.stats.irt.ability import Ability, AbilityPrior
from grader.stats.irt.asking import AskingAim, is_enough, known, next_tasks
from grader.stats.irt.bank import UNCHECKED, CurveBank, CurveMisfit, misfit_after
from grader.stats.irt.blind import TAIL, critical, most_solved, needed
from grader.stats.irt.choose import choose, error_of_answers, estimate, predict
from grader.stats.irt.curve import ItemCurve
from grader.stats.irt.reach import least_error
from grader.stats.passk import TaskCount
from grader.study.items import place

DARK = 30


@pytest.fixture
def bank():
    """A hundred tasks from easy to hard, and thirty that nobody solved."""
    curves = {f"t{i}": ItemCurve(1.5, (i - 50) / 20) for i in range(100)}
    dark = {f"d{i}": ItemCurve(1.0, 6.0) for i in range(DARK)}
    return CurveBank(
        {**curves, **dark}, AbilityPrior(), blind=frozenset(dark), misfits=(CurveMisfit(10, 1.0),)
    )


def run(bank, passes, aim, *, samples=1, seed=0):
    """Ask until it is enough; `passes`: task → share of right samples."""
    told, random = {}, Random(seed)
    while picked := next_tasks(bank, told, list(bank.curves), aim=aim, count=1, random=random):
        told[picked[0]] = TaskCount(samples, round(samples * passes(picked[0])))
    return told


def able(task):
    return float(task[0] == "t" and int(task[1:]) < 60)


def test_samples_of_one_task_are_one_answer(bank):
    once = {task: TaskCount(1, able(task)) for task in list(bank.curves)[::9]}
    often = {task: TaskCount(20, 20 * each.passed) for task, each in once.items()}
    found, again = (estimate(bank.curves, each, bank.prior) for each in (once, often))
    assert again == found
    assert error_of_answers(bank.curves, often, again) == error_of_answers(bank.curves, once, found)


@pytest.mark.parametrize("samples", [1, 10, 20])
def test_many_samples_a_task_stop_no_sooner(bank, samples):
    asked = run(bank, able, AskingAim(error=0.3), samples=samples)
    assert len(asked) == len(run(bank, able, AskingAim(error=0.3)))
    assert len(asked) > 15


def test_half_right_tasks_do_not_stop_a_run_after_a_handful(bank):
    asked = run(bank, lambda task: 0.5 if task[0] == "t" else 0.0, AskingAim(error=0.2), samples=20)
    assert len(asked) > 40


def test_blind_spots_are_not_asked_for_the_ability(bank):
    assert all(task[0] == "t" for task in run(bank, able, AskingAim(error=0.3)))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_an_interval_holds_whatever_becomes_of_blind_spots(bank, share):
    told = run(bank, able, AskingAim(error=0.3))
    now = known(bank, told)
    truth = (60 + share * DARK) / 130
    assert now.dark == DARK
    assert now.prediction.low <= truth <= now.prediction.high
    bare = predict(bank.curves, told, now.ability, misfit=1.0)
    assert now.prediction.high - bare.high > 0.9 * DARK / 130


@pytest.mark.parametrize("points", [10, 20])
def test_a_width_is_reached_and_blind_spots_are_asked_for_it(bank, points):
    told = run(bank, able, AskingAim(width=points / 100))
    now = known(bank, told)
    assert now.prediction.high - now.prediction.low <= points / 100
    assert is_enough(bank, now, AskingAim(width=points / 100))
    assert 0 < sum(task[0] == "d" for task in told) < DARK
    assert len(told) < 130


def test_blind_spots_are_asked_by_the_interval_that_is_reported(bank, monkeypatch):
    """What would be left without them is predicted with all that the bank knows: its traits too."""
    traits = {task: (0.1,) for task in bank.curves if task[0] == "t"}
    bank = bank._replace(traits=traits, prior=AbilityPrior(0.3, 0.8))
    told = []

    def noted(*given, **words):
        told.append((words["prior"], words["traits"], words["blind"]))
        return predict(*given, **words)

    monkeypatch.setattr(asking, "predict", noted)
    next_tasks(bank, {"t50": TaskCount(1, 1)}, list(bank.curves),
               aim=AskingAim(width=0.1), count=1, random=Random(0))  # fmt: skip
    assert told == [(bank.prior, traits, bank.blind), (bank.prior, traits, frozenset())]


def test_tasks_whose_samples_stayed_ungraded_stay_open(bank):
    told = {f"t{i}": TaskCount(1, i < 60) for i in range(0, 100, 5)}
    lost = {f"d{i}": TaskCount(0, 0) for i in range(10)}
    now, less = known(bank, told | lost), known(bank, told)
    assert (now.dark, now.prediction) == (DARK, less.prediction)


def test_tasks_whose_samples_stayed_ungraded_narrow_no_interval_of_a_placed_run(bank):
    bank = bank._replace(misfits=(CurveMisfit(10, 3.0), CurveMisfit(20, 1.0)))
    told = {f"t{i}": TaskCount(1, i < 60) for i in range(0, 100, 10)}
    lost = {f"t{i}": TaskCount(0, 0) for i in range(1, 40, 2)}
    assert place("run", bank, told | lost, created_at=None) == place(
        "run", bank, told, created_at=None
    )


def test_a_narrower_interval_takes_more_tasks(bank):
    sizes = [len(run(bank, able, AskingAim(width=width))) for width in (0.3, 0.15, 0.08, 0.04)]
    assert sizes == sorted(sizes)


def test_everything_is_asked_where_nothing_else_ends_it(bank):
    told = run(bank, able, AskingAim(error=1e-6))
    assert len(told) == 130
    now = known(bank, told)
    assert now.prediction.low == now.prediction.high == pytest.approx(60 / 130)
    assert now.dark == 0


def test_a_run_of_which_nothing_is_known_is_not_enough(bank):
    assert not is_enough(bank, known(bank, {}), AskingAim(error=0.9, width=0.99))
    assert not is_enough(bank, known(bank, {"t50": TaskCount(1, 1)}), AskingAim())


@pytest.mark.parametrize(("unseen", "seen", "solved"), [(66, 10, 0), (20, 5, 2), (3, 30, 0)])
def test_most_solved_is_the_last_number_that_would_not_surprise(unseen, seen, solved):
    def tail(total):
        whole = unseen + seen
        ways = [comb(total, i) * comb(whole - total, seen - i) for i in range(solved + 1)]
        return sum(ways) / comb(whole, seen)

    most = most_solved(unseen, seen, solved)
    assert most == 0 or tail(solved + most) > TAIL
    assert most == unseen or tail(solved + most + 1) <= TAIL


def test_most_solved_is_all_where_none_was_seen():
    assert most_solved(76, 0, 0) == 76
    assert most_solved(0, 76, 3) == 0


def test_the_ends_of_an_open_stretch_share_what_may_be_missed():
    normal = NormalDist()
    assert critical(0.0) == pytest.approx(1.959964, abs=1e-6)
    assert critical(50.0) == pytest.approx(1.644854, abs=1e-6)
    for width in (0.1, 0.5, 2.0):
        for share in (0.0, 0.3, 1.0):  # of the stretch that lies below the truth
            ends = critical(width) + share * width, critical(width) + (1 - share) * width
            held = normal.cdf(ends[0]) - normal.cdf(-ends[1])
            assert held >= 0.95 - 1e-6


def test_needed_blind_spots_leave_no_more_than_is_allowed():
    asked = needed(76, 25)
    assert most_solved(76 - asked, asked, 0) <= 25 < most_solved(77 - asked, asked - 1, 0)
    assert needed(0, 0.0) == 0
    assert needed(5, 0.0) == 5


def test_a_misfit_lies_between_its_neighbours():
    found = (CurveMisfit(10, 1.0), CurveMisfit(20, 1.5), CurveMisfit(50, 1.2))
    wanted = {0: 1.0, 10: 1.0, 15: 1.25, 20: 1.5, 35: 1.35, 50: 1.2, 400: 1.2}
    assert {tasks: misfit_after(found, tasks) for tasks in wanted} == pytest.approx(wanted)
    assert misfit_after((), 40) == UNCHECKED


def test_the_nearest_difficulty_is_chosen_whatever_the_slopes():
    curves = {"steep": ItemCurve(3.0, 0.5), "near": ItemCurve(0.5, 0.1), "far": ItemCurve(1.0, 4.0)}
    assert choose(curves, (), 0.0, count=3) == ["steep", "near", "far"]
    assert choose(curves, (), 0.0, count=3, nearest=True) == ["near", "steep", "far"]


def test_the_least_error_is_that_of_all_tasks_where_they_tell_most():
    equal = [ItemCurve(2.0, 0.0)] * 9
    assert least_error(equal, AbilityPrior()) == pytest.approx(1 / 3)
    assert least_error(equal, AbilityPrior(), tasks=4) == pytest.approx(1 / 2)
    assert least_error(equal, AbilityPrior(mean=9.0)) > 1
    assert least_error([], AbilityPrior()) == float("inf")


def test_near_the_ceiling_an_interval_reaches_further_down_than_up():
    bank = {f"t{i}": ItemCurve(1.2, -3.5 + i / 50) for i in range(60)}
    told = {f"t{i}": TaskCount(1, 1) for i in range(0, 60, 6)}
    found = predict(bank, told, Ability(0.5, 0.5), misfit=1.0)
    assert found.score - found.low > 1.3 * (found.high - found.score)


def test_in_the_middle_both_ends_are_as_far():
    bank = {f"t{i}": ItemCurve(1.2, (i - 30) / 10) for i in range(61)}
    found = predict(bank, {}, Ability(0.0, 0.3), misfit=1.0)
    assert found.score - found.low == pytest.approx(found.high - found.score)
