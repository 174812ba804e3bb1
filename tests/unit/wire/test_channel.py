"""A channel gives whole messages within a deadline, and takes memory for what has arrived."""

import socket
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from memory import traced

from autograder.errors import WireError
from autograder.wire import Caps, Channel, Closed, TimedOut, encode


@pytest.fixture
def ends():
    """A channel, and the bare socket at the other end."""
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    with theirs:
        yield channel, theirs
    channel.close()


def frame(value: object) -> bytes:
    """Return the bytes of a value on a stream."""
    message = encode(value)
    return struct.pack("<Q", len(message)) + message


def test_a_channel_waits_no_longer_than_it_is_told(ends):
    """A message that never becomes whole is a TimedOut, and a closed socket is a Closed."""
    channel, theirs = ends
    theirs.sendall(struct.pack("<Q", 100) + b"not all of it")
    with pytest.raises(TimedOut):
        channel.receive(timeout_s=0.05)
    theirs.close()
    with pytest.raises(Closed):
        channel.receive(timeout_s=1)


@pytest.mark.parametrize("arrived", [0, 3, 8, 9, 20])
def test_a_late_message_is_read_from_where_it_stopped(ends, arrived):
    """A deadline in the middle of a message loses none of its bytes."""
    channel, theirs = ends
    data = frame({"a": [1, 2]})
    theirs.sendall(data[:arrived])
    with pytest.raises(TimedOut):
        channel.receive(timeout_s=0.02)
    theirs.sendall(data[arrived:] + frame("next"))
    assert channel.receive(timeout_s=5) == {"a": [1, 2]}
    assert channel.receive(timeout_s=5) == "next"


def test_bytes_that_trickle_do_not_move_the_deadline(ends):
    """The deadline is that of the message, not of its next byte."""
    channel, theirs = ends
    is_over = threading.Event()

    def trickle() -> None:
        for byte in frame("x" * 100_000):
            if is_over.wait(0.005):
                return
            theirs.sendall(bytes([byte]))

    trickling = threading.Thread(target=trickle)
    trickling.start()
    try:
        with pytest.raises(TimedOut):
            channel.receive(timeout_s=0.2)
    finally:
        is_over.set()
        trickling.join()


def test_a_reader_that_does_not_read_stops_no_sender(ends):
    """Sending more than the socket holds to someone who does not read is a TimedOut, and the stream is of no use."""
    channel, _ = ends
    with pytest.raises(TimedOut):
        channel.send(np.zeros(10_000_000, "u1"), timeout_s=0.05)
    with pytest.raises(Closed):
        channel.send(1, timeout_s=1)
    with pytest.raises(Closed):
        channel.receive(timeout_s=1)


def test_what_cannot_be_sent_leaves_the_channel_as_it_was(ends):
    """A value that is too large is refused before a byte of it is sent."""
    channel, theirs = ends
    with pytest.raises(WireError):
        channel.send(np.zeros(1000), caps=Caps(num_bytes=100))
    with pytest.raises(WireError):
        channel.send({1, 2}, only_plain=True)
    channel.send("small")
    assert Channel(theirs).receive(timeout_s=5) == "small"


def test_a_channel_refuses_an_announced_flood(ends):
    """A length beyond the cap is refused before a byte of it is read, and nothing after it is believed."""
    channel, theirs = ends
    theirs.sendall(struct.pack("<Q", 1 << 62) + frame("next"))
    with pytest.raises(WireError):
        channel.receive(timeout_s=1)
    with pytest.raises(Closed):
        channel.receive(timeout_s=1)


def test_a_message_that_is_none_leaves_the_next_one_readable(ends):
    """Where a frame is whole, what is in it spoils nothing else."""
    channel, theirs = ends
    for junk in (b"", b"\xff" * 50):
        theirs.sendall(struct.pack("<Q", len(junk)) + junk + frame("next"))
        with pytest.raises(WireError):
            channel.receive(timeout_s=5)
        assert channel.receive(timeout_s=5) == "next"


def test_memory_is_taken_for_what_has_arrived(ends):
    """An announced length costs nothing until its bytes come."""
    channel, theirs = ends
    theirs.sendall(struct.pack("<Q", 200 << 20) + b"a little")
    with traced() as peak, pytest.raises(TimedOut):
        channel.receive(timeout_s=0.05)
    assert peak() < 4 << 20


def test_what_has_arrived_unasked_is_seen_and_not_taken(ends):
    """Looking whether anything is there changes nothing; half a message counts, the end does not."""
    channel, theirs = ends
    assert not channel.has_unread()
    data = frame("early")
    theirs.sendall(data[:5])
    assert channel.has_unread()
    with pytest.raises(TimedOut):
        channel.receive(timeout_s=0.02)
    assert channel.has_unread()
    theirs.sendall(data[5:])
    assert channel.receive(timeout_s=5) == "early"
    assert not channel.has_unread()
    theirs.close()
    assert not channel.has_unread()


def test_descriptors_that_come_along_are_not_taken(ends):
    """A file that the other side passes with its bytes does not become open here."""
    channel, theirs = ends
    before = _num_open()
    with socket.socket() as passed:
        socket.send_fds(theirs, [frame("with a file")], [passed.fileno()] * 20)
    assert channel.receive(timeout_s=5) == "with a file"
    assert _num_open() == before


def _num_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_large_messages_cross_whole():
    """A message larger than the socket's buffer arrives as it was sent."""
    ours, theirs = socket.socketpair()
    value = {"images": np.arange(3_000_000, dtype="float32"), "n": 3}
    sender = threading.Thread(target=Channel(ours).send, args=(value,))
    sender.start()
    receiver = Channel(theirs)
    arrived = receiver.receive(timeout_s=30)
    sender.join()
    assert arrived["n"] == 3
    assert (arrived["images"] == value["images"]).all()
    ours.close()
    receiver.close()
