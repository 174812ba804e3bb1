"""Gradients of a rebuilt model, in a process of ours. They are taken in TensorFlow, whichever backend trains models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class Taken:
    """Gradients as arrays.

    Attributes
    ----------
    of_variables
        By the `id` of the variable.
    of_inputs
        In their order; None for one of integers.
    of_tapped
        Of an output that was looked at, None where there was none.
    """

    of_variables: Mapping[int, np.ndarray]
    of_inputs: list[np.ndarray | None]
    of_tapped: np.ndarray | None


def taken(
    run: Callable[[list[Any]], list[Any]],
    batch: Sequence[Any],
    variables: Mapping[int, keras.Variable],
    changed: Sequence[tuple[keras.Variable, Any]],
    *,
    of: Sequence[np.ndarray] | None,
    is_tapped: bool,
) -> Taken:
    """Return gradients of a weighted sum of outputs.

    Parameters
    ----------
    run
        Computes the outputs for a batch; the last one is only looked at where `is_tapped`.
    batch
        Tensors.
    variables
        Those of floating point numbers whose gradient is wanted, by their `id`.
    changed
        Variables that have other values while this runs.
    of
        What each output's numbers count; drawn from a fixed seed where None.
    is_tapped
        Whether the gradient of the last output is wanted as well, which then does not count itself.
    """
    values = {id(variable): variable.value for variable in variables.values()}
    values.update({id(variable): value for variable, value in changed})
    with tf.GradientTape() as tape:
        weights = {key: tf.identity(values[key]) for key in variables}
        inputs = [tf.identity(tensor) for tensor in batch]
        tape.watch([*weights.values(), *(tensor for tensor in inputs if tensor.dtype.is_floating)])
        with keras.StatelessScope([*changed, *((variables[key], weights[key]) for key in variables)]):
            outputs = run(inputs)
        tapped = [outputs.pop()] if is_tapped else []
        total = _weighted_sum(outputs, of)
    sources = [*weights.values(), *inputs, *tapped]
    found = tape.gradient(total, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    arrays = [np.asarray(tf.convert_to_tensor(each)) for each in found]
    of_inputs = arrays[len(weights) : len(weights) + len(inputs)]
    return Taken(
        of_variables=dict(zip(weights, arrays, strict=False)),
        of_inputs=[a if t.dtype.is_floating else None for t, a in zip(inputs, of_inputs, strict=True)],
        of_tapped=arrays[-1] if tapped else None,
    )


def _weighted_sum(outputs: Sequence[Any], of: Sequence[np.ndarray] | None) -> Any:
    random = np.random.default_rng(0)
    if of is None:
        of = [random.normal(size=tuple(output.shape)) for output in outputs]
    total = tf.constant(0.0)
    for output, weigh in zip(outputs, of, strict=True):
        total += tf.reduce_sum(tf.cast(output, "float32") * tf.cast(weigh, "float32"))
    return total
