"""The values that a node of a graph is called with: references, plain values, and structures of them.

In memory a value is None, a bool, int, float or str, a `TensorRef`, `WeightRef` or `ConstantRef`, a slice, an
Ellipsis, a tuple of values or a mapping from str to values. A list of Python is a tuple here: no operation
tells them apart. On the wire a reference is a dict with one key that starts with ``$``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, TypeAlias

from autograder.errors import ModelRefused
from autograder.models.bounds import NUM_DIMENSIONS

INPUT = -1
"""The `node` of a `TensorRef` that means an input of the model."""


@dataclass(frozen=True, slots=True)
class TensorRef:
    """The output number `output` of node number `node`, or input number `output` of the model."""

    node: int
    output: int = 0


@dataclass(frozen=True, slots=True)
class WeightRef:
    """A weight of the graph, used as a tensor."""

    index: int


@dataclass(frozen=True, slots=True)
class ConstantRef:
    """An array that the student's code holds, used as a tensor."""

    index: int


Reference: TypeAlias = TensorRef | WeightRef | ConstantRef
Plain: TypeAlias = bool | int | float | str | None
Value: TypeAlias = "Plain | Reference | slice | EllipsisType | tuple[Value, ...] | Mapping[str, Value]"


def encode(value: Value) -> Any:
    """Return a value as plain data for the wire."""
    match value:
        case TensorRef(node, output):
            return {"$tensor": [node, output]}
        case WeightRef(index):
            return {"$weight": index}
        case ConstantRef(index):
            return {"$constant": index}
        case slice():
            return {"$slice": [encode(value.start), encode(value.stop), encode(value.step)]}
        case tuple():
            return [encode(each) for each in value]
        case Mapping():
            return {"$dict": {key: encode(each) for key, each in value.items()}}
    return {"$ellipsis": True} if value is Ellipsis else value


def decode(data: Any, depth: int = 0) -> Value:
    """Return the value that plain data from the wire describes; `depth` counts how deep in another it is.

    Only the form is checked, not whether references point anywhere.

    Raises
    ------
    ModelRefused
        If it describes none.
    """
    if depth > NUM_DIMENSIONS:
        raise ModelRefused("the description of the model is malformed: an argument of a step is nested too deep")
    if data is None or type(data) in (bool, int, float, str):
        plain: Plain = data
        return plain
    if type(data) in (list, tuple):
        return tuple(decode(each, depth + 1) for each in data)
    match data:
        case {"$tensor": [int(node), int(output)], **rest} if not rest:
            return TensorRef(node, output)
        case {"$weight": int(index), **rest} if not rest:
            return WeightRef(index)
        case {"$constant": int(index), **rest} if not rest:
            return ConstantRef(index)
        case {"$slice": [start, stop, step], **rest} if not rest:
            return slice(*(decode(each, depth + 1) for each in (start, stop, step)))
        case {"$dict": dict(items), **rest} if not rest and all(type(key) is str for key in items):
            return {key: decode(each, depth + 1) for key, each in items.items()}
        case {"$ellipsis": True, **rest} if not rest:
            return Ellipsis
    raise ModelRefused("the description of the model is malformed: an argument of a step is of no known kind")


def references(value: Value) -> Iterator[Reference]:
    """Yield every reference in a value, from left to right, mappings in the order of their names."""
    match value:
        case TensorRef() | WeightRef() | ConstantRef():
            yield value
        case slice():
            for each in (value.start, value.stop, value.step):
                yield from references(each)
        case tuple():
            for each in value:
                yield from references(each)
        case Mapping():
            for name in sorted(value):
                yield from references(value[name])


def tensors(value: Value) -> list[TensorRef]:
    """Return every reference to a tensor in a value, from left to right."""
    return [each for each in references(value) if isinstance(each, TensorRef)]


def with_tensors(value: Value, of: Callable[[TensorRef], Any]) -> Any:
    """Return a structure of tensors, such as a model's input or output, with what `of` returns for each."""

    def replace(ref: Reference) -> Any:
        if not isinstance(ref, TensorRef):
            raise ModelRefused("the model takes or returns something that is not computed")
        return of(ref)

    return replaced(value, replace)


def replaced(value: Value, replace: Callable[[Reference], Any]) -> Any:
    """Return the same structure with each reference replaced by what `replace` returns for it."""
    match value:
        case TensorRef() | WeightRef() | ConstantRef():
            return replace(value)
        case slice():
            return slice(*(replaced(each, replace) for each in (value.start, value.stop, value.step)))
        case tuple():
            return tuple(replaced(each, replace) for each in value)
        case Mapping():
            return {key: replaced(each, replace) for key, each in value.items()}
    return value
