"""Finds out whether this machine can grade, and behind which wall; `diagnose` is all of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from autograder import __version__
from autograder.course import Course
from autograder.doctor import software, surroundings, walls
from autograder.doctor.remarks import Condition, Diagnosis, Remark, Section, WallSeen

__all__ = ["Condition", "Diagnosis", "Remark", "Section", "WallSeen", "diagnose"]


def diagnose(course: Course | None, on_step: Callable[[str], None] = lambda text: None) -> Diagnosis:
    """Try out every wall, and look at everything else that grading needs.

    Nothing is changed, but for a canary that lies in the course folder for a moment.

    Parameters
    ----------
    course
        Whose folder the walls have to keep closed; a temporary one where None.
    on_step
        Is told in a few words what is being done.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-doctor-") as elsewhere:
        seen, start = walls.look(course.root if course else Path(elsewhere), on_step)
    on_step("looking at the rest")
    chosen = next((wall.tier for wall in seen if wall.holds), None)
    return Diagnosis(
        version=__version__,
        chosen="" if chosen is None else chosen.value,
        walls=seen,
        sections=(
            Section("limits", walls.limits(chosen)),
            Section("software", (*software.versions(), software.bytecode(), start)),
            Section("machine", surroundings.machine()),
            Section("course", surroundings.course(course)),
        ),
    )
