"""One training of one model: asks the process that trains, epoch by epoch, and judges what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.datasets import Dataset
from autograder.errors import InfrastructureError, LimitExceeded, OutOfMemory
from autograder.models.graph import LayerNode, ModelGraph
from autograder.models.view import RuntimePort
from autograder.records import Measure
from autograder.settings import Recipe, Task
from autograder.training.evidence import Epoch, looked_at
from autograder.training.measures import measured

UNREACHABLE = 2.0
"""A floor that no training reaches: all epochs are trained."""


@dataclass(frozen=True)
class Trained:
    """What a training came to; `is_whole` where a longer one would not show more."""

    epochs: tuple[Epoch, ...]
    is_whole: bool
    device: str
    backend: str


def train(
    runtime: RuntimePort,
    graph: ModelGraph,
    data: Dataset,
    recipe: Recipe,
    *,
    seed: int,
    floors: Mapping[Measure, float],
    keeps_weights: bool = False,
    on_epoch: Callable[[Sequence[Epoch]], None] = lambda epochs: None,
) -> Trained:
    """Train until all floors are reached, the recipe's epochs are over, or the loss is no number any more.

    Parameters
    ----------
    runtime
        A fresh process that runs `autograder.training.trainer`.
    seed
        Decides initial weights, order, dropout and mirroring.
    floors
        What is to be reached, by measure; `UNREACHABLE` trains all epochs.
    keeps_weights
        Begin with the weights that the graph carries.
    on_epoch
        Is told after each epoch what there was so far.

    Raises
    ------
    ModelRefused
        If the model cannot be trained for the recipe's task.
    LimitExceeded
        If it takes longer than the recipe allows.
    OutOfMemory, InfrastructureError
        If the process that trains fails.
    """
    clock = _Clock(runtime, recipe.wall_s)
    started = clock.ask(
        "start_training",
        graph=graph.to_data(),
        task=recipe.task.value,
        images=data.train_images,
        known={name: getattr(data, f"train_{name}") for name in recipe.task.needs},
        held_out=data.test_images,
        num_classes=data.num_classes,
        seed=seed,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        optimizer=recipe.optimizer.value,
        learning_rate=recipe.learning_rate,
        schedule=recipe.schedule.value,
        flip=recipe.flip,
        keeps_weights=keeps_weights,
    )
    epochs: list[Epoch] = []
    diverged = False
    while not epochs or (len(epochs) < recipe.epochs and not _reached(epochs, floors) and not diverged):
        told = clock.ask("train_epoch")
        epochs.append(_epoch(told, data, recipe.task, are_probabilities=started["gives_probabilities"]))
        diverged = not np.isfinite(told["loss"])  # weights that are no numbers any more stay so
        on_epoch(epochs)
    return Trained(
        tuple(epochs),
        is_whole=diverged or len(epochs) == recipe.epochs,
        device=str(started["device"]),
        backend=str(started["backend"]),
    )


def work(graph: ModelGraph) -> float:
    """Return how long training a model takes beside others: multiplications of an image with weights, by its claims."""
    total = 0.0
    for node in graph.program.nodes:
        if isinstance(node, LayerNode) and node.outputs:
            places = np.prod([length or 1 for length in node.outputs[0].shape[1:-1]], dtype=float)
            weights = graph.layers[node.layer].weights or ()
            total += float(places) * sum(graph.weights[index].num_parameters for index in weights)
    return total


class _Clock:
    """Asks the process that trains, within the wall clock of one attempt."""

    def __init__(self, runtime: RuntimePort, wall_s: float) -> None:
        self._runtime = runtime
        self._wall_s = wall_s
        self._deadline = time.monotonic() + wall_s

    def ask(self, op: str, **args: Any) -> Any:
        """Return the answer.

        Raises
        ------
        LimitExceeded
            If the attempt's time is over, before the answer or with it.
        OutOfMemory
            If that is the answer.
        """
        left = self._deadline - time.monotonic()
        try:
            answer = self._runtime.ask(op, timeout_s=left, **args) if left > 0 else None
        except InfrastructureError as error:
            if time.monotonic() < self._deadline:
                raise
            raise self._exceeded() from error
        match answer:
            case None:
                raise self._exceeded()
            case {"out_of_memory": str(why)}:
                raise OutOfMemory(f"the memory was used up while a model was trained: {why}")
        return answer

    def _exceeded(self) -> LimitExceeded:
        return LimitExceeded(
            f"training the model takes longer than the {self._wall_s:g} s that it may take: a smaller one is needed"
        )


def _reached(epochs: Sequence[Epoch], floors: Mapping[Measure, float]) -> bool:
    """Whether some epoch has reached each floor; not the same one for all of them."""
    return all(max(epoch.test[measure] for epoch in epochs) >= floor for measure, floor in floors.items())


def _epoch(told: Mapping[str, Any], data: Dataset, task: Task, *, are_probabilities: bool) -> Epoch:
    """Return what an epoch came to, of what the process tells that trains."""
    predictions = told["predictions"]
    return Epoch(
        test=measured(task, predictions, data, are_probabilities=are_probabilities),
        train={measure: _number(told["train"][measure.value], 0.0) for measure in task.measures},
        loss=_number(told["loss"], 1e30),
        guesses=looked_at(task, predictions, data, are_probabilities=are_probabilities),
    )


def _number(value: float, otherwise: float) -> float:
    """JSON knows no infinity: what left the numbers is shown as another one."""
    return float(value) if np.isfinite(value) else otherwise
