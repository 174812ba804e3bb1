"""What we lean on in Keras holds for the version that is installed."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from autograder.models import catalogue, keras_private
from autograder.models.operations import function, path_of

NOT_IN_SIGNATURES = {  # in configs, and taken by the constructor as further arguments
    "activity_regularizer",
    "data_format",
    "seed",
    "unroll",
    "zero_output_for_mask",
    "rms_scaling",
    "quantization_config",
}


@pytest.mark.parametrize("kind", sorted(catalogue.LAYERS))
def test_every_layer_exists_with_its_arguments(kind: str) -> None:
    """The allow-list names no argument that Keras does not have."""
    parameters = set(inspect.signature(getattr(layers, kind).__init__).parameters)
    assert catalogue.LAYERS[kind] <= parameters | NOT_IN_SIGNATURES


@pytest.mark.parametrize(
    ("table", "module"),
    [
        (catalogue.INITIALIZERS, keras.initializers),
        (catalogue.REGULARIZERS, keras.regularizers),
        (catalogue.CONSTRAINTS, keras.constraints),
    ],
)
def test_every_part_of_a_config_exists(table: Any, module: Any) -> None:
    """Initialisers, regularisers and constraints, with their arguments."""
    for name, arguments in table.items():
        assert arguments <= set(inspect.signature(getattr(module, name).__init__).parameters)


def test_every_activation_and_operation_exists() -> None:
    """By name, as functions."""
    assert all(inspect.isfunction(getattr(keras.activations, name)) for name in catalogue.ACTIVATIONS)
    assert all(callable(function(path)) for path in catalogue.OPERATIONS)


def operation_classes() -> list[type]:
    """Every class of operations that is rebuilt."""
    found: dict[str, type] = {}
    waiting = list(keras.Operation.__subclasses__())
    while waiting:
        each = waiting.pop()
        waiting.extend(each.__subclasses__())
        if each.__module__.startswith(("keras.src.ops.", "keras.src.activations")):
            found[f"{each.__module__}.{each.__name__}"] = each
    return [each for each in found.values() if path_of(object.__new__(each))]


@pytest.mark.parametrize("kind", operation_classes(), ids=lambda kind: kind.__name__)
def test_recorded_arguments_are_those_of_the_function(kind: type) -> None:
    """What an operation was constructed and called with can be given to the function of the same name."""
    path = path_of(object.__new__(kind))
    assert path is not None
    recorded = {*inspect.signature(kind.__init__).parameters, *inspect.signature(kind.call).parameters} - {
        "self",
        "name",
    }
    parameters = inspect.signature(function(path)).parameters
    if kind.__name__ == "Einsum":  # its operands are positional, and put in order when it is recorded
        recorded -= {"subscripts", "operands", "kwargs"}
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    assert takes_any or recorded <= set(parameters)


def test_every_layer_of_keras_has_a_verdict() -> None:
    """Each class in `keras.layers` is rebuilt, opened, or refused for a reason; a new one has to find its place."""
    accepted = set(catalogue.LAYERS) | catalogue.OPENED
    assert not accepted & set(catalogue.REFUSED)
    known = {getattr(layers, name) for name in accepted | set(catalogue.REFUSED)}
    classes = {each for each in vars(layers).values() if inspect.isclass(each)}
    assert known == classes - {layers.InputLayer}  # which is an input of the graph
    assert all(reason.endswith(tuple("abcdefghijklmnopqrstuvwxyz")) for reason in catalogue.REFUSED.values())


def test_every_layer_that_depends_on_the_flag_is_known() -> None:
    """A layer whose `call` takes `training` is in the list, or is known not to care."""
    indifferent = {"Dense", "EinsumDense", "Resizing"}
    for kind in catalogue.LAYERS:
        takes_flag = "training" in inspect.signature(getattr(layers, kind).call).parameters
        assert takes_flag <= (kind in catalogue.DEPENDS_ON_TRAINING or kind in indifferent), kind


@pytest.mark.parametrize("kind", sorted(catalogue.ENDS_WITH_ACTIVATION))
def test_activation_at_the_end(kind: str) -> None:
    """For these layers, `activation` is applied to what they return."""
    arguments = {
        "Activation": {},
        "Dense": {"units": 3},
        "EinsumDense": {"equation": "abc,cd->abd", "output_shape": (None, 3)},
    }
    sizes = {"kernel_size": 2} if "Depthwise" in kind else {"kernel_size": 2, "filters": 3}
    spatial = next((n for n in (1, 2, 3) if f"{n}D" in kind), 1)
    shape = (2, *(4,) * spatial, 2)
    keras.utils.set_random_seed(0)
    made = [getattr(layers, kind)(activation=name, **arguments.get(kind, sizes)) for name in ("tanh", "linear")]
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    with_activation, without = made[0](x), made[1](x)
    made[1].set_weights(made[0].get_weights())
    without = made[1](x)
    assert np.allclose(with_activation, np.tanh(without), atol=1e-6)


def test_private_parts() -> None:
    """Each does what its name says."""
    inner = keras.Sequential([layers.Dense(2)])
    model = keras.Sequential([keras.Input((3,)), inner])
    assert inner in keras_private.sublayers(model)
    assert {inner, inner.layers[0]} < set(keras_private.all_layers(model))
    assert keras_private.weights(model) == model.weights
    assert keras_private.trainable_weights(inner) == inner.trainable_weights
    inner.trainable = False
    assert keras_private.trainable_weights(inner) == []
    assert keras_private.built_for(inner) == (None, 3)
    assert keras_private.built_for(layers.ReLU()) is None
    assert keras_private.runs_its_graph(model)
    assert not keras_private.runs_its_graph(layers.Dense(2))
    assert [tuple(each.shape) for each in keras.tree.flatten(keras_private.input_structure(model))] == [(None, 3)]
    assert keras_private.has_own_build(layers.Dense(2))
    assert not keras_private.has_own_build(layers.ReLU())
    mean = next(kind for kind in operation_classes() if kind.__name__ == "Mean")
    assert keras_private.operation_arguments(mean(axis=1)) == {"axis": 1, "keepdims": False}
    inputs = keras.Input((3,))
    told = layers.BatchNormalization()
    assert keras_private.recorded_flags(keras.Model(inputs, told(inputs, training=True))) == [(told, True)]


def test_masks_travel_as_we_think() -> None:
    """On the tensor, and from the first argument to the outputs."""
    inputs = keras.Input((3,), dtype="int32")
    x = layers.Embedding(5, 2, mask_zero=True)(inputs)
    mask = keras_private.mask_of(x)
    assert mask.shape == (None, 3)
    assert keras_private.mask_of(x + 1) is None
    outputs = x * 2
    keras_private.pass_mask_on(layers.Dropout(0.1), x, outputs, mask)
    assert keras_private.mask_of(outputs) is mask


def test_importing_runs_nothing() -> None:
    """TensorFlow's runtime is untouched when the modules for children are imported: a fork must find it so."""
    script = (
        "import autograder.models.trace, autograder.models.build, autograder.models.runtime\n"
        "from tensorflow.python.eager import context\n"
        "assert context._context is None or not context.context()._initialized\n"
        "import os; print(len(os.listdir('/proc/self/task')))"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "1"


def test_suites_need_no_keras() -> None:
    """The trusted side imports graphs and views without Keras or TensorFlow."""
    script = "import sys, autograder.models.view, autograder.models.graph; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"keras", "tensorflow"} & set(done.stdout.split())
