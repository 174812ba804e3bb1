"""What a training depends on decides which one is found in the cache, and nothing else does."""

import contextlib
import dataclasses

import numpy as np
import pytest

from autograder.models.graph import Layer, sequential
from autograder.records import GradeId
from autograder.secret import CourseSecret
from autograder.settings import Device, Recipe
from autograder.training import service as service_module
from autograder.training.devices import Setup
from autograder.training.service import TrainingService

QUESTION = GradeId("model")
LAYERS = (("Flatten", {}), ("Dense", {"units": 10}))
ZEROS = {"class": "Zeros", "config": {}}
GRAPH = sequential((32, 32, 3), *LAYERS)
RECIPE = Recipe(
    dataset="shapes", num_train=10, num_test=30, epochs=2, batch_size=10, floors={QUESTION: 0.99}, attempts=1
)


class Guessing:
    """Stands for a training: it gives random scores."""

    def __init__(self, device):
        self.device = device

    def ask(self, op, /, *, timeout_s=None, **args):
        """Answer as `autograder.training.trainer` does."""
        if op == "start_training":
            self.rng, self.count = np.random.default_rng(args["seed"]), len(args["held_out"])
            return {"backend": "tensorflow", "device": self.device, "gives_probabilities": True}
        return {
            "loss": 1.0,
            "train": {"accuracy": 0.1},
            "predictions": {"scores": self.rng.random((self.count, 10))},
        }


@pytest.fixture
def trainings(tmp_path):
    """Train, and return how many trainings that took; all share a cache."""

    def count(graph=GRAPH, recipe=RECIPE, secret="s", setup=None, question=QUESTION, name="tiny"):
        opened = []

        @contextlib.contextmanager
        def open_trainer(place):
            opened.append(place)
            yield Guessing(place.device)

        made = TrainingService(
            secret=CourseSecret(secret),
            cache_folder=tmp_path,
            open_trainer=open_trainer,
            setup=setup,
            slots_folder=tmp_path / "slots",
        )
        made.train(graph, question=question, recipe_name=name, recipe=recipe)
        return len(opened)

    assert count() == 1
    assert count() == 0
    return count


def changed(**changes):
    """Return the recipe with other settings."""
    return {"recipe": Recipe(**{**{field: getattr(RECIPE, field) for field in RECIPE.__struct_fields__}, **changes})}


def renamed():
    """Return the same model under other names."""
    layers = tuple(Layer(each.kind, f"mine_{number}", each.config) for number, each in enumerate(GRAPH.layers))
    program = dataclasses.replace(
        GRAPH.program, nodes=tuple(dataclasses.replace(node, scope="my/own") for node in GRAPH.program.nodes)
    )
    return {"graph": dataclasses.replace(GRAPH, name="another", layers=layers, program=program)}


@pytest.mark.parametrize(
    "change",
    [
        renamed(),
        changed(floors={QUESTION: 0.98}),
        changed(wall_s=5.0),
        changed(device=Device.CPU),
        {"question": GradeId("another"), "recipe": RECIPE},
        {"name": "another"},
    ],
    ids=["names", "floor", "time", "required device", "question", "recipe's name"],
)
def test_what_decides_nothing_is_answered_from_the_cache(trainings, change):
    """Names, floors and limits change no training."""
    assert trainings(**change) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"graph": sequential((32, 32, 3), ("Flatten", {}), ("Dense", {"units": 11}))},
        {"graph": sequential((32, 32, 3), ("Flatten", {}), ("Dense", {"units": 10, "use_bias": False}))},
        {"graph": sequential((32, 32, 3), ("Flatten", {}), ("Flatten", {}), ("Dense", {"units": 10}))},
        {"graph": sequential((32, 32, 3), ("Flatten", {}), ("Dense", {"units": 10, "kernel_initializer": ZEROS}))},
        changed(learning_rate=0.5),
        changed(epochs=1),
        changed(batch_size=5),
        changed(flip=True),
        changed(num_train=11),
        changed(num_test=31),
        changed(seed=1),
        {"setup": Setup(seed=1)},
        {"secret": "another"},
        {"setup": Setup(device="gpu", cards=1)},
        {"setup": Setup(backend="jax")},
    ],
    ids=[
        "units", "bias", "a layer that does nothing", "initialiser", "rate", "epochs", "batch", "flip", "images",
        "held-out images", "seed", "operator's seed", "course", "device", "library",
    ],
)  # fmt: skip
def test_what_decides_is_trained_again(trainings, change):
    """Another architecture, recipe, course, seed, device or library is another training."""
    assert trainings(**change) == 1
    assert trainings() == 0


@pytest.mark.parametrize("name", ["version", "TRAINER_VERSION"])
def test_another_version_is_trained_again(trainings, monkeypatch, name):
    """What an earlier Keras or trainer gave says nothing about this one."""
    monkeypatch.setattr(service_module, name, 99 if name == "TRAINER_VERSION" else lambda package: "99")
    assert trainings() == 1


def test_a_class_trains_each_architecture_once(tmp_path):
    """Of 24 students with 8 architectures, whatever they call their layers, 8 are trained."""
    opened = []

    @contextlib.contextmanager
    def open_trainer(place):
        opened.append(place)
        yield Guessing(place.device)

    made = TrainingService(
        secret=CourseSecret("s"), cache_folder=tmp_path, open_trainer=open_trainer, slots_folder=tmp_path / "slots"
    )
    for student in range(24):
        graph = sequential((32, 32, 3), ("Flatten", {}), ("Dense", {"units": 10 + student % 8}))
        layers = tuple(Layer(each.kind, f"{each.kind}_of_{student}", each.config) for each in graph.layers)
        named = dataclasses.replace(graph, name=f"model_{student}", layers=layers)
        made.train(named, question=QUESTION, recipe_name="tiny", recipe=RECIPE)
    assert len(opened) == 8
