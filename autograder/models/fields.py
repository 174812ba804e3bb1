"""Takes plain data apart that an untrusted process sent: every type is exact, and nothing is left over."""

from __future__ import annotations

from typing import Any

from autograder.errors import ModelRefused
from autograder.models import bounds


def malformed(what: str) -> ModelRefused:
    """Return the refusal of a description; `what` says why."""
    return ModelRefused(f"the description of the model is malformed: {what}")


class Fields:
    """Takes the entries of a dict one by one, each of an exact type, and then checks that none is left."""

    def __init__(self, data: Any, what: str) -> None:
        if type(data) is not dict:
            raise malformed(f"{what} is no record")
        self._left = dict(data)
        self._what = what

    def take(self, name: str) -> Any:
        """Return an entry of any type."""
        if name not in self._left:
            raise malformed(f"{self._what} lacks an entry")
        return self._left.pop(name)

    def text(self, name: str) -> str:
        """Return a string, cut to a reasonable length, without what cannot be printed."""
        value = self.take(name)
        if type(value) is not str:
            raise malformed(f"{self._what} has an entry of another type")
        return printable(value)

    def flag(self, name: str) -> bool:
        """Return a bool."""
        value = self.take(name)
        if type(value) is not bool:
            raise malformed(f"{self._what} has an entry of another type")
        return value

    def index(self, name: str, count: int) -> int:
        """Return a number from 0 to `count` - 1."""
        return index_of(self.take(name), count, self._what)

    def items(self, name: str, at_most: int) -> list[Any]:
        """Return a list of `at_most` entries."""
        value = self.take(name)
        if type(value) not in (list, tuple):
            raise malformed(f"{self._what} has an entry of another type")
        if len(value) > at_most:
            raise ModelRefused(f"the model has {len(value):,} {name}: at most {at_most:,} are accepted")
        return list(value)

    def done(self) -> None:
        """Refuse a record of which something is left."""
        if self._left:
            raise malformed(f"{self._what} has an entry too many")


def printable(text: str) -> str:
    """Return a text that may be shown to a person."""
    text = text[: bounds.TEXT_CHARS]
    return text if text.isprintable() else "".join(c for c in text if c.isprintable())


def index_of(value: Any, count: int, what: str) -> int:
    """Return a number from 0 to `count` - 1."""
    if type(value) is not int or not 0 <= value < count:
        raise malformed(f"{what} refers to something that does not exist")
    return value


def shape_of(value: Any, what: str, unknown: bool) -> tuple[Any, ...]:
    """Return a shape, in which sizes may be None where they may be unknown."""
    if type(value) not in (list, tuple) or len(value) > bounds.NUM_DIMENSIONS:
        raise malformed(f"the shape of {what} is none")
    for size in value:
        if not (size is None and unknown) and (type(size) is not int or not 0 <= size <= 2**40):
            raise malformed(f"the shape of {what} is none")
    return tuple(value)
