"""What was trained to choose floors, as it is kept in ``solutions/<id>/calibration.json``.

A file holds, by recipe and question, every training of the models whose verdict is known: what was trained, with which
recipe, data, trainer and versions, and what was reached after each epoch. No floor stops these trainings, so a floor
that is moved later is judged by the same numbers, and whether they still hold is said without training anything.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import msgspec

from autograder import datasets
from autograder.errors import AssignmentError
from autograder.records import AssignmentId, GradeId, Measure, Record, from_json
from autograder.settings import Recipe
from autograder.training import recipes
from autograder.training.service import TRAINER_VERSION

FORMAT = "autograder/calibration/v2"
_WIDTH = 118


class SeedRun(Record, frozen=True, kw_only=True):
    """One training in full.

    `seed` names the course that was made up for it: its secret decides images, initial weights and order.
    `test` and `train` hold one value in [0, 1] for each epoch, in every measure of the recipe's task.
    """

    seed: int
    device: str
    test: dict[Measure, tuple[float, ...]]
    train: dict[Measure, tuple[float, ...]]

    def best(self, measure: Measure) -> float:
        """Return the best epoch's value on the held-out images, in [0, 1]."""
        return max(self.test[measure], default=0.0)


class CalibratedModel(Record, frozen=True, kw_only=True):
    """An architecture whose verdict is known, and its trainings.

    `variants` are the variants of the corpus that have it, the reference first; `misses` are the measures in which it
    has to miss the floor, none for a right answer. `key` is that of its graph, with its weights where training begins
    with them.
    """

    variants: tuple[str, ...]
    misses: tuple[Measure, ...] = ()
    key: str
    runs: tuple[SeedRun, ...]

    @property
    def must_pass(self) -> bool:
        """Whether it has to reach every floor."""
        return not self.misses


class QuestionCalibration(Record, frozen=True, kw_only=True):
    """The trainings of one question's models under one recipe.

    `recipe` has no floors. `measures` are those that checks judge the models by. `data` is the fingerprint of the data
    set for seed 0, `trainer` the version of our own trainer, `versions` those of packages. `answers` holds a hash of
    the answer of each variant that the question's calibration depends on, as `answer_digest` makes it.
    """

    recipe: Recipe
    measures: tuple[Measure, ...]
    data: str
    trainer: int
    versions: dict[str, str]
    answers: dict[str, str]
    models: tuple[CalibratedModel, ...]


class Calibration(Record, frozen=True, kw_only=True):
    """All calibrations of an assignment: by recipe, then by question."""

    format: str = FORMAT
    assignment: AssignmentId
    recipes: dict[str, dict[GradeId, QuestionCalibration]] = {}

    def find(self, recipe_name: str, question: GradeId) -> QuestionCalibration | None:
        """Return the calibration of a question under a recipe, if there is one."""
        return self.recipes.get(recipe_name, {}).get(question)

    def replaced(self, recipe_name: str, questions: dict[GradeId, QuestionCalibration]) -> Calibration:
        """Return a calibration in which those questions of a recipe are new, and all else is as it was."""
        merged = {**self.recipes.get(recipe_name, {}), **questions}
        ordered = {name: merged[name] for name in sorted(merged)}
        return msgspec.structs.replace(self, recipes={**self.recipes, recipe_name: ordered})


def read_calibration(path: Path, assignment: AssignmentId) -> Calibration:
    """Return what a file holds; an empty calibration where there is none.

    Raises
    ------
    AssignmentError
        If it is no calibration, or that of another assignment.
    """
    try:
        found = from_json(path.read_bytes(), Calibration)
    except FileNotFoundError:
        return Calibration(assignment=assignment)
    except msgspec.DecodeError as error:
        raise AssignmentError(
            f"{path} cannot be read ({error}): delete it, and make it anew with 'autograder calibrate {assignment} "
            "--write'"
        ) from error
    if found.format != FORMAT or found.assignment != assignment:
        raise AssignmentError(
            f"{path} holds {found.format} of {found.assignment}, {FORMAT} of {assignment} was expected: make it anew "
            f"with 'autograder calibrate {assignment} --write'"
        )
    return found


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write a file as a whole, a line for each training."""
    text = _laid_out(msgspec.to_builtins(calibration)) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text)
    part.replace(path)


def without_floors(recipe: Recipe) -> Recipe:
    """Return the recipe as it is calibrated: floors are judged by what it gives, and decide nothing in it."""
    return msgspec.structs.replace(recipe, floors={})


def deciding(recipe: Recipe) -> Recipe:
    """Return the part of a recipe that decides what trainings of many courses give.

    That is what decides a single training, without the seed: it gives each course another one, and all courses together
    the same.
    """
    return msgspec.structs.replace(recipes.deciding(recipe), seed=0)


def data_fingerprint(recipe: Recipe) -> str:
    """Return a hash that is another one whenever the recipe's data are other ones for the same seed.

    Raises
    ------
    UsageError
        If there is no such data set, or its file cannot be had.
    """
    return datasets.fingerprint(recipe.dataset, num_train=recipe.num_train, num_test=recipe.num_test, seed=0)


def versions(backend: str) -> dict[str, str]:
    """Return the versions of the packages that train, where `backend` is Keras's name of the library."""
    return {name: version(name) for name in ("keras", backend)}


def answer_digest(source: str) -> str:
    """Return a hash of an answer's source that blank lines and spaces at the end of lines leave alone."""
    lines = [line.rstrip() for line in source.splitlines()]
    return hashlib.sha256("\n".join(line for line in lines if line).encode()).hexdigest()


def reasons_to_repeat(calibrated: QuestionCalibration, recipe: Recipe, answers: dict[str, str]) -> tuple[str, ...]:
    """Return why trainings of back then say nothing about those of today, a clause each; empty where they do.

    Parameters
    ----------
    answers
        What `QuestionCalibration.answers` would be if it were made now.
    """
    found = []
    if deciding(calibrated.recipe) != deciding(recipe):
        found.append(f"the recipe changed ({_difference(calibrated.recipe, recipe)})")
    elif calibrated.data != data_fingerprint(recipe):
        found.append(f"the data set {recipe.dataset} changed")
    if calibrated.trainer != TRAINER_VERSION:
        found.append(f"it is trained in another way now (trainer {TRAINER_VERSION}, it was {calibrated.trainer})")
    for name in sorted({*answers, *calibrated.answers}):
        before, now = calibrated.answers.get(name), answers.get(name)
        if before != now:
            found.append(f"{name} {'was added' if before is None else 'is gone' if now is None else 'changed'}")
    return tuple(found)


def _difference(before: Recipe, now: Recipe) -> str:
    """Return which settings are others, and how."""
    old, new = (msgspec.to_builtins(deciding(each)) for each in (before, now))
    return ", ".join(f"{name} = {new[name]}, it was {old[name]}" for name in new if old[name] != new[name])


def _laid_out(value: object, indent: int = 0) -> str:
    """Return JSON in which everything that fits on a line stands on one."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) + indent <= _WIDTH or not isinstance(value, dict | list | tuple):
        return text
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(each, indent + 2)}" for key, each in value.items()]
        opening, closing = "{", "}"
    else:
        parts = [_laid_out(each, indent + 2) for each in value]
        opening, closing = "[", "]"
    return opening + "\n" + ",\n".join(inner + part for part in parts) + "\n" + " " * indent + closing
