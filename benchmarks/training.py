"""What a recipe tells apart, and what it costs: trains known architectures as a grading does.

Every training runs through the real chain (fork server, `TrainingService`, trainer) with an empty cache, in full:
no floor stops it. Each seed is another course secret, so data, initial weights and order all change. Run it from
the repository's root::

    python benchmarks/training.py --seeds 5
    python benchmarks/training.py --seeds 5 --only alexnet_with_batchnorm residual

It prints for each architecture the best accuracy so far after each epoch, over all seeds, and what one epoch takes.
Floors are chosen from the smallest value of the models that must pass and the largest of those that must not.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", KERAS_BACKEND="tensorflow")

import keras
from keras import layers

from autograder.course import CourseSecret
from autograder.models.graph import ModelGraph
from autograder.models.trace import trace
from autograder.models.view import RuntimePort
from autograder.records import Attempt, GradeId
from autograder.sandbox.client import ControlSocket, ForkServer, clean_environment
from autograder.settings import Recipe, parse_settings
from autograder.training.service import TrainingService

INPUT_SHAPE = (32, 32, 3)


def linear() -> keras.Model:
    """Return one dense layer: must fail."""
    return keras.Sequential([keras.Input(INPUT_SHAPE), layers.Flatten(), layers.Dense(10, activation="softmax")])


def dense() -> keras.Model:
    """Return two hidden layers without convolutions: must fail."""
    hidden = [layers.Dense(units, activation="relu") for units in (512, 256)]
    return keras.Sequential(
        [keras.Input(INPUT_SHAPE), layers.Flatten(), *hidden, layers.Dense(10, activation="softmax")]
    )


def alexnet(*, batchnorm: bool = False) -> keras.Model:
    """Return the practical's small AlexNet, of 48, 128, 192, 192 and 128 filters."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE)])
    for filters, is_pooled in ((48, True), (128, True), (192, False), (192, False), (128, True)):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=not batchnorm))
        if batchnorm:
            model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        if is_pooled:
            model.add(layers.MaxPooling2D(3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1024, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(1024, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def alexnet_with_batchnorm() -> keras.Model:
    """Return the same with batch normalisation after each convolution."""
    return alexnet(batchnorm=True)


def fully_convolutional() -> keras.Model:
    """Return strided convolutions and a global average, without batch normalisation."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE)])
    for filters, strides in ((48, 2), (96, 2), (128, 2), (128, 1)):
        model.add(layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu"))
    model.add(layers.Conv2D(10, 1))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Softmax())
    return model


def fully_convolutional_scaled() -> keras.Model:
    """Return a deep one with pixels in [0, 1] and Keras's own initial weights: slow to begin."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE), layers.Rescaling(1 / 255)])
    for filters, strides in ((48, 1), (48, 3), (128, 1), (128, 3), (192, 1), (192, 1), (128, 3)):
        model.add(layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu"))
    model.add(layers.Conv2D(10, 1))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Softmax())
    return model


def small_batchnorm(filters: tuple[int, ...] = (32, 64, 128)) -> keras.Model:
    """Return three convolutions with batch normalisation and pooling, global average, one dense layer."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE)])
    for number in filters:
        model.add(layers.Conv2D(number, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D(2))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    return model


def two_filters() -> keras.Model:
    """Return what is structurally right and too weak: must fail."""
    return small_batchnorm((2, 2, 2))


def residual(filters: tuple[int, ...] = (16, 32, 64)) -> keras.Model:
    """Return three residual blocks with batch normalisation."""

    def normalised(x: keras.KerasTensor, number: int, strides: int = 1) -> keras.KerasTensor:
        return layers.BatchNormalization()(layers.Conv2D(number, 3, strides=strides, padding="same", use_bias=False)(x))

    inputs = keras.Input(INPUT_SHAPE)
    x = layers.ReLU()(normalised(inputs, filters[0]))
    for place, number in enumerate(filters):
        strides = 2 if place else 1
        branch = normalised(layers.ReLU()(normalised(x, number, strides)), number)
        shortcut = layers.Conv2D(number, 1, strides=strides)(x) if place else x
        x = layers.ReLU()(layers.Add()([shortcut, branch]))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def residual_two_filters() -> keras.Model:
    """Return what is structurally right and too weak: must fail."""
    return residual((2, 2, 2))


ARCHITECTURES: tuple[Callable[[], keras.Model], ...] = (
    linear,
    dense,
    two_filters,
    residual_two_filters,
    alexnet,
    alexnet_with_batchnorm,
    fully_convolutional,
    fully_convolutional_scaled,
    small_batchnorm,
    residual,
)


@dataclass(frozen=True)
class Run:
    """One attempt, trained in full, with everything that a grading does around it."""

    attempt: Attempt
    seconds: float
    cpu_seconds: float
    """Of the process that trained, over all cores: what a busy machine does not change."""


def train(zygote: ControlSocket, graph: ModelGraph, recipe: Recipe, seed: int) -> Run:
    """Train in a fresh process, with an empty cache."""
    cpu_seconds = 0.0

    @contextlib.contextmanager
    def runtime() -> Iterator[RuntimePort]:
        nonlocal cpu_seconds
        with zygote.fork({"kind": "runtime"}) as child:
            yield child
            fields = Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
            cpu_seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    with tempfile.TemporaryDirectory() as folder:
        service = TrainingService(
            secret=CourseSecret(f"benchmark {seed}"), cache_folder=Path(folder), open_runtime=runtime
        )
        begin = time.perf_counter()
        record = service.train(graph, question=GradeId("benchmark"), recipe_name="", recipe=recipe)
        return Run(record.attempts[0], time.perf_counter() - begin, cpu_seconds)


def main() -> None:
    """Train what is asked for and print the table."""
    parser = argparse.ArgumentParser(description="Accuracy per epoch and seconds of known architectures.")
    parser.add_argument("--assignment", type=Path, default=Path("assignments/convnets/assignment.toml"))
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[made.__name__ for made in ARCHITECTURES])
    options = parser.parse_args()
    recipe = parse_settings(options.assignment.read_text()).recipes[options.recipe]
    print(
        f"recipe {options.recipe}: {recipe.num_train:,} images of {recipe.dataset}, {recipe.epochs} epochs, batch "
        f"{recipe.batch_size}, {recipe.optimizer} {recipe.learning_rate:g}; {os.cpu_count()} cores, "
        f"Keras {keras.__version__}; {options.seeds} seeds"
    )
    print("best accuracy so far after each epoch (lowest/mean/highest); seconds and CPU seconds in all (median)")
    with ForkServer("autograder.sandbox.zygote", clean_environment()) as server:
        for make in ARCHITECTURES:
            if make.__name__ not in options.only:
                continue
            graph = ModelGraph.from_data(trace(make(), weights=False))
            runs = [train(server.control, graph, recipe, seed) for seed in range(options.seeds)]
            best = zip(*(accumulate(run.attempt.test_accuracy, max) for run in runs), strict=True)
            columns = [f"{min(each):.3f}/{statistics.mean(each):.3f}/{max(each):.3f}" for each in best]
            seconds = statistics.median(run.seconds for run in runs)
            cpu = statistics.median(run.cpu_seconds for run in runs)
            print(f"{make.__name__:27s} {'  '.join(columns)}  {seconds:5.1f} s  {cpu:5.1f} s", flush=True)


if __name__ == "__main__":
    main()
