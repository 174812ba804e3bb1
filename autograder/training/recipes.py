"""What a recipe says of a training: what decides it, what it is judged by, and what it must not judge."""

from __future__ import annotations

from typing import Any

import msgspec

from autograder import datasets
from autograder.errors import AssignmentError
from autograder.records import Measure
from autograder.settings import Device, Recipe, Task


def deciding(recipe: Recipe) -> Recipe:
    """Return the part of a recipe that decides what a training does."""
    return msgspec.structs.replace(recipe, floors={}, attempts=1, wall_s=1.0, device=Device.AUTO, gpu_share=1.0)


def as_data(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as it is hashed; what most say of task and GPU is not named, as in the hashes of before."""
    data: dict[str, Any] = msgspec.to_builtins(recipe)
    if recipe.gpu_share == 1:
        del data["gpu_share"]
    if recipe.task is Task.CLASSIFICATION:
        del data["task"]
    return data


def judged_by(recipe_name: str, recipe: Recipe, measure: Measure | None = None) -> Measure:
    """Return what models are judged by under a recipe: what is asked for, or else what its task has first.

    Raises
    ------
    AssignmentError
        If the task has no such measure, or needs to know what its data set does not tell.
    """
    task, known = recipe.task, datasets.known_of(recipe.dataset)
    missing = [name for name in task.needs if name not in known]
    if missing:
        fitting = [name for name in datasets.GENERATED if set(task.needs) <= {*datasets.known_of(name)}]
        raise AssignmentError(
            f"the recipe {recipe_name!r} has task = {task.value!r}, which needs the {' and '.join(missing)} of its "
            f"images, and {recipe.dataset} has none: choose another data set ({', '.join(fitting)}) or another task"
        )
    if measure is not None and measure not in task.measures:
        raise AssignmentError(
            f"a check asks for the {measure.value} of a model that is trained with the recipe {recipe_name!r}: its "
            f"task, {task.value}, has {' and '.join(each.value for each in task.measures)}"
        )
    return measure or recipe.measure


def require_secret_labels(recipe_name: str, recipe: Recipe) -> None:
    """Refuse to judge what may hold something of the student's by labels that everybody can look up.

    Raises
    ------
    AssignmentError
        If the recipe's data set is one of the world.
    """
    if datasets.has_public_labels(recipe.dataset):
        raise AssignmentError(
            f"the recipe {recipe_name!r} is on {recipe.dataset}, whose labels are public: a table of them scores "
            "100 %, so a student's own weights and predictions say nothing there. Only trainings of ours from new "
            "weights can be judged on it; for the others choose a recipe on the data set 'shapes'"
        )
