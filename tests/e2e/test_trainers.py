"""Trainings in real processes behind the real wall: alike in every run, and with the same verdict on every library."""

import functools
import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.errors import ModelRefused
from autograder.models.graph import sequential
from autograder.records import GradeId
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.isolation.warden import LOOK_INTERVAL_S
from autograder.sandbox.runtimes import open_trainer
from autograder.secret import CourseSecret
from autograder.settings import Recipe
from autograder.training.devices import Place, Setup
from autograder.training.service import TrainingService

QUESTION = GradeId("model")
LEARNS = sequential(
    (32, 32, 3),
    ("Rescaling", {"scale": 1 / 255}),
    ("Conv2D", {"filters": 16, "kernel_size": 5, "strides": 2}),
    ("BatchNormalization", {}),
    ("ReLU", {}),
    ("MaxPooling2D", {"pool_size": 2}),
    ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}),
    ("Dropout", {"rate": 0.1}),
    ("GlobalMaxPooling2D", {}),
    ("Dense", {"units": 10, "activation": "softmax"}),
)
GUESSES = sequential(
    (32, 32, 3),
    ("AveragePooling2D", {"pool_size": 32}),
    ("Flatten", {}),
    ("Dense", {"units": 10, "activation": "softmax"}),
)
RECIPE = Recipe(
    dataset="shapes",
    num_train=1200,
    num_test=400,
    epochs=4,
    batch_size=16,
    learning_rate=0.003,
    flip=True,
    attempts=1,
    floors={QUESTION: 0.3},
)

GIVEN = {
    "images": np.zeros((20, 32, 32, 3), np.uint8),
    "task": "classification",
    "known": {"labels": np.arange(20) % 10},
    "held_out": np.zeros((10, 32, 32, 3), np.uint8),
    "num_classes": 10,
    "seed": 1,
    "epochs": 1,
    "batch_size": 10,
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "schedule": "constant",
    "flip": False,
}
"""What a training is given beside its model."""
NEEDS_JAX = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed (extra 'jax')")


@pytest.fixture
def service(zygote, tier, tmp_path):
    """Make a service with an empty cache."""
    numbers = iter(range(100))

    def make(backend="tensorflow"):
        folder = tmp_path / str(next(numbers))
        return TrainingService(
            secret=CourseSecret("s"),
            cache_folder=folder,
            open_trainer=functools.partial(open_trainer, zygote, tier),
            setup=Setup(backend=backend),
            slots_folder=folder / "slots",
        )

    return make


def train(service, graph, recipe=RECIPE):
    """Train a model."""
    return service.train(graph, question=QUESTION, recipe_name="tiny", recipe=recipe)


def test_two_trainings_with_one_seed_agree_to_the_last_image(service):
    """In two processes, on one kind of device, every number is the same."""
    whole = Recipe(dataset="shapes", num_train=300, num_test=200, epochs=2, batch_size=16, flip=True)
    first, second = (train(service(), LEARNS, whole) for _ in range(2))
    assert first == second
    assert len(first.attempts[0].loss) == 2


@pytest.mark.slow
@NEEDS_JAX
def test_the_libraries_agree_on_the_verdict(service):
    """What learns reaches the floor on TensorFlow and on JAX, what cannot misses it on both; the report says which."""
    for backend in ("tensorflow", "jax"):
        record = train(service(backend), LEARNS)
        assert record.test_accuracy >= record.floor, backend
        assert (record.backend, record.device) == (backend, "cpu")
        assert train(service(backend), GUESSES).test_accuracy < record.floor, backend


@pytest.mark.slow
@NEEDS_JAX
def test_another_library_trains_behind_the_same_wall(zygote, tier):
    """A process that was exec'd for JAX is walled as any other of ours, and is gone afterwards."""
    with open_trainer(zygote, tier, Place(backend="jax")) as trainer:
        pid = trainer._child.answering_pid
        status = Path(f"/proc/{pid}/status").read_text()
        assert "Seccomp:\t2" in status
        assert "NoNewPrivs:\t1" in status
        with pytest.raises(ModelRefused):
            trainer.ask("start_training", graph={}, **GIVEN)
    assert not Path(f"/proc/{pid}").exists()


def test_without_a_wall_nothing_is_counted_that_is_not_there(zygote):
    """A training on a GPU has no wall: what looks after it does not take its folder for a full one."""
    with open_trainer(zygote, Tier.NONE, Place()) as trainer:
        assert trainer.ask("start_training", graph=GUESSES.to_data(), **GIVEN)["device"] == "cpu"
        time.sleep(2 * LOOK_INTERVAL_S)
        assert np.isfinite(trainer.ask("train_epoch")["loss"])
        assert trainer.cpu_s > 0
