"""Checks of a layer's config: only known arguments, each in its range; nothing is built here.

A config crosses as JSON would hold it. An object in it (an initialiser, a regulariser, a constraint, a wrapped
layer) is ``{"class": name, "config": {...}}``; what is not Keras's own is ``{"custom": name}``.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from autograder.errors import ModelRefused
from autograder.models import bounds
from autograder.models.catalogue import (
    ACTIVATIONS,
    CONSTRAINTS,
    DTYPES,
    INITIALIZERS,
    LAYERS,
    NESTED,
    REFUSED,
    REGULARIZERS,
)
from autograder.models.fields import printable

Config = Mapping[str, Any]
"""Plain values, tuples and mappings; never changed."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_EQUATION = re.compile(r"[A-Za-z.,> -]{1,100}")
_UNITS = {
    "depth_multiplier",
    "filters",
    "head_dim",
    "key_dim",
    "num_bins",
    "num_heads",
    "num_key_value_heads",
    "num_query_heads",
    "num_tokens",
    "output_dim",
    "units",
    "value_dim",
}
_SIZES = {
    "bins",
    "dilation_rate",
    "fft_length",
    "frame_length",
    "frame_step",
    "groups",
    "height",
    "kernel_size",
    "n",
    "num_mel_bins",
    "output_padding",
    "output_size",
    "pool_size",
    "sequence_length",
    "sequence_stride",
    "size",
    "strides",
    "tile_grid_size",
    "width",
}
_REPEATS = {"chain_depth", "num_chains", "num_ops", "power_iterations"}  # each is a turn of a loop in Python
_MAX_DEPTH = 4  # a wrapper around a wrapper around a layer


def checked_config(kind: str, config: Any, depth: int = 0) -> Config:
    """Return a frozen copy of a layer's config in which every argument is known and in range.

    Parameters
    ----------
    kind
        Keras's class.
    config
        A dict of arguments, as it arrived.

    Raises
    ------
    ModelRefused
        If the class is not one that is rebuilt, or an argument is unknown or out of range.
    """
    allowed = LAYERS.get(kind)
    if allowed is None:
        reason = f": {REFUSED[kind]}" if kind in REFUSED else ""
        raise ModelRefused(f"`{_shown(kind)}` is not among the layers that can be checked here{reason}")
    if type(config) is not dict or not all(type(name) is str for name in config):
        raise ModelRefused(f"the description of a `{kind}` layer is malformed")
    checked: dict[str, Any] = {}
    for name, value in config.items():
        where = f"`{_shown(name)}` of `{kind}`"
        if name == "dtype":
            checked[name] = _dtype(value, where)
        elif name not in allowed:
            raise ModelRefused(f"{where} is not an argument that can be checked here")
        elif name in NESTED:
            checked[name] = _nested(value, where, depth)
        else:
            checked[name] = _rule(name)(value, where)
    return checked


@functools.cache
def _rule(name: str) -> Callable[[Any, str], Any]:
    """Return the check of an argument, by its name."""
    if name in _UNITS:
        return lambda value, where: _whole(value, where, 1, bounds.NUM_UNITS)
    if name == "input_dim":
        return lambda value, where: _whole(value, where, 1, bounds.NUM_WORDS)
    if name in _REPEATS:
        return lambda value, where: _whole(value, where, 0, bounds.NUM_REPEATS)
    if name in _SIZES:
        return lambda value, where: _whole(value, where, -1 if name == "groups" else 0, bounds.SIZE)
    for suffix, table in (("initializer", INITIALIZERS), ("regularizer", REGULARIZERS), ("constraint", CONSTRAINTS)):
        if name.endswith(suffix):
            # the default binds this turn's table; mypy infers no type for it
            return lambda value, where, table=table: _object(value, where, table)  # type: ignore[misc]
    return {
        "activation": _activation,
        "recurrent_activation": _activation,
        "equation": _equation,
        "quantization_config": _nothing,
    }.get(name, _plain)


def _whole(value: Any, where: str, low: int, high: int) -> Any:
    """Check an integer, or a sequence of them (kernel sizes, strides), or None."""
    if type(value) in (list, tuple):
        if len(value) > bounds.NUM_DIMENSIONS:
            raise ModelRefused(f"{where} has {len(value)} values")
        return tuple(_whole(each, where, low, high) for each in value)
    if value is None:
        return None
    if type(value) is not int:
        raise ModelRefused(f"{where} should be a whole number, it is {_shown(value)}")
    if not low <= value <= high:
        raise ModelRefused(f"{where} is {value:,}: from {low:,} to {high:,} is accepted")
    return value


def _plain(value: Any, where: str) -> Any:
    """Check a bool, a bounded finite number, a word, None, or nested sequences of these."""
    left = bounds.NUM_CONFIG_VALUES

    def check(item: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if depth > bounds.NUM_DIMENSIONS or left < 0:
            raise ModelRefused(f"{where} holds too many values")
        if item is None or type(item) is bool:
            return item
        if type(item) in (int, float):
            if not math.isfinite(item) or abs(item) > bounds.NUMBER:
                raise ModelRefused(f"{where} is {_shown(item)}: a finite number of reasonable size is accepted")
            return item
        if type(item) is str and _WORD.fullmatch(item):
            return item
        if type(item) in (list, tuple):
            return tuple(check(each, depth + 1) for each in item)
        raise ModelRefused(f"{where} is {_shown(item)}, which cannot be checked here")

    return check(value, 0)


def _object(value: Any, where: str, table: Mapping[str, frozenset[str]]) -> Any:
    """Check an initialiser, regulariser or constraint; a name such as "he_normal" becomes its class."""
    if value is None:
        return None
    if type(value) is str:
        by_name = {name.lower(): name for name in table}
        value = {"class": by_name.get(value.replace("_", "").lower(), value), "config": {}}
    match value:
        case {"custom": str(name), **rest} if not rest and table is INITIALIZERS:
            return {"custom": name[: bounds.TEXT_CHARS]}  # enough where weights are loaded
        case {"custom": str(name), **rest} if not rest:
            raise ModelRefused(f"{where} is `{_shown(name)}`, which is not one of Keras's own")
        case {"class": str(name), "config": dict(config), **rest} if not rest and name in table:
            unknown = set(config) - table[name]
            if unknown:
                raise ModelRefused(f"{where} has an argument that cannot be checked here")
            return {"class": name, "config": {key: _plain(each, where) for key, each in config.items()}}
    raise ModelRefused(f"{where} is not one of Keras's own, so it cannot be checked here")


def _nested(value: Any, where: str, depth: int) -> Any:
    """Check the layer inside a wrapper, or the cells inside a recurrence."""
    if type(value) in (list, tuple):
        if len(value) > bounds.NUM_REPEATS:
            raise ModelRefused(f"{where} has {len(value)} values")
        return tuple(_nested(each, where, depth) for each in value)
    match value:
        case None:
            return None
        case {"class": str(kind), "config": dict(config), **rest} if not rest and depth < _MAX_DEPTH:
            return {"class": kind, "config": checked_config(kind, config, depth + 1)}
    raise ModelRefused(f"{where} is not one of Keras's own layers, so it cannot be checked here")


def _activation(value: Any, where: str) -> Any:
    if value is None or (type(value) is str and value in ACTIVATIONS):
        return value
    raise ModelRefused(f"{where} is {_shown(value)}, which is not one of Keras's own activations")


def _equation(value: Any, where: str) -> Any:
    if type(value) is str and _EQUATION.fullmatch(value):
        return value
    raise ModelRefused(f"{where} is {_shown(value)}, which is no equation")


def _dtype(value: Any, where: str) -> Any:
    if value is None or (type(value) is str and value in DTYPES):
        return value
    raise ModelRefused(f"{where} is {_shown(value)}, which is no number format that can be checked here")


def _nothing(value: Any, where: str) -> None:
    if value is not None:
        raise ModelRefused(f"{where} is set: quantised layers cannot be checked here")


def _shown(value: object) -> str:
    """Return a short, printable form of something that arrived."""
    return printable((value if type(value) is str else ascii(value))[:60])
