"""Trainings that a grading process asks for, in words that pass through sockets and from node to node.

A request is ``{"train": {"key": str, "floor": float, "measure": str, "number": int, "work": float, "job": ...}}``, and
the answer ``{"entry": array}`` or ``{"raised": {"kind": str, "message": str, "staff_note": str}}``. All of it is said
between processes of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder import errors
from autograder.errors import AutograderError, InfrastructureError
from autograder.records import Measure, from_json, to_json
from autograder.training.attempt import work
from autograder.training.cache import Entry
from autograder.training.jobs import Elsewhere, TrainingJob
from autograder.wire import Channel

_KINDS: dict[str, type[AutograderError]] = {
    kind.__name__: kind
    for kind in (
        errors.AssignmentError,
        errors.InfrastructureError,
        errors.LimitExceeded,
        errors.ModelRefused,
        errors.OutOfMemory,
        errors.UsageError,
    )
}


@dataclass(frozen=True)
class AskedTraining:
    """A training that somebody waits for: its key, what it has to answer, and what decides its turn.

    `job` is the data of a `TrainingJob`.
    """

    key: str
    floor: float
    measure: Measure
    number: int
    work: float
    job: dict[str, Any]

    @classmethod
    def of(cls, asked: dict[str, Any]) -> AskedTraining:
        """Return what a request asks for."""
        return cls(**{**asked, "measure": Measure(asked["measure"])})

    @property
    def turn(self) -> tuple[int, float]:
        """What is made first sorts first: first attempts before further ones, then quick ones before long ones."""
        return self.number, self.work


def asking(channel: Channel) -> Elsewhere:
    """Return what asks for trainings on a channel and waits for the answers."""

    def ask(key: str, job: TrainingJob) -> Entry:
        asked = {
            "key": key,
            "floor": job.floor,
            "measure": job.measure.value,
            "number": job.number,
            "work": work(job.graph),
            "job": job.to_data(),
        }
        channel.send({"train": asked})
        match channel.receive():
            case {"entry": np.ndarray() as entry}:
                return from_json(entry.tobytes(), Entry)
            case {"raised": {"kind": str(kind), "message": str(message), "staff_note": str(note)}}:
                raise _KINDS.get(kind, InfrastructureError)(message, staff_note=note)
        raise InfrastructureError("what answers a training is no answer")

    return ask


def finished(entry: Entry) -> dict[str, Any]:
    """Return the answer that brings a training."""
    return {"entry": np.frombuffer(to_json(entry), np.uint8)}


def raised(error: AutograderError) -> dict[str, Any]:
    """Return the answer that tells why there is none."""
    told = {"kind": type(error).__name__, "message": error.message, "staff_note": error.staff_note}
    return {"raised": told}
