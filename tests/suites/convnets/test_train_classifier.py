"""Training with Keras.

The student's `train` runs once, on a tiny model of ours, in the student's process: nothing here depends on the
classifier of the question before. What it did is read from the history and from the weights:

* Every image is the same, all training labels are one class and all validation labels another. The model starts
  with equal probabilities for all classes, so after the first step the training accuracy is 1 for good, and the
  validation loss is above the training loss, whatever the learning rate.
* The moving mean of the batch normalisation comes closer to the image by a tenth at each step, so it counts steps.
* The ten scores are the ten biases, each times a gain, cut off at -1 and 1. Every other gain is so large that the first
  step takes the score to its end, where its gradient is zero from then on; the gradients of the rest hardly change.
  Adam moves a weight by the ratio of two running averages, of gradients and of their squares, so how far the first kind
  moves compared with the second depends on neither gain nor learning rate. For other optimisers it is another number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from autograder.suite import points, question, sequential

pytestmark = question("train_classifier")

MOMENTUM = 0.9
MODEL = sequential(
    (4, 4, 3),
    ("BatchNormalization", {"momentum": MOMENTUM}),
    ("Flatten", {}),
    ("Dense", {"units": 10, "kernel_initializer": "zeros"}),
    ("Rescaling", {"scale": 5 * [0.05, 1e6]}),
    ("Activation", {"activation": "hard_tanh"}),
    ("Softmax", {}),
)
# Powers of two, also as numbers of pixels in a batch, so that means are exact and the normalised image is exactly 0.
COLOUR = np.array([128, 32, 64], dtype=np.float32)
NUM_IMAGES, NUM_VALIDATION = 22, 6
EPOCHS, BATCH_SIZE, STEPS = 2, 4, 12
TRUE_CLASS, VALIDATION_CLASS = 2, 7
ACCURACY_NAMES = ("accuracy", "acc", "sparse_categorical_accuracy")


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


@pytest.fixture(scope="module")
def training(submission):
    """The one run of the student's `train`."""
    model = submission.build(MODEL)
    images = np.broadcast_to(COLOUR, (NUM_IMAGES, 4, 4, 3)).copy()
    labels = np.full(NUM_IMAGES, TRUE_CLASS)
    validation = (images[:NUM_VALIDATION], np.full(NUM_VALIDATION, VALIDATION_CLASS))
    history = submission.history("train", model, images, labels, validation, EPOCHS, BATCH_SIZE)
    weights = submission.weights(model)
    return Training(history, moving_mean=weights[2], bias=weights[-1])


@points(1, hint="Compile with the loss for integer labels, and return what `model.fit` returns.")
def test_returns_history(training):
    """Training runs on integer labels, for as many epochs as are asked for, and returns its history."""
    assert "loss" in training.history, f"`loss` is missing, the history holds {training.names}"
    found = training.history["loss"]
    assert len(found) == EPOCHS, f"called with `epochs={EPOCHS}`, the history holds {len(found)} epochs"
    assert np.all(np.isfinite(found)), "the training loss is not a finite number"


@points(1, hint="`compile` takes a list of `metrics`.", needs="test_returns_history")
def test_measures_accuracy(training):
    """The history holds the accuracy on the training images."""
    found = next((training.history[name] for name in ACCURACY_NAMES if name in training.history), None)
    assert found is not None, f"`accuracy` is missing, the history holds {training.names}"
    assert found[-1] == 1, (
        f"for images that all belong to one class, the training accuracy ends at {found[-1]:.0%}: "
        "is it the accuracy for integer labels, on the images that were given?"
    )


@points(1, hint="`fit` has an argument `validation_data`.", needs="test_returns_history")
def test_measures_validation(training):
    """The history holds what was measured on the validation images."""
    assert "val_loss" in training.history, (
        f"`val_loss` is missing, the history holds {training.names}: were the validation images passed?"
    )
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
