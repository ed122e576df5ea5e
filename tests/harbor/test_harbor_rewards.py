"""What a verifier wrote: read strictly, and as Harbor reads it."""

import pytest

from grader.core.result import Trust
from grader.core.witness import WitnessedFile, WitnessReport, WriterKind
from grader.graders._harbor_control import HarborControl, foul_play, trust_of
from grader.graders._harbor_reward import official, read

TESTS = WriterKind.TESTS


def report(text=None, json=None, writer=TESTS, meddling=()):
    files = [
        WitnessedFile(name=name, data=data, writer=writer if data is not None else "nobody")
        for name, data in (("reward.json", json), ("reward.txt", text))
    ]
    return WitnessReport(files=tuple(files), meddling=meddling)


@pytest.mark.parametrize("text", [b"1", b" 1.0\n", b"1e0", b"+1."])
def test_a_number_is_a_reward(text):
    assert read(report(text)).is_full


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "is empty"),
        (b"nan", "no finite number"),
        (b"inf", "no finite number"),
        (b"1e999", "no finite"),
        (b"1_0", "no finite number"),
        (b"1 1", "no finite number"),
        (b"1.5", "not from 0 to 1"),
        (b"-0.5", "not from 0 to 1"),
        (b"\xff\xfe", "no finite number"),
        (b"1" * 60_000 + b"x", "no finite number"),
    ],
)
def test_what_is_no_share_of_one_is_no_reward(text, problem):
    found = read(report(text))

    assert not found.values
    assert problem in found.problem


@pytest.mark.parametrize(
    "json",
    [b"NaN", b'{"reward": NaN}', b'{"reward": 1e999}', b'{"reward": 1.5}', b'{"reward": "1"}',
     b"[1]", b"1", b"{}", b"{", b'{"reward": 1, "speed": null}', b'{"reward": ' + b"9" * 400 + b"}"],
)  # fmt: skip
def test_json_without_finite_numbers_is_no_reward(json):
    assert not read(report(json=json)).values


def test_json_comes_before_text_and_its_key_reward_decides():
    assert read(report(b"0", b'{"reward": 1, "speed": 0.2}')).is_full
    assert not read(report(b"1", b'{"a": 1, "b": 0.5}')).is_full


def test_a_key_that_is_no_text_can_be_kept():
    assert list(read(report(json=b'{"\\ud800": 1}')).values) == ["\\ud800"]


def test_the_official_reading_takes_what_is_out_of_range():
    assert official(report(b"1.5")) == {"reward": 1.5}
    assert official(report(b"nan")) == {}


@pytest.mark.parametrize("writer", [WriterKind.LEFT, WriterKind.NOBODY])
def test_a_reward_that_the_verifier_did_not_write_is_foul(writer):
    found = report(b"1", writer=writer)

    assert foul_play(read(found), found, HarborControl(passes=True, writer=TESTS))


@pytest.mark.parametrize("writer", [WriterKind.MIXED, WriterKind.MOVED, WriterKind.UNKNOWN])
def test_a_doubtful_writer_counts_where_the_solution_has_the_same(writer):
    found = report(b"1", writer=writer)

    assert foul_play(read(found), found, HarborControl(passes=True, writer=TESTS))
    assert not foul_play(read(found), found, HarborControl(passes=True, writer=writer))
    assert trust_of(read(found), found) is Trust.SHARED


def test_meddling_counts_unless_the_solution_does_it_too():
    found = report(b"1", meddling=("ran /tmp/pip-abc/tool",))
    usual = HarborControl(passes=True, writer=TESTS, meddling=("ran /#/#/tool",))

    assert foul_play(read(found), found, HarborControl(passes=True, writer=TESTS))
    assert foul_play(read(found), found, usual)
    assert not foul_play(
        read(found), found, usual.model_copy(update={"meddling": ("ran /tmp/#/tool",)})
    )


def test_a_reward_that_nobody_could_watch_has_the_least_trust():
    found = report(b"1", writer=WriterKind.UNSEEN)

    assert trust_of(read(found), found) is Trust.LOG
