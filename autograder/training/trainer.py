"""Trains one model, an epoch at a time, in a process of ours.

Pure Keras, so it runs on any of its backends. It is given the training images with what is known of them, and the
held-out images alone: it returns predictions, which are judged where labels, boxes and masks of those are.

Weights are initialised anew, unless it is asked to go on from those of the graph. The training images lie on the device
that trains, as a weight that nothing changes; a step is given their places, and mirrors those that it is told to.

Before every evaluation the statistics of batch normalisation are re-estimated as the average over `STATISTICS_BATCHES`
batches ("precise BN", Wu and Johnson 2021, arXiv 2105.07576): in a short training the moving averages lag behind the
weights, and a right answer would look wrong. Training goes on with the statistics that it had. Normalisations that are
frozen, or that always run with their moving statistics, keep these, as in `fit`.

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
from autograder.settings import Task
from autograder.training import tasks
from autograder.training.devices import CPU, GPU
from autograder.training.images import HeldImages
from autograder.training.libraries import num_gpus
from autograder.training.outputs import told_apart

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
    task
        What it learns, by its name in `Task`.
    images, known
        Training images (n, h, w, c) uint8, and what the task needs to know of them; see `tasks.learnt`.
    held_out
        Images to predict, of which nothing is known here.
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
        task: str,
        images: np.ndarray,
        known: Mapping[str, np.ndarray],
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
        self._measures = Task(task).measures
        self._task = tasks.learnt(Task(task), known)
        self._images, self._held_out = images, held_out.astype("float32")
        self._batch_size = batch_size
        self._flip = flip
        self._rng = np.random.default_rng(seed)
        _require_image(self._model, images.shape[1:])
        steps = epochs * math.ceil(len(images) / batch_size)
        rate = learning_rate if schedule == "constant" else keras.optimizers.schedules.CosineDecay(learning_rate, steps)
        with _blaming_the_model():
            place = keras.Input((), dtype="int32")
            returned = tree.flatten(self._model(HeldImages(images, flip=flip)(place)))
            self._outputs = told_apart(
                Task(task),
                [tuple(each.shape) for each in returned],
                num_classes=num_classes,
                size=tuple(images.shape[1:3]),
            )
            first = self._named(self._model(self._held_out[:8], training=False))
            self._gives_probabilities = self._task.are_probabilities(first)
            self._fitted = keras.Model(place, {name: returned[number] for name, number in self._outputs.items()})
            self._fitted.compile(
                optimizer=keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": rate}}),
                loss=self._task.losses(self._gives_probabilities),
                loss_weights=dict(self._task.weights),
                metrics=self._task.metrics(self._gives_probabilities),
                jit_compile=self._speed["jit_compile"],
                steps_per_execution=self._speed["steps_per_execution"],
            )

    def facts(self) -> dict[str, Any]:
        """Return what trains, and whether what the model returns are probabilities or logits."""
        return {
            "backend": keras.backend.backend(),
            "device": self._device,
            "gives_probabilities": self._gives_probabilities,
        }

    def epoch(self) -> dict[str, Any]:
        """Train on every image once, then predict the held-out ones.

        Returns
        -------
        ``loss`` and ``train``, each measure of the task, over the epoch, and ``predictions`` for the held-out images:
        what the model returns, by name.
        """
        order = self._rng.permutation(len(self._images)).astype("int32")
        fitted = self.fit(order)
        with _blaming_the_model():
            before = self._estimate_statistics(order)
            returned = self._model.predict(self._held_out, batch_size=PREDICTION_BATCH, verbose=0)
        for variable, value in before:
            variable.assign(value)
        return {**fitted, "predictions": self._named(returned)}

    def fit(self, order: np.ndarray) -> dict[str, Any]:
        """Train on the images whose places are given, in their order; ``loss``, and ``train`` by measure."""
        targets = {name: target[order] for name, target in self._task.targets.items()}
        places = order
        if self._flip:
            chosen = self._rng.random(len(order)) < 0.5
            places = np.where(chosen, -1 - order, order)
            targets = {name: tasks.mirrored(name, target, chosen) for name, target in targets.items()}
        with _blaming_the_model():
            history = self._fitted.fit(
                places, targets, batch_size=self._batch_size, epochs=1, shuffle=False, verbose=0
            ).history
        ends = {measure.value: next(key for key in history if key.endswith(measure)) for measure in self._measures}
        return {
            "loss": float(history["loss"][0]),
            "train": {name: float(history[key][0]) for name, key in ends.items()},
        }

    def _named(self, returned: Any) -> dict[str, np.ndarray]:
        """Return what the model returned by the names that its task has for it."""
        arrays = [ops.convert_to_numpy(each) for each in tree.flatten(returned)]
        return {name: arrays[number].astype("float32") for name, number in self._outputs.items()}

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


def _require_image(model: keras.Model, image_shape: tuple[int, ...]) -> None:
    """Refuse a model that does not take one image."""
    inputs = tree.flatten(model.inputs)
    shapes = ", ".join(str(tuple(tensor.shape)) for tensor in inputs)
    taken = tuple(inputs[0].shape[1:])
    fits = len(taken) == len(image_shape) and all(a in (None, b) for a, b in zip(taken, image_shape, strict=True))
    if len(inputs) != 1 or not fits:
        raise ModelRefused(
            f"the model cannot be trained: its input has the shape {shapes}, {(None, *image_shape)} is needed"
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
