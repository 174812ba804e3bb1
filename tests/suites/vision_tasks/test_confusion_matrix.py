"""The confusion matrix.

Labels and predictions are drawn at random, with other numbers of each class, so that no matrix is symmetric.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("confusion_matrix")


def draw(rng, num_classes):
    """Return labels and predictions, about half of them right, and what is to be counted."""
    count = int(rng.integers(40, 60))
    labels = rng.choice(num_classes - 1, size=count, p=np.arange(1, num_classes) / np.arange(1, num_classes).sum())
    predictions = np.where(rng.random(count) < 0.5, labels, rng.integers(0, num_classes, size=count))
    counts = [[np.sum((labels == t) & (predictions == p)) for p in range(num_classes)] for t in range(num_classes)]
    return labels, predictions, np.array(counts)


@points(
    1,
    hint="What is predicted rightly stands on the diagonal, and every image is counted once.",
    needs="test_has_every_class",
)
def test_counts_every_image(submission, rng):
    """Each image is counted once, and those that were predicted rightly stand on the diagonal."""
    for num_classes in (4, 7):
        labels, predictions, counts = draw(rng, num_classes)
        shape = (num_classes, num_classes)
        found = submission.call("confusion_matrix", labels, predictions, num_classes, returns=array(shape, "integer"))
        assert found.sum() == len(labels), f"of {len(labels)} images, {found.sum()} are counted"
        is_right = np.array_equal(np.diag(found), np.diag(counts))
        assert is_right, (
            f"{np.trace(counts)} of {len(labels)} are predicted rightly, but the diagonal says something else"
        )


@points(1, hint="The first index counts rows: it is the true class.", needs="test_counts_every_image")
def test_rows_are_true_classes(submission, rng):
    """Rows are the true classes, columns the predictions."""
    for num_classes in (3, 6):
        labels, predictions, counts = draw(rng, num_classes)
        shape = (num_classes, num_classes)
        found = submission.call("confusion_matrix", labels, predictions, num_classes, returns=array(shape, "integer"))
        is_transposed = np.array_equal(found, counts.T)
        assert not is_transposed, "rows and columns are exchanged: rows should be the true classes"
        wrong = int(np.sum(found != counts))
        assert wrong == 0, f"{wrong} of {counts.size} counts are not right, for {num_classes} classes"
