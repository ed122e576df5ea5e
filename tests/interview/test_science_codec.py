"""Tables, arrays of objects, sparse matrices and expressions cross whole, or not at all."""

import base64
import json
import random
from typing import Any

import pytest
import science_values as science
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandboxes._slot.interview import codec, draws, tables
from grader.sandboxes._slot.interview import science as kinds
from grader.sandboxes._slot.interview.mirror import ObjectMirror

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def there(*modules: str) -> dict[str, Any]:
    """These modules, by the names that the values call them by."""
    names = {"pandas": "pd", "scipy.sparse": "sp", "sympy": "sympy"}
    found = {"np": np} | {names[each]: pytest.importorskip(each) for each in modules}
    if "sympy" in found:
        found["x"], found["y"] = found["sympy"].symbols("x y", positive=True)
        found["z"] = found["sympy"].Symbol("z")
    return found


def crossed(value: Any) -> Any:
    encoder, decoder = codec.Encoder(), codec.Decoder()
    result = decoder.anew(codec.loads(codec.dumps(encoder.anew(value))))
    assert [type(each) for each in encoder.kept] == [type(each) for each in decoder.kept]
    return result


def text(value: Any) -> bytes:
    return codec.dumps(codec.Encoder().anew(value))


@pytest.mark.parametrize("source", science.NUMPY)
def test_value_of_numpy_crosses(source: str) -> None:
    value = eval(source, {"np": np})
    result = crossed(value)
    assert type(result) is type(value)
    assert (result.dtype, result.shape) == (value.dtype, value.shape)
    assert result.tolist() == value.tolist()


def test_array_of_objects_may_hold_itself_and_lists() -> None:
    value, inner = np.empty(2, object), [1]
    value[0], value[1] = value, inner
    result, again = crossed([value, inner])
    assert result[0] is result
    assert result[1] is again


@pytest.mark.parametrize("source", science.PANDAS)
def test_table_crosses(source: str) -> None:
    names = there("pandas")
    value, testing = eval(source, names), names["pd"].testing
    result = crossed(value)
    assert type(result) is type(value)
    if hasattr(value, "columns"):
        testing.assert_frame_equal(result, value, check_freq=True)
    elif kinds.is_table(value):
        testing.assert_series_equal(result, value, check_freq=True)
    else:
        testing.assert_index_equal(result, value, exact=True)
        assert getattr(result, "freq", None) == getattr(value, "freq", None)
    assert text(result) == text(value)


@pytest.mark.parametrize("source", science.MOMENTS)
def test_moment_crosses(source: str) -> None:
    value = eval(source, there("pandas"))
    result = crossed(value)
    assert type(result) is type(value)
    assert (repr(result), text(result)) == (repr(value), text(value))


@pytest.mark.parametrize("source", science.SPARSE)
def test_sparse_matrix_crosses(source: str) -> None:
    value = eval(source, there("scipy.sparse"))
    result = crossed(value)
    assert (type(result), result.dtype) == (type(value), value.dtype)
    assert np.array_equal(result.toarray(), value.toarray())


@pytest.mark.parametrize("source", science.SYMBOLS)
def test_expression_crosses(source: str) -> None:
    names = there("sympy")
    value = eval(source, names)
    result = crossed(value)
    assert names["sympy"].srepr(result) == names["sympy"].srepr(value)
    assert type(result) is type(value)


def test_expression_is_not_evaluated_on_its_way() -> None:
    sympy = there("sympy")["sympy"]
    huge = {"t": ["Pow", {"t": ["Integer", 9]}, {"t": ["Integer", 1 << 60]}]}
    result = codec.Decoder().decode({"v": ["sympy", huge]})
    assert isinstance(result, sympy.Pow)


def test_column_of_another_kind_stays_where_it_is() -> None:
    pd = there("pandas")["pd"]
    for value in (pd.Series(pd.arrays.SparseArray([0, 1])), pd.DataFrame({"a": [object()]})):
        with pytest.raises(codec.Uncrossable):
            codec.Encoder().anew(value)


def test_class_derived_from_a_table_stays_where_it_is() -> None:
    pd = there("pandas")["pd"]

    class Own(pd.DataFrame):
        pass

    with pytest.raises(codec.Uncrossable):
        codec.Encoder().anew(Own({"a": [1]}))


def test_table_that_both_hold_is_seen_to_change() -> None:
    pd = there("pandas")["pd"]
    table, mirror = pd.DataFrame({"a": [1, 2]}), ObjectMirror()
    (number,) = mirror.add([table])
    mirror.remember_all()
    assert not mirror.changed(nested=False)
    table["b"] = table["a"] + 1
    assert mirror.changed(nested=False) == [number]
    other = pd.DataFrame({"a": [1, 2]})
    tables.become(other, crossed(table))
    pd.testing.assert_frame_equal(other, table)


def leaf_places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a tree something stands, each list and object too."""
    found = [path]
    inner = tree.items() if type(tree) is dict else enumerate(tree) if type(tree) is list else ()
    for key, each in inner:
        found += leaf_places(each, (*path, key))
    return found


def damaged(tree: Any, path: tuple[Any, ...], other: Any) -> Any:
    """The same with something else there."""
    if not path:
        return other
    copy = dict(tree) if type(tree) is dict else list(tree)
    copy[path[0]] = damaged(tree[path[0]], path[1:], other)
    return copy


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 1 << 70), st.floats(allow_nan=False), st.text(max_size=3),
    st.sampled_from(["|O", "<i8", "<f8", "O", "V8", "category", "M", "UTC", "../x", "AAAA", "ns", "Pow", "exp",
                     "DataFrame", "__class__", "plain", "masked", "both", {"t": []}, {"t": [1, 2]}, [], {"d": []}]),
)  # fmt: skip


@pytest.fixture(scope="module")
def trees() -> list[Any]:
    """What an honest side says of the values here."""
    names = there("pandas", "scipy.sparse", "sympy")
    sources = (*science.NUMPY, *science.PANDAS, *science.MOMENTS, *science.SPARSE, *science.SYMBOLS)
    return [codec.Encoder().anew(eval(each, names)) for each in sources]


@given(st.data())
@settings(max_examples=1200, deadline=None)
def test_damaged_value_is_a_value_or_a_value_error(trees: list[Any], data: st.DataObject) -> None:
    tree = data.draw(st.sampled_from(trees))
    for _ in range(data.draw(st.integers(1, 3))):
        tree = damaged(tree, data.draw(st.sampled_from(leaf_places(tree))), data.draw(JUNK))
    try:
        value = codec.Decoder().decode(json.loads(json.dumps(tree)))
    except ValueError:
        return
    codec.Encoder(handle=lambda _: {"h": [0, "x"]}).anew(value)


def packed(kind: str, values: list[int]) -> Any:
    data = base64.b64encode(np.array(values, kind).tobytes()).decode()
    return {"t": [kind, {"t": [len(values)]}, data]}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("csr_matrix", [{"t": [2, 2]}, packed("<f8", [1]), packed("<i4", [9]), packed("<i4", [0, 1, 1])]),
        ("csr_matrix", [{"t": [2, 2]}, packed("<f8", [1]), packed("<i4", [-1]), packed("<i4", [0, 1, 1])]),
        ("csr_matrix", [{"t": [2, 2]}, packed("<f8", [1]), packed("<i4", [0]), packed("<i4", [0, 7, 1])]),
        ("csc_matrix", [{"t": [2, 1 << 40]}, packed("<f8", [1]), packed("<i4", [0]), packed("<i4", [0, 1])]),
        ("coo_matrix", [{"t": [2, 2]}, packed("<f8", [1]), packed("<i4", [2]), packed("<i4", [0])]),
        ("lil_matrix", [{"t": [1 << 50, 2]}, packed("<f8", []), packed("<i4", []), packed("<i4", [])]),
        ("dia_matrix", [{"t": [2, 1 << 50]}, packed("<f8", [1]), packed("<i4", [0]), packed("<i4", [0])]),
    ],
)  # fmt: skip
def test_sparse_matrix_whose_places_lie_is_refused(name: str, parts: list[Any]) -> None:
    there("scipy.sparse")
    with pytest.raises(ValueError):
        codec.Decoder().decode({"v": [name, *parts]})


@pytest.mark.parametrize(
    "tree",
    [
        ["ndarray", "|O", {"t": [1 << 40]}, {"t": []}], ["ndarray", "|O", {"t": [2]}, {"t": [1]}],
        ["ndarray", "|O", {"t": [1]}, "AAAAAAAAAAA="], ["ndarray", "|O", {"t": [1]}, [1]],
        ["matrix", "<f8", {"t": [1]}, "AAAAAAAAAAA="], ["matrix", "|O", {"t": [1, 1]}, {"t": [1]}],
        ["RangeIndex", 0, 1 << 50, 1, None], ["Period", 1, "Q; import os"], ["Timestamp", 0, "ns", "../../etc/passwd"],
    ],
    ids=repr,
)  # fmt: skip
def test_value_larger_than_what_was_sent_is_refused(tree: list[Any]) -> None:
    there("pandas")
    with pytest.raises(ValueError):
        codec.Decoder().decode({"v": tree})


def drawn() -> tuple[Any, ...]:
    return random.random(), random.gauss(0, 1), np.random.rand(), np.random.randn()


@pytest.mark.parametrize("odd", range(2))
def test_draws_go_on_from_the_other_side(odd: int) -> None:
    random.seed(7)
    np.random.seed(7)
    for _ in range(odd):
        drawn()
    message = json.loads(json.dumps(draws.SharedDraws().put({})))
    first = drawn()
    random.seed(1)
    np.random.seed(1)
    other = draws.SharedDraws()
    other.take(message)
    assert drawn() == first
    assert "d" in other.put({})
    assert other.put({}) == {}


@pytest.mark.parametrize(
    "state",
    [
        {"n": ["", 0, None]}, {"n": [base64.b64encode(bytes(2496)).decode(), 625, None]},
        {"n": [base64.b64encode(bytes(2496)).decode(), -1, None]}, {"x": []}, {"p": 1}, [], "p",
        {"p": [base64.b64encode(bytes(2496)).decode(), 3, "0"]}, {"n": [base64.b64encode(bytes(2496)).decode(), True, 0.0]},
        {"p": [base64.b64encode(bytes(2496)).decode(), 3, 1]},
    ],
    ids=repr,
)  # fmt: skip
def test_state_that_is_none_is_refused(state: Any) -> None:
    with pytest.raises(ValueError):
        draws.SharedDraws().take({"d": state})
