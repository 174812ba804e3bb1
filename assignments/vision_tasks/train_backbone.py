"""Trains the classifier whose weights `vision_tasks` ships, and writes them with what it reaches.

    python assignments/vision_tasks/train_backbone.py

The architecture is that of the notebook's cell `backbone`, which loads the weights: the two cannot differ. Images are
those of public seeds, so nothing that is graded is among them. One run takes about half a minute of CPU time; with
another number of cores sums are taken in another order, and weights differ in their last digits.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import nbformat
import numpy as np
from keras import layers

from autograder.datasets import shapes

HERE = Path(__file__).parent
NOTEBOOK, WEIGHTS, RECORD = (HERE / name for name in ("vision_tasks.ipynb", "backbone.npz", "backbone.json"))
CELL = "backbone"
NUM_TRAIN, NUM_TEST = 12_000, 4_000
TRAIN_SEED, TEST_SEED, WEIGHTS_SEED = 101, 102, 1
EPOCHS, BATCH_SIZE, LEARNING_RATE = 8, 64, 0.003
BATCHES_PER_EPOCH = -(-NUM_TRAIN // BATCH_SIZE)


def build_classifier() -> keras.Model:
    """Return the classifier of the notebook, with random weights."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (source,) = (cell.source for cell in notebook.cells if cell.id == CELL)
    functions = source.partition("\n\nclassifier = ")[0]
    names: dict[str, Any] = {"keras": keras, "layers": layers, "np": np}
    exec(functions, names)  # noqa: S102 - a cell of ours
    model: keras.Model = names["build_classifier"]()
    return model


def main() -> None:
    """Train, and write weights and record."""
    keras.utils.set_random_seed(WEIGHTS_SEED)
    train = shapes.generate(NUM_TRAIN, seed=TRAIN_SEED)
    test = shapes.generate(NUM_TEST, seed=TEST_SEED)
    model = build_classifier()
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * BATCHES_PER_EPOCH)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(train.images, train.labels, epochs=EPOCHS, batch_size=BATCH_SIZE, verbose=2)
    np.savez_compressed(WEIGHTS, **{variable.path: np.asarray(variable) for variable in model.weights})
    measured = {
        name: model.evaluate(part.images, part.labels, batch_size=250, return_dict=True, verbose=0)["accuracy"]
        for name, part in (("train", train), ("test", test))
    }
    record = {
        "trained_by": Path(__file__).name,
        "data": {"set": "shapes", "version": shapes.VERSION, "classes": list(shapes.CLASSIFICATION)},
        "num_train": NUM_TRAIN,
        "num_test": NUM_TEST,
        "seeds": {"train": TRAIN_SEED, "test": TEST_SEED, "weights": WEIGHTS_SEED},
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "learning_rate": LEARNING_RATE,
        "keras": keras.__version__,
        "num_parameters": model.count_params(),
        "num_bytes": WEIGHTS.stat().st_size,
        "accuracy": {name: round(value, 4) for name, value in measured.items()},
    }
    RECORD.write_text(json.dumps(record, indent=2) + "\n")
    print(f"{WEIGHTS.name}: {measured['test']:.2%} of {NUM_TEST:,} new images are recognised")  # noqa: T201


if __name__ == "__main__":
    main()
