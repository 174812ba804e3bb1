"""Trains one model, an epoch at a time, in a process of ours.

Pure Keras, so it runs on any of its backends. It is given the training images with their labels and the
held-out images without theirs: it returns predictions, and accuracy is computed where the labels are.

All weights are initialised anew. Before every evaluation the statistics of batch normalisation are
re-estimated as the average over `STATISTICS_BATCHES` batches ("precise BN", Wu and Johnson 2021, arXiv
2105.07576): in a short training the moving averages lag behind the weights, and a right answer would look
wrong. Training goes on with the statistics that it had.

Pixels go into the model as floats from 0 to 255, unscaled, as notebooks feed them: many models scale their
pixels themselves, and scaling them twice would leave such a model at chance.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from autograder.errors import ModelRefused
from autograder.models.build import Rebuilt
from autograder.models.construct import first_line
from autograder.models.graph import ModelGraph

STATISTICS_BATCHES = 20
PREDICTION_BATCH = 256


def handlers() -> dict[str, Callable[..., Any]]:
    """Return the handlers of one training: ``start_training``, then ``train_epoch`` any number of times."""
    running: list[_Training] = []

    def start_training(**given: Any) -> dict[str, Any]:
        running[:] = [_Training(**given)]
        return {"backend": keras.backend.backend(), "device": _device()}

    return {"start_training": start_training, "train_epoch": lambda: running[0].epoch()}


class _Training:
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
    ) -> None:
        keras.utils.set_random_seed(seed % 2**32)
        rebuilt = Rebuilt(ModelGraph.from_data(graph), seed=seed % 2**31)
        self._model = rebuilt.model
        self._normalisations = [layer for layer in rebuilt.layers if isinstance(layer, keras.layers.BatchNormalization)]
        self._images, self._labels, self._held_out = images.astype("float32"), labels, held_out.astype("float32")
        self._batch_size = batch_size
        self._flip = flip
        self._rng = np.random.default_rng(seed)
        _require_scores(self._model, images.shape[1:], num_classes)
        steps = epochs * math.ceil(len(images) / batch_size)
        rate = learning_rate if schedule == "constant" else keras.optimizers.schedules.CosineDecay(learning_rate, steps)
        with _blaming_the_model():
            self._model.compile(
                optimizer=keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": rate}}),
                loss=keras.losses.SparseCategoricalCrossentropy(from_logits=not self._gives_probabilities()),
                metrics=["accuracy"],
            )

    def epoch(self) -> dict[str, Any]:
        """Train on every image once, then predict the held-out ones.

        Returns
        -------
        ``loss`` and ``train_accuracy`` over the epoch, and ``scores`` (n, k) float32 of the held-out images.
        """
        order = self._rng.permutation(len(self._images))
        images = self._images[order]
        if self._flip:
            mirrored = self._rng.random(len(images)) < 0.5
            images[mirrored] = images[mirrored, :, ::-1]
        with _blaming_the_model():
            history = self._model.fit(
                images, self._labels[order], batch_size=self._batch_size, epochs=1, shuffle=False, verbose=0
            ).history
            before = self._estimate_statistics(images)
            scores = self._model.predict(self._held_out, batch_size=PREDICTION_BATCH, verbose=0)
        for variable, value in before:
            variable.assign(value)
        return {
            "loss": float(history["loss"][0]),
            "train_accuracy": float(history["accuracy"][0]),
            "scores": np.asarray(scores, "float32"),
        }

    def _gives_probabilities(self) -> bool:
        """Whether the scores of an image are at least 0 and add up to 1: else they are taken for logits."""
        scores = ops.convert_to_numpy(self._model(self._held_out[:8], training=False)).astype("float64")
        return bool(np.all(scores >= 0) and np.allclose(scores.sum(axis=-1), 1, atol=1e-3))

    def _estimate_statistics(self, images: np.ndarray) -> list[tuple[keras.Variable, np.ndarray]]:
        """Put averages over some batches in the place of moving averages; return what was there before."""
        layers = self._normalisations
        moving = [variable for layer in layers for variable in (layer.moving_mean, layer.moving_variance)]
        before = [(variable, ops.convert_to_numpy(variable).copy()) for variable in moving]
        momenta = [layer.momentum for layer in layers]
        for count in range(STATISTICS_BATCHES if layers else 0):
            batch = images[count * self._batch_size : (count + 1) * self._batch_size]
            if len(batch) < 2:
                break
            for layer in layers:
                layer.momentum = count / (count + 1)  # the moving average is then the mean so far
            self._model(batch, training=True)
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
    """Whatever a backend raises about a model is told as a refusal of it; a machine that is full is not its fault."""
    try:
        yield
    except (ModelRefused, MemoryError):
        raise
    except Exception as error:
        if "ResourceExhausted" in type(error).__name__ or "RESOURCE_EXHAUSTED" in str(error):
            raise
        raise ModelRefused(f"the model cannot be trained: {first_line(error)}") from error


def _device() -> str:
    """Return the kind of device that trains."""
    names = keras.distribution.list_devices()
    return "gpu" if any("gpu" in name.lower() for name in names) else "cpu"
