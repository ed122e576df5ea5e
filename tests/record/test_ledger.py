"""The ledger against a plain dictionary."""

from hypothesis import given
from hypothesis import strategies as st

from grader.record.ledger import Ledger, mark

INDEX = st.one_of(st.integers(0, 5000), st.integers(0, 2**40))
ENTRY = st.tuples(st.sampled_from("abc"), INDEX, st.integers(0, 2**64 - 1))


@given(st.lists(ENTRY, max_size=60))
def test_ledger_behaves_like_a_dictionary(entries):
    ledger, model = Ledger(), {}
    for task, index, value in entries:
        assert ledger.put(task, index, value=value) == model.get((task, index), 0)
        model[task, index] = value
    assert ledger.count == sum(value != 0 for value in model.values())
    for (task, index), value in model.items():
        assert ledger.get(task, index) == value


def test_ledger_of_a_huge_index_stays_small():
    ledger = Ledger()
    ledger.put("t", 10**15, value=1)
    assert ledger.get("t", 10**15) == 1
    assert ledger.get("t", 10**15 - 1) == 0


def test_ledger_finds_a_sparse_key_after_the_task_has_grown_past_it():
    ledger = Ledger()
    ledger.put("t", 5000, value=7)
    for index in range(4000):
        ledger.put("t", index, value=1)
    assert ledger.put("t", 5000, value=9) == 7
    assert ledger.get("t", 5000) == 9
    assert ledger.count == 4001


def test_mark_is_never_zero():
    assert mark("") == 1
    assert mark("0000000000000000") == 1
    assert mark("ffffffffffffffff") == 2**64 - 1
