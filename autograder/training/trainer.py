"""Trains one model, an epoch at a time, in a process of ours.

Pure Keras, so it runs on any of its backends. It is given the training images with their labels and the held-out
images without theirs: it returns predictions, and accuracy is computed where the labels are.

Weights are initialised anew, unless it is asked to go on from those of the graph. The training images lie on the device
that trains, as a weight that nothing changes; a step is given their places, and mirrors them itself.

Before every evaluation the statistics of batch normalisation are re-estimated as the average over `STATISTICS_BATCHES`
batches ("precise BN", Wu and Johnson 2021, arXiv 2105.07576): in a short training the moving averages lag behind the
weights, and a right answer would look wrong. Training goes on with the statistics that it had.

Pixels go into the model as floats from 0 to 255, unscaled, as notebooks feed them: many models scale their pixels
themselves, and scaling them twice would leave such a model at chance.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from autograder.errors import ModelRefused
from autograder.models.build import Rebuilt
from autograder.models.construct import first_line
from autograder.models.graph import ModelGraph
from autograder.models.keras_private import all_layers
from autograder.training.devices import CPU, GPU
from autograder.training.images import HeldImages
from autograder.training.libraries import num_gpus

STATISTICS_BATCHES = 20
PREDICTION_BATCH = 256

SPEED: dict[str, dict[str, Any]] = {
    # TensorFlow on two cores, CPU seconds of an epoch: compiling with XLA takes 1.3 to 1.7 times as long, sixteen steps
    # at once save a twentieth, and bfloat16 as little (`python benchmarks/training.py --speed` measures it again).
    "tensorflow-cpu": {"precision": "float32", "jit_compile": False, "steps_per_execution": 16},
    # JAX always compiles; what it does at once it still does step by step.
    "jax-cpu": {"precision": "float32", "jit_compile": True, "steps_per_execution": 1},
}
"""How a backend is to compute on a kind of device, by measurement; no recipe decides it."""
UNMEASURED = {"precision": "float32", "jit_compile": "auto", "steps_per_execution": 16}


def handlers() -> dict[str, Callable[..., Any]]:
    """Return the handlers of one training: ``start_training``, then ``train_epoch`` any number of times.

    Where the memory is used up, either answers ``{"out_of_memory": str}``, and nothing else can be asked.
    """
    running: list[Training] = []

    def start_training(**given: Any) -> dict[str, Any]:
        running[:] = [Training(**given)]
        return running[0].facts()

    return {"start_training": _or_full(start_training), "train_epoch": _or_full(lambda: running[0].epoch())}


class Training:
    """One model on its way.

    Parameters
    ----------
    graph
        Data of a `ModelGraph`.
    images, labels
        Training images (n, h, w, c) uint8, labels (n,) integer.
    held_out
        Images to predict, without labels.
    num_classes
        Labels are in 0..num_classes-1.
    seed
        Decides initial weights, order, dropout and mirroring.
    keeps_weights
        Go on from the weights that the graph carries.
    speed
        What takes the place of `SPEED`, for measurements.
    """

    def __init__(
        self,
        *,
        graph: dict[str, Any],
        images: np.ndarray,
        labels: np.ndarray,
        held_out: np.ndarray,
        num_classes: int,
        seed: int,
        epochs: int,
        batch_size: int,
        optimizer: str,
        learning_rate: float,
        schedule: str,
        flip: bool,
        keeps_weights: bool = False,
        speed: Mapping[str, Any] | None = None,
    ) -> None:
        self._device = GPU if num_gpus() else CPU
        self._speed = speed or SPEED.get(f"{keras.backend.backend()}-{self._device}", UNMEASURED)
        keras.utils.set_random_seed(seed % 2**32)
        keras.config.set_dtype_policy(self._speed["precision"])
        rebuilt = Rebuilt(ModelGraph.from_data(graph), seed=None if keeps_weights else seed % 2**31)
        self._model = rebuilt.model
        kinds = (each for each in all_layers(rebuilt.model) if isinstance(each, keras.layers.BatchNormalization))
        self._normalisations = list({id(layer): layer for layer in kinds}.values())
        self._images, self._labels, self._held_out = images, labels, held_out.astype("float32")
        self._batch_size = batch_size
        self._rng = np.random.default_rng(seed)
        _require_scores(self._model, images.shape[1:], num_classes)
        self._gives_probabilities = self._scores_are_probabilities()
        steps = epochs * math.ceil(len(images) / batch_size)
        rate = learning_rate if schedule == "constant" else keras.optimizers.schedules.CosineDecay(learning_rate, steps)
        with _blaming_the_model():
            place = keras.Input((), dtype="int32")
            self._fitted = keras.Model(place, self._model(HeldImages(images, flip=flip, seed=seed % 2**31)(place)))
            self._fitted.compile(
                optimizer=keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": rate}}),
                loss=keras.losses.SparseCategoricalCrossentropy(from_logits=not self._gives_probabilities),
                metrics=["accuracy"],
                jit_compile=self._speed["jit_compile"],
                steps_per_execution=self._speed["steps_per_execution"],
            )

    def facts(self) -> dict[str, Any]:
        """Return what trains, and whether the scores of an image are probabilities or logits."""
        return {
            "backend": keras.backend.backend(),
            "device": self._device,
            "gives_probabilities": self._gives_probabilities,
        }

    def epoch(self) -> dict[str, Any]:
        """Train on every image once, then predict the held-out ones.

        Returns
        -------
        ``loss`` and ``train_accuracy`` over the epoch, and ``scores`` (n, k) float32 of the held-out images.
        """
        order = self._rng.permutation(len(self._images)).astype("int32")
        fitted = self.fit(order)
        with _blaming_the_model():
            before = self._estimate_statistics(order)
            scores = self._model.predict(self._held_out, batch_size=PREDICTION_BATCH, verbose=0)
        for variable, value in before:
            variable.assign(value)
        return {**fitted, "scores": np.asarray(scores, "float32")}

    def fit(self, order: np.ndarray) -> dict[str, float]:
        """Train on the images whose places are given, in their order; ``loss`` and ``train_accuracy``."""
        with _blaming_the_model():
            history = self._fitted.fit(
                order, self._labels[order], batch_size=self._batch_size, epochs=1, shuffle=False, verbose=0
            ).history
        return {"loss": float(history["loss"][0]), "train_accuracy": float(history["accuracy"][0])}

    def _scores_are_probabilities(self) -> bool:
        """Whether the scores of an image are at least 0 and add up to 1: else they are taken for logits."""
        with _blaming_the_model():
            returned = ops.convert_to_numpy(self._model(self._held_out[:8], training=False))
        scores = returned.astype("float64")
        return bool(np.all(scores >= 0) and np.allclose(scores.sum(axis=-1), 1, atol=1e-3))

    def _estimate_statistics(self, order: np.ndarray) -> list[tuple[keras.Variable, np.ndarray]]:
        """Put averages over the first batches of an order in the place of moving averages; return what was there."""
        layers = self._normalisations
        moving = [variable for layer in layers for variable in (layer.moving_mean, layer.moving_variance)]
        before = [(variable, ops.convert_to_numpy(variable).copy()) for variable in moving]
        momenta = [layer.momentum for layer in layers]
        for count in range(STATISTICS_BATCHES if layers else 0):
            chosen = order[count * self._batch_size : (count + 1) * self._batch_size]
            if len(chosen) < 2:
                break
            for layer in layers:
                layer.momentum = count / (count + 1)  # the moving average is then the mean so far
            self._model(self._images[chosen].astype("float32"), training=True)
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        return before


def _require_scores(model: keras.Model, image_shape: tuple[int, ...], num_classes: int) -> None:
    """Refuse a model that does not take one image, or does not give it a score for every class."""
    inputs, outputs = tree.flatten(model.inputs), tree.flatten(model.outputs)
    shapes = ", ".join(str(tuple(tensor.shape)) for tensor in inputs)
    taken = tuple(inputs[0].shape[1:])
    fits = len(taken) == len(image_shape) and all(a in (None, b) for a, b in zip(taken, image_shape, strict=True))
    if len(inputs) != 1 or not fits:
        raise ModelRefused(
            f"the model cannot be trained: its input has the shape {shapes}, {(None, *image_shape)} is needed"
        )
    shapes = ", ".join(str(tuple(tensor.shape)) for tensor in outputs)
    if len(outputs) != 1 or len(outputs[0].shape) != 2 or (outputs[0].shape[1] or 0) < num_classes:
        raise ModelRefused(
            "the model cannot be trained to classify: "
            f"its output has the shape {shapes}, {(None, num_classes)} is needed"
        )


@contextlib.contextmanager
def _blaming_the_model() -> Iterator[None]:
    """Whatever a backend raises about a model is told as a refusal of it; a device that is full is not its fault."""
    try:
        yield
    except ModelRefused:
        raise
    except Exception as error:
        if _is_full(error):
            raise
        raise ModelRefused(f"the model cannot be trained: {first_line(error)}") from error


def _or_full(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that says so where the memory is used up."""

    def told(**given: Any) -> dict[str, Any]:
        try:
            return function(**given)
        except Exception as error:
            if not _is_full(error):
                raise
            return {"out_of_memory": f"{type(error).__name__}: {first_line(error)}"}

    return told


def _is_full(error: Exception) -> bool:
    """Whether a device or the machine has no memory left, as each of the backends says it."""
    names = {kind.__name__ for kind in type(error).__mro__}
    is_named = not names.isdisjoint({"MemoryError", "ResourceExhaustedError", "OutOfMemoryError"})
    return is_named or "RESOURCE_EXHAUSTED" in str(error)
