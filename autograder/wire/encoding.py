"""Turns a value into bytes, of which `decoding` makes one that holds data and nothing else.

Only here are the objects themselves touched: what they define may run, in the process of who sends them.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.errors import WireError
from autograder.wire.plain import (
    DEFAULT_CAPS,
    DTYPES,
    MAGIC,
    MAX_AXES,
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

_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_KEY_SCALARS = frozenset(dtype.type for dtype in DTYPES.values() if dtype.kind != "c") | {np.str_}


def encode(value: Any, caps: Caps = DEFAULT_CAPS, *, only_plain: bool = False) -> bytes:
    """Return the value as one message.

    Exact types only: a subclass of float, say, becomes `Opaque`, so that no method of it can matter later.

    Parameters
    ----------
    value
        Anything.
    caps
        Bounds on the message.
    only_plain
        Whether what would arrive as `Opaque` is an error.

    Raises
    ------
    WireError
        If the value is nested deeper, or larger, than `caps` allow, or is not plain where that is asked for.
    """
    encoder = _Encoder(caps, only_plain)
    encoder.enter(1, 0)
    tree = encoder.put(value, 0)
    lengths = [len(buffer) for buffer in encoder.buffers]
    header = json.dumps({"v": tree, "n": lengths}, allow_nan=False, ensure_ascii=False).encode()
    message = b"".join([MAGIC, struct.pack("<I", len(header)), header, *encoder.buffers])
    if len(message) > caps.num_bytes or not has_room(header, caps):
        raise _too_large(len(message), caps)
    return message


class _Encoder:
    """Turns a value into a tree that JSON knows, and the buffers beside it."""

    def __init__(self, caps: Caps, only_plain: bool) -> None:
        self._caps = caps
        self._only_plain = only_plain
        self._count = 0
        self._num_bytes = 0
        self.buffers: list[bytes] = []

    def put(self, item: Any, depth: int) -> Any:
        """Return the tree of one value that was entered."""
        kind = type(item)
        if item is None or kind is bool:
            return item
        if kind is str:
            return _well_formed(item)
        if kind is int:
            if abs(item) <= SAFE_INTEGER:
                return item
            if item.bit_length() > MAX_BITS:
                return self._opaque(f"int of more than {MAX_BITS} bits")
            return {TAG: "int", "v": hex(item)}
        if kind is float:
            return item if math.isfinite(item) else {TAG: "float", "v": repr(item)}
        if kind is list:
            return self._items(item, depth + 1)
        if kind is tuple:
            return {TAG: "tuple", "v": self._items(item, depth + 1)}
        if kind is dict:
            return self._entries(list(item.items()), depth + 1)  # another thread may change it meanwhile
        if kind is Opaque:
            return self._opaque(item.kind if type(item.kind) is str else "something")
        if kind is np.str_:
            return _well_formed(item.item())
        return self._array_or_opaque(item, kind)

    def enter(self, count: int, depth: int) -> None:
        """Count the values of one level, before any of them is looked at."""
        self._count += count
        if (count and depth > self._caps.depth) or self._count > self._caps.values:
            raise WireError(
                f"the value is too large to send: more than {self._caps.depth} levels or {self._caps.values:,} values"
            )

    def _items(self, items: Sequence[Any], depth: int) -> list[Any]:
        items = tuple(items)  # a list may be changed meanwhile as well
        self.enter(len(items), depth)
        return [self.put(each, depth) for each in items]

    def _entries(self, entries: list[tuple[Any, Any]], depth: int) -> dict[str, Any]:
        """Return the tree of a dict: an object of JSON where its keys are names."""
        self.enter(2 * len(entries), depth)
        trees = [
            (key if type(key) is str and key.isascii() else self._key(key, depth), self.put(value, depth))
            for key, value in entries
        ]
        if all(is_name(key) for key, _ in trees):
            named = dict(trees)
            if len(named) == len(trees):
                return named
        return {TAG: "dict", "v": trees}

    def _key(self, item: Any, depth: int) -> Any:
        """Return the tree of a key."""
        key = item.item() if type(item) in _KEY_SCALARS else item
        if is_plain_key(key):
            return self.put(key, depth)
        return self._opaque(f"key of type {_name_of(type(item))}")

    def _array_or_opaque(self, item: Any, kind: type) -> Any:
        if kind is np.ndarray and item.nbytes > self._caps.num_bytes:  # before a view is made whole
            raise _too_large(item.nbytes, self._caps)
        array = _as_array(item, kind)
        if array is None:
            return self._opaque(_name_of(kind))
        name = _NAMES.get(array.dtype.newbyteorder("<"))
        if name is None:
            return self._opaque(f"array of dtype {array.dtype}")
        if array.ndim > MAX_AXES:
            return self._opaque(f"array of {array.ndim} axes")
        self._num_bytes += array.nbytes
        if self._num_bytes > self._caps.num_bytes or not is_shape(array.shape, array.itemsize, self._caps):
            raise _too_large(self._num_bytes, self._caps)
        self.buffers.append(np.ascontiguousarray(array, DTYPES[name]).tobytes())
        return {TAG: "array", "t": name, "s": list(array.shape), "b": len(self.buffers) - 1}

    def _opaque(self, kind: str) -> dict[str, str]:
        if self._only_plain:
            raise WireError(
                f"something of type {kind} cannot be sent: None, numbers, strings, lists, tuples, dicts of strings and "
                "numbers to such values, and arrays of numbers can"
            )
        return {TAG: "opaque", "v": _well_formed(kind)[:MAX_NAME]}


def _too_large(num_bytes: int, caps: Caps) -> WireError:
    return WireError(
        f"the value is too large to send: {num_bytes:,} bytes, at most {caps.num_bytes:,} are, and "
        f"{caps.header_bytes:,} beside its arrays"
    )


def _well_formed(text: str) -> str:
    """Return the string with pairs of surrogates put together, and U+FFFD for those that are alone."""
    if is_well_formed(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _as_array(item: Any, kind: type) -> np.ndarray | None:
    """Return a copy as a plain array; None where the object is, or makes, none.

    The object's own code may run here, which is the reason for catching whatever it raises.
    """
    try:
        if issubclass(kind, np.ndarray | np.generic) or hasattr(kind, "__array__"):
            array = np.array(item, copy=True, subok=False)
            return array if type(array) is np.ndarray else None
    except Exception:  # noqa: BLE001 - as above
        return None
    return None


def _name_of(kind: type) -> str:
    """Return the qualified name of a type, whatever its metaclass makes of the question."""
    try:
        return f"{kind.__module__}.{kind.__qualname__}"[:MAX_NAME]
    except Exception:  # noqa: BLE001 - it may run the object's own code
        return "something"
