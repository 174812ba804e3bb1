"""What our runtime measured on a rebuilt model: the only source of shapes and counts that a suite sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograder.models.graph import Shape


@dataclass(frozen=True)
class Facts:
    """Facts about a rebuilt model.

    Attributes
    ----------
    shapes, dtypes
        For each node of the graph's last program, those of its outputs.
    layer_parameters, layer_trainable_parameters
        For each layer of the graph, how many numbers its weights hold, and how many of these training changes.
    num_parameters, num_trainable_parameters
        Of the whole model, each shared weight once.
    """

    shapes: tuple[tuple[Shape, ...], ...]
    dtypes: tuple[tuple[str, ...], ...]
    layer_parameters: tuple[int, ...]
    layer_trainable_parameters: tuple[int, ...]
    num_parameters: int
    num_trainable_parameters: int

    def to_data(self) -> dict[str, Any]:
        """Return the facts as plain data."""
        return {
            "shapes": [[list(shape) for shape in outputs] for outputs in self.shapes],
            "dtypes": [list(outputs) for outputs in self.dtypes],
            "layer_parameters": list(self.layer_parameters),
            "layer_trainable_parameters": list(self.layer_trainable_parameters),
            "num_parameters": self.num_parameters,
            "num_trainable_parameters": self.num_trainable_parameters,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Facts:
        """Return the facts that `to_data` made plain."""
        return cls(
            shapes=tuple(tuple(tuple(shape) for shape in outputs) for outputs in data["shapes"]),
            dtypes=tuple(tuple(outputs) for outputs in data["dtypes"]),
            layer_parameters=tuple(data["layer_parameters"]),
            layer_trainable_parameters=tuple(data["layer_trainable_parameters"]),
            num_parameters=data["num_parameters"],
            num_trainable_parameters=data["num_trainable_parameters"],
        )
