"""What a trace finds in a model, and what is rebuilt from it, beyond what the zoo shows."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tracing import made, random_inputs, run, traced
from zoo import SPECIMENS

from autograder.errors import ModelRefused
from autograder.models.build import build
from autograder.models.graph import ModelGraph
from autograder.models.remarks import Remark


class Normalising(keras.layers.Layer):
    """Passes the training flag on."""

    def __init__(self) -> None:
        super().__init__()
        self.normalisation = keras.layers.BatchNormalization()

    def call(self, x: Any, training: bool = False) -> Any:
        return self.normalisation(x, training=training)


class Branching(keras.Model):
    """A model with a `call` of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, x: Any) -> Any:
        return self.dense(x)


class OwnClass(keras.Model):
    """A class of one's own for what is given as inputs and outputs."""

    def __init__(self) -> None:
        inputs = keras.Input((4,))
        super().__init__(inputs, keras.layers.Dense(2)(inputs))


def stacked() -> keras.Model:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


def functional() -> keras.Model:
    inputs = keras.Input((4,))
    return keras.Model(inputs, stacked()(inputs))


@pytest.mark.parametrize(
    ("make", "interface"),
    [
        (functional, "functional"),
        (OwnClass, "functional"),
        (stacked, "sequential"),
        (lambda: keras.Sequential([functional()]), "sequential"),
        (Branching, "subclassed"),
        (lambda: keras.layers.Dense(2), ""),
    ],
)
def test_interface(make: Any, interface: str) -> None:
    """The graph tells with which interface the outermost model was written, and its key does not."""
    graph = traced(make(), (None, 4))
    assert graph.interface == interface
    assert graph.key == traced(stacked(), (None, 4)).key


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


@pytest.mark.parametrize(
    "name",
    ["normalised_functional", "normalised_subclassed", "normalisation_never_trains", "normalisation_without_the_flag"],
)
def test_trains_as_the_students_model(name: str) -> None:
    """After three steps of `fit`, student's and rebuilt model predict the same."""
    target = made(SPECIMENS[name])
    graph = traced(target)
    rebuilt = build(graph)
    batch = random_inputs(graph)
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


def test_a_model_that_was_never_called() -> None:
    """It is called on images of a shape that the suite gives; one that knows its own keeps it."""

    class Never(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(3)

        def call(self, x: Any, training: bool = False) -> Any:
            return self.dense(x)

    with pytest.raises(ModelRefused, match="call it on images"):
        traced(Never())
    assert traced(Never(), called_on=(None, 6)).inputs[0].shape == (None, 6)
    model = Never()
    model(np.zeros((2, 5), "float32"))
    assert traced(model, called_on=(None, 9)).inputs[0].shape == (None, 5)


def test_a_call_with_several_arguments() -> None:
    """It is refused with a sentence: Keras's `fit` and `predict` hand one argument over."""

    class Join(keras.Model):
        def call(self, left: Any, right: Any) -> Any:
            return left + right

    model = Join()
    model(np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(ModelRefused, match="`left` and `right`: let `call` take one list"):
        traced(model)


def test_a_model_of_words() -> None:
    """It is refused with a sentence: there are no numbers to check."""
    words = keras.Input((), dtype="string")
    model = keras.Model(words, keras.layers.StringLookup(vocabulary=["a", "b"])(words))
    with pytest.raises(ModelRefused, match="inputs of the format `string`"):
        traced(model)


def names_of_unused(graph: ModelGraph) -> dict[str, bool]:
    return {layer.name: layer.called for layer in graph.unused}


def test_unused_layers_of_a_function() -> None:
    """Layers that it calls for nothing, and layers in its closure that it never calls."""
    dense, dead, never = (keras.layers.Dense(3, name=name) for name in ("dense", "dead", "never"))
    listed = [keras.layers.ReLU(name="listed")]

    def block(x: Any, spare: Any = keras.layers.Dropout(0.1, name="default")) -> Any:  # noqa: B008 - as students do
        dead(x)
        keras.layers.Conv1D(2, 1, name="made_inside")(x)
        return dense(x) if x.shape[0] is None else never(listed[0](x))

    graph = traced(block, (None, 4, 3))
    unused = {"dead": True, "made_inside": True, "never": False, "listed": False, "default": False}
    assert names_of_unused(graph) == unused
    assert names_of_unused(traced(functools.partial(block, spare=None), (None, 4, 3))) == unused


def test_unused_parts_of_a_model() -> None:
    """A nested model that is never called stands for all in it; one whose `call` is used directly is used."""

    class Holder(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.spare = keras.layers.Dense(2, name="used"), Normalising()
            self.pools = [keras.layers.MaxPooling1D(name="pool5")]
            self.inner = keras.Sequential([keras.layers.Dense(3, name="inner_dense")], name="inner")
            self.inner.build((None, 4, 3))

        def build(self, input_shape: Any) -> None:
            self.used.build((None, 4, 3))

        def call(self, x: Any) -> Any:
            return self.used(self.inner.call(x))

    model = Holder()
    model(np.zeros((2, 4, 3), "float32"))
    assert names_of_unused(traced(model)) == {model.spare.name: False, "pool5": False}


def test_a_flag_in_a_functional_model_is_ignored_by_keras() -> None:
    """The graph says what Keras does, and remarks on what the code seems to say."""
    inputs = keras.Input((6,))
    x = keras.layers.BatchNormalization(name="told")(inputs, training=False)
    x = keras.layers.BatchNormalization(name="silent")(x)
    model = keras.Model(inputs, keras.layers.Dropout(0.1, name="dropped")(x, training=True))
    graph = traced(model)
    assert [node.training for node in graph.program.nodes] == ["follows"] * 3
    assert set(graph.remarks) == {Remark("ignored_training", "told"), Remark("ignored_training", "dropped")}
    batch = np.random.default_rng(0).normal(3, size=(64, 6)).astype("float32")
    before = np.asarray(model.get_layer("told").moving_mean)
    model(batch, training=True)
    assert not np.allclose(before, model.get_layer("told").moving_mean)  # Keras trains it all the same


def test_weights_that_keras_does_not_know_of_are_not_trained() -> None:
    """Neither in the student's `fit` nor in ours."""
    target = made(SPECIMENS["layers_in_a_plain_object"])
    graph = traced(target)
    rebuilt = build(graph)
    assert len(target.trainable_weights) == len(rebuilt.trainable_weights) == 2
    assert [weight.trainable for weight in graph.weights] == [False, False, True, True]


def test_a_trace_leaves_nothing_in_the_model() -> None:
    """Losses, weights and flags are those of before; the model can be trained."""
    for name in ("loss_of_its_own", "normed_weights", "tied_weights", "mask_in_a_layer_of_its_own"):
        target = made(SPECIMENS[name])
        before = {id(layer): dict(vars(layer)) for layer in target._flatten_layers()}
        graph = traced(target)
        for layer in target._flatten_layers():
            held = {key: value for key, value in vars(layer).items() if isinstance(value, keras.Variable)}
            assert all(before[id(layer)][key] is value for key, value in held.items())
        inputs = random_inputs(graph)
        target.compile("sgd", "mse")
        target.fit(inputs, np.zeros_like(target.predict(inputs, verbose=0)), verbose=0)
        assert len(target.losses) == (name == "loss_of_its_own")


def test_models_from_a_file(tmp_path: Path) -> None:
    """A model that was saved and loaded is the same one, with its weights."""
    target = made(SPECIMENS["normalised_functional"])
    target.save(tmp_path / "model.keras")
    target.save_weights(tmp_path / "model.weights.h5")
    other = SPECIMENS["normalised_functional"].make()
    other.load_weights(tmp_path / "model.weights.h5")
    graph = traced(target)
    for loaded in (traced(keras.models.load_model(tmp_path / "model.keras")), traced(other)):
        assert loaded.key == graph.key
        pairs = zip(loaded.weights, graph.weights, strict=True)
        assert all(np.array_equal(one.value, same.value) for one, same in pairs)


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
