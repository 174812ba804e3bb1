"""A model that crosses as data predicts what the student's model predicts."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from tracing import traced
from zoo import SPECIMENS, Specimen

from autograder.errors import ModelRefused
from autograder.models.build import build

OPENED = [each for each in SPECIMENS.values() if not each.is_opaque]


def with_random_weights(target: Any) -> Any:
    """Give every weight a number of its own, so that no mistake hides behind zeros and ones."""
    rng = np.random.default_rng(0)
    for variable in target.weights if isinstance(target, keras.Layer) else ():
        variable.assign(rng.uniform(0.1, 0.6, size=variable.shape))
    return target


def made(specimen: Specimen) -> Any:
    """Make a specimen whose weights exist and differ."""
    keras.utils.set_random_seed(1)
    target = specimen.make()
    if isinstance(target, keras.Layer) and specimen.input_shape:
        target(np.zeros((2, *specimen.input_shape[1:]), "float32"))
    return with_random_weights(target)


def random_inputs(graph: Any) -> list[np.ndarray]:
    """Return a batch for each input of a graph."""
    rng = np.random.default_rng(2)
    return [
        rng.integers(0, 5, (4, *spec.shape[1:])).astype(spec.dtype)
        if "int" in spec.dtype
        else rng.normal(size=(4, *spec.shape[1:])).astype(spec.dtype)
        for spec in graph.inputs
    ]


def run(target: Any, inputs: Any, training: bool) -> list[np.ndarray]:
    """Call a model as Keras's trainer does, its random generators at a fixed state; nothing is kept."""
    layers = [target, *target._flatten_layers()] if isinstance(target, keras.Layer) else []
    seeds = [
        (layer.seed_generator.state, np.array([7, 0], "uint32")) for layer in layers if hasattr(layer, "seed_generator")
    ]
    takes_flag = isinstance(target, keras.Layer) and target._call_has_training_arg
    inputs = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
    with keras.StatelessScope(seeds):
        outputs = target(inputs, training=training) if takes_flag else target(inputs)
    return [np.asarray(each) for each in keras.tree.flatten(outputs)]


@pytest.mark.parametrize("specimen", OPENED, ids=lambda specimen: specimen.name)
def test_predicts_the_same(specimen: Specimen) -> None:
    """In inference and in training mode, to 1e-5."""
    target = made(specimen)
    graph = traced(target, specimen.input_shape)
    assert not graph.opaque_nodes
    rebuilt = build(graph)
    batch = random_inputs(graph)
    inputs: Any = batch[0] if len(batch) == 1 else batch
    if isinstance(graph.input, dict):
        inputs = {name: batch[ref.output] for name, ref in graph.input.items()}
    is_block = specimen.input_shape is not None
    for training in (False, True):
        if training and is_block and not getattr(target, "_call_has_training_arg", False):
            continue  # a block without the argument takes the flag from the model around it: see the next test
        ours, theirs = run(rebuilt, inputs, training), run(target, inputs, training)
        assert [each.shape for each in ours] == [each.shape for each in theirs]
        assert max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True)) <= 1e-5


@pytest.mark.parametrize("name", ["block_model_with_tf_add", "block_layer_with_operator", "block_projected_in_a_layer"])
def test_a_block_takes_the_flag_of_the_model_around_it(name: str) -> None:
    """Applied in a functional model, the student's block and ours do the same in training."""
    specimen = SPECIMENS[name]
    target = made(specimen)
    rebuilt = build(traced(target, specimen.input_shape))
    batch = np.random.default_rng(2).normal(size=(4, *specimen.input_shape[1:])).astype("float32")

    class Around(keras.Model):
        def __init__(self, block: Any) -> None:
            super().__init__()
            self.block = block

        def call(self, x: Any, training: bool = False) -> Any:
            return self.block(x)

    ours, theirs = run(Around(rebuilt), batch, True), run(Around(target), batch, True)
    assert np.allclose(ours[0], theirs[0], atol=1e-5)
    assert not np.allclose(theirs[0], run(target, batch, False)[0], atol=1e-3)


@pytest.mark.parametrize("specimen", OPENED, ids=lambda specimen: specimen.name)
def test_the_rebuilt_model_is_traced_to_the_same_key(specimen: Specimen) -> None:
    """Nothing gets lost or changed on the way."""
    graph = traced(made(specimen), specimen.input_shape)
    again = traced(build(graph))
    assert again.key == graph.key


@pytest.mark.parametrize(
    "name",
    ["normalised_functional", "normalised_subclassed", "normalisation_never_trains", "normalisation_without_the_flag"],
)
def test_trains_as_the_students_model(name: str) -> None:
    """After three steps of `fit`, student's and rebuilt model predict the same."""
    target = made(SPECIMENS[name])
    graph = traced(target)
    rebuilt = build(graph)
    (batch,) = random_inputs(graph)
    labels = np.zeros(run(rebuilt, batch, training=False)[0].shape)
    after = []
    for model in (target, rebuilt):
        for layer in model._flatten_layers():
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([7, 0])
        model.compile(keras.optimizers.SGD(0.01), "mse")
        model.fit(batch, labels, epochs=3, verbose=0, shuffle=False)
        after.append(model.predict(batch, verbose=0))
    assert np.abs(after[0] - after[1]).max() <= 1e-5


def test_a_seed_decides_all_weights() -> None:
    """Equal seeds give equal weights, other seeds others; the student's own weights are gone."""
    graph = traced(made(SPECIMENS["classifier_sequential"]))
    one, same, other = (build(graph, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.allclose(one[0], other[0])
    assert not np.allclose(one[0], graph.weights[0].value)


def test_a_graph_without_weights_is_built_anew() -> None:
    """Weights are optional, and always the same then."""
    graph = traced(SPECIMENS["classifier_sequential"].make(), weights=False)
    assert not graph.has_weights
    assert all(
        np.array_equal(a, b) for a, b in zip(build(graph).get_weights(), build(graph).get_weights(), strict=True)
    )


def test_weights_of_custom_layers_begin_as_the_students_do() -> None:
    """A scale that begins at one does so in a training of ours."""

    class Scale(keras.layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones")

        def call(self, x: Any) -> Any:
            return self.scale * x

    graph = traced(keras.Sequential([keras.Input((3,)), Scale()]), weights=False)
    assert build(graph, seed=3).get_weights()[0].tolist() == [1, 1, 1]


class Normalising(keras.layers.Layer):
    """Passes the training flag on."""

    def __init__(self) -> None:
        super().__init__()
        self.normalisation = keras.layers.BatchNormalization()

    def call(self, x: Any, training: bool = False) -> Any:
        return self.normalisation(x, training=training)


def test_layers_made_in_a_function() -> None:
    """A function that makes its layers when it is called is one model, not one for each run of it."""
    graph = traced(lambda x: keras.layers.Dense(2)(Normalising()(x)), (None, 3))
    assert graph.training_program is None
    assert [layer.kind for layer in graph.layers] == ["BatchNormalization", "Dense"]
    assert graph.program.nodes[0].training == "follows"


def test_an_unbuilt_model_says_what_to_do() -> None:
    """A model that was never called does not know its shapes."""
    model = keras.Sequential([keras.layers.Dense(3)])
    with pytest.raises(ModelRefused, match="begin it with `keras.Input`"):
        traced(model)
    assert traced(model, (None, 4), as_block=False).program.nodes


def test_mistakes_of_the_student_are_raised_as_they_are() -> None:
    """What Keras says about shapes that do not fit reaches the student."""
    projection_missing = keras.Sequential([keras.layers.Conv2D(8, 3, padding="same")])
    with pytest.raises(ValueError, match="shape"):
        traced(lambda x: keras.layers.Add()([x, projection_missing(x)]), (None, 8, 8, 4))


def test_statistics_that_were_measured_are_kept() -> None:
    """What `adapt` found is part of the model, also where weights are initialised anew."""
    normalisation = keras.layers.Normalization()
    normalisation.adapt(np.random.default_rng(0).normal(3, 2, (100, 4)))
    graph = traced(keras.Sequential([keras.Input((4,)), normalisation]), weights=False)
    numbers = np.random.default_rng(1).normal(3, 2, (5, 4)).astype("float32")
    assert np.allclose(build(graph, seed=1)(numbers), normalisation(numbers), atol=1e-5)


def test_tracing_leaves_keras_as_it_was() -> None:
    """The doors that are held while a trace lasts are let go, whatever student code raises."""
    from keras import ops

    doors = [
        vars(keras.Layer)["__call__"],
        vars(keras.Operation)["symbolic_call"],
        ops.shape,
        vars(keras.KerasTensor).get("get_shape"),
        vars(keras.Variable).get("value"),
    ]

    def wrong(x: Any) -> Any:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        traced(wrong, (None, 3))
    after = [
        vars(keras.Layer)["__call__"],
        vars(keras.Operation)["symbolic_call"],
        ops.shape,
        vars(keras.KerasTensor).get("get_shape"),
        vars(keras.Variable).get("value"),
    ]
    assert after == doors
