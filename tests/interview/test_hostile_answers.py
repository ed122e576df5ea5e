"""Whatever a candidate answers, the checker goes on, raises its exception or ends the interview."""

import copy
import json
import socket
import threading
from contextlib import suppress
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_classes import CLASSES
from test_codec_hostile import TREES

from grader.sandboxes._slot.interview import errors
from grader.sandboxes._slot.interview.checker import CheckerEnd
from grader.sandboxes._slot.interview.talk import LENGTH


class Sum:
    """One of the prompt's."""

    def __init__(self, x: Any) -> None:
        self.x = x

    def total(self) -> Any:
        return self.x


class EndedError(BaseException):
    """The interview is over."""


def end(name: str, message: str) -> NoReturn:
    raise EndedError(name, message)


class Liar:
    """A candidate that answers every question with what it is told to."""

    def __init__(self, channel: socket.socket, answers: list[dict[str, Any]]) -> None:
        self.channel, self.answers = channel, answers
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        with suppress(OSError):  # the checker may have hung up
            for number, answer in enumerate(self.answers, start=1):
                data = json.dumps({"i": number, **answer}).encode()
                self.channel.sendall(LENGTH.pack(len(data)) + data)
            self.channel.shutdown(socket.SHUT_WR)


def asked(answers: list[dict[str, Any]], *, isolate: bool = False) -> tuple[list[Any], CheckerEnd]:
    """What two questions gave (`f(items, sum)`, then `f()`), or what they raised."""
    ours, theirs = socket.socketpair()
    liar = Liar(theirs, answers)
    checker = CheckerEnd(ours, end, isolate=isolate)
    checker.classes = CLASSES | {"Sum": Sum}
    items: list[Any] = [[0], {"k": [1]}]
    found: list[Any] = [items]
    try:
        for arguments in ((items, Sum(5)), ()):
            try:
                found.append(checker.stub("f")(*arguments))
            except BaseException as error:  # noqa: BLE001  anything may be raised over there
                found.append(error)
                if isinstance(error, EndedError):
                    break
    finally:
        ours.close()
        liar.thread.join()
        theirs.close()
    return found, checker


@pytest.mark.parametrize(
    "answer",
    [
        {"v": 1, "t": [9]}, {"v": 1, "t": [-1]}, {"v": 1, "t": [True]}, {"v": 1, "t": "0"}, {"v": 1, "t": {}},
        {"v": 1, "t": [0.0]}, {"v": 1, "t": [1 << 70]}, {"v": 1, "g": [0]}, {"v": 1, "g": [7]}, {"v": 1, "g": 1},
        {"v": 1, "m": {}}, {"v": 1, "m": [1]}, {"v": 1, "m": [[0]]}, {"v": 1, "m": [[0, []]]}, {"v": 1, "m": [[0, ["l"]]]},
        {"v": 1, "m": [[9, ["l", []]]]}, {"v": 1, "m": [["0", ["l", []]]]}, {"v": 1, "m": [[True, ["l", []]]]},
        {"v": 1, "m": [[0, ["d", []]]]}, {"v": 1, "m": [[0, ["s", []]]]}, {"v": 1, "m": [[0, ["o", {"d": []}]]]},
        {"v": 1, "m": [[0, ["y", {"y": ""}]]]}, {"v": 1, "m": [[0, ["a", {"t": []}]]]}, {"v": 1, "m": [[0, [[], []]]]},
        {"v": 1, "m": [[0, ["l", {"r": 0}]]]}, {"v": 1, "m": [[2, ["l", []]]]}, {"v": 1, "m": [[2, ["d", [[1]]]]]},
        {"v": 1, "m": [[2, ["d", [[[], 1]]]]]}, {"v": 1, "m": [[0, ["l", [1]]], [0, ["l", [2]]]]},
        {"v": 1, "m": [[4, ["o", {"d": [["__class__", 1]]}]]]}, {"v": 1, "m": [[4, ["o", {"d": [["total", 1]]}]]]},
        {"v": 1, "m": [[4, ["o", 5]]]}, {"v": 1, "m": [[4, ["l", []]]]}, {"v": {"r": 6}}, {"v": {"r": -1}}, {},
        {"x": 1}, {"x": []}, {"x": [[], None, ""]}, {"x": ["", [], None, "", [], {}]},
        {"x": ["", ["eval"], None, "", [], {}]}, {"x": ["", ["os.system"], None, "", [], {}]},
        {"x": ["", ["ValueError", 1], None, "", [], {}]}, {"x": ["a b", ["ValueError"], None, "", [], {}]},
        {"x": ["", ["ValueError"], 5, "", [], {}]}, {"x": ["", ["ValueError"], None, 5, [], {}]},
        {"x": ["", ["ValueError"], None, "", {}, {}]}, {"x": ["", ["ValueError"], None, "", [["__class__", 1]], {}]},
        {"x": ["", ["ValueError"], None, "", [[1, 1]], {}]}, {"x": ["", ["ValueError"], None, "", [["a"]], {}]},
        {"x": ["", ["ValueError"], None, "", [["add_note", 1]], {}]}, {"x": ["", ["ValueError"], None, "", [], []]},
        {"x": ["", ["ValueError"], None, "", [], {"n": [1]}]}, {"x": ["", ["ValueError"], None, "", [], {"c": 1}]},
        {"x": ["E", ["KeyError", "OSError", "UnicodeDecodeError"], None, "", [], {}]},
        {"x": ["", ["UnicodeDecodeError"], {"t": []}, "", [["start", -1]], {}]},
        {"x": ["", ["ExceptionGroup"], {"t": ["a", 5]}, "", [], {}]},
        {"x": ["", ["SyntaxError"], None, "", [["lineno", {"h": [0, "thing"]}]], {}]},
        {"v": {"k": []}}, {"v": {"k": 1}}, {"v": {"k": [0, "S", 1]}},
        {"v": {"k": [0, "S", {"v": ["range", 0, 1, 1]}, {}]}},
        {"v": {"k": [0, "a b", 1, {}]}}, {"v": {"k": [0, 5, 1, {}]}}, {"v": {"k": [0, "S", True, {}]}},
        {"v": {"k": [0, "S", None, {}]}}, {"v": {"k": [0, "S", {"h": [1, "instance"]}, {}]}},
        {"v": {"k": [0, "S", 1, {"__eq__": "x"}]}}, {"v": {"k": [0, "S", 1, {"__str__": 5}]}},
        {"v": {"k": [0, "S", 1, {"__str__": []}]}}, {"v": {"k": [-1, "S", 1, {}]}}, {"v": {"k": [0, "S", 1, []]}},
    ],
    ids=json.dumps,
)  # fmt: skip
@pytest.mark.parametrize("isolate", [False, True])
def test_malformed_answer_ends_the_interview(answer: dict[str, Any], *, isolate: bool) -> None:
    found, _ = asked([answer], isolate=isolate)
    assert isinstance(found[1], EndedError)
    assert found[1].args[0] == "OutOfTurn"
    assert found[0] == [[0], {"k": [1]}]


def behind(depth: int) -> list[Any]:
    return ["", ["ValueError"], None, "", [], {"c": behind(depth - 1)} if depth else {}]


def test_too_many_causes_end_the_interview() -> None:
    assert isinstance(asked([{"x": behind(errors.BEHIND + 1)}])[0][1], EndedError)
    assert isinstance(asked([{"x": behind(errors.BEHIND)}])[0][1], ValueError)


def test_class_of_that_name_is_not_the_builtin() -> None:
    found, _ = asked([{"x": ["ValueError", ["KeyError", "LookupError"], None, "m", [], {}]}])
    assert type(found[1]).__name__ == "ValueError"
    assert isinstance(found[1], KeyError)
    assert not isinstance(found[1], ValueError)
    assert str(found[1]) == "m"


def test_later_change_reaches_only_what_is_said_to_be_held() -> None:
    first = {"v": [1], "t": [0, 6]}
    found, checker = asked([first, {"v": {"r": 6}, "m": [[0, ["l", [7]]], [6, ["l", [8]]]]}])
    assert found[0] == [7]
    assert found[1] is found[2]
    assert found[2] == [8]
    assert set(checker.events) == {
        "changes later: argument 0 of f(): ", "changes later: result of f(): ",
    }  # fmt: skip


def test_change_of_what_is_not_held_any_more_ends_the_interview() -> None:
    found, _ = asked([{"v": [1]}, {"v": 1, "m": [[0, ["l", [7]]]]}])
    assert isinstance(found[2], EndedError)
    assert found[0] == [[0], {"k": [1]}]


def test_isolated_changes_reach_nothing_of_the_tests() -> None:
    first = {"v": {"r": 0}, "m": [[1, ["l", [9]]], [3, ["l", []]]], "t": [0, 1, 2, 3, 4]}
    second = {"v": {"r": 0}, "m": [[0, ["l", [{"r": 1}, 6]]], [4, ["o", {"d": [["x", 1]]}]]]}
    found, _ = asked([first, second], isolate=True)
    assert found[0] == [[0], {"k": [1]}]
    assert found[1] is not found[0]
    assert found[2] == [[9], 6]


def test_unreal_change_is_no_event() -> None:
    same = {"v": 1, "m": [[0, ["l", [{"r": 1}, {"r": 2}]]], [1, ["l", [0]]]]}
    _, checker = asked([same])
    assert not checker.events


def test_number_of_events_is_bounded_and_the_last_one_says_so() -> None:
    checker = asked([])[1]
    for number in range(10_000):
        checker.note(f"f() gives instance in [{number}]")
    assert len(checker.events) < 5000
    assert list(checker.events)[-1] == "more than can be noted"


def test_long_events_differ_by_their_ends() -> None:
    checker = asked([])[1]
    for last in "ab":
        checker.note("x" * 500 + last)
    assert len(checker.events) == 2
    assert max(map(len, checker.events)) <= 240


@given(
    value=TREES,
    other=TREES,
    changes=st.lists(st.tuples(st.integers(0, 6), st.sampled_from("ldsyoax"), TREES), max_size=3),
    kept=st.lists(st.integers(-1, 9), max_size=4),
    isolate=st.booleans(),
    raises=st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_random_answer_is_a_value_an_error_or_the_end(
    *, value: Any, other: Any, changes: list[Any], kept: list[int], isolate: bool, raises: bool
) -> None:
    answer: dict[str, Any] = {
        "m": [[number, [kind, tree]] for number, kind, tree in changes],
        "t": kept,
    }
    if raises:
        answer["x"] = ["E", ["ValueError"], value, "", [["a", other]], {"x": other}]
    else:
        answer["v"] = value
    found, _ = asked([answer, {"v": other, "m": answer["m"]}], isolate=isolate)
    ends = [each for each in found[1:] if isinstance(each, EndedError)]
    assert all(each.args[0] in {"OutOfTurn", "Gone"} for each in ends)
    if isolate:
        assert found[0] == [[0], {"k": [1]}]


def test_value_of_a_class_of_its_own_is_what_is_plain_in_it() -> None:
    said = {"k": [3, "S", 7, {"__str__": "seven", "__repr__": "S.7"}]}
    found, checker = asked([{"v": said}, {"v": {"k": [3, "T", 8, {}]}}])
    value, again = found[1:]
    assert again is value  # another one under the same handle
    assert (value, int(value), str(value), repr(value), f"{value:03}") == (
        7,
        7,
        "seven",
        "S.7",
        "007",
    )
    assert type(value) is not int
    assert isinstance(value, int)
    assert hash(value) == hash(7)
    assert list(checker.events) == ["f() gives derived shows whole in one process only"]


def test_container_of_a_class_of_its_own_may_be_kept_from_changing() -> None:
    answers: list[dict[str, Any]]
    answers = [{"v": {"k": [3, "S", [7, [1]], {}]}}, {"v": {"k": [3, "S", [7, [2]], {}]}}]
    found, checker = asked(answers, isolate=True)
    assert found[1:] == [[7, [1]], [7, [2]]]
    assert "changes later: result of f(): [1]" in checker.events
    found, checker = asked([answers[0], answers[0]], isolate=True)
    assert found[1] is found[2]
    assert list(checker.events) == ["f() gives derived shows whole in one process only"]


def test_container_of_a_class_of_its_own_is_no_cover_for_another() -> None:
    answers: list[dict[str, Any]] = [
        {"v": {"k": [3, "S", [7], {}]}},
        {"v": {"k": [3, "S", {"t": [{"k": [3, "S", [8], {}]}, 1]}, {}]}},
    ]
    found, _ = asked(answers)
    assert isinstance(found[2], EndedError)
    assert found[2].args[0] == "OutOfTurn"


def test_words_of_a_class_of_its_own_may_be_none() -> None:
    words = dict.fromkeys(("__str__", "__repr__", "__format__"), "")
    found, _ = asked([{"v": {"k": [3, "S", 7, words]}}])
    assert (str(found[1]), repr(found[1]), f"{found[1]}", f"{found[1]:d}") == ("", "", "", "7")


def test_container_of_a_class_of_its_own_is_one_object_that_holds_what_was_said_last() -> None:
    found, checker = asked([{"v": {"k": [3, "S", [7], {}]}}, {"v": {"k": [3, "S", [8, 9], {}]}}])
    value, again = found[1:]
    assert again is value
    assert value == [8, 9]
    assert "changes later: result of f(): " in checker.events
    assert type(copy.deepcopy(value)) is list
