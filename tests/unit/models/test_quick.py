"""What makes TensorFlow and Keras quick is in force, and changes no answer."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

ASK = textwrap.dedent("""
    import copy, inspect, json, sys
    from typing import Protocol, runtime_checkable
    import keras, numpy as np, tensorflow as tf
    from autograder.models import quick

    if sys.argv[1] == "quick":
        quick.prepare()
    from tensorflow.python.eager import context
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.Flatten(),
                              keras.layers.Dropout(0.5), keras.layers.Dense(2)])
    images = np.random.default_rng(0).random((5, 8, 8, 3), dtype="float32")

    def net():
        keras.utils.set_random_seed(2)
        inputs = keras.Input((8, 8, 3))
        x = keras.layers.Conv2D(4, 3, kernel_initializer="he_normal")(inputs)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.Dense(3, kernel_initializer="orthogonal")(keras.layers.Flatten()(x))
        own = lambda shape, dtype: keras.random.normal(shape, dtype=dtype, seed=3)
        return keras.Model(inputs, keras.layers.Dense(2, kernel_initializer=own)(x))

    def numbers(model):
        return [value.tolist() for value in model.get_weights()]

    with keras.StatelessScope():
        scoped = net()
    trained, traced, copied = net(), net(), copy.deepcopy(net().layers[1])
    drawn = ["_value" in vars(weight) for weight in trained.weights]
    trained.compile("adam", "mse")
    history = trained.fit(images, np.ones((5, 2)), epochs=2, verbose=0).history["loss"]
    inside = tf.function(lambda images: traced(images))(images).numpy().tolist()

    def own(a, b=1): ...
    before = str(inspect.signature(own))
    own.__defaults__ = (2,)

    @runtime_checkable
    class Named(Protocol):
        name: str

    class Like:
        is_tensor_like = True

    class Mixin:
        def __setattr__(self, name, value):
            seen.append(name)
            super().__setattr__(name, value)

    class Mixed(keras.layers.Layer, Mixin):
        pass

    class Holder(keras.layers.Layer):
        @property
        def size(self):
            return self.doubled

        @size.setter
        def size(self, value):
            self.doubled = 2 * value

    class Keeper(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.names, self.table, self.kinds, self.pair = ["a"], {"b": 1, "c": {}}, {"d"}, ([], "e")
            self.inner, self.later = [keras.layers.Dense(2)], []

        def build(self, shape):
            self.later.append(keras.layers.Dense(3))
            self.table["f"] = self.add_weight(shape=(2,))

        def call(self, x):
            return self.later[0](x)

    class Scaled(keras.layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(shape[-1],), initializer="he_normal")
            self.inner = keras.layers.Dense(2)

        def call(self, x):
            scaled = self.inner(x * self.scale + keras.random.normal((3,), dtype="float32", seed=4))
            sketches.extend(each.type for each in getattr(tf.compat.v1.get_default_graph(), "get_operations", list)())
            return scaled

    sketches = []
    scaled = Scaled()
    shaped = scaled(keras.KerasTensor((None, 3)))
    drawn_in_sketches = sum("Random" in each for each in sketches)
    sketched = [[list(shaped.shape), shaped.dtype], scaled(np.ones((2, 3))).numpy().tolist(), numbers(scaled)]
    noisy = tf.function(lambda x: scaled(x) + keras.random.uniform((2,), seed=1))(np.ones((2, 3)))

    def state(layer):
        return {name: (type(value).__name__, len(value) if hasattr(value, "__len__") else None,
                       type(getattr(value, "tracker", None)).__name__) for name, value in vars(layer).items()}

    keepers = [Keeper(), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization(), keras.layers.MaxPooling2D()]
    for each in keepers:
        each(keras.KerasTensor((None, 8, 8, 3)))
    recurrent = keras.layers.Bidirectional(keras.layers.LSTM(2))
    recurrent(keras.KerasTensor((None, 4, 3)))
    keepers += [recurrent, model, net()]
    states = [(each.name, len(each.weights), state(each)) for each in keepers]

    seen = []
    holder, mixed = Holder(), Mixed()
    holder.size, holder.empty, holder.inner, holder.several = 3, None, keras.layers.Dense(2), (keras.layers.Dense(3), 1)
    mixed.size = 3
    seen_later = seen[-1]
    holder.inner(np.ones((2, 2)))
    held = [holder.size, len(holder._layers), len(holder.weights), sorted(holder._trackable_children())]
    holder.inner = None
    held += [len(holder._layers), len(holder.weights), holder.inner, seen_later, sorted(set(seen))]
    tracked = keras.src.utils.tracking.Tracker.track
    times = []
    keras.src.utils.tracking.Tracker.track = lambda self, value: times.append(value) or tracked(self, value)
    keras.layers.Dense(2, activation="relu")

    print(json.dumps({
        "held": held,
        "states": states,
        "optimises": not tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer"),
        "tracked": len(times),
        "functions": sorted(map(str, context.context().list_function_names())),
        "outputs": [model(images, training=flag).numpy().tolist() for flag in (False, True)],
        "drawn": drawn,
        "sketched": [*sketched, noisy.numpy().tolist()],
        "drawn_in_sketches": drawn_in_sketches,
        "weights": [numbers(each) for each in (net(), traced, copied, scoped)],
        "history": history,
        "inside": inside,
        "signatures": [str(inspect.signature(each)) for each in (keras.layers.Dense, model.call, keras.ops.conv, own)],
        "before": before,
        "kept": inspect.signature(keras.ops.conv) is inspect.signature(keras.ops.conv),
        "tensors": [*map(tf.is_tensor, (model.weights[0], shaped, images, tf.constant(1), None, Like(), Like))],
        "is_named": [isinstance(each, Named) for each in (model, 3, model)],
    }))
""")


@pytest.fixture(scope="module")
def answers() -> tuple[dict[str, object], dict[str, object]]:
    """What a process says as it is, and what one that was made quick says."""
    found = [subprocess.run([sys.executable, "-c", ASK, how], capture_output=True, text=True) for how in ("", "quick")]
    assert not any(each.returncode for each in found), found
    plain, quick = (json.loads(each.stdout) for each in found)
    return plain, quick


def test_operations_run_without_functions_around_them(answers: tuple[dict[str, object], dict[str, object]]) -> None:
    """TensorFlow makes a function around each kind of operation, but not in a process that was made quick."""
    plain, quick = (str(each.pop("functions")) for each in map(dict, answers))
    assert "__wrapped__AddV2" in plain
    assert "__wrapped__" not in quick


def test_graphs_are_not_optimised(answers: tuple[dict[str, object], dict[str, object]]) -> None:
    """TensorFlow runs functions as they are, which changes nothing that is computed (below)."""
    assert [each["optimises"] for each in answers] == [True, False]


def test_keras_signatures_are_remembered(answers: tuple[dict[str, object], dict[str, object]]) -> None:
    """The signature of a function of Keras is made once."""
    assert [each["kept"] for each in answers] == [False, True]


def test_weights_are_drawn_when_somebody_looks(answers: tuple[dict[str, object], dict[str, object]]) -> None:
    """But for those of initialisers that need a certain shape, or are somebody's own."""
    plain, quick = answers
    assert all(plain["drawn"])
    assert [not each for each in quick["drawn"]] == [True] * 6 + [False, True, False, True]


def test_nothing_is_drawn_for_shapes(answers: tuple[dict[str, object], dict[str, object]]) -> None:
    """Where Keras calls a layer to see what shape comes out, its weights need no numbers."""
    plain, quick = (int(str(each["drawn_in_sketches"])) for each in answers)
    assert plain > quick == 0


def test_plain_attributes_are_not_looked_through(answers: tuple[dict[str, object], dict[str, object]]) -> None:
    """Most of what is set on a layer holds nothing that Keras would track."""
    plain, quick = (int(str(each["tracked"])) for each in answers)
    assert 0 < quick < plain / 2


@pytest.mark.parametrize(
    "what",
    ["held", "states", "outputs", "weights", "inside", "signatures", "before", "is_named", "tensors", "sketched"],
)
def test_nothing_computes_otherwise(answers: tuple[dict[str, object], dict[str, object]], what: str) -> None:
    """Attributes, weights, outputs, dropout, signatures and protocols are the same, bit for bit."""
    plain, quick = answers
    assert plain[what] == quick[what]


def test_training_comes_to_the_same(answers: tuple[dict[str, object], dict[str, object]]) -> None:
    """But for rounding: a graph that is optimised adds in another order."""
    plain, quick = answers
    assert quick["history"] == pytest.approx(plain["history"], rel=1e-4)
