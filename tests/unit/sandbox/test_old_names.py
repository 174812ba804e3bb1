"""The table of old names is right about what is gone, and about what there is today."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import inspect
import re
import warnings

import keras
import matplotlib.pyplot
import numpy as np
import pytest
import tensorflow as tf

from autograder.sandbox import commands, elsewhere, magics, old_names

CODE = re.compile(r"`((?:keras|tf|np|matplotlib)(?:\.\w+)+)")
OBJECTS = {
    "Model": keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]),
    "Layer": keras.layers.Dense(1),
    "Optimizer": keras.optimizers.Adam(),
    "dict": {},
}
OF_OTHERS = ("tensorflow.compat", "keras.datasets.cifar", "sklearn", "keras_contrib", "scipy")
STILL_IMPORTED = ("keras.backend", "keras.optimizers.legacy", "tensorflow.python.keras")
"""What can be imported: the first has lost most of what it had, the others make nothing that Keras takes."""
TODAY = {**old_names.MODULES, **old_names.ATTRIBUTES, **old_names.ARGUMENTS, **old_names.PYTHON_2}


@pytest.mark.parametrize("name", [name for name in old_names.MODULES if name not in STILL_IMPORTED])
def test_modules_are_gone(name):
    """Nothing is explained away that still works."""
    with pytest.raises((ImportError, AttributeError)):
        importlib.import_module(name)


@pytest.mark.parametrize("name", [name for name in old_names.ATTRIBUTES if not name.startswith(OF_OTHERS)])
def test_attributes_are_gone(name):
    """A name that a module or an object still has is not old."""
    owner, _, last = name.rpartition(".")
    value = OBJECTS[owner] if owner in OBJECTS else importlib.import_module(owner)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # NumPy's, of names that it may give another meaning
        assert not hasattr(value, last)


def test_what_is_to_be_written_exists():
    """Every name that a sentence recommends is there."""
    spaces = {"keras": keras, "tf": tf, "np": np, "matplotlib": matplotlib}
    for sentence in TODAY.values():
        for name in CODE.findall(sentence):
            root, _, rest = name.partition(".")
            value = spaces[root]
            for part in rest.split("."):
                assert hasattr(value, part), f"{name} in: {sentence}"
                value = getattr(value, part)


def test_arguments_are_gone():
    """No layer or optimiser takes one of them, and what is to be written is taken by some."""
    known = set()
    for space in (keras.layers, keras.optimizers, keras.callbacks):
        for name in dir(space):
            with contextlib.suppress(TypeError, ValueError):
                known |= set(inspect.signature(getattr(space, name)).parameters)
    known |= set(inspect.signature(keras.Model.fit).parameters) | {"inputs", "outputs"}
    ambiguous = {"output_dim", "decay"}  # an embedding has one, and no optimiser the other
    assert not (set(old_names.ARGUMENTS) - ambiguous) & known
    written = {name for each in old_names.ARGUMENTS.values() for name in re.findall(r"`(\w+)=", each)} - {"metrics"}
    assert written <= known


@pytest.mark.parametrize(
    "name", ["tensorflow.keras.utils.np_utils", "keras._tf_keras.keras.utils.np_utils.to_categorical"]
)
def test_all_spellings_of_keras_are_one(name):
    """What is said of keras holds for tf.keras, and for what is in an old module."""
    assert old_names.today(name) == old_names.MODULES["keras.utils.np_utils"]


@pytest.mark.parametrize("module", [old_names, commands])
def test_examples(module):
    """The examples in docstrings are what happens."""
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


@pytest.mark.parametrize(
    ("line", "installs"),
    [
        ("pip install x", True),
        ("pip3 install -U x", True),
        ("/usr/bin/python3.11 -m pip install x", True),
        (r"C:\venv\Scripts\python.exe -m pip install x", True),
        ("sudo apt-get -y install x", True),
        ("yes | conda install x", True),
        ("pipeline.sh", False),
        ("echo pip", False),
        ("python train.py", False),
        ("", False),
    ],
)
def test_installs_are_told_from_other_commands(line, installs):
    """By the program that is called, wherever it lies."""
    assert commands.installs(line) is installs


def test_long_lines_are_cut_and_stay_code():
    """A sentence repeats a line in one piece of code, whatever is in it."""
    sentence = commands.skipped("echo `date`\n" + 50 * "long ")
    assert sentence.count("`") == 2
    assert len(sentence) < 200


def test_magics_are_listed_once():
    """A magic is run, silent, skipped or an installer, and never two of them."""
    lists = (magics.INSTALLERS, magics.SILENT, magics.UNFIT)
    names = [name for each in lists for name in each]
    assert len(names) == len(set(names))


def test_stand_ins_are_found_for_their_places_only():
    """A module of another place's name is not taken for it."""
    assert elsewhere._root("google.colab.drive") == "google.colab"
    assert [elsewhere._root(name) for name in ("google.protobuf", "pipeline", "kaggle_x", "google")] == [None] * 4
