"""The codec carries plain data unchanged, and turns everything else into one kind of error."""

import contextlib
import json
import math
import socket
import struct
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.errors import WireError
from autograder.wire import DTYPES, MAGIC, Caps, Channel, Closed, Opaque, TimedOut, decode, encode

SCALARS = st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | st.text()
KEYS = st.booleans() | st.integers() | st.text()
ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: hnp.arrays(DTYPES[name], hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


def same(a: object, b: object) -> bool:
    """Whether two values have the same types and contents; NaN is NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return a == b


@given(VALUES)
def test_plain_data_arrives_unchanged(value):
    """Whatever plain data is sent arrives with its exact types."""
    assert same(decode(encode(value)), value)


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(data):
    """No bytes raise anything but WireError."""
    for message in (data, MAGIC + data, MAGIC + struct.pack("<I", len(data)) + data):
        with contextlib.suppress(WireError):
            decode(message)


@given(VALUES, st.data())
def test_a_damaged_message_decodes_or_is_refused(value, data):
    """A byte that changed on the way raises nothing but WireError."""
    message = bytearray(encode(value))
    message[data.draw(st.integers(0, len(message) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(WireError):
        decode(bytes(message))


def framed(header: str, body: bytes = b"") -> bytes:
    """Return a message around a header of any text."""
    return MAGIC + struct.pack("<I", len(header.encode())) + header.encode() + body


@pytest.mark.parametrize(
    "message",
    [
        framed('{"v": ' + "[" * 100_000 + "]" * 100_000 + ', "n": []}'),
        framed('{"v": NaN, "n": []}'),
        framed('{"v": 1e999, "n": []}'),
        framed(json.dumps({"v": {"$": "int", "v": "9" * 50_000}, "n": []})),
        framed(json.dumps({"v": {"$": "array", "t": "float32", "s": [1 << 40], "b": 0}, "n": [4]}), b"1234"),
        framed(json.dumps({"v": {"$": "array", "t": "object", "s": [1], "b": 0}, "n": [8]}), b"12345678"),
        framed(json.dumps({"v": {"$": "array", "t": "float32", "s": [-1], "b": 0}, "n": [4]}), b"1234"),
        framed(json.dumps({"v": {"$": "array", "t": "float32", "s": [0, 1 << 60], "b": 0}, "n": [0]})),
        framed(json.dumps({"v": {"$": "array", "t": "float32", "s": [True], "b": 0}, "n": [4]}), b"1234"),
        framed(json.dumps({"v": {"$": "pickle", "v": "gASVCg=="}, "n": []})),
        framed(json.dumps({"v": {"$": "dict", "v": [[[1], 2]]}, "n": []})),
        framed(json.dumps({"v": [0] * 600_000, "n": []})),
        framed(json.dumps({"v": 1, "n": [], "more": 1})),
        framed(json.dumps({"v": 1, "n": [3]}), b"12"),
        framed(json.dumps({"v": 1, "n": []}), b"left over"),
        b"",
        b"PK\x03\x04",
    ],
)
def test_a_hostile_message_is_refused(message):
    """Deep, lying, huge, unknown and unfinished messages are all WireErrors."""
    with pytest.raises(WireError):
        decode(message)


def test_objects_do_not_cross():
    """A subclass, an object array or a function arrives as something that equals nothing."""

    class Liar(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    class Raising:
        def __array__(self, *args, **kwargs):
            raise RuntimeError

    for value in (Liar(1.0), Raising(), np.array([object()]), len, {1, 2}, b"bytes"):
        arrived = decode(encode(value))
        assert isinstance(arrived, Opaque)
        assert arrived != arrived
        assert arrived != value


def test_an_array_subclass_arrives_as_plain_numbers():
    """What a subclass of ndarray overrides stays behind."""

    class Lying(np.ndarray):
        def __array_function__(self, *args, **kwargs):
            return True

    arrived = decode(encode(np.zeros(3).view(Lying)))
    assert type(arrived) is np.ndarray
    assert not np.allclose(arrived, np.ones(3))


def test_what_is_too_large_is_refused_by_both_sides():
    """Neither side handles more bytes, levels or values than the caps say."""
    small = Caps(num_bytes=1000, header_bytes=500, depth=5, values=50)
    nested: list[object] = []
    for _ in range(10):
        nested = [nested]
    for value in (np.zeros(1000), nested, list(range(100)), "x" * 600):
        with pytest.raises(WireError):
            encode(value, small)
        with pytest.raises(WireError):
            decode(encode(value), small)


def test_a_channel_waits_no_longer_than_it_is_told():
    """A message that never becomes whole is a TimedOut, a closed socket is a Closed."""
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    theirs.sendall(struct.pack("<Q", 100) + b"not all of it")
    with pytest.raises(TimedOut):
        channel.receive(timeout_s=0.05)
    theirs.close()
    with pytest.raises(Closed):
        channel.receive(timeout_s=1)
    channel.close()


def test_a_reader_that_does_not_read_stops_no_sender():
    """Sending more than the socket holds to someone who does not read is a TimedOut."""
    ours, theirs = socket.socketpair()
    with theirs:
        channel = Channel(ours)
        with pytest.raises(TimedOut):
            channel.send(np.zeros(10_000_000, "u1"), timeout_s=0.05)
        channel.close()


def test_a_channel_refuses_an_announced_flood():
    """A length beyond the cap is refused before a byte of it is read."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(struct.pack("<Q", 1 << 62))
        channel = Channel(ours)
        with pytest.raises(WireError):
            channel.receive(timeout_s=1)
        channel.close()


def test_large_messages_cross_whole():
    """A message larger than the socket's buffer arrives as it was sent."""
    ours, theirs = socket.socketpair()
    value = {"images": np.arange(3_000_000, dtype="float32"), "n": 3}
    sender = threading.Thread(target=Channel(ours).send, args=(value,))
    sender.start()
    receiver = Channel(theirs)
    assert same(receiver.receive(timeout_s=30), value)
    sender.join()
    ours.close()
    receiver.close()
