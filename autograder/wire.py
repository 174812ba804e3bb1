"""The codec between processes: a JSON header and raw buffers, and nothing that could run.

A message is ``AGW1``, the header's length (u32, little endian), the header as JSON, then the bytes of the
arrays that it mentions, back to back. The decoder builds only None, bool, int, float, str, list, tuple,
dict, `numpy.ndarray` of the dtypes in `DTYPES`, and `Opaque` for what the sender could not send; it
imports, calls and looks up nothing that a sender names. On a stream socket each message follows its length
(u64, little endian).

Used on both sides of the wall, so it imports only the standard library and NumPy. Every fault of a message
is a `WireError`.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.errors import WireError

MAGIC = b"AGW1"
DTYPES = {
    name: np.dtype(code)
    for name, code in {
        "bool": "?",
        "int8": "i1",
        "int16": "<i2",
        "int32": "<i4",
        "int64": "<i8",
        "uint8": "u1",
        "uint16": "<u2",
        "uint32": "<u4",
        "uint64": "<u8",
        "float16": "<f2",
        "float32": "<f4",
        "float64": "<f8",
        "complex64": "<c8",
        "complex128": "<c16",
    }.items()
}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_SAFE_INTEGER = 2**53  # JSON numbers beyond this lose digits in other readers
_MAX_DIGITS = 1000


@dataclass(frozen=True)
class Caps:
    """Upper bounds on one message; beyond any of them it is a `WireError`."""

    num_bytes: int = 256 << 20
    header_bytes: int = 16 << 20
    depth: int = 40
    values: int = 500_000


DEFAULT_CAPS = Caps()


class Opaque:
    """Stands for a value that cannot cross; equal to nothing, not even to itself.

    Parameters
    ----------
    kind
        The qualified name of the value's type, as its sender told it.
    """

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<something of type {self.kind!a}>"


def encode(value: Any, caps: Caps = DEFAULT_CAPS) -> bytes:
    """Return the value as one message.

    Exact types only: a subclass of float, say, becomes `Opaque`, so that no method of it can matter later.
    NumPy scalars and anything with ``__array__`` become arrays.

    Raises
    ------
    WireError
        If the value is nested deeper, or larger, than `caps` allow.
    """
    buffers: list[bytes] = []
    count = 0

    def put(item: Any, depth: int) -> Any:
        nonlocal count
        count += 1
        if depth > caps.depth or count > caps.values:
            raise WireError(f"the value is too large to send: more than {caps.depth} levels or {caps.values} values")
        kind = type(item)
        if item is None or kind is bool or kind is str:
            return item
        if kind is int:
            if abs(item) <= _SAFE_INTEGER:
                return item
            if item.bit_length() > _MAX_DIGITS * 3:
                return {"$": "opaque", "v": "int with more than 900 digits"}
            return {"$": "int", "v": str(item)}
        if kind is float:
            return item if math.isfinite(item) else {"$": "float", "v": repr(item)}
        if kind is list:
            return [put(each, depth + 1) for each in item]
        if kind is tuple:
            return {"$": "tuple", "v": [put(each, depth + 1) for each in item]}
        if kind is dict:
            return {"$": "dict", "v": [[put(k, depth + 1), put(v, depth + 1)] for k, v in item.items()]}
        if kind is Opaque:
            return {"$": "opaque", "v": item.kind}
        if isinstance(item, np.ndarray | np.generic) or hasattr(kind, "__array__"):
            try:
                array = np.array(item, copy=True, subok=False)
            except Exception:  # noqa: BLE001 - an object's own conversion may do anything
                return {"$": "opaque", "v": f"{kind.__module__}.{kind.__qualname__}"[:200]}
            name = _NAMES.get(array.dtype.newbyteorder("<"))
            if name is None:
                return {"$": "opaque", "v": f"array of dtype {array.dtype}"[:200]}
            buffers.append(np.ascontiguousarray(array, DTYPES[name]).tobytes())
            return {"$": "array", "t": name, "s": list(array.shape), "b": len(buffers) - 1}
        return {"$": "opaque", "v": f"{kind.__module__}.{kind.__qualname__}"[:200]}

    tree = put(value, 0)
    header = json.dumps({"v": tree, "n": [len(b) for b in buffers]}, allow_nan=False).encode()
    message = b"".join([MAGIC, struct.pack("<I", len(header)), header, *buffers])
    if len(header) > caps.header_bytes or len(message) > caps.num_bytes:
        raise WireError(f"the value is too large to send: {len(message):,} bytes, at most {caps.num_bytes:,} are")
    return message


def decode(message: bytes, caps: Caps = DEFAULT_CAPS) -> Any:
    """Return the value that a message holds.

    Raises
    ------
    WireError
        For any message that `encode` could not have made within `caps`.
    """
    header, buffers = _split(message, caps)
    count = 0

    def get(item: Any, depth: int) -> Any:
        nonlocal count
        count += 1
        if depth > caps.depth or count > caps.values:
            raise WireError("the message is nested too deeply or holds too many values")
        if item is None or type(item) in (bool, int, str):
            return item
        if type(item) is float:
            if not math.isfinite(item):
                raise WireError("a number is out of range")
            return item
        if type(item) is list:
            return [get(each, depth + 1) for each in item]
        return tagged(item, depth)

    def tagged(item: dict[str, Any], depth: int) -> Any:
        match item:
            case {"$": "tuple", "v": list(values)}:
                return tuple(get(each, depth + 1) for each in values)
            case {"$": "dict", "v": list(pairs)}:
                return {key(pair, depth): get(pair[1], depth + 1) for pair in pairs}
            case {"$": "int", "v": str(digits)} if _is_integer(digits):
                return int(digits)
            case {"$": "float", "v": "inf" | "-inf" | "nan" as name}:
                return float(name)
            case {"$": "opaque", "v": str(kind)}:
                return Opaque(kind[:200])
            case {"$": "array", "t": str(name), "s": list(shape), "b": int(index)}:
                return _array(name, shape, index, buffers, caps)
        raise WireError("the message holds a value of unknown kind")

    def key(pair: Any, depth: int) -> Any:
        if type(pair) is not list or len(pair) != 2:
            raise WireError("an entry of a dict is malformed")
        value = get(pair[0], depth + 1)
        try:
            hash(value)
        except TypeError:
            raise WireError("a key of a dict is malformed") from None
        return value

    return get(header["v"], 0)


def _split(message: bytes, caps: Caps) -> tuple[dict[str, Any], list[memoryview]]:
    """Return the parsed header and a view of each buffer."""
    if len(message) > caps.num_bytes or len(message) < 8 or message[:4] != MAGIC:
        raise WireError("the bytes are no message, or too many")
    (length,) = struct.unpack("<I", message[4:8])
    if length > caps.header_bytes or 8 + length > len(message):
        raise WireError("the header's length is wrong")
    try:
        header = json.loads(bytes(message[8 : 8 + length]).decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("the header is no JSON") from error
    match header:
        case {"v": _, "n": list(sizes), **rest} if not rest:
            pass
        case _:
            raise WireError("the header is malformed")
    view, offset, buffers = memoryview(message), 8 + length, []
    for size in sizes:
        if type(size) is not int or not 0 <= size <= len(message) - offset:
            raise WireError("a buffer's length is wrong")
        buffers.append(view[offset : offset + size])
        offset += size
    if offset != len(message):
        raise WireError("bytes are left over")
    return header, buffers


def _refuse_constant(name: str) -> None:
    raise WireError(f"the header holds {name}")


def _is_integer(digits: str) -> bool:
    body = digits.removeprefix("-")
    return len(body) <= _MAX_DIGITS and body.isascii() and body.isdigit()


def _array(name: str, shape: list[Any], index: int, buffers: list[memoryview], caps: Caps) -> np.ndarray:
    """Return a fresh array over one buffer, its size checked against shape and dtype."""
    if name not in DTYPES or type(index) is not int or not 0 <= index < len(buffers):
        raise WireError("an array's dtype or buffer is unknown")
    if len(shape) > 16 or not all(type(n) is int and 0 <= n <= caps.num_bytes for n in shape):
        raise WireError("an array's shape is malformed")
    dtype = DTYPES[name]
    if math.prod(shape) * dtype.itemsize != len(buffers[index]):
        raise WireError("an array's shape and size disagree")
    if name == "bool":  # any byte but 0 is True: no trap representations
        truths: np.ndarray = np.frombuffer(buffers[index], "u1") != 0
        return truths.reshape(shape)
    array: np.ndarray = np.frombuffer(buffers[index], dtype).reshape(shape).copy()
    return array


class TimedOut(Exception):
    """No whole message arrived before the deadline."""


class Closed(Exception):
    """The other side is gone."""


class Channel:
    """Messages over a connected stream socket.

    Parameters
    ----------
    sock
        Owned by the channel from now on.
    caps
        What is accepted from the other side.
    """

    def __init__(self, sock: socket.socket, caps: Caps = DEFAULT_CAPS) -> None:
        self.sock = sock
        self.caps = caps

    def send(self, value: Any, timeout_s: float | None = None) -> None:
        """Send one value, waiting at most `timeout_s` seconds for the other side to read it.

        Raises
        ------
        TimedOut, Closed
        WireError
            If the value is too large.
        """
        message = encode(value, self.caps)
        try:
            self.sock.settimeout(timeout_s)
            self.sock.sendall(struct.pack("<Q", len(message)))
            self.sock.sendall(message)
        except TimeoutError:
            raise TimedOut from None
        except OSError:
            raise Closed from None

    def receive(self, timeout_s: float | None = None) -> Any:
        """Return the next value, waiting at most `timeout_s` seconds for the whole of it.

        Raises
        ------
        TimedOut, Closed, WireError
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        (length,) = struct.unpack("<Q", self._exactly(8, deadline))
        if length > self.caps.num_bytes:
            raise WireError(f"a message of {length:,} bytes, at most {self.caps.num_bytes:,} are accepted")
        return decode(self._exactly(length, deadline), self.caps)

    def _exactly(self, count: int, deadline: float | None) -> bytes:
        data = bytearray(count)
        view, got = memoryview(data), 0
        while got < count:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimedOut
            try:
                self.sock.settimeout(left)
                received = self.sock.recv_into(view[got:])
            except TimeoutError:
                raise TimedOut from None
            except OSError:
                raise Closed from None
            if not received:
                raise Closed
            got += received
        return bytes(data)

    def close(self) -> None:
        """Close the socket; the other side notices."""
        self.sock.close()
