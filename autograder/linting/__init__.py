"""Looks through an assignment for an instructor's own mistakes, before students meet them.

Each module of this package looks for one family of them and yields findings; nothing is changed. What can be seen in
the files comes first. Then the reference is run several times, and the untouched release once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.linting import (
    accessibility,
    balance,
    checks,
    deprecated,
    leaking,
    lesson,
    naming,
    running,
    trials,
    unused,
)
from autograder.linting.accepting import settle
from autograder.linting.findings import Family, Finding, Linted
from autograder.linting.material import Material, read
from autograder.sandbox.isolation.tiers import AUTO

_LOOKING: tuple[Callable[[Material], Iterator[Finding]], ...] = (
    leaking.find,
    naming.find,
    balance.find,
    checks.find,
    unused.find,
    deprecated.find,
    accessibility.find,
    lesson.find,
)


def lint(
    course: Course,
    assignment: Assignment,
    *,
    quick: bool = False,
    isolation: str = AUTO,
    on_step: Callable[[str], None] = lambda text: None,
) -> Linted:
    """Look through an assignment.

    Parameters
    ----------
    quick
        Leave out what needs notebooks to be run.
    isolation
        The wall around those, as `choose` takes it.
    on_step
        Is told in a few words what is being looked at.

    Raises
    ------
    InfrastructureError
        If no wall holds here, or a process of ours fails.
    """
    on_step("looking through the files")
    material = read(course, assignment)
    findings = list(material.problems)
    is_whole = not findings or all(each.rule.startswith("release-") for each in findings)
    if material.source.cells:
        for find in _LOOKING:
            findings += find(material)
    can_run = not quick and material.can_run
    if can_run:
        try:
            findings += running.find(material, trials.run(material, isolation=isolation, on_step=on_step))
        except AssignmentError:
            can_run = False  # every check trains
    left_out = tuple(Family) if not is_whole else () if can_run else (Family.RUNS,)
    path = (assignment.folder / "assignment.toml").relative_to(course.root).as_posix()
    open_ones, accepted = settle(findings, assignment.settings.lint.accept, path=path, left_out=left_out)
    return Linted(assignment=assignment.id, is_quick=not can_run, findings=open_ones, accepted=accepted)
