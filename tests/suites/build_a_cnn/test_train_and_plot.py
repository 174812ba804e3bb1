"""Training on logits, and learning curves.

The student's `train` runs twice, on a tiny model of ours: with the numbers of epochs and images per step given, and
with as many epochs as it takes by itself. What it did is read from the history and from the weights:

* The model begins with known logits, the same for all images, so the loss of the first step is known; in the second run
  an epoch is a single step, and the first one is all that is run. A loss that takes the logits for probabilities gives
  another number, and trains all the same, as they are between 0 and 1.
* Every image is the same, all training labels are one class and all validation labels another. The true class has the
  lowest logit first, and the highest after a step: the training accuracy ends at 1, the validation loss is higher.
* The moving mean of the batch normalisation comes closer to the image by a tenth at each step, so it counts steps.
* The ten scores are the ten biases, each times a gain, cut off at -1 and 1. Every other gain is so large that the first
  step takes the score to its end, where its gradient is zero from then on; the gradients of the rest hardly change.
  Adam moves a weight by the ratio of two running averages, of gradients and of their squares, so how far the first kind
  moves compared with the second depends on neither gain nor learning rate. For other optimisers it is another number.

`plot_history` gets numbers of ours, and the figure is looked at as data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from autograder.suite import points, question, sequential

pytestmark = question("train_and_plot")

MOMENTUM = 0.9
LOGITS = np.array([0.45, 0.05, 0.4, 0.3, 0.25, 0.2, 0.15, 0.35, 0.1, 0.22])
TRUE_CLASS, VALIDATION_CLASS = 1, 6
MODEL = sequential(
    (4, 4, 3),
    ("BatchNormalization", {"momentum": MOMENTUM}),
    ("Flatten", {}),
    ("Dense", {"units": 10, "kernel_initializer": "zeros"}),
    ("Rescaling", {"scale": 5 * [0.05, 1e6]}),
    ("Activation", {"activation": "hard_tanh"}),
    ("Rescaling", {"scale": 1.0, "offset": LOGITS.tolist()}),
)
# Powers of two, also as numbers of pixels in a batch, so that means are exact and the normalised image is exactly 0.
COLOUR = np.array([128, 32, 64], dtype=np.float32)
NUM_IMAGES, NUM_VALIDATION = 22, 6
EPOCHS, BATCH_SIZE, STEPS = 2, 4, 12
OWN_EPOCHS, ONE_BATCH = 20, 8
ACCURACY_NAMES = ("accuracy", "acc", "sparse_categorical_accuracy")
CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class Training:
    """What the student's `train` did: its history, and the weights of the model that it was given."""

    history: dict[str, tuple[float, ...]]
    moving_mean: np.ndarray
    bias: np.ndarray

    @property
    def names(self) -> str:
        """The names in the history, for a sentence."""
        return ", ".join(f"`{name}`" for name in self.history) or "nothing"

    def accuracy(self, prefix: str = "") -> tuple[float, ...] | None:
        """The accuracy, under whichever of its names it is there."""
        return next((self.history[prefix + name] for name in ACCURACY_NAMES if prefix + name in self.history), None)


def data(num_images):
    """Images of one colour, their labels, and some to validate on."""
    images = np.broadcast_to(COLOUR, (num_images, 4, 4, 3)).copy()
    return (
        images,
        np.full(num_images, TRUE_CLASS),
        (images[:NUM_VALIDATION], np.full(NUM_VALIDATION, VALIDATION_CLASS)),
    )


@pytest.fixture(scope="module")
def training(submission):
    """The run of the student's `train`, on a new model of ours, with all numbers given."""
    model = submission.build(MODEL)
    history = submission.history("train", model, *data(NUM_IMAGES), BATCH_SIZE, epochs=EPOCHS)
    weights = submission.weights(model)
    return Training(history, moving_mean=weights[2], bias=weights[-1])


@pytest.fixture(scope="module")
def own_training(submission):
    """The run that leaves the number of epochs to the student's function; each epoch is a single step."""
    model = submission.build(MODEL)
    history = submission.first_epoch("train", model, *data(ONE_BATCH), ONE_BATCH)
    weights = submission.weights(model)
    return Training(history, moving_mean=weights[2], bias=weights[-1])


@points(1, hint="Compile with a loss for integer labels, and return what `model.fit` returns.")
def test_returns_history(training):
    """Training runs on integer labels, for as many epochs as are asked for, and returns its history."""
    assert "loss" in training.history, f"`loss` is missing, the history holds {training.names}"
    found = training.history["loss"]
    assert len(found) == EPOCHS, f"called with `epochs={EPOCHS}`, the history holds {len(found)} epochs"
    assert np.all(np.isfinite(found)), "the training loss is not a finite number"


@points(1, hint="A parameter has a default where it is defined: `epochs=20`.", needs="test_returns_history")
def test_twenty_epochs(own_training):
    """Training takes twenty epochs where nothing else is said."""
    found = len(own_training.history.get("loss", ()))
    assert found == OWN_EPOCHS, f"called without `epochs`, training took {found} epochs, {OWN_EPOCHS} were asked for"


@points(1, hint="`keras.losses.SparseCategoricalCrossentropy` takes `from_logits`.", needs="test_returns_history")
def test_loss_takes_logits(own_training):
    """The loss is the cross-entropy of logits."""
    assert "loss" in own_training.history, f"`loss` is missing, the history holds {own_training.names}"
    found = own_training.history["loss"][0]
    asked = np.log(np.sum(np.exp(LOGITS))) - LOGITS[TRUE_CLASS]
    # float32 keeps seven digits; taken for probabilities, these logits give a loss that is larger by 1.4.
    assert abs(found - asked) < 1e-3, (
        f"for a model that returns logits, the loss of the first step is {found:.4g}, which is not their "
        "cross-entropy: does the loss know that it gets logits?"
    )


@points(1, hint="`compile` takes a list of `metrics`, `fit` takes `validation_data`.", needs="test_returns_history")
def test_measures(training):
    """The history holds the accuracy, and what was measured on the validation images."""
    found = training.accuracy()
    assert found is not None, f"`accuracy` is missing, the history holds {training.names}"
    assert found[-1] == 1, (
        f"for images that all belong to one class, the training accuracy ends at {found[-1]:.0%}: "
        "is it the accuracy for integer labels, on the images that were given?"
    )
    has_both = "val_loss" in training.history and training.accuracy("val_") is not None
    said = f"`val_loss` or `val_accuracy` is missing, the history holds {training.names}"
    assert has_both, f"{said}: were the validation images passed?"
    assert training.history["val_loss"][-1] > training.history["loss"][-1], (
        "the validation labels are of a class that the training never sees here, and still the validation loss is as "
        "small as the training loss: is it measured on the validation images that were given?"
    )


@points(1, hint="Train the model that is given, and hand `batch_size` on to `fit`.", needs="test_returns_history")
def test_trains_in_batches(training):
    """The model that is given is trained, in batches of the size that is asked for."""
    reached = float(np.median(training.moving_mean / COLOUR))
    assert reached > 0, "the weights of the model that was given are as before: was another model trained?"
    steps = np.log1p(-min(reached, 1 - 1e-9)) / np.log(MOMENTUM)
    # Far less than half a step, and far more than what float32 rounds away.
    assert abs(steps - STEPS) < 0.1, (
        f"{NUM_IMAGES} images, `epochs={EPOCHS}` and `batch_size={BATCH_SIZE}` make {STEPS} steps, "
        f"the model was trained for {steps:.0f}"
    )


@points(1, hint='`optimizer="adam"`, or a `keras.optimizers.Adam` of your own.', needs="test_trains_in_batches")
def test_trains_with_adam(training):
    """The optimiser is Adam: it steps as the averages of gradients and of their squares say."""
    steps = np.arange(1, STEPS + 1)
    # The averages, without bias, of a gradient of 1 at the first step and 0 afterwards, with Keras's rates of decay.
    mean, mean_square = ((1 - decay) * decay ** (steps - 1) / (1 - decay**steps) for decay in (0.9, 0.999))
    asked = np.mean(mean / np.sqrt(mean_square))
    once, always = np.median(np.abs(training.bias[1::2])), np.median(np.abs(training.bias[::2]))
    # Other options of Adam change this by a sixth at most (clipped gradients); its next relative is 38 % off.
    assert abs(once / always / asked - 1) < 0.25, (
        f"weights whose gradient is zero after the first of {STEPS} steps moved {once / always:.2g} times as far as "
        "those whose gradient stays; with Adam that is another number: which optimiser does `compile` get?"
    )


@dataclass(frozen=True)
class Curve:
    """One curve of the figure."""

    axes: int
    legend: str


@dataclass(frozen=True)
class Drawing:
    """The axes with lines, and where each of the four curves is, by its name in the history."""

    axes: tuple
    curves: dict[str, Curve]


@pytest.fixture(scope="module")
def drawing(submission):
    """What `plot_history` draws of a history of seven epochs."""
    rng = np.random.default_rng(0)
    history = {name: rng.uniform(0.1, 0.9, size=7).tolist() for name in CURVES}
    figure = submission.figure("plot_history", history)
    axes = tuple(each for each in figure.axes if each.lines)
    curves = {}
    for place, each in enumerate(axes):
        for index, (_, heights, label) in enumerate(each.lines):
            # Lines that were given no label have one of Matplotlib's, and the legend names them in their order.
            names = each.legend[index : index + 1] if label.startswith("_") else [label]
            words = next((name for name in names if name in each.legend), "")
            curves.update({name: Curve(place, words) for name in CURVES if np.array_equal(heights, history[name])})
    return Drawing(axes, curves)


@points(1, hint="`axes.plot` draws a curve; `plt.subplots` makes figure and axes. Return the figure.")
def test_draws_curves(drawing):
    """Loss and accuracy are drawn for training and validation, the two curves of each in the same axes."""
    missing = [f"`{name}`" for name in CURVES if name not in drawing.curves]
    assert not missing, f"no curve of the figure shows {', '.join(missing)}: every epoch of it was asked for"
    apart = [name for name in CURVES[:2] if drawing.curves[name].axes != drawing.curves[f"val_{name}"].axes]
    assert not apart, f"the curves of `{apart[0]}` and `val_{apart[0]}` are in different axes: nobody can compare them"


@points(1, hint='`axes.set(xlabel="epoch", ylabel="loss")`, for each axes.', needs="test_draws_curves")
def test_labels(drawing):
    """Both axes of every plot are labelled."""
    without = sum(not (each.x_label.strip() and each.y_label.strip()) for each in drawing.axes)
    assert without == 0, f"{without} of {len(drawing.axes)} plots lack a label of the horizontal or the vertical axis"


@points(1, hint="`axes.legend()`, for each axes; `label=` of `plot` is what stands in it.", needs="test_draws_curves")
def test_legend(drawing):
    """Every plot has a legend that says which curve is which."""
    legends = [curve.legend.lower() for curve in drawing.curves.values()]
    without = sum(not legend.strip() for legend in legends)
    assert without == 0, f"{without} of {len(CURVES)} curves are in no legend of their axes"
    for name in CURVES[:2]:
        training, validation = (drawing.curves[key].legend.lower() for key in (name, f"val_{name}"))
        assert training != validation, f"the legend calls both curves of `{name}` `{training}`"
        is_swapped = "val" in training and "val" not in validation
        assert not is_swapped, f"the legend calls the training curve of `{name}` `{training}`"
