"""Standardised images."""

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("standardise")


def standardised(submission, images):
    """What the student's function makes of images, which has their shape."""
    return submission.call("standardise", images, returns=array(shape=images.shape, dtype="floating"))


def largest(numbers):
    """The size of the number that is furthest from zero; infinity where one is no number at all."""
    return float(np.max(np.nan_to_num(np.abs(numbers), nan=np.inf)))


@points(1, hint="`images.mean(axis=...)` takes the axes that are to disappear.", needs="test_keeps_shape")
def test_mean(submission, rng):
    """The mean of each channel is zero."""
    images = rng.integers(0, 100, size=(4, 7, 5, 3), dtype=np.uint8) + np.array([0, 70, 140], dtype=np.uint8)
    found = largest(standardised(submission, images).mean(axis=(0, 1, 2)))
    # Sums of some hundred float32 numbers of size one; a forgotten mean is off by more than 0.5.
    assert found < 1e-3, f"the means of the channels should be 0, one of them is {found:.3g} away from it"


@points(1, hint="A channel has one mean and one standard deviation, for all images together.", needs="test_mean")
def test_values(submission, rng):
    """Each number says how many standard deviations it is away from the mean of its channel."""
    brightness = rng.uniform(0.2, 2, size=(6, 1, 1, 1))
    for images in (
        rng.integers(0, 256, size=(3, 4, 6, 2), dtype=np.uint8),
        (brightness * rng.normal(1, 0.1, size=(6, 5, 3, 3))).astype(np.float32),
    ):
        expected = (images - images.mean(axis=(0, 1, 2))) / images.std(axis=(0, 1, 2))
        wrong = np.abs(standardised(submission, images) - expected) > 1e-3  # float32 or float64: both will do
        assert not wrong.any(), f"for {images.dtype} images, {wrong.sum()} of {wrong.size} numbers are not as asked for"


@points(1, hint="What is the standard deviation of equal numbers? Divide by something else there.", needs="test_mean")
def test_constant_channel(submission, rng):
    """A channel in which all numbers are equal becomes zero."""
    images = rng.integers(0, 256, size=(2, 4, 3, 3), dtype=np.uint8)
    images[..., 1] = rng.integers(1, 256)
    found = standardised(submission, images)[..., 1]
    assert largest(found) < 1e-3, f"where a channel is the same everywhere, the result holds {found.flat[0]:.3g}, not 0"
