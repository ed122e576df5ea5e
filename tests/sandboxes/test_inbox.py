"""Frames arrive whole and in their order, however the bytes are cut."""

import os
import socket
import threading

import pytest

from grader.sandboxes._slot import wire
from grader.sandboxes._slot.inbox import BUFFER_BYTES, FrameInbox

LARGE = 3 * BUFFER_BYTES


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def sent(channel, data, piece):
    for start in range(0, len(data), piece):
        channel.sendall(data[start : start + piece])


@pytest.mark.parametrize("piece", [1, 7, 100, 1 << 20])
@pytest.mark.parametrize("size", [0, 5, BUFFER_BYTES - 30, BUFFER_BYTES, LARGE])
def test_frames_in_pieces_arrive_whole_and_in_order(ends, size, piece):
    ours, theirs = ends
    bodies = [os.urandom(min(size, 2000) if piece < 100 else size) for _ in range(3)]
    data = b"".join(wire.encode({"number": at}, body) for at, body in enumerate(bodies))
    writer = threading.Thread(target=sent, args=(theirs, data, piece))
    writer.start()
    inbox = FrameInbox(ours)
    found = [inbox.receive() for _ in bodies]
    writer.join()
    assert [(each.header["number"], bytes(each.body)) for each in found] == list(enumerate(bodies))
    assert not inbox.has_more()


def test_frame_behind_another_is_known_to_be_there(ends):
    ours, theirs = ends
    theirs.sendall(wire.encode({"op": "run"}, b"body") + wire.encode({"op": wire.STOP}))
    inbox = FrameInbox(ours)
    assert inbox.receive().header == {"op": "run"}
    assert inbox.has_more()
    assert inbox.receive().header == {"op": wire.STOP}
    assert not inbox.has_more()


def test_descriptors_come_with_their_frame(ends):
    ours, theirs = ends
    reader, writer = os.pipe()
    data = wire.encode({}, b"x" * LARGE)
    thread = threading.Thread(
        target=lambda: theirs.sendall(data[socket.send_fds(theirs, [data], [writer]) :])
    )
    thread.start()
    frame = FrameInbox(ours).receive()
    thread.join()
    (got,) = frame.descriptors
    os.write(got, b"through")
    assert os.read(reader, 7) == b"through"
    for descriptor in (reader, writer, got):
        os.close(descriptor)


def test_descriptors_come_with_their_frame_behind_a_late_word(ends):
    ours, theirs = ends
    reader, writer = os.pipe()
    theirs.sendall(wire.encode({"op": wire.STOP}))
    socket.send_fds(theirs, [wire.encode({"op": "run"})], [writer])
    inbox = FrameInbox(ours)
    late, frame = inbox.receive(), inbox.receive()
    assert (late.header["op"], late.descriptors) == (wire.STOP, [])
    (got,) = frame.descriptors
    for descriptor in (reader, writer, got):
        os.close(descriptor)


def test_nothing_of_a_frame_stays_in_the_buffer(ends):
    ours, theirs = ends
    theirs.sendall(wire.encode({}, b"a marker of this sample"))
    inbox = FrameInbox(ours)
    inbox.receive()
    assert b"marker" not in bytes(inbox._buffer)


def test_end_of_the_channel_is_said(ends):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(EOFError):
        FrameInbox(ours).receive()


@pytest.mark.parametrize("words", [1, 3])
def test_descriptors_are_not_those_of_a_word_before_their_frame(ends, words):
    ours, theirs = ends
    reader, writer = os.pipe()
    stop = wire.encode({"op": wire.STOP})
    for _ in range(words):
        theirs.sendall(stop)
    socket.send_fds(theirs, [wire.encode({"op": "run"}, b"body")], [writer])
    theirs.sendall(stop)
    inbox = FrameInbox(ours)
    found = [inbox.receive() for _ in range(words + 2)]
    assert [len(frame.descriptors) for frame in found] == [*[0] * words, 1, 0]
    for descriptor in (reader, writer, *found[words].descriptors):
        os.close(descriptor)
