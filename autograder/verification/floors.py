"""What the calibrations of an assignment say about its floors of accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.calibrating.variants import answers, trained_questions
from autograder.corpus import Variant
from autograder.records import GradeId
from autograder.rubric import Rubric
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
    """Return what is to be said of each floor of the recipe that the assignment chooses.

    Raises
    ------
    AssignmentError
        If the calibration that the assignment keeps cannot be read.
    """
    assignment = rubric.assignment
    if not assignment.settings.recipe:
        return ()
    name, recipe = assignment.recipe()
    if calibration is None:
        calibration = read_calibration(assignment.calibration, assignment.id)
    do = f"run 'autograder calibrate {assignment.id} --write'"
    found = []
    for question in trained_questions(rubric):
        floor, calibrated = recipe.floors.get(question), calibration.find(name, question)
        if floor is None:
            continue
        if calibrated is None:
            missing = f"the floor {floor:g} of recipe {name} has no calibration: {do}"
            found.append(FloorVerdict(question, None, (missing,)))
            continue
        judgement = judge_floor(question, name, floor, recipe.attempts, calibrated)
        reasons = reasons_to_repeat(calibrated, recipe, answers(question, corpus, rubric))
        stale = [f"its calibration no longer holds, {reason}: {do}" for reason in reasons]
        wrong = [f"the floor {floor:g} of recipe {name}: {problem}" for problem in judgement.problems]
        found.append(FloorVerdict(question, judgement, (*stale, *wrong)))
    return tuple(found)
