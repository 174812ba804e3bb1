"""What a late submission loses, by the rule that the course's `nbgrader_config.py` names.

nbgrader keeps deadlines and extensions in its gradebook, and the rule in its settings: ``LateSubmissionPlugin``, or a
plugin of the instructor's own (``AssignLatePenalties.plugin_class``). Nothing is lost where neither says so.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.records import StudentId

Rule = Callable[[StudentId, float, float], float | None]
"""Takes a student, the score and by how many seconds it was late; returns the points that are lost, None for none."""


def rule_of(course: Course) -> Rule:
    """Return the course's rule; points that it takes are kept within 0 and the score.

    Raises
    ------
    AssignmentError
        If `nbgrader_config.py` cannot be read, or its rule raises.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what nbgrader's dependencies do that is deprecated is not ours to mend
        from nbgrader.preprocessors import AssignLatePenalties
        from traitlets.config.loader import PyFileConfigLoader

    path = course.root / "nbgrader_config.py"
    try:
        step: Any = AssignLatePenalties(config=PyFileConfigLoader(path.name, path=str(course.root)).load_config())
        step.init_plugin()
    except Exception as error:
        raise AssignmentError(f"{path} cannot be read: {type(error).__name__}: {error}") from error

    def lost(student: StudentId, score: float, seconds_late: float) -> float | None:
        try:
            found = step.plugin_inst.late_submission_penalty(student, score, seconds_late)
        except Exception as error:
            raise AssignmentError(
                f"{path}: the rule for late submissions raised {type(error).__name__}: {error}"
            ) from error
        return None if found is None or math.isnan(found) else min(max(float(found), 0.0), score)

    return lost
