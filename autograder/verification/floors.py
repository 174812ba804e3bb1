"""What the calibrations of an assignment say about its floors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.calibrating.variants import answers, trained_questions
from autograder.corpus import Variant
from autograder.records import GradeId, Measure
from autograder.rubric import Rubric
from autograder.settings import Settings
from autograder.training.calibration import Calibration, read_calibration, reasons_to_repeat
from autograder.training.floors import FloorJudgement, judge_floor


@dataclass(frozen=True)
class FloorVerdict:
    """What the calibration of a floor says, None where there is none, and what is wrong with either."""

    question: GradeId
    judgement: FloorJudgement | None
    problems: tuple[str, ...]


def floor_verdicts(
    rubric: Rubric, corpus: Sequence[Variant], calibration: Calibration | None = None
) -> tuple[FloorVerdict, ...]:
    """Return what is to be said of each floor that is in force, or was calibrated.

    In force are the floors of the recipe that the assignment chooses, and those of others for questions that it has
    no floor for: checks name their recipes.

    Raises
    ------
    AssignmentError
        If the calibration that the assignment keeps cannot be read.
    """
    assignment = rubric.assignment
    if calibration is None:
        calibration = read_calibration(assignment.calibration, assignment.id)
    do = f"run 'autograder calibrate {assignment.id} --write'"
    found = []
    for name, question, measure in _floors(assignment.settings, trained_questions(rubric), calibration):
        recipe, calibrated = assignment.settings.recipes[name], calibration.find(name, question)
        words = "" if measure is recipe.measure else f" for {measure.value}"
        about = f"the floor {recipe.floor(question, measure):g} of recipe {name}{words}"
        if calibrated is None:
            found.append(FloorVerdict(question, None, (f"{about} has no calibration: {do}",)))
            continue
        judgement = judge_floor(question, name, recipe, measure, calibrated)
        reasons = reasons_to_repeat(calibrated, recipe, answers(question, corpus, rubric))
        stale = [f"its calibration no longer holds, {reason}: {do}" for reason in reasons]
        wrong = [f"{about}: {problem}" for problem in judgement.problems]
        found.append(FloorVerdict(question, judgement, (*stale, *wrong)))
    return tuple(found)


def _floors(
    settings: Settings, questions: Sequence[GradeId], calibration: Calibration
) -> Iterator[tuple[str, GradeId, Measure]]:
    """Yield recipe, question and measure of the floors that are looked at."""
    own = settings.recipes[settings.recipe].questions if settings.recipe else frozenset()
    for name, recipe in settings.recipes.items():
        for question in questions:
            if name == settings.recipe or question not in own or calibration.find(name, question) is not None:
                for measure in recipe.task.measures:
                    if recipe.floor(question, measure) is not None:
                        yield name, question, measure
