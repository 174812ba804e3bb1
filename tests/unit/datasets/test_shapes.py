"""Generated images: repeatable, with labels, masks and boxes that agree, and not solved by colour or position."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from autograder.datasets import shapes
from autograder.datasets.shapes import CLASSIFICATION, DISTANCES, TRANSFER, generate


def test_the_seed_decides_and_a_longer_run_begins_alike():
    """Equal seeds give equal images, and asking for more does not change the first ones."""
    few, many, other = generate(30, seed=5), generate(230, seed=5), generate(30, seed=6)
    assert np.array_equal(few.images, many.images[:30])
    assert np.array_equal(few.labels, many.labels[:30])
    assert not np.array_equal(few.images, other.images)


@pytest.mark.parametrize(("size", "channels"), [(32, 3), (28, 1)])
def test_shapes_and_types(size, channels):
    """Images are uint8 with channels last, labels int64, masks bool, boxes float32."""
    made = generate(12, seed=0, size=size, channels=channels)
    assert (made.images.shape, made.images.dtype) == ((12, size, size, channels), np.uint8)
    assert (made.labels.shape, made.labels.dtype) == ((12,), np.int64)
    assert (made.masks.shape, made.masks.dtype) == ((12, size, size), np.bool_)
    assert (made.boxes.shape, made.boxes.dtype) == ((12, 4), np.float32)


def test_ten_classes_to_classify_and_five_to_transfer_to():
    """The two groups share no class, and every class can be drawn."""
    assert (len(CLASSIFICATION), len(TRANSFER), len(DISTANCES)) == (10, 5, 15)
    assert not set(CLASSIFICATION) & set(TRANSFER)
    made = generate(300, seed=1, classes=TRANSFER)
    assert made.class_names == TRANSFER
    assert set(made.labels) == set(range(5))


def test_a_box_is_the_tightest_around_its_mask():
    """The four sides touch the mask, and nothing of it lies outside."""
    made = generate(200, seed=2, classes=tuple(DISTANCES))
    for mask, box in zip(made.masks, np.rint(made.boxes * 32).astype(int), strict=True):
        x, y, width, height = box
        inside = mask[y : y + height, x : x + width]
        assert inside.sum() == mask.sum() > 0
        assert all(side.any() for side in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))


def test_the_shape_is_where_its_mask_is():
    """Inside the mask the image is brighter than around it."""
    made = generate(200, seed=3)
    inside = np.array([image[mask].mean() for image, mask in zip(made.images, made.masks, strict=True)])
    outside = np.array([image[~mask].mean() for image, mask in zip(made.images, made.masks, strict=True)])
    assert np.mean(inside > outside + 30) > 0.95


def test_classes_look_different():
    """No class's masks, put in the same place, are those of another: every pair differs somewhere."""
    grid = np.linspace(-1, 1, 64, dtype=np.float32)
    u, v = (np.ascontiguousarray(each) for each in np.meshgrid(grid, grid))
    masks = {name: distance(u, v) < 0 for name, distance in DISTANCES.items()}
    for name, mask in masks.items():
        for other, its_mask in masks.items():
            overlap = (mask & its_mask).sum() / (mask | its_mask).sum()
            assert name == other or overlap < 0.95, f"{name} and {other} overlap by {overlap:.2f}"


def test_mean_colour_and_position_tell_little():
    """The nearest class mean, in colours and in boxes, is right hardly more often than chance."""
    train, test = generate(3000, seed=4), generate(1000, seed=5)

    def features(made):
        return np.hstack([made.images.mean(axis=(1, 2)) / 255, made.boxes[:, :2] + made.boxes[:, 2:] / 2])

    means = np.stack([features(train)[train.labels == label].mean(axis=0) for label in range(10)])
    nearest = np.linalg.norm(features(test)[:, None] - means, axis=2).argmin(axis=1)
    assert np.mean(nearest == test.labels) < 0.25


def test_a_change_of_the_images_needs_a_new_version():
    """Statistics of the current version; where they move, `VERSION` has to count up."""
    made = generate(500, seed=0)
    pixels = made.images.astype(np.float64)
    edges = np.abs(np.diff(pixels, axis=2)).mean()
    assert shapes.VERSION == 2
    assert made.labels[:8].tolist() == [8, 6, 5, 2, 3, 0, 0, 0]
    # other processors round sines and roots otherwise, so that single pixels may differ by one
    assert pixels.mean() == pytest.approx(70.6, abs=0.1)
    assert edges == pytest.approx(17.7, abs=0.1)
    assert made.masks.sum() == pytest.approx(39_553, abs=20)


def test_the_gallery_shows_every_class(tmp_path):
    """The picture is made as the module says, and holds as many images as there are classes and examples."""
    path = tmp_path / "shapes.png"
    subprocess.run([sys.executable, "-m", "autograder.datasets.gallery", str(path)], check=True)
    pixels = np.asarray(Image.open(path).convert("RGB"))
    assert pixels.shape[0] > 1000
    assert np.mean(pixels.std(axis=2) > 5) > 0.2
