"""What the functions of this assignment may be given: two answers that do the same with all of it are the same."""

from autograder.mutation.inputs import call
from autograder.suite import sequential

CLASSIFIER = sequential((4, 4, 3), ("Flatten", {}), ("Dense", {"units": 10}))
MODELS = (
    sequential((6, 6, 2), ("Conv2D", {"filters": 4, "kernel_size": 3}), ("Flatten", {}), ("Dense", {"units": 7})),
    sequential((5, 5, 1), ("Conv2D", {"filters": 2, "kernel_size": 3}), ("Dense", {"units": 8}), ("Flatten", {})),
    sequential((2,), ("Dense", {"units": 9}), ("BatchNormalization", {}), ("Dense", {"units": 1})),
    sequential((9,), ("Dense", {"units": 8}), ("Dense", {"units": 3}), ("Dense", {"units": 12})),
)


def horizontal_edges(rng):
    """Bytes or floats of both signs, of any height and width."""
    shape = tuple(int(each) for each in rng.integers(3, 12, size=2))
    if rng.random() < 0.5:
        return call(rng.integers(0, 256, size=shape, dtype="uint8"))
    return call(rng.normal(scale=50, size=shape))


def map_sizes(rng):
    """Images that are large enough for all layers."""
    kernel_size, num_layers = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    size = (kernel_size - 1) * num_layers + int(rng.integers(1, 20))
    return call(size, kernel_size, num_layers, str(rng.choice(["valid", "same"])))


def most_parameters(rng):
    """Models in which one layer is larger than the others."""
    return call(MODELS[int(rng.integers(len(MODELS)))])


def pooling_output_size(rng):
    """Windows that fit, with and without a rest."""
    pool = int(rng.integers(1, 6))
    return call(pool + int(rng.integers(0, 20)), pool, int(rng.integers(1, 6)))


def train(rng):
    """Few images for a small classifier."""
    images, labels = rng.random((12, 4, 4, 3), dtype="float32"), rng.integers(0, 10, size=12)
    options = {} if rng.random() < 0.3 else {"epochs": int(rng.integers(1, 4))}
    return call(CLASSIFIER, images, labels, (images[:4], labels[4:8]), 5, returns="history", **options)


def plot_history(rng):
    """Any number of epochs."""
    num_epochs = int(rng.integers(1, 12))
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    return call({name: rng.random(num_epochs).tolist() for name in names}, returns="figure")


def softmax(rng):
    """Whole numbers and floats, small and very large, of any number of images and classes."""
    shape = tuple(int(each) for each in rng.integers(1, 7, size=2))
    if rng.random() < 0.3:
        return call(rng.integers(-5, 6, size=shape))
    return call(rng.normal(scale=float(rng.choice([1, 1000])), size=shape))
