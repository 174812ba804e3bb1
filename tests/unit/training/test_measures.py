"""How well boxes and masks fit is computed where the right ones are."""

import numpy as np
import pytest

from autograder.datasets import load
from autograder.errors import InfrastructureError, ModelRefused
from autograder.records import Measure
from autograder.settings import Task
from autograder.training.measures import box_iou, mask_iou, measured
from autograder.training.outputs import predicted, told_apart

BOX = [0.2, 0.4, 0.4, 0.2]


@pytest.mark.parametrize(
    ("other", "iou"),
    [
        (BOX, 1.0),
        ([0.4, 0.4, 0.4, 0.2], 1 / 3),
        ([0.2, 0.5, 0.4, 0.2], 1 / 3),
        ([0.6, 0.4, 0.2, 0.2], 0.0),
        ([0.7, 0.7, 0.1, 0.1], 0.0),
        ([0.3, 0.45, 0.1, 0.1], 0.01 / 0.08),
        ([0.3, 0.5, 0.0, 0.2], 0.0),
        ([0.6, 0.6, -0.4, -0.2], 0.0),
        ([np.nan, 0.4, 0.4, 0.2], 0.0),
        ([0.2, 0.4, np.inf, 0.2], 0.0),
    ],
    ids=["same", "beside", "below", "touching", "apart", "inside", "no area", "negative", "no number", "infinite"],
)
def test_boxes_overlap_by_what_they_share(other, iou):
    """Shared area over the area of both; nothing is added that would smooth it."""
    assert box_iou(np.array([other]), np.array([BOX])) == pytest.approx([iou], abs=1e-12)
    assert box_iou(np.array([BOX]), np.array([other])) == pytest.approx([iou], abs=1e-12)


def test_two_boxes_without_area_do_not_overlap():
    """Not even where they are the same."""
    assert box_iou(np.zeros((2, 4)), np.zeros((2, 4))).tolist() == [0.0, 0.0]


def test_masks_overlap_by_what_they_share():
    """Each image counts by itself; two empty masks agree, and what is no number is no mask."""
    known = np.zeros((5, 2, 4), bool)
    known[:4, 0] = True
    found = np.zeros((5, 2, 4))
    found[0, 0] = 0.9
    found[1, :, :2] = 0.51
    found[2, 1] = 1.0
    found[3] = np.nan
    assert mask_iou(found, known) == pytest.approx([1.0, 2 / 6, 0.0, 0.0, 1.0])


def test_the_threshold_is_for_probabilities():
    """Logits are compared with zero, which is the logit of one half; a last axis of length 1 may be there."""
    data = load("shapes", num_train=1, num_test=4, seed=0)
    logits = np.where(data.test_masks, 0.1, -0.1)[..., None]
    for values, are_probabilities, iou in ((logits, False, 1.0), (logits, True, 0.0), (logits + 0.5, True, 1.0)):
        found = measured(Task.SEGMENTATION, {"masks": values}, data, are_probabilities=are_probabilities)
        assert found == {Measure.IOU: iou}


def test_a_localisation_has_both_measures():
    """Classes and boxes are judged each for itself."""
    data = load("shapes", num_train=1, num_test=4, seed=0)
    predictions = {"scores": np.eye(10)[data.test_labels], "boxes": np.zeros((4, 4))}
    found = measured(Task.LOCALIZATION, predictions, data, are_probabilities=True)
    assert found == {Measure.ACCURACY: 1.0, Measure.IOU: 0.0}
    assert tuple(found) == Task.LOCALIZATION.measures


@pytest.mark.parametrize("compare", [box_iou, mask_iou])
def test_predictions_for_other_images_are_our_fault(compare):
    """A missing row is never scored."""
    with pytest.raises(InfrastructureError, match="came back"):
        compare(np.zeros((2, 4, 4)), np.zeros((3, 4, 4)))


@pytest.mark.parametrize(
    ("task", "shapes", "places"),
    [
        (Task.CLASSIFICATION, [(None, 10)], {"scores": 0}),
        (Task.CLASSIFICATION, [(None, 12)], {"scores": 0}),
        (Task.LOCALIZATION, [(None, 10), (None, 4)], {"scores": 0, "boxes": 1}),
        (Task.LOCALIZATION, [(None, 4), (None, 10)], {"scores": 1, "boxes": 0}),
        (Task.SEGMENTATION, [(None, 32, 32, 1)], {"masks": 0}),
        (Task.SEGMENTATION, [(None, 32, 32)], {"masks": 0}),
    ],
)
def test_outputs_are_known_by_their_shapes(task, shapes, places):
    """In whatever order."""
    assert told_apart(task, shapes, num_classes=10, size=(32, 32)) == places


@pytest.mark.parametrize("num_classes", [3, 4])
def test_the_first_of_two_alike_is_the_scores(num_classes):
    """With up to four classes both could be either."""
    places = told_apart(Task.LOCALIZATION, [(None, 4), (None, 4)], num_classes=num_classes, size=(32, 32))
    assert places == {"scores": 0, "boxes": 1}


@pytest.mark.parametrize(
    ("task", "shapes", "needed"),
    [
        (Task.CLASSIFICATION, [(None, 10), (None, 4)], r"to classify: .* \(None, 10\) is needed"),
        (Task.LOCALIZATION, [(None, 10)], r"class scores \(None, 10\) and a box \(None, 4\)"),
        (Task.LOCALIZATION, [(None, 10), (None, 5)], r"returns \(None, 10\), \(None, 5\), two outputs are needed"),
        (Task.LOCALIZATION, [(None, 10), (None, 4), (None, 4)], "two outputs are needed"),
        (Task.SEGMENTATION, [(None, 16, 16, 1)], r"to segment: .* \(None, 32, 32, 1\) is needed"),
        (Task.SEGMENTATION, [(None, 32, 32, 2)], r"to segment: .* \(None, 32, 32, 1\) is needed"),
        (Task.SEGMENTATION, [(None, 10)], r"to segment: .* \(None, 32, 32, 1\) is needed"),
    ],
)
def test_other_outputs_are_refused_with_what_is_needed(task, shapes, needed):
    """The student reads what there is and what there should be."""
    with pytest.raises(ModelRefused, match=needed):
        told_apart(task, shapes, num_classes=10, size=(32, 32))


@pytest.mark.parametrize(
    ("task", "returned"),
    [
        (Task.LOCALIZATION, [np.zeros((4, 10))]),
        (Task.LOCALIZATION, [np.zeros((4, 10)), np.zeros((3, 4))]),
        (Task.SEGMENTATION, [np.zeros((4, 32, 32), str)]),
        (Task.SEGMENTATION, [np.zeros(())]),
    ],
    ids=["no boxes", "a box too few", "words", "a number"],
)
def test_what_a_student_s_process_predicts_is_looked_at_first(task, returned):
    """It may be anything; the sentence says what was expected."""
    data = load("shapes", num_train=1, num_test=4, seed=0)
    with pytest.raises(ModelRefused, match="for each image was expected"):
        predicted(task, returned, data)
