"""An earlier report and one about changed checks become one, as if everything had been asked."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from courses import make_course

from autograder.grading.changed import Parts, find_scope, merged
from autograder.grading.facts import training_name
from autograder.grading.scope import Scope
from autograder.notebooks.release import make_release, write_release
from autograder.records import (
    Attempt,
    CellRun,
    CellStatus,
    CheckId,
    GradeId,
    GradeReport,
    Outcome,
    RunFacts,
    TrainingRecord,
)
from autograder.rubric import Rubric
from autograder.suite import runner
from autograder.suite.plugin import points_by_question, result

SUITE = '''"""Two models."""
from autograder.suite import points, question


@question("area")
@points(1)
def test_first(submission):
    """One."""


@question("total")
@points(1)
def test_second(submission):
    """Two."""


@question("area")
@points(1, needs="test_first")
def test_third(submission):
    """Three."""
'''
FIRST, SECOND, THIRD = CheckId("area.first"), CheckId("total.second"), CheckId("area.third")


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    """Three checks, of which the first and the last belong together."""
    course, assignment = make_course(tmp_path)
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_models.py").write_text(SUITE)
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    return Rubric.read(assignment)


def training(question: str, value: float, recipe: str = "quick") -> TrainingRecord:
    """Return what a training reached."""
    attempt = Attempt(seed=0, test=(value,), train=(), loss=())
    return TrainingRecord(question=GradeId(question), recipe=recipe, floor=0.5, attempts=(attempt,), device="cpu")


def graded(
    rubric: Rubric, trained: dict[CheckId, TrainingRecord], failed: tuple[CheckId, ...] = (), *asked: CheckId
) -> tuple[GradeReport, RunFacts]:
    """Return a grading of some checks, or all, in which a few trained."""
    checks = tuple(
        result(check, Outcome.FAILED if name in failed else Outcome.PASSED, "a sentence" if name in failed else "")
        for name, check in rubric.checks.items()
        if not asked or name in asked
    )
    records = {training_name(record): record for record in trained.values()}
    report = GradeReport(
        assignment=rubric.assignment.id,
        student="ada",  # type: ignore[arg-type]
        submission_sha256="1",
        release_id="2",
        isolation="namespaces",
        questions=rubric.questions(checks, frozenset()),
        checks=checks,
        trainings=tuple(records.values()),
    )
    run = RunFacts(
        student=report.student,
        assignment=report.assignment,
        key="3",
        own_key="4",
        rubric=rubric.digest,
        check_trainings={str(name): (training_name(record),) for name, record in trained.items()},
        started_at="",
        seconds=1.0,
        seconds_by_step={},
        check_seconds={str(check.check_id): 0.5 for check in checks},
    )
    return report, Parts.of(rubric).noted(run, rubric)


def test_trainings_are_those_of_a_whole_grading_in_its_order(rubric: Rubric) -> None:
    """The last check that asks for a training is shown, where the first one stood; what nobody asks for is gone."""
    before = graded(
        rubric, {FIRST: training("area", 0.1), SECOND: training("total", 0.2), THIRD: training("area", 0.3)}
    )
    again = {FIRST: training("area", 0.7), THIRD: training("area", 0.8, "longer")}
    now = graded(rubric, again, (), FIRST, THIRD)
    whole = graded(rubric, {FIRST: again[FIRST], SECOND: training("total", 0.2), THIRD: again[THIRD]}, ())
    found = merged(rubric, Scope(None, frozenset({FIRST, THIRD})), before, now)
    assert found == whole


def test_scores_follow_from_all_checks(rubric: Rubric) -> None:
    """Points of what was not asked count as they did; the manual question waits as it did."""
    before, now = graded(rubric, {}, (SECOND, THIRD)), graded(rubric, {}, (FIRST,), FIRST, THIRD)
    found = merged(rubric, Scope(None, frozenset({FIRST, THIRD})), before, now)
    assert found is not None
    assert {each.grade_id: each.score for each in found[0].questions} == {"area": 1.0, "total": 0.0, "why": None}


def test_a_notebook_that_runs_otherwise_is_asked_everything(rubric: Rubric) -> None:
    """Answers that were kept would be those of another run."""
    (report, run), now = graded(rubric, {}), graded(rubric, {}, (), FIRST)
    slow = (CellRun(index=0, grade_id=None, status=CellStatus.RAISED),)
    before = msgspec.structs.replace(report, cells=slow), run
    assert merged(rubric, Scope(None, frozenset({FIRST})), before, now) is None


@pytest.mark.parametrize(
    "changes",
    [{"own_key": "another"}, {"material": "another"}, {"checks": {}}, {"rubric": "", "own_key": ""}],
    ids=["submission", "material", "no hashes", "an older version"],
)
def test_nothing_is_kept_of_what_else_changed(rubric: Rubric, changes: dict[str, object]) -> None:
    """Then there is no part that would be enough."""
    report, run = graded(rubric, {})
    parts = Parts.of(rubric)
    assert find_scope(rubric, parts, "4", report, run) == Scope(None, frozenset())
    assert find_scope(rubric, parts, "4", report, msgspec.structs.replace(run, **changes)) is None


def test_errors_are_asked_again_with_what_needs_them(rubric: Rubric) -> None:
    """A check that could not be made says nothing, and neither does one that waited for it."""
    report, run = graded(rubric, {})
    broken = tuple(
        msgspec.structs.replace(each, outcome=Outcome.ERROR) if each.check_id == FIRST else each
        for each in report.checks
    )
    scope = find_scope(rubric, Parts.of(rubric), "4", msgspec.structs.replace(report, checks=broken), run)
    assert scope == Scope(None, frozenset({FIRST, THIRD}))


def test_files_beside_the_checks_are_material(rubric: Rubric) -> None:
    """Data of the suite, settings and what students wrote in belong to it; the modules of the suite do not."""
    before = Parts.of(rubric).material
    (rubric.assignment.suite / "test_more.py").write_text("")
    assert Parts.of(rubric).material == before
    (rubric.assignment.suite / "expected.json").write_text(json.dumps([1]))
    assert Parts.of(rubric).material != before
