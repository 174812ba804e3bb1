"""What a specimen of the zoo is, and the list of them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Specimen:
    """One model, layer or function.

    Attributes
    ----------
    name
        Of the function that makes it.
    family
        Members of one family mean the same to a check, however they are written. A family named ``not ...`` holds
        near-misses of the family.
    make
        Makes it, with weights that `keras.utils.set_random_seed` decides.
    input_shape
        None where the target is traced as a model, which knows its own; else it is a block.
    is_opaque
        Whether a part of it cannot be opened.
    behaves_like
        Another specimen that predicts the same from the same weights, where a check may see that it is written in
        another way.
    tolerance
        How far predictions of the rebuilt model may be from those of the student's.
    remarks
        Kinds of the remarks that the graph has to carry.
    """

    name: str
    family: str
    make: Callable[[], Any]
    input_shape: Shape | None
    is_opaque: bool = False
    behaves_like: str | None = None
    tolerance: float = 1e-5
    remarks: tuple[str, ...] = ()


SPECIMENS: dict[str, Specimen] = {}


def specimen(
    family: str,
    input_shape: Shape | None = None,
    *,
    opaque: bool = False,
    like: str | None = None,
    tolerance: float = 1e-5,
    remarks: tuple[str, ...] = (),
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Put a function that makes a model into the zoo."""

    def register(make: Callable[[], Any]) -> Callable[[], Any]:
        name = make.__name__
        if name in SPECIMENS:
            raise ValueError(f"there are two specimens called {name}")
        SPECIMENS[name] = Specimen(name, family, make, input_shape, opaque, like, tolerance, remarks)
        return make

    return register


def called(model: keras.Model, *shapes: tuple[int, ...]) -> keras.Model:
    """Return a subclassed model that has seen one batch, so that it knows its shapes."""
    batches = [np.zeros((2, *shape), "float32") for shape in shapes]
    model(batches[0] if len(batches) == 1 else batches)
    return model


def functional(shape: tuple[int, ...], function: Callable[[Any], Any], **options: Any) -> keras.Model:
    """Return the functional model that a function of a tensor makes."""
    inputs = keras.Input(shape, **options)
    return keras.Model(inputs, function(inputs))
