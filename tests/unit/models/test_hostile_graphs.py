"""A forged graph costs little: it is refused with a sentence before memory or time is taken, whatever is in it."""

from __future__ import annotations

import copy
import functools
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops
from tracing import traced

from autograder.errors import ModelRefused
from autograder.models import bounds
from autograder.models.build import build
from autograder.models.graph import ModelGraph, sequential
from autograder.models.runtime import handlers


def load(data: Any) -> None:
    """Do what our process does with what a sandbox sent."""
    handlers()["load"](graph=data)


@functools.cache
def _honest() -> dict[str, Any]:
    class Scale(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight(shape=(input_shape[-1],))

        def call(self, x: Any) -> Any:
            return x * self.scale / np.arange(1.0, 5.0, dtype="float32")

    inputs = keras.Input((8, 8, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(inputs)))
    x = Scale()(layers.Concatenate()([x, inputs])[..., :4])
    x = ops.reshape(layers.Dropout(0.2)(x), (-1, 8, 32))
    return traced(keras.Model(inputs, layers.Bidirectional(layers.LSTM(2))(x))).to_data()


def honest() -> dict[str, Any]:
    """The graph of a model with layers, operations, a weight of its own and a constant, as it crosses."""
    return copy.deepcopy(_honest())


def test_the_honest_graph_is_accepted() -> None:
    load(honest())


# Whatever is changed --------------------------------------------------------------------------------------------


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in nested dicts and lists."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for key, value in items for found in places(value, (*path, key)))] if path else [
        found for key, value in items for found in places(value, (key,))
    ]  # fmt: skip


PLACES = places(_honest())
REFERENCES = [
    {"$tensor": [0, 0]}, {"$tensor": [-1, 0]}, {"$tensor": [99, 0]}, {"$weight": 0}, {"$constant": 0},
    {"$slice": [None, None, 0]}, {"$dict": {}}, {"$ellipsis": True},
]  # fmt: skip
PARTS = [{"custom": "mine"}, {"class": "Dense", "config": {"units": 3}}, {"class": "L2", "config": {"l2": 1.0}}]
NUMBERS = [0, -1, 1, 3, 10**9, 10**18, 0.5, -0.5, float("nan"), float("inf"), 1e300, True, None]
WORDS = ["", "relu", "same", "float32", "mixed_float16", "complex64", "os.system", "x" * 10_000]
NESTED = [[], {}, [None], [3, 3], [10**6] * 3, np.zeros(3), np.array("a")]
NASTY = st.one_of(
    st.sampled_from([*REFERENCES, *PARTS, *NUMBERS, *WORDS, *NESTED]), st.integers(-5, 70_000), st.floats()
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(PLACES), NASTY), min_size=1, max_size=2))
def test_any_change_is_harmless_or_refused(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Nothing but `ModelRefused` comes out, with a sentence of reasonable length."""
    data = honest()
    for path, value in changes:
        holder = data
        try:
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = copy.deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue  # the first change took the place of the second away
    sentence = "it is accepted"
    try:
        load(data)
    except ModelRefused as error:
        sentence = error.message
    assert 10 < len(sentence) < 500


# What costs too much --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "layers_of", "words"),
    [
        ((8,), [("Dense", {"units": 10**9})], "`units` of `Dense` is 1,000,000,000"),
        ((8,), [("Dense", {"units": 90_000}), ("Dense", {"units": 90_000})], "more than 200,000,000 parameters"),
        ((50, 50, 3), [("UpSampling2D", {"size": 10_000})], "numbers of one image"),
        ((200, 200, 1), [("Conv2D", {"filters": 2400, "kernel_size": 1})] * 12, "activations for one image|mult"),
        ((300, 300, 1), [("Conv2D", {"filters": 900, "kernel_size": 7})] * 2, "multiplications for one image"),
        ((20_000, 8), [("LSTM", {"units": 4, "unroll": True})], "20,000 steps one by one"),
        ((5000, 8), [("TimeDistributed", {"layer": {"class": "Dense", "config": {"units": 2}}})], "5,000 steps"),
        ((4, 8), [("SimpleRNN", {"units": 9_000, "recurrent_initializer": "orthogonal"})], "orthogonal"),
        ((4, 8), [("SpectralNormalization", {"layer": {"class": "Dense", "config": {"units": 2}},
                                             "power_iterations": 10**9})], "`power_iterations`"),
        ((8, 8, 3), [("RandAugment", {"num_ops": 10**6})], "`num_ops` of `RandAugment`"),
        ((8, 8), [("RNN", {"cell": [{"class": "GRUCell", "config": {"units": 2}}] * 300})], "300 values"),
        ((8, 8), [("Lambda", {"function": "x"})], "`Lambda` is not among"),
        ((8, 8), [("StringLookup", {})], "it looks words up"),
        ((8, 8), [("TorchModuleWrapper", {})], "code of another framework"),
    ],
)  # fmt: skip
def test_models_that_cost_too_much(shape: tuple[int, ...], layers_of: Any, words: str) -> None:
    """They are refused by their sizes alone."""
    with pytest.raises(ModelRefused, match=words):
        build(sequential(shape, *layers_of))


def test_attention_over_a_long_sequence() -> None:
    """What a layer makes inside counts as well: the scores of attention grow with the square of the length."""
    graph = traced(lambda x: layers.MultiHeadAttention(8, 4)(x, x), (None, 100, 8), weights=False).to_data()
    graph["inputs"][0][0][1] = 40_000
    for node in graph["program"]["nodes"]:
        node["outputs"] = None
    with pytest.raises(ModelRefused, match="activations for one image"):
        load(graph)


def test_what_is_claimed_is_enough_to_be_refused() -> None:
    """Nothing is built for a graph that claims more than is accepted."""
    data = honest()
    step = copy.deepcopy(data["program"]["nodes"][0])
    step["outputs"] = [[[None, 5000, 5000, 3], "float32"]]
    data["program"]["nodes"] += [step] * 20
    with pytest.raises(ModelRefused, match="activations for one image"):
        load(data)


def test_an_operation_on_constants_alone() -> None:
    """It would be computed while the model is built."""
    data = honest()
    repeats = [10_000, 10_000, 10_000]
    data["program"]["nodes"][0] = {
        "node": "operation", "operation": "tile", "args": [{"$constant": 0}], "kwargs": {"repeats": repeats},
        "outputs": None, "scope": "",
    }  # fmt: skip
    with pytest.raises(ModelRefused, match="`tile` is given nothing that is computed from the input"):
        load(data)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("split", {"indices_or_sections": 10**9}),
        ("unstack", {"num": 10**9}),
        ("diff", {"n": 10**9}),
        ("rot90", {"k": -(10**9)}),
        ("image.gaussian_blur", {"kernel_size": [3, 10**6]}),
    ],
)
def test_loops_without_end(operation: str, arguments: dict[str, Any]) -> None:
    """What is repeated, or cut into pieces, is so a bounded number of times, by name or by place."""
    data = honest()
    step = {"node": "operation", "operation": operation, "outputs": None, "scope": "", "kwargs": arguments}
    for args in ([{"$tensor": [-1, 0]}], [{"$tensor": [-1, 0]}, *arguments.values()]):
        kwargs = arguments if len(args) == 1 else {}
        data["program"]["nodes"][0] = {**step, "args": args, "kwargs": kwargs}
        with pytest.raises(ModelRefused, match="at most"):
            load(data)


def test_ten_thousand_layers() -> None:
    """Too many are refused, by the tracer as by the reader."""
    with pytest.raises(ModelRefused, match="at most 5,000"):
        sequential((4,), *[("ReLU", {})] * 10_000)
    data = honest()
    data["layers"] *= 10_000
    with pytest.raises(ModelRefused, match="at most 5,000 are accepted"):
        load(data)


def test_a_nest_without_end() -> None:
    """Arguments are nested as deep as is of use."""
    data = honest()
    nest: Any = 1
    for _ in range(100_000):
        nest = [nest]
    data["program"]["nodes"][0]["args"].append(nest)
    with pytest.raises(ModelRefused, match="nested"):
        load(data)


def test_wrappers_around_wrappers() -> None:
    """A few will do."""
    config: dict[str, Any] = {"class": "Dense", "config": {"units": 2}}
    for _ in range(20):
        config = {"class": "TimeDistributed", "config": {"layer": config}}
    with pytest.raises(ModelRefused, match="cannot be checked here"):
        sequential((4, 4), ("TimeDistributed", {"layer": config}))


def test_honest_models_are_far_below_the_bounds() -> None:
    """A large network of the field is accepted."""
    model = keras.applications.ResNet50(weights=None)
    graph = ModelGraph.from_data(traced(model, weights=False).to_data())
    rebuilt = build(graph)
    assert rebuilt.count_params() == model.count_params()
    assert rebuilt.count_params() < bounds.NUM_PARAMETERS / 5
