"""A head with global average pooling."""

from __future__ import annotations

import numpy as np

from autograder.suite import no_probabilities, points, question

pytestmark = question("global_average_pooling")

CASES = (((4, 6, 3), 5), ((7, 2, 8), 4))


def heads(submission):
    """Yield the student's head for each case, with the shape of its maps and its number of classes."""
    for maps_shape, num_classes in CASES:
        yield submission.model("average_pooling_head", maps_shape, num_classes), maps_shape, num_classes


@points(1, hint="The activation that makes probabilities of scores is softmax.", needs="test_takes_maps")
def test_probabilities(submission, rng):
    """The scores are probabilities."""
    for head, maps_shape, _ in heads(submission):
        problem = no_probabilities(head.predict(rng.normal(scale=3, size=(4, *maps_shape))))
        assert not problem, problem


@points(1, hint="One weight for each channel and class, and one bias for each class.", needs="test_takes_maps")
def test_parameters(submission):
    """The head has one weight for each channel and class, and one bias for each class."""
    for head, maps_shape, num_classes in heads(submission):
        asked = (maps_shape[-1] + 1) * num_classes
        assert head.num_parameters == asked, head.marked(
            f"for maps of shape {maps_shape} and {num_classes} classes the head has {head.num_parameters:,} "
            f"parameters, {asked:,} were asked for",
            head.layers("Dense"),
        )


@points(1, hint="The mean over rows and columns, for each channel by itself.", needs="test_parameters")
def test_averages_positions(submission, rng):
    """Only the mean of each map counts, not where something is."""
    for head, maps_shape, _ in heads(submission):
        maps = rng.normal(size=(3, *maps_shape)).astype(np.float32)
        means = np.broadcast_to(maps.mean(axis=(1, 2), keepdims=True), maps.shape)
        # The mean of equal float32 numbers is that number, up to rounding.
        is_same = np.allclose(head.predict(maps), head.predict(means), atol=1e-4)
        assert is_same, head.marked(
            "maps with the same means make other scores: something else than the mean of each map counts",
            head.operations("*Pooling*"),
        )
