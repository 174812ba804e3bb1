"""Loads weights that a student handed in into a model of theirs; runs beside student code, in its process.

Files are opened here and nowhere else: libraries that read them have had holes, and behind the wall they harm nobody.
What crosses from here are arrays. Nothing is unpickled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from autograder.errors import NotDefined, WrongKind

SUFFIXES = (".weights.h5", ".npz", ".safetensors")
_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}
_NUMBERED = re.compile(r"(?:arr_|weight_)?(\d+)")


def load(model: keras.Layer, name: str, what: str) -> None:
    """Put the weights of a file in the place of a model's.

    Arrays of an `.npz` or `.safetensors` file go by the paths of the model's variables ("sequential/conv2d/kernel"),
    or by numbers ("arr_0", "0"), which count the model's `weights` in their order.

    Parameters
    ----------
    model
        A model that is built.
    name
        The file, beside the notebook.
    what
        The student's words for the model.

    Raises
    ------
    NotDefined
        If there is no such file.
    WrongKind
        If it cannot be read, or does not hold the weights of this model.
    """
    path = Path(name)
    if not path.is_file():
        raise NotDefined(f"`{name}` was not handed in beside the notebook")
    try:
        if name.endswith(".weights.h5"):
            model.load_weights(path)
        else:
            _assign(model, _npz(path) if name.endswith(".npz") else _safetensors(path))
    except Exception as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise WrongKind(f"`{name}` does not hold the weights of {what}: {reason}") from error


def _assign(model: keras.Layer, arrays: Mapping[str, np.ndarray]) -> None:
    variables = list(model.weights)
    paths = [variable.path for variable in variables]
    if set(arrays) == set(paths):
        ordered = [arrays[path] for path in paths]
    else:
        numbers = {int(found[1]): array for name, array in arrays.items() if (found := _NUMBERED.fullmatch(name))}
        if sorted(numbers) != list(range(len(variables))) or len(numbers) != len(arrays):
            named = ", ".join(sorted(arrays)[:5])
            raise ValueError(
                f"it holds {len(arrays)} arrays ({named}), the model has {len(variables)} weights: they are named by "
                f"their paths ({', '.join(paths[:3])}, ...) or numbered arr_0, arr_1, ..."
            )
        ordered = [numbers[number] for number in range(len(variables))]
    for variable, array in zip(variables, ordered, strict=True):
        if tuple(array.shape) != tuple(variable.shape):
            raise ValueError(f"`{variable.path}` has the shape {tuple(variable.shape)}, the file has {array.shape}")
    for variable, array in zip(variables, ordered, strict=True):
        variable.assign(array)


def _npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _safetensors(path: Path) -> dict[str, np.ndarray]:
    """Read the format: the length of a JSON header in eight bytes, the header, then the bytes of the arrays."""
    data = path.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    arrays = {}
    for name, facts in header.items():
        if name == "__metadata__":
            continue
        if facts["dtype"] not in _TYPES:
            raise ValueError(f"`{name}` is of type {facts['dtype']}, which is not read here")
        start, stop = (end + offset for offset in facts["data_offsets"])
        arrays[name] = np.frombuffer(data[start:stop], _TYPES[facts["dtype"]]).reshape(facts["shape"])
    return arrays
