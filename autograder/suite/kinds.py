"""Kinds of answers: what came from student code is this, or the student reads a sentence.

A kind is a function of the decoded value and of words for it; it returns the value in one canonical form, or
raises `WrongKind`. Suites compare only what went through a kind, so a comparison in a suite cannot raise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.errors import WrongKind
from autograder.wire import Opaque

Kind = Callable[[Any, str], Any]


def number() -> Kind:
    """Accept a number: int or float, NumPy's scalars and arrays of one number too; never True or False."""

    def check(value: Any, what: str) -> float | int:
        if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "iuf":
            value = value.item()
        if type(value) not in (int, float):
            raise WrongKind(f"{what} should be a number, it is {name_of(value)}")
        found: float | int = value
        return found

    return check


def whole_number() -> Kind:
    """Accept a number of an integer type: 3, not 3.0."""

    def check(value: Any, what: str) -> int:
        found = number()(value, what)
        if type(found) is not int:
            raise WrongKind(f"{what} should be a whole number (an int), it is {found!r}: a float")
        return found

    return check


def numbers(count: int | None = None) -> Kind:
    """Accept several numbers in a tuple, a list or an array of one axis; returned as a tuple."""

    def check(value: Any, what: str) -> tuple[float | int, ...]:
        if isinstance(value, np.ndarray) and value.ndim == 1:
            value = value.tolist()
        if type(value) not in (tuple, list):
            raise WrongKind(f"{what} should be a tuple of numbers, it is {name_of(value)}")
        if count is not None and len(value) != count:
            wanted = "one number" if count == 1 else f"{count} numbers"
            raise WrongKind(f"{what} should hold {wanted}, it holds {len(value)}")
        each = number()
        return tuple(each(item, f"number {position} of {what}") for position, item in enumerate(value, start=1))

    return check


def array(shape: tuple[int | None, ...] | None = None, dtype: str | None = None) -> Kind:
    """Accept an array of numbers; nested lists and tuples of numbers are converted.

    Parameters
    ----------
    shape
        The shape, None standing for any length.
    dtype
        ``"integer"``, ``"floating"``, ``"number"`` or a dtype's exact name; None takes any numbers or bools.
    """

    def check(value: Any, what: str) -> np.ndarray:
        if type(value) in (list, tuple, int, float):
            try:
                value = np.array(value)
            except ValueError:
                raise WrongKind(f"{what} should be an array, its rows have different lengths") from None
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "biufc":
            raise WrongKind(f"{what} should be an array of numbers, it is {name_of(value)}")
        if shape is not None and not _fits(value.shape, shape):
            asked = ", ".join("n" if length is None else str(length) for length in shape)
            asked += "," if len(shape) == 1 else ""
            raise WrongKind(f"{what} should have the shape ({asked}), it has {value.shape}")
        families = {"integer": "iu", "floating": "f", "number": "iuf"}
        if dtype is not None and (
            value.dtype.kind not in families[dtype] if dtype in families else value.dtype.name != dtype
        ):
            raise WrongKind(f"{what} should hold numbers of type {dtype}, it holds {value.dtype.name}")
        return value

    return check


def text() -> Kind:
    """Accept a string."""

    def check(value: Any, what: str) -> str:
        if type(value) is not str:
            raise WrongKind(f"{what} should be a string, it is {name_of(value)}")
        return value

    return check


def mapping(kind: Kind) -> Kind:
    """Accept a dict of strings to values of one kind."""

    def check(value: Any, what: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise WrongKind(f"{what} should be a dict, it is {name_of(value)}")
        if not all(type(key) is str for key in value):
            raise WrongKind(f"{what} should be a dict whose keys are strings")
        return {key: kind(item, f"{what}[{key!r}]") for key, item in value.items()}

    return check


def tuple_of(*kinds: Kind) -> Kind:
    """Accept a tuple or a list of so many values, each of its own kind."""

    def check(value: Any, what: str) -> tuple[Any, ...]:
        if type(value) not in (tuple, list):
            raise WrongKind(f"{what} should be a tuple of {len(kinds)} values, it is {name_of(value)}")
        if len(value) != len(kinds):
            raise WrongKind(f"{what} should be a tuple of {len(kinds)} values, it has {len(value)}")
        pairs = zip(kinds, value, strict=True)
        return tuple(kind(item, f"value {position} of {what}") for position, (kind, item) in enumerate(pairs, start=1))

    return check


def name_of(value: object) -> str:
    """Return in a student's words what a decoded value is."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return f"of type {value.kind.rpartition('.')[2]}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype.name}"
    words = {bool: "True or False", int: "an int", float: "a float", str: "a string", dict: "a dict"}
    return words.get(type(value), f"a {type(value).__name__}")


def _fits(found: tuple[int, ...], asked: tuple[int | None, ...]) -> bool:
    return len(found) == len(asked) and all(b is None or a == b for a, b in zip(found, asked, strict=True))
