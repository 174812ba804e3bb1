"""Asks a submission only what has changed since it was graded, and makes of both one report.

That holds where nothing but checks of the suite has changed: not the notebook that was handed in, not what else of the
assignment a report depends on, nor what grades. The notebook runs again, since answers come from it, and the changed
checks are asked with all that they depend on and all that depends on them. The report is then what a whole grading
would have given, as long as no check's answer hangs on what was asked before it (`autograder lint` looks for such).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from autograder.grading.facts import training_name
from autograder.grading.scope import Scope
from autograder.notebooks import cells
from autograder.records import (
    CellStatus,
    CheckId,
    GradeReport,
    Outcome,
    QuestionKind,
    RunFacts,
    TrainingRecord,
)
from autograder.rubric import Rubric
from autograder.suite.digests import check_digests, with_dependents, with_needs


@dataclass(frozen=True)
class Parts:
    """Hashes of what an assignment is made of: of each check, and of everything else that a report depends on."""

    checks: Mapping[CheckId, str]
    material: str

    @classmethod
    def of(cls, rubric: Rubric) -> Parts:
        """Return the parts of a rubric that was read from the same files."""
        return cls(check_digests(rubric.assignment.suite, rubric.checks), _material(rubric))

    def noted(self, run: RunFacts, rubric: Rubric) -> RunFacts:
        """Return the facts of a grading with these parts in it, where it was graded by them."""
        if run.rubric != rubric.digest:  # the files were changed meanwhile
            return run
        return msgspec.structs.replace(run, material=self.material, checks=dict(self.checks))


def find_scope(rubric: Rubric, parts: Parts, own: str, report: GradeReport, run: RunFacts) -> Scope | None:
    """Return what is to be asked so that an earlier report holds again; None where all of it is to be graded again.

    Parameters
    ----------
    own
        What `own_key` returns for the submission as it lies there.
    report, run
        Of the earlier grading.
    """
    graded = [check.check_id for check in report.checks]
    is_same = run.own_key == own and run.material == parts.material and set(run.checks) == set(graded)
    if not is_same or report.problem or any(cell.status is CellStatus.LIMIT for cell in report.cells):
        return None
    undecided = {check.check_id for check in report.checks if check.outcome is Outcome.ERROR}
    changed = {name for name, digest in parts.checks.items() if run.checks.get(name) != digest}
    asked = with_dependents(changed | (undecided & parts.checks.keys()), rubric.checks)
    return Scope(None, with_needs(asked, rubric.checks))


def merged(
    rubric: Rubric, scope: Scope, before: tuple[GradeReport, RunFacts], now: tuple[GradeReport, RunFacts]
) -> tuple[GradeReport, RunFacts] | None:
    """Return one report, with its facts, of an earlier one and of a grading within the scope that `find_scope` gave.

    None where the notebook did not run as it did before: then all of it has to be asked.
    """
    (old, old_run), (new, new_run) = before, now
    if (old.cells, old.isolation) != (new.cells, new.isolation) or new.problem:
        return None
    found = {
        **{check.check_id: check for check in old.checks if check.check_id not in scope.checks},
        **{check.check_id: check for check in new.checks},
    }
    if not rubric.checks.keys() <= found.keys():
        return None
    checks = tuple(found[name] for name in rubric.checks)
    without_answer = {each.grade_id for each in new.questions if each.kind is QuestionKind.MANUAL and each.score == 0}
    asked_for = {
        name: names
        for name in rubric.checks
        if (names := (new_run if name in scope.checks else old_run).check_trainings.get(name))
    }
    trainings = {False: _by_name(old), True: _by_name(new)}
    kept: dict[str, TrainingRecord] = {}
    for check, names in asked_for.items():  # as in a whole grading: the last check that asks for a training is shown
        kept |= {name: trainings[check in scope.checks][name] for name in names}
    report = msgspec.structs.replace(
        new,
        questions=rubric.questions(checks, frozenset(without_answer)),
        checks=checks,
        trainings=tuple(kept.values()),
    )
    seconds = {**old_run.check_seconds, **new_run.check_seconds}
    run = msgspec.structs.replace(
        new_run,
        check_trainings=asked_for,
        check_seconds={name: seconds[name] for name in rubric.checks if name in seconds},
    )
    return report, run


def _by_name(report: GradeReport) -> dict[str, TrainingRecord]:
    return {training_name(record): record for record in report.trainings}


def _material(rubric: Rubric) -> str:
    """Return a hash of all that a report depends on in an assignment's files, but for the modules of its suite.

    Of the release that is the text of its cells: what they are worth follows from the checks, and its other files are
    copies of those that the assignment's folder and the suite hold.
    """
    assignment = rubric.assignment
    digest = hashlib.sha256()
    for cell in rubric.released.cells:
        digest.update(msgspec.json.encode([cell.cell_type, cells.kind(cell), cells.grade_id(cell), cell.source]))
    for root in (assignment.suite, assignment.folder):
        for path in sorted(each for each in root.rglob("*") if each.is_file()):
            name = path.relative_to(root)
            is_module = root == assignment.suite and path.suffix == ".py"
            if not is_module and not any(part == "__pycache__" or part.startswith(".") for part in name.parts):
                digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
