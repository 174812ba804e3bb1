"""One training of one model: asks the process that trains, epoch by epoch, and judges what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.datasets import Dataset
from autograder.errors import InfrastructureError, LimitExceeded, OutOfMemory
from autograder.models.graph import LayerNode, ModelGraph
from autograder.models.view import RuntimePort
from autograder.records import Attempt
from autograder.settings import Recipe
from autograder.training.evidence import EpochEvidence, accuracy, examine

UNREACHABLE = 2.0
"""A floor that no training reaches: all epochs are trained."""


@dataclass(frozen=True)
class Trained:
    """What a training came to; `is_whole` where a longer one would not show more."""

    attempt: Attempt
    epochs: tuple[EpochEvidence, ...]
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
    floor: float = UNREACHABLE,
    keeps_weights: bool = False,
    on_epoch: Callable[[Attempt], None] = lambda attempt: None,
) -> Trained:
    """Train until the floor is reached, the recipe's epochs are over, or the loss is no number any more.

    Parameters
    ----------
    runtime
        A fresh process that runs `autograder.training.trainer`.
    seed
        Decides initial weights, order, dropout and mirroring.
    keeps_weights
        Begin with the weights that the graph carries.
    on_epoch
        Is told after each epoch how far it is.

    Raises
    ------
    ModelRefused
        If the model cannot be trained to classify.
    LimitExceeded
        If it takes longer than the recipe allows.
    OutOfMemory, InfrastructureError
        If the process that trains fails.
    """
    attempt = Attempt(seed=seed, test_accuracy=(), train_accuracy=(), loss=())
    clock = _Clock(runtime, recipe.wall_s)
    started = clock.ask(
        "start_training",
        graph=graph.to_data(),
        images=data.train_images,
        labels=data.train_labels,
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
    epochs: list[EpochEvidence] = []
    diverged = False
    while not epochs or (len(epochs) < recipe.epochs and attempt.best < floor and not diverged):
        epoch = clock.ask("train_epoch")
        attempt = _longer(attempt, epoch, data.test_labels)
        epochs.append(examine(epoch["scores"], data, are_probabilities=started["gives_probabilities"]))
        diverged = not np.isfinite(epoch["loss"])  # weights that are no numbers any more stay so
        on_epoch(attempt)
    return Trained(
        attempt,
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


def _longer(attempt: Attempt, epoch: Any, labels: np.ndarray) -> Attempt:
    """Return an attempt with one epoch more."""
    return Attempt(
        seed=attempt.seed,
        test_accuracy=(*attempt.test_accuracy, accuracy(epoch["scores"], labels)),
        train_accuracy=(*attempt.train_accuracy, float(epoch["train_accuracy"])),
        loss=(*attempt.loss, _finite(float(epoch["loss"]))),
    )


def _finite(loss: float) -> float:
    """JSON knows no infinity: a loss that left the numbers is shown as a very large one."""
    return loss if np.isfinite(loss) else 1e30
