"""When an output agrees with the reference's: by hand, and against EvalPlus's own checker."""

# ruff: noqa: FBT003 - booleans are outputs here

import enum
import fractions
import warnings
from collections import Counter, OrderedDict, namedtuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.graders._case_rules import OpaqueValue, agrees, decode, grid, is_close, plain, tolerance

INFINITY = float("inf")
NAN = float("nan")


class Liar:
    """Equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


class LyingList(list):
    def __eq__(self, other):
        return True

    __hash__ = None


class LyingFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


# ---- equality -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (1, 1.0),
        (True, 1),
        ([1, (2, {"a": {3}})], [1, (2, {"a": {3}})]),
        (Counter("aab"), {"a": 2, "b": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (namedtuple("Pair", "a b")(1, 2), (1, 2)),  # noqa: PYI024
        (enum.IntEnum("Kind", "ONE").ONE, 1),
        ({1: 2}.keys(), {1}),
        (fractions.Fraction(1, 2), 0.5),
        (frozenset({1}), {1}),
        (None, None),
    ],
)
def test_agrees_accepts_what_equals_by_plain_value(output, expected):
    assert agrees("equal", [], output, expected, 0)


@pytest.mark.parametrize(
    ("output", "expected"),
    [([1, 2], (1, 2)), ("1", 1), ([1], [1, 2]), (None, 0), ({1: 2}, [(1, 2)]), (iter([1]), [1])],
)
def test_agrees_rejects_what_differs(output, expected):
    assert not agrees("equal", [], output, expected, 0)


@pytest.mark.parametrize("output", [Liar(), LyingList(), [Liar()], LyingFloat(2.5), {"a": Liar()}])
def test_strict_reading_never_asks_the_output_whether_it_is_equal(output):
    assert not agrees("equal", [], output, [1, 2], 0)


def test_compat_reading_believes_an_output_that_says_it_is_equal():
    assert agrees("equal", [], Liar(), [1, 2], 0, compat=True)


def test_agrees_is_no_for_a_value_that_contains_itself():
    endless = []
    endless.append(endless)
    assert not agrees("equal", [], endless, [[]], 0)


def test_numpy_scalars_count_as_numbers_but_arrays_do_not():
    numpy = pytest.importorskip("numpy")
    assert agrees("equal", [], [numpy.int64(3), numpy.bool_(True)], [3, True], 0)
    assert not agrees("equal", [], numpy.array([3]), [3], 0)


def test_plain_leaves_no_foreign_class_behind():
    assert type(plain(LyingFloat(2.5))) is float
    assert type(plain(object())) is OpaqueValue


# ---- tolerance ----------------------------------------------------------------------------------


def test_float_results_get_a_tolerance_where_the_task_names_none():
    assert agrees("equal", [], 0.1 + 0.2, 0.3, 0)
    assert not agrees("equal", [], 0.30001, 0.3, 0)


def test_tolerance_of_the_task_is_used():
    assert agrees("equal", [], 3.14159, 3.14163, 1e-4)
    assert not agrees("equal", [], 3.1415, 3.1419, 1e-4)


def test_integer_results_get_no_tolerance():
    assert tolerance(10**9, 0) == 0
    assert not agrees("equal", [], 10**9 + 1, 10**9, 0)


def test_tolerance_wants_the_same_type_on_top():
    assert not agrees("equal", [], (0.1 + 0.2,), [0.3], 0)
    assert not agrees("equal", [], 3, 3.0000001, 0)


def test_tolerance_wants_the_same_length():
    assert not agrees("equal", [], [0.1 + 0.2, 0.3], [0.3], 0)


def test_infinities_agree_and_not_a_number_does_not():
    assert agrees("equal", [], [INFINITY, 0.1 + 0.2], [INFINITY, 0.3], 0)
    assert not agrees("equal", [], NAN, NAN, 0)
    assert not agrees("equal", [], INFINITY, 1.0, 0)


def test_strict_reading_wants_equal_shapes_where_compat_broadcasts():
    output, expected = [[1.0], [2.0]], [[1.0, 1.0], [2.0, 2.0]]
    assert not agrees("equal", [], output, expected, 1e-4)
    assert agrees("equal", [], output, expected, 1e-4, compat=True)


def test_grid_refuses_uneven_nesting():
    with pytest.raises(ValueError, match="unevenly"):
        grid([[1.0], 2.0])


# ---- special rules ------------------------------------------------------------------------------


def test_root_rule_takes_any_zero_of_the_polynomial():
    coefficients = [[-6.0, 11.0, -6.0, 1.0]]  # zeros 1, 2 and 3
    assert agrees("root", coefficients, 3.0, 1.0, 1e-4)
    assert not agrees("root", coefficients, 1.5, 1.0, 1e-4)


def test_root_rule_judges_the_polynomial_and_not_the_distance_to_the_reference():
    steep = [[-1.0, 1e9]]
    assert not agrees("root", steep, 1e-9 + 1e-8, 1e-9, 1e-4)


@pytest.mark.parametrize("output", [None, "1", [1.0], Liar(), NAN])
def test_root_rule_rejects_what_is_no_zero(output):
    assert not agrees("root", [[-1.0, 1.0]], output, 1.0, 1e-4)


def test_anything_rule_still_wants_the_reference_type():
    assert agrees("anything", [], False, True, 0)
    assert not agrees("anything", [], None, True, 0)
    assert agrees("anything", [], None, True, 0, compat=True)


def test_equal_or_zero_rule():
    assert agrees("equal or zero", [7], 0, 1, 0)
    assert agrees("equal or zero", [7], 1, 1, 0)
    assert not agrees("equal or zero", [7], 2, 1, 0)


def test_surface_rule_reads_the_height_both_ways():
    assert agrees("surface", [3, 4], 33, 33, 0)
    assert agrees("surface", [3, 4], 35, 33, 0)
    assert not agrees("surface", [3, 4], 34, 33, 0)


def test_digits_rule_takes_the_distance_place_by_place():
    assert agrees("digits", [23, 56], 6, 6, 0)
    assert agrees("digits", [5, 105], 1, 100, 0)
    assert not agrees("digits", [5, 105], 2, 100, 0)


def test_same_set_rule_ignores_order_repetition_and_container():
    assert agrees("same set", [], (value for value in (2, 1, 1)), (1, 2), 0)
    assert not agrees("same set", [], [1, 2, 3], (1, 2), 0)
    assert not agrees("same set", [], 12, (1, 2), 0)


def test_presence_rule_asks_only_whether_there_is_something():
    assert agrees("presence", [], object(), "a match", 0)
    assert agrees("presence", [], True, "a match", 0)
    assert agrees("presence", [], False, None, 0)
    assert not agrees("presence", [], None, "a match", 0)


# ---- arguments ----------------------------------------------------------------------------------


def test_decode_repeats_the_last_converter():
    assert decode(("tuple", "same"), [[[1], [2], [3]]]) == [[(1,), [2], [3]]]


def test_decode_of_no_shapes_changes_nothing():
    assert decode((), [[[1], {"a": 2}]]) == [[[1], {"a": 2}]]


def test_decode_reads_an_empty_set_as_a_dict():
    assert decode(("list of sets",), [[[[1, 1], []]]]) == [[[{1}, {}]]]


# ---- against EvalPlus and numpy -----------------------------------------------------------------

FLOATS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 1.0, -1.5, 1e-7, 1e9, INFINITY, -INFINITY]),
)
NUMBERS = st.one_of(
    FLOATS, st.booleans(), st.integers(-5, 5), st.integers(-(2**66), 2**66), st.just(1 + 2j)
)
LEAVES = st.one_of(FLOATS, FLOATS, NUMBERS, st.none(), st.text("ab", max_size=2))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(FLOATS, max_size=3),
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=5,
)
GRIDS = st.one_of(
    NUMBERS,
    st.lists(NUMBERS, max_size=3),
    st.lists(st.lists(FLOATS, min_size=2, max_size=2), max_size=3),
    st.lists(st.lists(FLOATS, min_size=1, max_size=1), max_size=3),
)


def nudged(value, by):
    """`value` with every float moved a little."""
    if isinstance(value, float):
        return value * (1 + by) + by
    if isinstance(value, (list, tuple)):
        return type(value)(nudged(item, by) for item in value)
    return value


@st.composite
def pairs(draw):
    expected = draw(VALUES)
    output = draw(
        st.one_of(
            st.just(expected),
            VALUES,
            st.sampled_from([1e-16, 5e-8, 9e-7, 2e-6, 1e-3]).map(lambda by: nudged(expected, by)),
        )
    )
    return output, expected


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(GRIDS, GRIDS, st.sampled_from([1e-16, 9e-7, 2e-6, None]))
def test_is_close_says_what_numpy_says(expected, other, by):
    numpy = pytest.importorskip("numpy")
    output = other if by is None else nudged(expected, by)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            official = bool(numpy.allclose(output, expected, rtol=1e-7, atol=1e-6))
        except (TypeError, ValueError, OverflowError):
            official = False
    try:
        own = is_close(output, expected, 1e-6, broadcast=True)
    except (TypeError, ValueError, OverflowError):
        own = False
    assert own == official


def evalplus_says(checker, dataset, entry_point, pairs, atol):
    """EvalPlus's own verdict on each pair, in one process so that its tolerance can stick."""
    outputs = [output for output, _ in pairs]
    code = (
        f"from math import inf, nan\nOUTPUTS = {outputs!r}\ndef {entry_point}(i): return OUTPUTS[i]"
    )
    _, details = checker(
        dataset,
        code,
        [[place] for place in range(len(pairs))],
        entry_point,
        [expected for _, expected in pairs],
        atol,
        [0.0] * len(pairs),
        fast_check=False,
    )
    return [bool(detail) for detail in details]


def we_say(rule, pairs, atol):
    """Our compat reading of the same, tolerance kept from pair to pair."""
    verdicts = []
    for place, (shared, expected) in enumerate(pairs):
        output = eval(repr(shared), {"inf": INFINITY, "nan": float("nan")})  # no common NaN object
        verdicts.append(agrees(rule, [place], output, expected, atol, compat=True))
        atol = tolerance(expected, atol)
    return verdicts


@pytest.fixture(scope="module")
def checker():
    pytest.importorskip("evalplus", reason="evalplus is not installed")
    pytest.importorskip("numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from evalplus.eval import untrusted_check  # noqa: PLC0415
    return untrusted_check


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dataset", "entry_point", "rule"),
    [
        ("humaneval", "f", "equal"),
        ("mbpp", "are_equivalent", "anything"),
        ("mbpp", "sum_div", "equal or zero"),
        ("mbpp", "Diff", "same set"),
    ],
)
@settings(
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    batch=st.lists(pairs(), min_size=20, max_size=30),
    atol=st.sampled_from([0, 0, 1e-6, 1e-4]),
)
def test_compat_reading_says_what_evalplus_says(checker, dataset, entry_point, rule, batch, atol):
    atol = (
        atol if rule == "equal" else 1e-4
    )  # an output that is no set keeps it from sticking there
    assert we_say(rule, batch, atol) == evalplus_says(checker, dataset, entry_point, batch, atol)


def test_strict_reading_does_not_carry_a_tolerance_to_the_next_input(checker):
    batch = [(0.5, 0.5), (10**9 + 1, 10**9)]
    assert evalplus_says(checker, "humaneval", "f", batch, 0) == [True, True]
    assert [agrees("equal", [], *pair, 0) for pair in batch] == [True, False]
