"""Checks that students can run themselves: whether an answer has the right form.

They count like the other checks of their question, which go on from here.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, numbers, points, question, whole_number, wrong_shape

COLOUR_IMAGES, TEN_SCORES = (None, 32, 32, 3), (None, 10)


@question("horizontal_edges")
@points(1, hint="A window of three rows fits into `height` rows in `height - 2` places; columns are counted likewise.")
def test_shape(submission):
    """The result has two rows and two columns fewer than the image."""
    for height, width in ((5, 8), (7, 4)):
        submission.call("horizontal_edges", np.zeros((height, width)), returns=array(shape=(height - 2, width - 2)))


@question("border_pixels")
@points(1, hint="The list begins with the size after the first convolution; the image's own size is not in it.")
def test_one_size_for_each_layer(submission):
    """There is one size for each convolution."""
    for padding in ("valid", "same"):
        for num_layers in (1, 3):
            submission.call("map_sizes", 20, 3, num_layers, padding, returns=numbers(count=num_layers))


@question("small_network")
@points(1, hint="Begin with `keras.Input((32, 32, 3))`, and flatten the maps before the dense layer.")
def test_small_network_scores_ten_classes(submission):
    """The network returns ten scores for each colour image."""
    problem = wrong_shape(submission.model("small_network"), takes=COLOUR_IMAGES, returns=TEN_SCORES)
    assert not problem, problem


@question("pooling_output_size")
@points(1, hint="A size counts pixels: `//` divides without a rest, and keeps whole numbers whole.")
def test_whole_number(submission):
    """The size is a whole number."""
    for n, pool, stride in ((8, 2, 2), (9, 3, 2)):
        submission.call("pooling_output_size", n, pool, stride, returns=whole_number())


@question("intro_model")
@points(1, hint="`keras.Input((32, 32, 3))` is where the functional interface begins; return what `keras.Model` makes.")
def test_intro_model_scores_ten_classes(submission):
    """The model returns ten scores for each colour image."""
    problem = wrong_shape(submission.model("intro_model"), takes=COLOUR_IMAGES, returns=TEN_SCORES)
    assert not problem, problem


@question("deeper_model")
@points(1, hint="Only one layer is new: copy `intro_model`, and put the convolution where the text says.")
def test_deeper_model_scores_ten_classes(submission):
    """The model returns ten scores for each colour image."""
    problem = wrong_shape(submission.model("deeper_model"), takes=COLOUR_IMAGES, returns=TEN_SCORES)
    assert not problem, problem
