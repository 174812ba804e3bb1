"""Builds values from bytes that anybody may have made.

A message that `encode` could not have made is refused: a key or a tag that stands twice, a buffer that two arrays
share or that none uses, a string that is ill-formed. So the arrays of a message hold no more bytes than the message
itself. What parsing its header may build is bounded before it is parsed.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any, NamedTuple

import numpy as np

from autograder.errors import WireError
from autograder.wire.plain import (
    DEFAULT_CAPS,
    DTYPES,
    MAGIC,
    MAX_BITS,
    MAX_NAME,
    SAFE_INTEGER,
    TAG,
    Caps,
    Opaque,
    has_room,
    is_name,
    is_plain_key,
    is_shape,
    is_well_formed,
)


def decode(message: bytes | bytearray | memoryview, caps: Caps = DEFAULT_CAPS) -> Any:
    """Return the value that a message holds.

    Raises
    ------
    WireError
        For any message that `encode` could not have made within `caps`.
    """
    header, buffers = _split(memoryview(message), caps)
    decoder = _Decoder(caps, buffers, is_escaped=b"\\u" in header.text)
    decoder.enter(1, 0)
    value = decoder.get(header.tree, 0)
    if decoder.num_arrays != len(buffers):
        raise WireError("a buffer belongs to no array")
    return value


class _Decoder:
    """Builds a value from a parsed header, of which nothing is believed.

    Parameters
    ----------
    is_escaped
        Whether characters are told by their numbers, as only those can be that UTF-8 does not have.
    """

    def __init__(self, caps: Caps, buffers: list[memoryview], is_escaped: bool) -> None:
        self._caps = caps
        self._buffers = buffers
        self._is_escaped = is_escaped
        self._count = 0
        self.num_arrays = 0

    def get(self, item: Any, depth: int) -> Any:
        """Return the value of one tree that was entered."""
        kind = type(item)
        if kind is str:
            if self._is_escaped and not is_well_formed(item):
                raise WireError("a string is ill-formed")
            return item
        if item is None or kind is bool:
            return item
        if kind is int or kind is float:
            if abs(item) > SAFE_INTEGER if kind is int else not math.isfinite(item):
                raise WireError("a number is out of range")
            return item
        if kind is list:
            return self._items(item, depth + 1)
        return self._tagged(item, depth) if TAG in item else self._named(item, depth + 1)

    def enter(self, count: int, depth: int) -> None:
        """Count the values of one level, before any of them is looked at."""
        self._count += count
        if (count and depth > self._caps.depth) or self._count > self._caps.values:
            raise WireError("the message is nested too deeply or holds too many values")

    def _items(self, items: list[Any], depth: int) -> list[Any]:
        self.enter(len(items), depth)
        return [self.get(each, depth) for each in items]

    def _named(self, item: dict[str, Any], depth: int) -> dict[str, Any]:
        """Return a dict whose keys are names."""
        self.enter(2 * len(item), depth)
        if self._is_escaped and not all(map(is_well_formed, item)):
            raise WireError("a key of a dict is malformed")
        return {key: self.get(value, depth) for key, value in item.items()}

    def _tagged(self, item: dict[str, Any], depth: int) -> Any:
        match item:
            case {"$": "tuple", "v": list(values), **rest} if not rest:
                return tuple(self._items(values, depth + 1))
            case {"$": "dict", "v": list(pairs), **rest} if not rest:
                return self._dict(pairs, depth + 1)
            case {"$": "int", "v": str(digits), **rest} if not rest:
                return _integer(digits)
            case {"$": "float", "v": "inf" | "-inf" | "nan" as name, **rest} if not rest:
                return float(name)
            case {"$": "opaque", "v": str(kind), **rest} if not rest:
                if len(kind) > MAX_NAME or not is_well_formed(kind):
                    raise WireError("the name of a type is malformed")
                return Opaque(kind)
            case {"$": "array", "t": str(name), "s": list(shape), "b": int(index), **rest} if not rest:
                return self._array(name, shape, index)
        raise WireError("the message holds a value of unknown kind")

    def _dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        self.enter(2 * len(pairs), depth)
        found: dict[Any, Any] = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2:
                raise WireError("an entry of a dict is malformed")
            key = self.get(pair[0], depth)
            if type(key) is not Opaque and not is_plain_key(key):
                raise WireError("a key of a dict is malformed")
            if key in found:
                raise WireError("a dict has a key twice")
            found[key] = self.get(pair[1], depth)
        if all(map(is_name, found)):
            raise WireError("a dict of names is no object")
        return found

    def _array(self, name: str, shape: list[Any], index: int) -> np.ndarray:
        """Return a fresh array over the next buffer, whose size has to be that of shape and dtype."""
        if name not in DTYPES or type(index) is not int or index != self.num_arrays or index >= len(self._buffers):
            raise WireError("an array's dtype or buffer is unknown")
        self.num_arrays += 1
        dtype, buffer = DTYPES[name], self._buffers[index]
        if not all(type(n) is int and n >= 0 for n in shape) or not is_shape(shape, dtype.itemsize, self._caps):
            raise WireError("an array's shape is malformed")
        if math.prod(shape) * dtype.itemsize != len(buffer):
            raise WireError("an array's shape and size disagree")
        stored = "u1" if name == "bool" else dtype  # any byte but 0 is True: no trap representations
        array: np.ndarray = np.frombuffer(buffer, stored).reshape(shape).astype(dtype)
        return array


class _Header(NamedTuple):
    """The text of a header, and what it says."""

    text: bytes
    tree: Any


def _split(message: memoryview, caps: Caps) -> tuple[_Header, list[memoryview]]:
    """Return the header, and a view of each buffer."""
    if not 8 <= len(message) <= caps.num_bytes or message[:4] != MAGIC:
        raise WireError("the bytes are no message, or too many")
    (length,) = struct.unpack("<I", message[4:8])
    if length > len(message) - 8:
        raise WireError("the header's length is wrong")
    text = bytes(message[8 : 8 + length])
    if not has_room(text, caps):
        raise WireError("the header is too large, or holds too many values")
    try:
        header = json.loads(str(text, "utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise WireError("the header is no JSON") from error
    match header:
        case {"v": tree, "n": list(sizes), **rest} if not rest:
            pass
        case _:
            raise WireError("the header is malformed")
    offset, buffers = 8 + length, []
    for size in sizes:
        if type(size) is not int or not 0 <= size <= len(message) - offset:
            raise WireError("a buffer's length is wrong")
        buffers.append(message[offset : offset + size])
        offset += size
    if offset != len(message):
        raise WireError("bytes are left over")
    return _Header(text, tree), buffers


def _refuse(name: str) -> None:
    raise WireError(f"the header holds {name}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WireError("the header says something twice")
    return found


def _integer(digits: str) -> int:
    """Return the integer of a tag, which is one that JSON's numbers do not hold, in the form of `hex`."""
    try:
        value = int(digits, 16) if len(digits) <= MAX_BITS else 0
    except ValueError:
        value = 0
    if not SAFE_INTEGER < abs(value) < 1 << MAX_BITS or hex(value) != digits:
        raise WireError("an integer is malformed")
    return value
