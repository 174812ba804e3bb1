"""What it costs to read a submission and to bring it back to the release's shape, for each kind of mess.

The submission is the solved `convnets` notebook, with cells and outputs of a student's own until the file has 1 MiB;
then something is done to it. Run it from the repository's root::

    python benchmarks/notebooks.py --rounds 9

It prints medians in milliseconds, and the number of repairs.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.notebooks import cells
from autograder.notebooks.reading import read
from autograder.notebooks.restore import restore

SIZE = 1 << 20
PROMISED_MS = 50
RELEASE = Path("release/convnets/convnets.ipynb")
SOURCE = Path("assignments/convnets/convnets.ipynb")
EXPERIMENT = """
# Experiment {0}
def experiment_{0}(model, rate={0}):
    history = model.fit(images, labels, epochs=10, batch_size=64 + {0}, verbose=0)
    plt.plot(history.history["loss"], label=f"rate {{rate}}")
    return [float(loss) for loss in history.history["loss"]]


losses_{0} = [experiment_{0}(model, rate) for rate in (0.1, 0.01, 0.001)]
print(losses_{0})
"""


def submission() -> NotebookNode:
    """Return the reference solution among experiments, of `SIZE` bytes as a file."""
    notebook = nbformat.reads(SOURCE.read_text("utf-8"), as_version=4)
    released = nbformat.reads(RELEASE.read_text("utf-8"), as_version=4)
    notebook.metadata = released.metadata
    shown = "epoch 1: loss 2.3\n" * 200
    number = 0
    while len(json.dumps(notebook, ensure_ascii=False).encode()) < SIZE:
        number += 1
        own = nbformat.v4.new_code_cell("\n".join(EXPERIMENT.format(number * 20 + part) for part in range(20)))
        own.outputs = [nbformat.v4.new_output("stream", text=shown)]
        notebook.cells.insert(1 + number * 7919 % len(notebook.cells), own)
    return notebook


def _each(change: Callable[[NotebookNode], None]) -> Callable[[NotebookNode], None]:
    def changed(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            change(cell)

    return changed


def _strip(cell: NotebookNode) -> None:
    cell.metadata = NotebookNode()
    cell.pop("id", None)


def _retype(cell: NotebookNode) -> None:
    if cells.kind(cell).is_answer:
        cell.cell_type = "raw"


def _double(notebook: NotebookNode) -> None:
    for cell in [each for each in notebook.cells if cells.kind(each).is_answer]:
        older = copy.deepcopy(cell)
        older.source += "\nx = 1"
        notebook.cells.insert(0, older)


def _split(notebook: NotebookNode) -> None:
    made = []
    for cell in notebook.cells:
        lines = cell.source.split("\n")
        second = copy.deepcopy(cell)
        cell.source, second.source = "\n".join(lines[: len(lines) // 2]), "\n".join(lines[len(lines) // 2 :])
        made += [cell, second]
    notebook.cells = made


def _merge(notebook: NotebookNode) -> None:
    for first, second in zip(notebook.cells[::2], notebook.cells[1::2], strict=False):
        first.source += "\n\n" + second.source
    notebook.cells = notebook.cells[::2]


def _one_cell(notebook: NotebookNode) -> None:
    notebook.cells = [
        nbformat.v4.new_code_cell("\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code"))
    ]


def _alike(notebook: NotebookNode) -> None:
    cell = next(cell for cell in notebook.cells if cells.grade_id(cell) == "conv_output_shape")
    notebook.cells = [copy.deepcopy(cell) for _ in range(4_900)]


def _alike_without_marks(notebook: NotebookNode) -> None:
    _alike(notebook)
    _each(_strip)(notebook)


def _nested(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if cells.kind(cell).is_answer:
            cell.source = ("x = " + "-" * 60_000 + "1", "(" * 60_000, "a" + ".b" * 30_000)[number % 3]


MESSES: dict[str, Callable[[NotebookNode], object]] = {
    "as it was saved": lambda notebook: None,
    "no marks, no ids": _each(_strip),
    "answers retyped": _each(_retype),
    "every answer twice": _double,
    "every cell split": _split,
    "cells merged in pairs": _merge,
    "upside down": lambda notebook: notebook.cells.reverse(),
    "all code in one cell": _one_cell,
    "4,900 copies of an answer": _alike,
    "the same without marks": _alike_without_marks,
    "answers nested 60,000 deep": _nested,
}


def milliseconds(function: Callable[[], object], rounds: int) -> float:
    """Return the median processor time of a call, which does not depend on what else runs here."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Milliseconds to read and to restore a notebook of 1 MiB.")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    release = nbformat.reads(RELEASE.read_text("utf-8"), as_version=4)
    print(
        f"{'':28s} {'file':>8s} {'cells':>6s} {'read':>9s} {'restore':>9s} {'repairs':>8s}  (promised {PROMISED_MS} ms)"
    )
    for name, damage in MESSES.items():
        notebook = submission()
        damage(notebook)
        data = json.dumps(notebook, ensure_ascii=False).encode()
        given = read(data).notebook
        found = restore(given, release)
        reading = milliseconds(lambda data=data: read(data), rounds)
        restoring = milliseconds(lambda given=given: restore(given, release), rounds)
        print(
            f"{name:28s} {len(data) / 1024:5.0f} KiB {len(given.cells):6d} {reading:6.1f} ms {restoring:6.1f} ms "
            f"{len(found.repairs):8d}",
            flush=True,
        )


if __name__ == "__main__":
    main()
