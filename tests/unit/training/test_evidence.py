"""What predictions show: accuracy, confusion and a few sure mistakes, whatever numbers come back."""

import io

import numpy as np
import pytest
from PIL import Image

from autograder.datasets import Dataset, load
from autograder.errors import InfrastructureError
from autograder.settings import Task
from autograder.training.evidence import (
    MOST_MISTAKES,
    MOST_OVERLAPS,
    NUM_SHOWN,
    examine,
    looked_at,
    mistakes,
    pictures,
    png,
)
from autograder.training.measures import accuracy
from autograder.training.outlines import SEEN, THERE, outlined


@pytest.fixture(scope="module")
def data():
    """Data with more held-out images than are ever shown."""
    return load("shapes", num_train=10, num_test=NUM_SHOWN + 60, seed=1)


def scores_of(guesses, sureness=0.9, classes=10):
    """Return probabilities that are largest at the guesses."""
    scores = np.full((len(guesses), classes), (1 - sureness) / (classes - 1), np.float32)
    scores[np.arange(len(guesses)), guesses] = sureness
    return scores


def test_scores_that_are_no_numbers_are_wrong():
    """A row with NaN counts as a wrong answer, and a missing row is our fault."""
    scores = np.array([[0.1, 0.9], [np.nan, 0.5], [0.8, 0.2]])
    assert accuracy(scores, np.array([1, 1, 0])) == pytest.approx(2 / 3)
    assert accuracy(scores, np.array([1, 0, 0])) == pytest.approx(2 / 3)
    with pytest.raises(InfrastructureError):
        accuracy(scores, np.array([1, 1]))


def test_confusion_counts_every_image(data):
    """Rows are classes, columns what they were taken for; the diagonal is the accuracy."""
    guesses = (data.test_labels + (np.arange(len(data.test_labels)) % 4 == 0)) % 10
    scores = scores_of(guesses)
    confusion = np.array(examine(scores, data, are_probabilities=True).confusion)
    assert confusion.sum(axis=1).tolist() == np.bincount(data.test_labels, minlength=10).tolist()
    assert confusion.sum(axis=0).tolist() == np.bincount(guesses, minlength=10).tolist()
    assert confusion.trace() / confusion.sum() == pytest.approx(accuracy(scores, data.test_labels))


def test_what_is_no_class_is_in_no_column(data):
    """NaN, and a score for a class that there is not, are wrong and confused with nothing."""
    scores = scores_of(data.test_labels, classes=12)
    scores[0] = np.nan
    scores[1, 11] = 1
    evidence = examine(scores, data, are_probabilities=True)
    assert np.array(evidence.confusion).sum() == len(data.test_labels) - 2
    assert not evidence.wrong


def test_the_surest_mistakes_are_shown(data):
    """A dozen at most, the surest first, each with the right class and the one it was taken for."""
    guesses = (data.test_labels + 1) % 10
    scores = scores_of(guesses)
    scores[5] = scores_of(guesses[5:6], 0.99)[0]
    scores[9] = scores_of(guesses[9:10], 0.95)[0]
    evidence = examine(scores, data, are_probabilities=True)
    assert len(evidence.wrong) == MOST_MISTAKES
    assert [(guess.place, guess.confidence) for guess in evidence.wrong[:2]] == [(5, 0.99), (9, 0.95)]
    assert all(guess.predicted == (guess.label + 1) % 10 for guess in evidence.wrong)
    shown = mistakes(evidence, pictures((evidence,), data))
    for guess, mistake in zip(evidence.wrong, shown, strict=True):
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(mistake.image))), data.test_images[guess.place])


def moved(data, task, by=0.25):
    """Return predictions that see each object beside its place, by a part of the image."""
    columns = int(by * data.test_masks.shape[2])
    if task is Task.SEGMENTATION:
        return {"masks": np.roll(data.test_masks, columns, axis=2)[..., None].astype("float32")}
    shift = np.array([by, 0, 0, 0], "float32")
    return {"scores": scores_of(data.test_labels), "boxes": data.test_boxes + shift}


@pytest.mark.parametrize("task", [Task.LOCALIZATION, Task.SEGMENTATION])
def test_the_worst_overlaps_are_shown(data, task):
    """Half a dozen of the images that may be shown, the worst first, each with both outlines."""
    overlaps = looked_at(task, moved(data, task), data, are_probabilities=True).overlaps
    assert len(overlaps) == MOST_OVERLAPS
    assert [each.iou for each in overlaps] == sorted(each.iou for each in overlaps)
    for each in overlaps:
        colours = {tuple(pixel) for row in np.asarray(Image.open(io.BytesIO(each.image))).tolist() for pixel in row}
        assert {THERE, SEEN} <= colours


@pytest.mark.parametrize("task", [Task.LOCALIZATION, Task.SEGMENTATION])
def test_what_is_seen_rightly_is_not_shown(data, task):
    """There is nothing to learn from an outline on an outline; images beyond the first few stay hidden."""
    assert not looked_at(task, moved(data, task, by=0), data, are_probabilities=True).overlaps
    beyond = moved(data, task, by=0)
    beyond = {name: np.concatenate([each[:NUM_SHOWN], each[NUM_SHOWN:] * 0]) for name, each in beyond.items()}
    assert not looked_at(task, beyond, data, are_probabilities=True).overlaps


@pytest.mark.parametrize("number", [np.nan, np.inf, -1e30, 1e30])
@pytest.mark.parametrize("task", [Task.LOCALIZATION, Task.SEGMENTATION])
def test_numbers_of_any_kind_make_a_picture(data, task, number):
    """What a model gone wild predicts is shown as what it is: beside the object, or nowhere."""
    wild = {name: np.full_like(each, number) for name, each in moved(data, task).items()}
    overlaps = looked_at(task, wild, data, are_probabilities=True).overlaps
    assert len(overlaps) == MOST_OVERLAPS
    assert all(each.iou < 0.3 for each in overlaps)


def test_outlines_lie_on_the_edges_of_regions(data):
    """What neither outline covers is the image, enlarged; the line of a region runs inside of it."""
    image, there = data.test_images[0], np.zeros((32, 32), bool)
    there[8:16, 4:20] = True
    drawn = outlined(image, there, np.zeros_like(there))
    large = image.repeat(3, axis=0).repeat(3, axis=1)
    is_drawn = (drawn != large).any(axis=2)
    assert (drawn[is_drawn] == THERE).all()
    inside = np.zeros_like(is_drawn)
    inside[24:48, 12:60] = True
    inside[26:46, 14:58] = False
    assert (is_drawn == inside).all()


def test_grey_images_get_coloured_outlines():
    """An image of one channel is drawn into as any other."""
    whole = np.ones((28, 20), bool)
    drawn = outlined(np.zeros((28, 20, 1), np.uint8), whole, whole)
    assert drawn.shape == (28 * 5, 20 * 5, 3)
    assert {tuple(pixel) for row in drawn.tolist() for pixel in row} == {(0, 0, 0), THERE, SEEN}


def test_only_a_few_images_are_ever_shown(data):
    """However wrong models are, all their pages together show the same few held-out images."""
    seen = set()
    for shift in range(1, 10):
        for sureness in (0.3, 0.9):
            rng = np.random.default_rng(shift)
            scores = scores_of((data.test_labels + shift) % 10, sureness) + rng.random((160, 10)) * 0.1
            seen |= {guess.place for guess in examine(scores, data, are_probabilities=False).wrong}
    assert seen <= set(range(NUM_SHOWN))
    assert len(data.test_labels) > NUM_SHOWN


def test_logits_are_turned_into_confidence(data):
    """Scores that are no probabilities go through softmax first; huge ones do not overflow."""
    guesses = (data.test_labels + 1) % 10
    logits = np.zeros((len(guesses), 10), np.float32)
    logits[np.arange(len(guesses)), guesses] = np.log(9 * 3)
    assert examine(logits, data, are_probabilities=False).wrong[0].confidence == pytest.approx(0.75, abs=1e-3)
    assert examine(logits * 1e30, data, are_probabilities=False).wrong[0].confidence == 1.0


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_is_the_image(channels):
    """Grey and coloured images come back as they were, and equal ones give equal bytes."""
    image = np.random.default_rng(0).integers(0, 256, (28, 20, channels), np.uint8)
    read = np.asarray(Image.open(io.BytesIO(png(image))))
    assert np.array_equal(read.reshape(image.shape), image)
    assert png(image) == png(image.copy())


def test_fewer_images_than_are_shown():
    """A small held-out set is no trouble."""
    few = load("shapes", num_train=1, num_test=3, seed=1)
    assert isinstance(few, Dataset)
    assert len(examine(scores_of((few.test_labels + 1) % 10), few, are_probabilities=True).wrong) == 3
