"""Turns in a conversation: an answer counts for its own question only."""

import socket
from collections.abc import Iterator

import pytest

from grader.sandboxes._slot.interview.talk import ConversationEnd, OutOfTurn


@pytest.fixture
def ends() -> Iterator[tuple[ConversationEnd, ConversationEnd]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ConversationEnd(ours), ConversationEnd(theirs)


def test_answer_to_the_question_is_taken(ends):
    asking, answering = ends
    answering.send({"v": 6, "i": 1})
    assert asking.ask({"q": "call"})["v"] == 6
    assert answering.receive() == {"q": "call", "i": 1}


@pytest.mark.parametrize("number", [{}, {"i": 0}, {"i": 2}, {"i": "1"}, {"i": None}, {"i": [1]}])
def test_answer_to_no_or_another_question_is_out_of_turn(ends, number):
    asking, answering = ends
    answering.send({"v": 6, **number})
    with pytest.raises(OutOfTurn, match="another question"):
        asking.ask({"q": "call"})


def test_answer_that_comes_too_late_is_out_of_turn(ends):
    asking, answering = ends
    for value in (6, 0):
        answering.send({"v": value, "i": 1})
    assert asking.ask({"q": "call"})["v"] == 6
    with pytest.raises(OutOfTurn):
        asking.ask({"q": "call"})


def test_request_of_the_peer_is_answered_under_its_number(ends):
    asking, answering = ends
    asking.serve = lambda request: {"v": request["n"] + 1}
    answering.send({"q": "next", "n": 4, "i": 7})
    answering.send({"v": "all", "i": 1})
    assert asking.ask({"q": "call"})["v"] == "all"
    assert answering.receive()["i"] == 1
    assert answering.receive() == {"v": 5, "i": 7}


@pytest.mark.parametrize("number", [-1, 0, 1 << 60, 1.5, True, "7", ["x" * 1000]])
def test_number_of_no_honest_peer_is_not_repeated(ends, number):
    asking, answering = ends
    asking.serve = lambda _: {"v": None}
    asking.reply({"q": "next", "i": number})
    assert answering.receive()["i"] == 0
