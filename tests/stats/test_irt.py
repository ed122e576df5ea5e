"""IRT: the reference engine's vectors and traces, real leaderboards, and made data."""

import importlib
import math
import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.stats.irt.ability import (
    AbilityPrior,
    TaskAnswer,
    expected,
    most_likely,
    most_likely_with_prior,
)
from grader.stats.irt.choose import choose, estimate, predict, replay
from grader.stats.irt.curve import ItemCurve, information, probability
from grader.stats.passk import TaskCount
from grader.stats.responses import ResponseMatrix

REFERENCE_BOUNDS = (-4.0, 4.0)
quick = settings(max_examples=60, deadline=None, database=None)
curves = st.builds(ItemCurve, st.floats(0.2, 3), st.floats(-3, 3))
answers = st.lists(
    st.builds(lambda curve, right, more: TaskAnswer(curve, right, right + more), curves,
              st.integers(0, 3), st.integers(0, 3)), max_size=12)  # fmt: skip


@pytest.fixture(scope="module")
def fitting():
    pytest.importorskip("numpy")
    return importlib.import_module("grader.stats.irt.fit")


@pytest.fixture(scope="module")
def spearman():
    stats = pytest.importorskip("scipy.stats")
    return lambda a, b: float(stats.spearmanr(a, b)[0])


@pytest.fixture(scope="module")
def real(verified):
    rows = tuple(map(tuple, verified.rows))
    ones = tuple((1,) * len(verified.items) for _ in rows)
    return ResponseMatrix(tuple(verified.subjects), tuple(verified.items), rows, ones)


def test_information_equals_the_vectors(oracle):
    for row in oracle("irt_engine_vectors.json")["fisher"]:
        found = information(ItemCurve(row["a"], row["b"]), row["theta"], scale=row["D"])
        assert found == pytest.approx(row["info"], rel=1e-12)


def test_abilities_equal_the_vectors(oracle):
    for row in oracle("irt_engine_vectors.json")["ability"]:
        given = [
            TaskAnswer(ItemCurve(a, b), int(bool(y)), int(y is not None))
            for y, a, b in zip(row["y"], row["a"], row["b"], strict=True)
        ]
        prior = AbilityPrior(row.get("mu0", 0.0), row.get("sigma0", 1.0))
        options = {"scale": row.get("D", 1.0), "bounds": REFERENCE_BOUNDS}
        found = most_likely_with_prior(given, prior, **options).value
        assert found == pytest.approx(row["map"], abs=1e-5), row["name"]
        assert most_likely(given, **options).value == pytest.approx(row["mle"], abs=1e-5)


def test_traces_are_reproduced_item_for_item(oracle, verified):
    fluid = oracle("irt_2pl_swebench_verified.json")["fits"]["fluid"]
    pairs = zip(fluid["a"], fluid["b"], strict=True)
    bank = {task: ItemCurve(*pair) for task, pair in zip(verified.items, pairs, strict=True)}
    traces = oracle("irt_engine_vectors.json")["cat_traces_on_swebench_verified_fluid_fit"]
    assert len(traces) == 3
    for row in traces:
        hits = verified.rows[verified.subjects.index(row["subject"])]
        outcomes = {t: TaskCount(1, c) for t, c in zip(verified.items, hits, strict=True)}
        trace = replay(bank, outcomes, steps=30, bounds=REFERENCE_BOUNDS)
        assert [step.task for step in trace] == row["items"]
        assert [step.ability.value for step in trace] == pytest.approx(row["abilities"], abs=1e-5)


def test_fit_of_the_real_matrix_agrees_with_the_reference_within_seconds(
    real, oracle, fitting, spearman
):
    began = time.process_time()
    found = fitting.fit(fitting.data_of(real))
    assert time.process_time() - began < 5
    assert found.converged
    vectors = oracle("irt_2pl_swebench_verified.json")
    assert (vectors["items"], vectors["subjects"]) == (list(real.items), list(real.subjects))
    rates = [sum(column) / 134 for column in zip(*real.passed, strict=True)]
    middle = [place for place, rate in enumerate(rates) if 0.03 <= rate <= 0.97]
    for name in ("fluid", "numpy_em", "pyirt"):
        wanted = vectors["fits"][name]
        assert spearman(found.b, wanted["b"]) >= 0.995
        assert spearman(found.ability, wanted["theta"]) >= 0.998
        pair = [found.a[i] for i in middle], [wanted["a"][i] for i in middle]
        assert spearman(*pair) >= 0.97


@pytest.mark.slow
def test_2pl_predicts_unseen_outcomes_better_than_1pl(real, oracle, fitting):
    found = oracle("irt_1pl_vs_2pl_heldout.json")
    wanted = next(
        row for row in found if (row["data"], row["models"]) == ("swebench_verified", 134)
    )
    data = fitting.data_of(real)
    for model in ("2pl", "1pl"):
        found = fitting.held_out(data, model=model)
        assert found == pytest.approx(wanted[model], abs=0.006)


@pytest.fixture(scope="module")
def chronological(real, fitting):
    """A bank fitted on the older half of the systems, and the newer half."""
    older = fitting.fit(fitting.data_of(real.of(range(67))))
    pairs = zip(older.a, older.b, strict=True)
    bank = {
        task: ItemCurve(float(a), float(b)) for task, (a, b) in zip(real.items, pairs, strict=True)
    }
    return (
        bank,
        AbilityPrior(float(older.ability.mean()), float(older.ability.std())),
        range(67, 134),
    )


@pytest.mark.slow
def test_40_tasks_rank_newer_systems_and_50_predict_their_scores(real, chronological, spearman):
    bank, prior, newer = chronological
    scores = [real.score(subject) for subject in newer]
    abilities, misses, held = [], [], 0
    for number, subject in enumerate(newer):
        hits = zip(real.items, real.passed[subject], strict=True)
        outcomes = {task: TaskCount(1, hit) for task, hit in hits}
        trace = replay(bank, outcomes, steps=50, top=5, seed=number, prior=prior)
        abilities.append(trace[39].ability.value)
        asked = {step.task: outcomes[step.task] for step in trace}
        found = predict(bank, asked, trace[-1].ability)
        misses.append(abs(found.score - scores[number]))
        held += found.low <= scores[number] <= found.high
    assert spearman(abilities, scores) >= 0.95
    assert sum(misses) / 67 <= 0.020
    assert held / 67 >= 0.9


def test_random_tasks_need_more(real, spearman):
    """What the adaptive choice is worth: 40 random tasks rank far worse."""
    scores = [real.score(subject) for subject in range(67, 134)]
    found = []
    for seed in range(20):
        chosen = Random(seed).sample(range(500), 40)
        found.append(
            spearman([sum(real.passed[s][i] for i in chosen) for s in range(67, 134)], scores)
        )
    assert sum(found) / 20 < 0.93


def made(fitting, *, trials=4, seed=3, subjects=60, items=80):
    random = Random(seed)
    bank = [ItemCurve(math.exp(random.gauss(0, 0.4)), random.gauss(0, 1.3)) for _ in range(items)]
    abilities = [random.gauss(0, 1) for _ in range(subjects)]
    passed = tuple(
        tuple(
            sum(random.random() < probability(curve, ability) for _ in range(trials))
            for curve in bank
        )
        for ability in abilities
    )
    responses = ResponseMatrix(
        tuple(f"s{i}" for i in range(subjects)),
        tuple(f"i{i}" for i in range(items)),
        passed,
        tuple((trials,) * items for _ in abilities),
    )
    return bank, abilities, fitting.data_of(responses)


def test_fit_finds_what_made_the_data_from_counts(fitting, spearman):
    bank, abilities, data = made(fitting)
    found = fitting.fit(data)
    assert spearman(found.b, [curve.b for curve in bank]) > 0.95
    assert spearman(found.ability, abilities) > 0.97
    assert spearman(found.a, [curve.a for curve in bank]) > 0.6


def test_1pl_has_one_discrimination(fitting):
    found = fitting.fit(made(fitting)[2], model="1pl")
    assert float(found.a.max()) == pytest.approx(float(found.a.min()))
    assert found.converged


def test_fit_stands_gaps_and_items_that_nobody_or_all_solve(fitting):
    data = made(fitting)[2]
    right, wrong = data.right.copy(), data.wrong.copy()
    right[:, 0], wrong[:, 0] = 0, 4
    right[:, 1], wrong[:, 1] = 4, 0
    right[:, 2] = wrong[:, 2] = 0
    right[0] = wrong[0] = 0
    found = fitting.fit(fitting.ResponseData(right, wrong))
    assert found.b[0] > 3
    assert found.b[1] < -3
    assert abs(float(found.ability[0])) < 1e-6
    assert all(math.isfinite(value) for value in [*found.a, *found.b, *found.ability])


@quick
@given(answers)
def test_map_and_eap_stay_finite_and_close(given_answers):
    peak, mean = most_likely_with_prior(given_answers), expected(given_answers)
    assert -6 <= peak.value <= 6
    assert 0 < peak.error <= 1
    assert abs(peak.value - mean.value) < 0.5
    assert 0 < mean.error <= 1.01


@quick
@given(answers, curves)
def test_a_right_answer_never_lowers_the_ability(given_answers, curve):
    more = [*given_answers, TaskAnswer(curve, 1, 1)]
    less = [*given_answers, TaskAnswer(curve, 0, 1)]
    middle = most_likely_with_prior(given_answers).value
    assert most_likely_with_prior(less).value <= middle <= most_likely_with_prior(more).value


@quick
@given(curves, st.floats(-900, 900))
def test_probability_never_overflows_and_rises(curve, ability):
    assert 0 <= probability(curve, ability) <= probability(curve, ability + 0.5) <= 1


def test_eap_of_nothing_is_the_prior():
    found = expected([], AbilityPrior(0.5, 0.7))
    assert found == pytest.approx((0.5, 0.7), abs=1e-6)


def test_mle_of_nothing_knows_nothing():
    assert most_likely([]) == (0.0, math.inf)


def test_growing_ability_is_recovered_in_order():
    """Checkpoints of one training run, each a little more able."""
    random = Random(11)
    bank = {f"i{i}": ItemCurve(1.5, random.uniform(-3, 3)) for i in range(300)}
    found = []
    for ability in (-2.0, -1.0, 0.0, 1.0, 2.0):
        counts = {
            task: TaskCount(1, int(random.random() < probability(curve, ability)))
            for task, curve in bank.items()
        }
        found.append(estimate(bank, counts, AbilityPrior()).value)
    assert found == sorted(found)
    assert found == pytest.approx([-2, -1, 0, 1, 2], abs=0.4)


def test_choose_takes_the_most_telling_and_skips_what_was_asked():
    bank = {"far": ItemCurve(1, 4), "near": ItemCurve(1, 0), "sharp": ItemCurve(2, 0)}
    assert choose(bank, (), 0.0, count=2) == ["sharp", "near"]
    assert choose(bank, ("sharp",), 0.0) == ["near"]
    assert choose(bank, tuple(bank), 0.0) == []


def test_choose_from_the_top_is_seeded_and_spreads_exposure():
    bank = {f"i{i}": ItemCurve(1, i / 10) for i in range(20)}
    first = {choose(bank, (), 0.0, top=5, random=Random(seed))[0] for seed in range(40)}
    assert first == {f"i{i}" for i in range(5)}
    assert choose(bank, (), 0.0, top=5, random=Random(1)) == choose(
        bank, (), 0.0, top=5, random=Random(1)
    )


def test_prediction_of_all_seen_tasks_is_their_score():
    bank = {"a": ItemCurve(1, 0), "b": ItemCurve(1, 0)}
    counts = {"a": TaskCount(4, 3), "b": TaskCount(2, 0)}
    found = predict(bank, counts, estimate(bank, counts, AbilityPrior()))
    assert found == (0.375, 0.375, 0.375)


def test_a_fit_whose_likelihood_falls_has_not_converged(fitting, monkeypatch):
    """Every step goes the wrong way, so that nothing but falls is seen."""
    random = Random(3)
    rows = tuple(tuple(int(random.random() < 0.3 + 0.1 * i) for _ in range(20)) for i in range(5))
    names = tuple(f"t{number}" for number in range(20))
    data = fitting.data_of(ResponseMatrix(tuple("abcde"), names, rows, ((1,) * 20,) * 5))
    assert fitting.fit(data).converged
    monkeypatch.setattr(fitting, "_newton", lambda log_a, b, *_, **__: (0 * log_a, 0 * b + 3.0))
    fallen = fitting.fit(data, iterations=6)
    assert (fallen.converged, fallen.iterations) == (False, 6)
