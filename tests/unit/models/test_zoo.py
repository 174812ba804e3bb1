"""Every model of the zoo crosses as data, and what is rebuilt predicts what the student's model predicts."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
from tracing import distance, made, random_inputs, run, traced
from zoo import SPECIMENS, Specimen

from autograder.models.build import Rebuilt, build
from autograder.models.graph import ModelGraph

OPENED = [each for each in SPECIMENS.values() if not each.is_opaque]
CLOSED = [each for each in SPECIMENS.values() if each.is_opaque]
ALIKE = [each for each in OPENED if each.behaves_like]


@dataclass(frozen=True)
class Crossed:
    """A specimen, its graph, and what was rebuilt from it."""

    target: Any
    graph: ModelGraph
    rebuilt: keras.Model


@functools.cache
def crossed(name: str) -> Crossed:
    """Make, trace and rebuild a specimen, once for all tests."""
    specimen = SPECIMENS[name]
    target = made(specimen)
    graph = traced(target, specimen.input_shape)
    return Crossed(target, graph, build(graph))


def by_name(specimen: Specimen) -> str:
    return specimen.name


def test_there_are_many() -> None:
    """Pairs of one meaning in different styles, near-misses, and models that cannot be opened."""
    families = [each.family for each in SPECIMENS.values()]
    assert len(SPECIMENS) >= 150
    assert sum(family.startswith("not ") for family in families) >= 30
    assert all(family.removeprefix("not ") in families for family in families)


@pytest.mark.parametrize("specimen", OPENED, ids=by_name)
def test_predicts_the_same(specimen: Specimen) -> None:
    """In inference and in training mode."""
    found = crossed(specimen.name)
    assert not found.graph.opaque_nodes
    inputs = random_inputs(found.graph)
    for training in (False, True):
        is_block = specimen.input_shape is not None
        if training and is_block and not getattr(found.target, "_call_has_training_arg", False):
            continue  # a block without the argument takes the flag from the model around it: see `test_trace.py`
        ours, theirs = run(found.rebuilt, inputs, training), run(found.target, inputs, training)
        assert distance(ours, theirs) <= specimen.tolerance


@pytest.mark.parametrize("specimen", OPENED, ids=by_name)
def test_the_rebuilt_model_is_traced_to_the_same_key(specimen: Specimen) -> None:
    """Nothing gets lost or changed on the way."""
    found = crossed(specimen.name)
    assert traced(found.rebuilt).key == found.graph.key


@pytest.mark.parametrize("specimen", OPENED, ids=by_name)
def test_can_be_trained_anew(specimen: Specimen) -> None:
    """From a seed, without the student's weights; as many of them are trainable."""
    found = crossed(specimen.name)
    anew = build(found.graph, seed=3)
    shapes = [[tuple(v.shape) for v in model.trainable_weights] for model in (anew, found.rebuilt)]
    assert shapes[0] == shapes[1]
    assert all(np.isfinite(weight).all() for weight in anew.get_weights())


@pytest.mark.parametrize("specimen", OPENED, ids=by_name)
def test_weights_may_come_late(specimen: Specimen) -> None:
    """A model whose weights were left until they are needed has the weights that it would have had at once."""
    graph = crossed(specimen.name).graph
    late = Rebuilt(graph, seed=3, is_late=True)
    late.begin()
    late.begin()
    at_once = build(graph, seed=3).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(late.model.get_weights(), at_once, strict=True))


@pytest.mark.parametrize("specimen", SPECIMENS.values(), ids=by_name)
def test_remarks(specimen: Specimen) -> None:
    """The graph says where Keras, or a training of ours, does other than the code seems to say; and only there."""
    remarks = crossed(specimen.name).graph.remarks
    assert {remark.kind for remark in remarks} == set(specimen.remarks)
    assert all(remark.name in remark.sentence for remark in remarks)


@pytest.mark.parametrize("specimen", ALIKE, ids=by_name)
def test_behaves_like_its_partner(specimen: Specimen) -> None:
    """From the same weights two styles predict the same."""
    one, other = crossed(specimen.name), crossed(str(specimen.behaves_like))
    inputs = random_inputs(one.graph)
    before = one.rebuilt.get_weights()
    one.rebuilt.set_weights(other.rebuilt.get_weights())
    assert distance(run(one.rebuilt, inputs, False), run(other.rebuilt, inputs, False)) <= 1e-5
    one.rebuilt.set_weights(before)


@pytest.mark.parametrize("specimen", CLOSED, ids=by_name)
def test_what_cannot_be_opened(specimen: Specimen) -> None:
    """One node is opaque, with a reason, the student's shapes and weights; it is not counted as unused."""
    found = crossed(specimen.name)
    (node,) = found.graph.opaque_nodes
    assert node.reason
    assert found.graph.unused == ()
    theirs = run(found.target, random_inputs(found.graph), False)
    assert [each.shape[1:] for each in theirs] == [tuple(each.shape[1:]) for each in found.rebuilt.outputs]
