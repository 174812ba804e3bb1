"""Builds values from bytes that anybody may have made.

A message that `encode` could not have made is refused: a key or a tag that stands twice, a buffer that two arrays
share or that none uses, a string that is ill-formed. So the arrays of a message hold no more bytes than the message
itself. What parsing its header may build is bounded before it is parsed.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

from autograder.errors import WireError
from autograder.wire.plain import (
    DEFAULT_CAPS,
    DTYPES,
    MAGIC,
    MAX_BITS,
    MAX_NAME,
    SAFE_INTEGER,
    Caps,
    Opaque,
    has_room,
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
    tree, buffers = _split(memoryview(message), caps)
    decoder = _Decoder(caps, buffers)
    value = decoder.get(tree, 0)
    if decoder.num_arrays != len(buffers):
        raise WireError("a buffer belongs to no array")
    return value


class _Decoder:
    """Builds a value from a parsed header, of which nothing is believed."""

    def __init__(self, caps: Caps, buffers: list[memoryview]) -> None:
        self._caps = caps
        self._buffers = buffers
        self._count = 0
        self.num_arrays = 0

    def get(self, item: Any, depth: int) -> Any:
        """Return the value of one tree."""
        self._count += 1
        if depth > self._caps.depth or self._count > self._caps.values:
            raise WireError("the message is nested too deeply or holds too many values")
        kind = type(item)
        if kind is str:
            if not is_well_formed(item):
                raise WireError("a string is ill-formed")
            return item
        if item is None or kind is bool:
            return item
        if kind is int or kind is float:
            if abs(item) > SAFE_INTEGER if kind is int else not math.isfinite(item):
                raise WireError("a number is out of range")
            return item
        if kind is list:
            return [self.get(each, depth + 1) for each in item]
        return self._tagged(item, depth)

    def _tagged(self, item: dict[str, Any], depth: int) -> Any:
        values = item.get("v") if len(item) == 2 else None
        if type(values) is list and item.get("$") == "dict":  # most of what crosses: no patterns, which copy
            return self._dict(values, depth + 1)
        if type(values) is list and item.get("$") == "tuple":
            return tuple([self.get(each, depth + 1) for each in values])
        match item:
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


def _split(message: memoryview, caps: Caps) -> tuple[Any, list[memoryview]]:
    """Return the tree of the header, and a view of each buffer."""
    if not 8 <= len(message) <= caps.num_bytes or message[:4] != MAGIC:
        raise WireError("the bytes are no message, or too many")
    (length,) = struct.unpack("<I", message[4:8])
    if length > len(message) - 8:
        raise WireError("the header's length is wrong")
    text = message[8 : 8 + length]
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
    return tree, buffers


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
