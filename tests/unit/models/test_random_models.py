"""Random models survive: trace, wire, check, build and trace again give the same graph, and the same predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops
from tracing import distance, random_inputs, run, traced

from autograder.models.build import build
from autograder.models.graph import ModelGraph

Part = Callable[[], Callable[[Any], Any]]
"""Makes something that maps maps of any size and number of channels to maps."""


class Opened(layers.Layer):
    """A layer of the student's own around something."""

    def __init__(self, inside: Callable[[Any], Any]) -> None:
        super().__init__()
        self.inside = inside

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="random_normal", name="scale")

    def call(self, x: Any, training: Any = None) -> Any:
        return self.inside(x * self.scale)


def of_layer(kind: str, **arguments: Any) -> Part:
    return lambda: getattr(layers, kind)(**arguments)


def of_function(function: Callable[[Any], Any]) -> Part:
    return lambda: layers.Lambda(function)


SMALL = st.integers(1, 4)
SIMPLE = st.one_of(
    st.builds(lambda n: of_layer("Conv2D", filters=n, kernel_size=3, padding="same"), SMALL),
    st.builds(lambda n: of_layer("Conv2D", filters=n, kernel_size=1, use_bias=False, activation="elu"), SMALL),
    st.builds(lambda n: of_layer("DepthwiseConv2D", kernel_size=2, depth_multiplier=n, padding="same"), SMALL),
    st.builds(lambda n: of_layer("Dense", units=n, kernel_regularizer="l2", activation="tanh"), SMALL),
    st.builds(lambda axis: of_layer("BatchNormalization", axis=axis), st.sampled_from([-1, 3])),
    st.builds(lambda rate: of_layer("Dropout", rate=rate), st.sampled_from([0.1, 0.5])),
    st.sampled_from(["relu", "tanh", "softmax", "gelu"]).map(lambda name: of_layer("Activation", activation=name)),
    st.sampled_from(
        [
            of_layer("LayerNormalization"),
            of_layer("PReLU", shared_axes=[1, 2]),
            of_function(lambda x: x * 0.5 - 1),
            of_function(lambda x: tf.nn.relu(x) + tf.square(x)),
            of_function(lambda x: tf.concat([x, -x], axis=-1)),
            of_function(lambda x: x - ops.mean(x, axis=(1, 2), keepdims=True)),
            of_function(lambda x: ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))[:, 1:-1, 1:-1]),
            of_function(lambda x: tf.reshape(tf.reshape(x, (tf.shape(x)[0], -1)), (-1, *x.shape[1:]))),
        ]
    ),
)  # fmt: skip


def chained(parts: list[Part]) -> Part:
    def make() -> Callable[[Any], Any]:
        made = [part() for part in parts]

        def apply(x: Any) -> Any:
            for each in made:
                x = each(x)
            return x

        return apply

    return make


def residual(part: Part) -> Part:
    def make() -> Callable[[Any], Any]:
        branch, projections = part(), {}

        def apply(x: Any) -> Any:
            y = branch(x)
            if y.shape[-1] == x.shape[-1]:
                return layers.Add()([x, y])
            projection = projections.setdefault(y.shape[-1], layers.Conv2D(y.shape[-1], 1))
            return projection(x) + y

        return apply

    return make


def parallel(parts: tuple[Part, Part]) -> Part:
    def make() -> Callable[[Any], Any]:
        one, other = (part() for part in parts)
        return lambda x: layers.Concatenate()([one(x), other(x)])

    return make


def in_a_sequential(parts: list[Part]) -> Part:
    return lambda: keras.Sequential([part() for part in parts])


def in_a_layer(part: Part) -> Part:
    return lambda: Opened(part())


PARTS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(chained),
        inner.map(residual),
        st.tuples(inner, inner).map(parallel),
        st.lists(SIMPLE, min_size=1, max_size=3).map(in_a_sequential),
        SIMPLE.map(in_a_layer),
    ),
    max_leaves=6,
)


def essence(graph: ModelGraph) -> dict[str, Any]:
    """Return everything of a graph but names, scopes and what only the student's code told."""
    data = graph.to_data()
    for entry in ("name", "unused", "remarks", "interface"):
        del data[entry]
    for each in (*data["layers"], *data["weights"]):
        del each["name"]
    for program in (data["program"], data["training_program"]):
        for node in program["nodes"] if program else ():
            del node["scope"]
    data["weights"] = [{**weight, "value": weight["value"].tolist()} for weight in data["weights"]]
    data["constants"] = [array.tolist() for array in data["constants"]]
    return data


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PARTS, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_random_models_survive(parts: list[Part], is_shared: bool, has_two_outputs: bool) -> None:
    """Nested, shared, with layers and weights of their own, with one or two inputs and outputs."""
    body = chained(parts)()
    inputs = [keras.Input((5, 4, 2)) for _ in range(1 + is_shared)]
    maps = [body(each) for each in inputs]
    x = maps[0] if len(maps) == 1 else maps[0] * maps[1]
    outputs = [layers.GlobalAveragePooling2D()(x), *([x] if has_two_outputs else [])]
    model = keras.Model(inputs, outputs)
    graph = traced(model)
    assert not graph.opaque_nodes
    rebuilt = build(graph)
    assert essence(traced(rebuilt)) == essence(graph)
    batch = random_inputs(graph)
    # a shared dropout draws for its places in the order of computation, which is Keras's own affair
    for training in (False,) if is_shared else (False, True):
        assert distance(run(rebuilt, batch, training), run(model, batch, training)) <= 1e-5
