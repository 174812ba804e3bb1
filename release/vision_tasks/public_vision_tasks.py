"""Checks that students can run themselves: whether an answer has the right form.

They count like the other checks of their question, which go on from here.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, wrong_shape


@question("confusion_matrix")
@points(
    1, hint="The matrix has a row and a column for each class, whether it comes up or not. Counts are whole numbers."
)
def test_has_every_class(submission):
    """There is a row and a column of whole numbers for each class, also for one that does not come up."""
    labels, predictions = np.array([0, 2, 2]), np.array([0, 0, 2])
    submission.call("confusion_matrix", labels, predictions, 5, returns=array((5, 5), "integer"))


@question("class_activation_map")
@points(
    1, hint="Batch and channels are gone in the end: what is left is one number for each position of the layer's maps."
)
def test_one_number_for_each_position(submission):
    """The map has the height and width of the layer's maps, and lies between 0 and 1."""
    classifier = submission.make("load_classifier")
    image = np.full((32, 32, 3), 30, np.uint8)
    image[8:24, 8:24] = 200  # a square, which is class 1
    for layer_name, shape in (("block4_relu", (8, 8)), ("block1_relu", (32, 32))):
        found = submission.call(
            "class_activation_map", classifier, layer_name, image, 1, returns=array(shape, "floating")
        )
        low, high = float(found.min()), float(found.max())
        assert 0 <= low <= high <= 1 + 1e-6, (
            f"for `{layer_name}` the values lie between {low:.3g} and {high:.3g}, not between 0 and 1"
        )
        is_scaled = high == 0 or high > 0.999
        assert is_scaled, f"for `{layer_name}` the largest value is {high:.3g}, it should be 1"


@question("global_average_pooling")
@points(1, hint="Begin with `keras.Input(maps_shape)`, and end with softmax over the classes.")
def test_takes_maps(submission):
    """The head makes a row of scores of maps of any height and width."""
    for maps_shape, num_classes in (((4, 6, 3), 5), ((7, 2, 5), 4)):
        head = submission.model("average_pooling_head", maps_shape, num_classes)
        problem = wrong_shape(head, takes=(None, *maps_shape), returns=(None, num_classes))
        assert not problem, f"for maps of shape {maps_shape} and {num_classes} classes {problem}"


@question("resize_images")
@points(1, hint="`size` is height first, then width. Look up which type the function that you use returns.")
def test_shape_and_type(submission):
    """The images have the new height and width, and are float32."""
    for shape, size in (((2, 10, 14, 3), (6, 8)), ((3, 6, 5, 1), (7, 15))):
        images = np.full(shape, 100, np.uint8)
        submission.call("resize_images", images, size, returns=array((shape[0], *size, shape[3]), "float32"))


@question("iou")
@points(1, hint="Compare the boxes row by row: all x are `boxes[:, 0]`.")
def test_one_number_for_each_pair(submission):
    """There is one number for each pair of boxes."""
    for count in (1, 5):
        boxes = np.tile([0.1, 0.2, 0.3, 0.4], (count, 1))
        submission.call("iou", boxes, boxes + 0.05, returns=array((count,), "floating"))


@question("mask_iou")
@points(1, hint="Sum over all axes but the first one.")
def test_one_number_for_each_image(submission):
    """There is one number for each image."""
    masks = np.zeros((3, 4, 6, 1), np.float32)
    masks[:, :2] = 1
    submission.call("mask_iou", masks, masks, returns=array((3,), "floating"))


@question("segmenter")
@points(1, hint="The decoder has to double the size as often as the encoder halves it. End with one filter.")
def test_mask_of_the_size_of_the_image(submission):
    """The model returns a mask of the size of the image."""
    model = submission.model("segmenter")
    problem = wrong_shape(model, takes=(None, 32, 32, 3), returns=(None, 32, 32, 1))
    assert not problem, problem
