"""A graph that arrives is well-formed, finite, in range and in order, or is refused with a sentence."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from tracing import traced
from zoo import SPECIMENS

from autograder.errors import ModelRefused
from autograder.models.build import build
from autograder.models.graph import ModelGraph, sequential
from autograder.models.runtime import handlers


def honest() -> dict[str, Any]:
    """The graph of a small model as it crosses."""
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU()])
    return copy.deepcopy(traced(model).to_data())


Change = Callable[[dict[str, Any]], Any]


def refused(change: Change) -> str:
    """Change an honest graph, and return the sentence with which it is refused."""
    data = honest()
    change(data)
    with pytest.raises(ModelRefused) as caught:
        handlers()["load"](graph=data)
    return caught.value.message


def node(data: dict[str, Any], index: int) -> dict[str, Any]:
    found: dict[str, Any] = data["program"]["nodes"][index]
    return found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["layers"][0]["config"].update(filters=10**9), "`filters` of `Conv2D` is 1,000,000,000"),
        (lambda d: d["layers"][0]["config"].update(filters=-1), "`filters` of `Conv2D` is -1"),
        (lambda d: d["layers"][0]["config"].update(filters=2.5), "whole number"),
        (lambda d: d["layers"][0]["config"].update(filters=True), "whole number"),
        (lambda d: d["layers"][0]["config"].update(kernel_size=[3, 10**6]), "`kernel_size` of `Conv2D` is 1,000,000"),
        (lambda d: d["layers"][1]["config"].update(epsilon=float("nan")), "`epsilon` of `BatchNormalization` is nan"),
        (lambda d: d["layers"][1]["config"].update(momentum=float("inf")), "`momentum`"),
        (lambda d: d["layers"][0]["config"].update(activation="os.system"), "activation"),
        (lambda d: d["layers"][0]["config"].update(open="/etc/passwd"), "`open` of `Conv2D` is not an argument"),
        (lambda d: d["layers"][0]["config"].update(kernel_initializer={"class": "A", "config": {}}), "Keras's own"),
        (lambda d: d["layers"][0]["config"].update(kernel_regularizer={"custom": "mine"}), "`mine`"),
        (lambda d: d["layers"][0].update(kind="Lambda"), "`Lambda` is not among the layers"),
        (lambda d: d["layers"][0].update(kind="TFSMLayer", config={"filepath": "/tmp/x"}), "`TFSMLayer`"),
        (lambda d: d["layers"][0].update(kind="__import__"), "`__import__`"),
        (lambda d: node(d, 0).update(layer=7), "refers to something that does not exist"),
        (lambda d: node(d, 0).update(layer=-1), "refers to something that does not exist"),
        (lambda d: node(d, 0).update(args=[{"$tensor": [2, 0]}]), "takes what is computed only after it"),
        (lambda d: node(d, 1).update(args=[{"$tensor": [1, 0]}]), "takes what is computed only after it"),
        (lambda d: node(d, 1).update(args=[{"$tensor": [0, 3]}]), "refers to something that does not exist"),
        (lambda d: node(d, 0).update(outputs=[[[None, 6, 6, 9], "float32"]]), "is said to return"),
        (lambda d: node(d, 0).update(outputs=[]), "refers to something that does not exist"),
        (lambda d: node(d, 0).update(training="sometimes"), "unknown training flag"),
        (lambda d: node(d, 0).update(node="python"), "of no known kind"),
        (lambda d: node(d, 0).update(args=[{"$tensor": [-1, 0], "more": 1}]), "of no known kind"),
        (lambda d: node(d, 0)["kwargs"].update({"a b": 1}), "malformed arguments"),
        (lambda d: node(d, 0)["kwargs"].update(size=float("nan")), "not finite"),
        (lambda d: node(d, 0)["kwargs"].update(nonsense=1), "cannot be applied"),
        (lambda d: d["program"].update(output=None), "returns no tensor"),
        (lambda d: d["program"].update(nodes=d["program"]["nodes"] * 10_000), "at most 5,000"),
        (lambda d: d["weights"][0].update(shape=[3, 3, 3, 5]), "not the array"),
        (lambda d: d["weights"][0].update(value=None, shape=[3, 3, 3, 5]), "do not have the shapes"),
        (lambda d: d["weights"][0].update(value=None, shape=[10**6, 10**6]), "at most 200,000,000"),
        (lambda d: d["weights"][0].update(value=np.full((3, 3, 3, 4), np.nan, "float32")), "NaN"),
        (lambda d: d["weights"][0].update(value="weights"), "not the array"),
        (lambda d: d["layers"][0].update(weights=[0, 0]), "share a weight|shapes of such a layer"),
        (lambda d: d.update(inputs=[]), "no input"),
        (lambda d: d.update(inputs=[[[None, 10**6, 10**6, 3], "float32"]]), "larger than what can be checked"),
        (lambda d: d.update(inputs=[[[None, 8, 8, 3], "object"]]), "the shape of an input is none"),
        (lambda d: d.update(format="other"), "another format"),
        (lambda d: d.update(interface="mine"), "an interface that Keras does not have"),
        (lambda d: d.update(extra=1), "an entry too many"),
        (lambda d: d.pop("layers"), "lacks an entry"),
    ],
)  # fmt: skip
def test_hostile_graphs_are_refused(change: Change, words: str) -> None:
    """Each with a sentence that says what is wrong."""
    message = refused(change)
    assert re.search(words, message), message
    assert len(message) < 500


@pytest.mark.parametrize("data", [None, 3, [], {}, {"format": 1}])
def test_what_is_no_graph_at_all(data: Any) -> None:
    """It is refused as such."""
    with pytest.raises(ModelRefused, match="malformed"):
        ModelGraph.from_data(data)


@pytest.mark.parametrize(
    ("layers_of", "words"),
    [
        ([("Dense", {"units": 90_000}), ("Dense", {"units": 90_000})], "more than 200,000,000 parameters"),
        ([("UpSampling1D", {"size": 10_000}), ("UpSampling1D", {"size": 10_000})], "numbers of one image"),
        ([("RepeatVector", {"n": 3})], "cannot be applied"),
        ([("Reshape", {"target_shape": (7, 7)})], "cannot be applied"),
        ([("Dropout", {"rate": 3.0})], "`Dropout` layer cannot be made"),
    ],
)
def test_models_that_cannot_be_built_are_refused(layers_of: Any, words: str) -> None:
    """Before memory is taken for them."""
    with pytest.raises(ModelRefused, match=words):
        build(sequential((30, 10), *layers_of))


def test_operations_are_from_the_list() -> None:
    """An operation that runs functions or files is none."""
    data = traced(lambda x: keras.ops.exp(x), (None, 3)).to_data()
    data["program"]["nodes"][0]["operation"] = "map"
    with pytest.raises(ModelRefused, match="the operation `map`"):
        ModelGraph.from_data(data)


def test_our_own_models() -> None:
    """`sequential` needs no Keras, takes short names, and refuses what cannot be built."""
    graph = sequential((8, 8, 3), ("Conv2D", {"filters": 2, "kernel_size": 3, "kernel_initializer": "he_normal"}))
    assert build(graph).output_shape == (None, 6, 6, 2)
    assert ModelGraph.from_data(graph.to_data()) == graph
    with pytest.raises(ModelRefused, match="`filter`"):
        sequential((8, 8, 3), ("Conv2D", {"filter": 2}))


# Keys -----------------------------------------------------------------------------------------------------------


def test_names_and_numbers_in_weights_are_not_in_the_key() -> None:
    """Two students who build the same model share one training."""
    make = SPECIMENS["classifier_sequential"].make
    one, other = make(), make()
    other.layers[0].name = "mine"
    assert traced(one).key == traced(other).key
    assert traced(one).key == traced(one, weights=False).key


def test_the_architecture_is_what_stays() -> None:
    """A model that is made again, or frozen meanwhile, has the same architecture; another layer makes another one."""
    make = SPECIMENS["normed_weights"].make
    one, other = make(), make()
    assert traced(one).key != traced(other).key
    assert traced(one).architecture == traced(other).architecture
    other.trainable = False
    assert traced(one).architecture == traced(other).architecture
    assert traced(one).architecture != traced(SPECIMENS["classifier_sequential"].make()).architecture


@pytest.mark.parametrize(
    "other",
    [
        lambda: layers.Conv2D(4, 3, padding="same"),
        lambda: layers.Conv2D(4, 3, kernel_initializer="he_normal"),
        lambda: layers.Conv2D(4, 3, kernel_regularizer="l2"),
        lambda: layers.Conv2D(4, 3, activation="relu"),
        lambda: layers.Conv2D(4, 3, trainable=False),
    ],
)
def test_everything_else_is_in_the_key(other: Callable[[], Any]) -> None:
    """Anything that changes a training makes another key."""
    one = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3)])
    assert traced(one).key != traced(keras.Sequential([keras.Input((8, 8, 3)), other()])).key
