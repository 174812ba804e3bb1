"""What it costs to see a student's model: trace, validate, build and table, through the real chain.

Student code runs in a sandboxed child of the fork server, the model is rebuilt in another one; this process, which
stands for the suite's, has no TensorFlow. Both children have seen one small model before. Run it from the
repository's root::

    python benchmarks/models.py --rounds 5

It prints the median of each part in milliseconds, and the sum beside what is promised.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", KERAS_BACKEND="tensorflow")

from autograder.models.graph import ModelGraph
from autograder.models.view import ModelView, RuntimePort
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import AUTO
from autograder.sandbox.runtimes import open_runtime
from autograder.sandbox.session import Cell, NotebookSession
from autograder.sandbox.spec import clean_environment, walled
from autograder.settings import Execution, Limits

NOTEBOOK = """
import keras
from keras import layers

small = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.ReLU()])

classifier = keras.Sequential([keras.Input((32, 32, 3))])
for filters, is_pooled in ((48, True), (128, True), (192, False), (192, False), (128, True)):
    classifier.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
    if is_pooled:
        classifier.add(layers.MaxPooling2D(3))
classifier.add(layers.Flatten())
for units in (1024, 1024):
    classifier.add(layers.Dense(units, activation="relu"))
    classifier.add(layers.Dropout(0.5))
classifier.add(layers.Dense(10, activation="softmax"))

resnet50 = keras.applications.ResNet50(weights=None)
"""
PROMISED_S = {"classifier": 0.15, "resnet50": 3.0}
PARTS = ("trace", "validate", "build", "table")


def seen(name: str, notebook: NotebookSession, runtime: RuntimePort) -> list[float]:
    """Return the seconds of each part, for a model of the notebook, without its weights."""
    times = [time.perf_counter()]
    options: dict[str, Any] = {"weights": False, "called_on": None}
    data = notebook.ask("ask", target=("ref", name), present="model", call=None, options=options)
    times.append(time.perf_counter())
    graph = ModelGraph.from_data(data)
    times.append(time.perf_counter())
    view = ModelView(graph, runtime)
    times.append(time.perf_counter())
    view.table()
    times.append(time.perf_counter())
    return [after - before for before, after in itertools.pairwise(times)]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Seconds to trace, validate, build and tabulate known models.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with (
        tempfile.TemporaryDirectory() as folder,
        ForkServer("autograder.sandbox.zygote", clean_environment()) as server,
    ):
        tier = choose(server.control, Path(folder), AUTO)
        limits = Limits(cell_s=120)
        cells = [Cell(0, None, NOTEBOOK)]
        notebook = NotebookSession(
            server.control,
            cells,
            limits=limits,
            execution=Execution(),
            surroundings=walled(tier, limits),
            seed=1,
        )
        with open_runtime(server.control, tier) as runtime:
            notebook.run()
            seen("small", notebook, runtime)
            print(f"{'':12s} {'  '.join(f'{part:>9s}' for part in PARTS)}   together   promised")
            for name, promised_s in PROMISED_S.items():
                found = [seen(name, notebook, runtime) for _ in range(rounds)]
                parts = [statistics.median(each) for each in zip(*found, strict=True)]
                together = statistics.median(map(sum, found))
                columns = "  ".join(f"{part * 1000:6.0f} ms" for part in parts)
                print(f"{name:12s} {columns}  {together * 1000:6.0f} ms  {promised_s * 1000:6.0f} ms", flush=True)
        notebook.close()
    print(
        f"TensorFlow in this process: {'tensorflow' in sys.modules}; tier {tier.name.lower()}; {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
