"""What runs have in common beyond ability tells of tasks that one of them was not asked."""

import math
from random import Random

import pytest

from grader.stats.irt.ability import Ability, AbilityPrior
from grader.stats.irt.choose import predict
from grader.stats.irt.curve import ItemCurve, probability
from grader.stats.irt.traits import NOISE_MIN, corrected
from grader.stats.passk import TaskCount

BANK = {f"t{i}": ItemCurve(1.0 + i / 10, (i - 5) / 4) for i in range(11)}
PRIOR = AbilityPrior(0.2, 0.9)
HERE = Ability(0.4, 0.3)


def test_without_traits_the_curves_alone_speak():
    found = corrected(BANK, {"t1": 1.0}, HERE, PRIOR, {})
    assert found == {task: probability(curve, 0.4) for task, curve in BANK.items()}


def test_a_run_that_fails_one_kind_is_expected_to_fail_the_rest_of_it():
    odd = {task: ((-1) ** i * 0.3,) for i, task in enumerate(BANK)}
    shares = {task: float(odd[task][0] > 0) for task in list(BANK)[:6]}
    found = corrected(BANK, shares, HERE, PRIOR, odd)
    plain = corrected(BANK, shares, HERE, PRIOR, {})
    for task in list(BANK)[6:]:
        assert (found[task] > plain[task]) == (odd[task][0] > 0)


def test_tasks_without_traits_keep_their_chance_and_tell_nothing_of_them():
    some = {"t1": (0.4,), "t2": (0.4,)}
    found = corrected(BANK, {"t1": 1.0, "t9": 1.0}, HERE, PRIOR, some)
    assert found["t3"] == probability(BANK["t3"], 0.4)
    assert found == corrected(BANK, {"t1": 1.0}, HERE, PRIOR, some)


def test_chances_stay_chances():
    wide = dict.fromkeys(BANK, (1.0, -1.0))
    found = corrected(BANK, dict.fromkeys(list(BANK)[:5], 1.0), HERE, PRIOR, wide)
    assert all(0 <= each <= 1 for each in found.values())


def test_the_correction_is_the_mean_of_a_gaussian_process():
    """By the tasks' covariance, which needs no traits to be solved for."""
    np = pytest.importorskip("numpy")
    random = Random(3)
    traits = {task: tuple(random.gauss(0, 0.15) for _ in range(3)) for task in BANK}
    shares = {task: random.random() for task in list(BANK)[::2]}
    chance = np.array([probability(curve, HERE.value) for curve in BANK.values()])
    slope = np.array([c.a for c in BANK.values()]) * chance * (1 - chance) * PRIOR.deviation
    loads = np.column_stack([slope, np.array(list(traits.values()))])
    start = loads[:, 0] * (PRIOR.mean - HERE.value) / PRIOR.deviation
    told = np.array([task in shares for task in BANK])
    noise = np.diag((chance * (1 - chance))[told] + NOISE_MIN)
    off = np.array(list(shares.values())) - (chance + start)[told]
    gain = loads @ loads[told].T @ np.linalg.inv(loads[told] @ loads[told].T + noise)
    found = corrected(BANK, shares, HERE, PRIOR, traits)
    assert list(found.values()) == pytest.approx(np.clip(chance + start + gain @ off, 0, 1))


def test_a_predicted_score_holds_what_was_seen_and_the_corrected_rest():
    traits = dict.fromkeys(BANK, (0.2,))
    counts = {"t1": TaskCount(2, 0), "t8": TaskCount(4, 4)}
    likely = corrected(BANK, {"t1": 0.0, "t8": 1.0}, HERE, PRIOR, traits)
    rest = math.fsum(share for task, share in likely.items() if task not in counts)
    found = predict(BANK, counts, HERE, prior=PRIOR, traits=traits)
    assert found.score == pytest.approx((1 + rest) / len(BANK))
    assert found.low < found.score < found.high
