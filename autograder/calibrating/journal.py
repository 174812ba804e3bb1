"""Finished trainings of calibrations, a line of a file each: whatever ends a calibration early loses none of them.

A training's key is a hash of all that it depends on, so that a line holds for ever, or for nothing. A line that was
torn is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from autograder.records import Record
from autograder.training.calibration import Calibration, QuestionCalibration, SeedRun, deciding
from autograder.training.recipes import as_data


class Finished(Record, frozen=True, kw_only=True):
    """A training that was made on this machine, and how long it took."""

    key: str
    run: SeedRun
    seconds: float


class Journal:
    """The journal in a file, which is made when it is first written to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Finished]:
        """Return all trainings, by key."""
        found = {}
        for line in self._lines():
            try:
                finished = msgspec.json.decode(line, type=Finished)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            found[finished.key] = finished
        return found

    def add(self, finished: Finished) -> None:
        """Keep a training."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            # An own line even where the last one was torn; empty lines are nothing.
            file.write(b"\n" + msgspec.json.encode(finished) + b"\n")

    def forget(self, keys: Iterable[str]) -> None:
        """Drop some trainings, so that they are made again."""
        dropped = set(keys)
        kept = [each for key, each in self.read().items() if key not in dropped]
        if self._path.is_file():
            part = self._path.with_name(f".{self._path.name}.part")
            part.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in kept))
            part.replace(self._path)

    def _lines(self) -> list[bytes]:
        try:
            return self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []


def run_key(graph_key: str, seed: int, device: str, about: QuestionCalibration) -> str:
    """Return the key of a training: of the hash of a model's graph, and what a calibration says of its trainings.

    Parameters
    ----------
    device
        What trains: ``cpu`` or ``gpu``.
    about
        Its models and answers do not count.
    """
    parts = [graph_key, seed, device, as_data(deciding(about.recipe)), about.data, about.trainer, about.versions]
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def runs_of(calibration: Calibration) -> dict[str, SeedRun]:
    """Return the trainings that a calibration holds, by key: made on whatever machine, they need not be made again."""
    questions = [each for recipe in calibration.recipes.values() for each in recipe.values()]
    return {
        run_key(model.key, run.seed, run.device, each): run
        for each in questions
        for model in each.models
        for run in model.runs
    }
