"""The page that a student reads: a report in, one static HTML file out.

Every value that reaches the template is made visible and escaped (`reports.pages`), so the template cannot forget.
The page loads nothing and runs nothing, which its content security policy says too. It shows no staff note, and of
the suite only what it wrote for students: titles, messages, hints and points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from autograder.records import (
    CellRun,
    CellStatus,
    CheckId,
    CheckResult,
    GradeId,
    GradeReport,
    ModelPicture,
    Outcome,
    QuestionKind,
    QuestionResult,
    TrainingRecord,
)
from autograder.reports import curve, diagram, trained
from autograder.reports.code import marked_lines, numbered_code
from autograder.reports.markdown import markdown_html
from autograder.reports.pages import environment


@dataclass(frozen=True)
class _Check:
    """One row of a question; `waits_for` are the anchors and titles of the checks that it depends on."""

    anchor: str
    result: CheckResult
    waits_for: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Training:
    """One training with its curve, if an epoch was finished."""

    record: TrainingRecord
    curve: curve.Curve | None
    reached: bool


@dataclass(frozen=True)
class _Question:
    """One card of the page; `state` is the outcome that its colour and symbol are borrowed from."""

    anchor: str
    result: QuestionResult
    state: Outcome | None
    standing: str
    checks: tuple[_Check, ...]
    trainings: tuple[_Training, ...]
    cells: tuple[CellRun, ...]
    source: str
    marked: frozenset[int]
    asked: Markup | None
    is_text: bool


@dataclass(frozen=True)
class _Share:
    """A part of the score bar, in points and per cent of the whole."""

    kind: str
    label: str
    points: float
    percent: float


def render_feedback(
    report: GradeReport, *, title: str, sources: Mapping[GradeId, str], asked: Mapping[GradeId, str] | None = None
) -> str:
    """Return the student's page as one HTML document.

    Parameters
    ----------
    report
        The questions appear in its order, which is the notebook's.
    title
        The assignment's.
    sources
        What the student wrote, by `grade_id`: code, or the text of a manual question. A question without a
        source shows none.
    asked
        The text of the questions that have any, in Markdown: what students were given, and nothing else.
    """
    anchors = {check.check_id: f"check-{number}" for number, check in enumerate(report.checks, 1)}
    questions = tuple(_questions(report, sources, asked or {}, anchors))
    with_card = {question.result.grade_id: question.anchor for question in questions}
    page = environment().get_template("feedback.html.j2")
    return page.render(
        CURVE=curve,
        TRAINED=trained,
        DIAGRAM_STYLE=Markup(diagram.STYLE),  # noqa: S704 - it is ours
        drawn=_drawn,
        numbered=numbered_code,
        report=report,
        title=title,
        questions=questions,
        shares=tuple(_shares(report)),
        events=tuple(_events(report)),
        with_card=with_card,
        read=[q for q in report.questions if q.needs_manual_grade and q.kind is QuestionKind.MANUAL],
    )


def _drawn(picture: ModelPicture) -> Markup:
    """Return a model as an SVG."""
    return Markup(diagram.diagram_svg(picture, has_style=False))  # noqa: S704 - it escapes every text


def _questions(
    report: GradeReport,
    sources: Mapping[GradeId, str],
    asked: Mapping[GradeId, str],
    anchors: Mapping[CheckId, str],
) -> Iterator[_Question]:
    titles = {check.check_id: check.title for check in report.checks}
    for number, question in enumerate(report.questions, 1):
        grade_id = question.grade_id
        results = [check for check in report.checks if check.question == grade_id]
        state, standing = _standing(question, results)
        cells = [cell for cell in report.cells if cell.status not in {CellStatus.OK, CellStatus.NOT_RUN}]
        own = tuple(cell for cell in cells if cell.grade_id == grade_id)
        source = sources.get(grade_id, "")
        said = [cell.message for cell in cells] + [check.message for check in results]
        yield _Question(
            anchor=f"question-{number}",
            result=question,
            state=state,
            standing=standing,
            checks=tuple(
                _Check(
                    anchors[check.check_id],
                    check,
                    tuple((anchors.get(other, ""), titles.get(other, other)) for other in check.waits_for),
                )
                for check in results
            ),
            trainings=tuple(
                _Training(each, curve.learning_curve(each), each.value >= each.floor)
                for each in report.trainings
                if each.question == grade_id
            ),
            cells=own,
            source=source,
            marked=marked_lines(source, said, [cell.message for cell in own]),
            asked=markdown_html(asked[grade_id]) if grade_id in asked else None,
            is_text=question.kind is QuestionKind.MANUAL,
        )


def _standing(question: QuestionResult, checks: list[CheckResult]) -> tuple[Outcome | None, str]:
    """Return whose colour a question wears (None: it waits for a person), and its state in words."""
    if question.kind is QuestionKind.MANUAL:
        return (None, "a person grades this") if question.score is None else (Outcome.NOT_ATTEMPTED, "not answered")
    if question.score is None:
        return Outcome.ERROR, "a person will look at this"
    outcomes = {check.outcome for check in checks}
    if question.score >= question.max_score and outcomes <= {Outcome.PASSED}:
        return Outcome.PASSED, "all checks passed"
    if checks and outcomes <= {Outcome.NOT_ATTEMPTED, Outcome.NOT_RUN}:
        return Outcome.NOT_ATTEMPTED, "not attempted"
    passed = sum(check.outcome is Outcome.PASSED for check in checks)
    return Outcome.FAILED, f"{passed} of {len(checks)} checks passed"


def _shares(report: GradeReport) -> Iterator[_Share]:
    """Yield the parts of the score bar that hold any points."""
    waiting = sum(question.max_score for question in report.questions if question.needs_manual_grade)
    parts = (
        ("earned", "earned", report.score),
        ("lost", "not earned", report.max_score - report.score - waiting),
        ("waiting", "wait for a person", waiting),
    )
    for kind, label, points in parts:
        if points > 0:
            yield _Share(kind, label, points, round(100 * points / report.max_score, 3))


@dataclass(frozen=True)
class _Event:
    """One thing to know about the run: what was put right, stopped, skipped or raised."""

    where: GradeId | None
    cell: int | None
    what: str
    message: str


_CELL_WORDS = {
    CellStatus.RAISED: "Error",
    CellStatus.LIMIT: "Limit",
    CellStatus.ENDED: "Ended",
}


def _events(report: GradeReport) -> Iterator[_Event]:
    """Yield repairs, then what happened in the cells, in the notebook's order."""
    for repair in report.repairs:
        yield _Event(repair.grade_id, None, "Put right", repair.message)
    skipped = [cell for cell in report.cells if cell.status is CellStatus.NOT_RUN]
    for cell in report.cells:
        if cell.status in _CELL_WORDS:
            yield _Event(
                cell.grade_id, cell.index, _CELL_WORDS[cell.status], cell.message or f"This cell {cell.status}."
            )
        for note in cell.notes:
            yield _Event(cell.grade_id, cell.index, "Note", note)
    if skipped:
        number = f"{len(skipped)} cells were" if len(skipped) > 1 else "One cell was"
        yield _Event(None, None, "Not run", f"{number} not run. {skipped[0].message}".strip())
