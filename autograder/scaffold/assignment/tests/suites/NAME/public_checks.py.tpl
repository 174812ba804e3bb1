"""Checks that students get with the notebook: whether an answer has the right form.

They count like the hidden ones, which go on from here.
"""

import numpy as np

from autograder.suite import array, points, question, wrong_shape


@question("standardise")
@points(1, hint="Arithmetic on arrays keeps shapes: return the images themselves, not a number about them.")
def test_keeps_shape(submission):
    """The result is an array of real numbers in the shape of the images."""
    images = np.arange(60, dtype=np.uint8).reshape(2, 5, 3, 2)
    submission.call("standardise", images, returns=array(shape=images.shape, dtype="floating"))


@question("first_network")
@points(1, hint="Begin with `keras.Input((32, 32, 3))`, and end with a dense layer of ten units.")
def test_scores_ten_classes(submission):
    """The function returns a Keras model that takes colour images and returns ten scores for each."""
    problem = wrong_shape(submission.model("first_network"), takes=(None, 32, 32, 3), returns=(None, 10))
    assert not problem, problem
