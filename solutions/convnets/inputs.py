"""What the functions of this assignment may be given: two answers that do the same with all of it are the same."""

from autograder.mutation.inputs import block, call
from autograder.suite import sequential

CLASSIFIER = sequential((4, 4, 3), ("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"}))
FILTERS = (
    sequential((12, 12, 3), ("Conv2D", {"filters": 5, "kernel_size": 3}), ("Conv2D", {"filters": 2, "kernel_size": 3})),
    sequential((9, 9, 3), ("MaxPooling2D", {"pool_size": 2}), ("Conv2D", {"filters": 14, "kernel_size": 2})),
    sequential((8, 8, 3), ("Conv2D", {"filters": 1, "kernel_size": 5}), ("Flatten", {}), ("Dense", {"units": 2})),
)


def conv_output_shape(rng):
    """Windows that fit, with and without a rest."""
    kernel_size = int(rng.integers(1, 6))
    height, width = (kernel_size + int(rng.integers(0, 12)) for _ in range(2))
    return call((height, width, int(rng.integers(1, 5))), int(rng.integers(1, 9)), kernel_size, int(rng.integers(1, 4)))


def split_dataset(rng):
    """Any number for validation that leaves something for training."""
    num_images = int(rng.integers(2, 20))
    images = rng.integers(0, 256, size=(num_images, 3, 2, 3), dtype="uint8")
    labels = rng.integers(0, 10, size=(num_images, 1), dtype="uint8")
    return call(images, labels, int(rng.integers(1, num_images)))


def receptive_field(rng):
    """One to five layers."""
    return call([(int(rng.integers(1, 6)), int(rng.integers(1, 4))) for _ in range(rng.integers(1, 6))])


def residual_block(rng):
    """Blocks that keep the shape, and blocks that change it; of any height and width."""
    channels, filters = (int(each) for each in rng.choice([2, 3, 4], size=2))
    height, width = (int(each) for each in rng.integers(4, 10, size=2))
    return block(filters, int(rng.integers(1, 3)), input_shape=(height, width, channels))


def train(rng):
    """Few images for a small classifier."""
    images, labels = rng.random((12, 4, 4, 3), dtype="float32"), rng.integers(0, 10, size=12)
    return call(CLASSIFIER, images, labels, (images[:4], labels[4:8]), int(rng.integers(1, 4)), 5, returns="history")


def evaluate(rng):
    """Any number of images, and a compiled classifier."""
    num_images = int(rng.integers(1, 40))
    images = rng.random((num_images, 4, 4, 3), dtype="float32")
    return call(CLASSIFIER, images, rng.integers(0, 10, size=num_images), is_compiled=True)


def classify(rng):
    """Any number of images of very different colours."""
    return call(CLASSIFIER, rng.normal(scale=2, size=(int(rng.integers(1, 20)), 4, 4, 3)).astype("float32"))


def filters_figure(rng):
    """Few filters and more than stand in a row, in the first layer and after another one."""
    return call(FILTERS[int(rng.integers(len(FILTERS)))], returns="figure")
