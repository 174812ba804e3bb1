"""Judges a floor by the trainings that were made to choose it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from autograder.records import GradeId, Measure, Record
from autograder.reports.summary import percent_text
from autograder.settings import Recipe
from autograder.training.calibration import CalibratedModel, QuestionCalibration
from autograder.training.statistics import Chance, false_fail, false_pass, propose_floor

MOST_FALSE_FAILS = 0.001
"""A right answer has to fail more rarely than this: that is known of the reference, or remarked."""


class ModelJudgement(Record, frozen=True, kw_only=True):
    """How one architecture does at a floor.

    Values are those of the best epoch, in [0, 1] of the floor's measure; `reached` is the number of seeds that reached
    the floor, and `wrong` the chance of the wrong verdict over all attempts of a grading.
    """

    variants: tuple[str, ...]
    must_pass: bool
    seeds: int
    lowest: float
    mean: float
    highest: float
    reached: int
    wrong: Chance


class FloorJudgement(Record, frozen=True, kw_only=True):
    """A question's floor, and what its calibration says of it.

    `key` is its name among the recipe's floors: the question, with the measure where that is not the first one of the
    task. `floor` is the one in force, and `proposed` the one that the trainings propose; None where there is none.
    Models are judged at the first of them that there is. `problems` are clauses about the floor in force, and
    `remarks` say what the trainings leave open.
    """

    question: GradeId
    recipe: str
    measure: Measure
    key: str
    floor: float | None
    proposed: float | None
    attempts: int
    models: tuple[ModelJudgement, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def judge_floor(
    question: GradeId, recipe_name: str, recipe: Recipe, measure: Measure, calibrated: QuestionCalibration
) -> FloorJudgement:
    """Judge the floor that a recipe has for a question in a measure, by a calibration.

    A mistake that has to miss the floor in another measure says nothing about this one.
    """
    floor = recipe.floor(question, measure)
    known = [model for model in calibrated.models if model.must_pass or measure in model.misses]
    sides: dict[bool, list[float]] = {True: [], False: []}
    for model in known:
        sides[model.must_pass].extend(run.best(measure) for run in model.runs)
    proposed = propose_floor(sides[True], sides[False])
    at = next((each for each in (floor, proposed) if each is not None), 0.0)
    models = tuple(_judged(model, measure, at, recipe.attempts) for model in known if model.runs)
    return FloorJudgement(
        question=question,
        recipe=recipe_name,
        measure=measure,
        key=recipe.floor_key(question, measure),
        floor=floor,
        proposed=proposed,
        attempts=recipe.attempts,
        models=models,
        problems=() if floor is None else tuple(_problems(floor, models)),
        remarks=tuple(_remarks(models)),
    )


def _judged(model: CalibratedModel, measure: Measure, floor: float, attempts: int) -> ModelJudgement:
    values = [run.best(measure) for run in model.runs]
    reached = sum(each >= floor for each in values)
    count = len(values)
    return ModelJudgement(
        variants=model.variants,
        must_pass=model.must_pass,
        seeds=count,
        lowest=min(values),
        mean=math.fsum(values) / count,
        highest=max(values),
        reached=reached,
        wrong=false_fail(count - reached, count, attempts) if model.must_pass else false_pass(reached, count, attempts),
    )


def _problems(floor: float, models: tuple[ModelJudgement, ...]) -> Iterator[str]:
    """Yield every model that comes to stand on the wrong side with a single seed."""
    if not any(model.must_pass for model in models):
        yield "no model that has to reach it was trained"
    for model in models:
        missed = model.seeds - model.reached
        if model.must_pass and missed:
            yield (
                f"it is too high: {model.variants[0]} missed it with {missed} of {model.seeds} seeds, and the lowest "
                f"reached {percent_text(model.lowest)}"
            )
        if not model.must_pass and model.reached:
            yield (
                f"it is too low: {model.variants[0]} has to miss it and reached it with {model.reached} of "
                f"{model.seeds} seeds, the highest {percent_text(model.highest)}"
            )


def _remarks(models: tuple[ModelJudgement, ...]) -> Iterator[str]:
    """Yield what cannot be said with so few trainings."""
    for model in models:
        if model.must_pass:  # the reference comes first, the others are trained too seldom to say it of them
            if model.wrong.at_most >= MOST_FALSE_FAILS:
                yield (
                    f"{model.seeds} seeds of {model.variants[0]} do not show that it fails in fewer than "
                    f"{1000 * MOST_FALSE_FAILS:g} of 1,000 gradings"
                )
            break
    if models and all(model.must_pass for model in models):
        yield "no mistake has to miss it: nothing says how high it has to be"
