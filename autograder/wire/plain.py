"""The words of the codec: what a message may hold, and how much of it.

`encoding` and `decoding` ask the same questions here, so that what one makes the other takes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MAGIC = b"AGW2"
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
TAG = "$"
"""Names the kind of what JSON has no word for."""
SAFE_INTEGER = 2**53
"""JSON numbers beyond this lose digits in other readers, and keys beyond it could be made to share a hash."""
MAX_BITS = 3000
"""Length of the largest integer that crosses."""
MAX_AXES = 16
_MARKS_PER_VALUE = 4
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
MAX_NAME = 200
"""Characters of a type's name."""


@dataclass(frozen=True)
class Caps:
    """Upper bounds on one message; beyond any of them it is a `WireError`."""

    num_bytes: int = 256 << 20
    header_bytes: int = 32 << 20
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


def is_well_formed(text: str) -> bool:
    """Return whether a string can be written as UTF-8, which lone surrogates cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_name(key: object) -> bool:
    """Return whether a key is held by an object of JSON, as a message writes a dict of nothing else."""
    return type(key) is str and key != TAG


def is_plain_key(key: object) -> bool:
    """Return whether a key equals only what it should, and has a hash that nobody can choose.

    NaN does not equal itself; integers beyond `SAFE_INTEGER` and tuples can be chosen by the thousand so that all
    have one hash, and a dict of them would take minutes to build.
    """
    if type(key) is str:
        return is_well_formed(key)
    if type(key) is int:
        return abs(key) <= SAFE_INTEGER
    if type(key) is float:
        return not math.isnan(key)
    return key is None or type(key) is bool


def is_shape(shape: Sequence[int], itemsize: int, caps: Caps) -> bool:
    """Return whether an array of a shape may cross; an empty one is held to what its other axes would take."""
    return len(shape) <= MAX_AXES and math.prod(max(n, 1) for n in shape) * itemsize <= caps.num_bytes


def has_room(header: bytes, caps: Caps) -> bool:
    """Return whether a header may be parsed: a short one of ``[[],[],`` takes sixty times its bytes.

    Its commas and brackets are counted, of which a value has some four. Those within strings do not count.
    """
    most = _MARKS_PER_VALUE * caps.values
    if len(header) > caps.header_bytes:
        return False
    if _num_marks(header) <= most:
        return True
    count = end = 0
    for string in _STRING.finditer(header):
        count += _num_marks(header[end : string.start()])
        end = string.end()
        if count > most:
            return False
    return count + _num_marks(header[end:]) <= most


def _num_marks(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")
