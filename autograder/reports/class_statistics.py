"""What the reports of a class say together, as one record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.records import AssignmentId, Evidence, GradeId, GradeReport, Measure, Record, StudentId
from autograder.reports import item_analysis, recurring


class Trained(Record, frozen=True, kw_only=True):
    """One student's training: the best value on the held-out images, in [0, 1] of the measure."""

    student: StudentId
    value: float
    attempts: int


class TrainingStatistics(Record, frozen=True, kw_only=True):
    """The trainings of one question that are held against the same floor, the lowest value first."""

    question: GradeId
    recipe: str
    measure: Measure
    evidence: Evidence
    floor: float
    results: tuple[Trained, ...]

    @property
    def reached(self) -> int:
        """How many are not below the floor."""
        return sum(each.value >= self.floor for each in self.results)


class ClassStatistics(Record, frozen=True, kw_only=True):
    """What there is to know about a graded class; `unreadable` handed in what could not be graded at all."""

    assignment: AssignmentId
    num_reports: int
    unreadable: tuple[StudentId, ...]
    distribution: item_analysis.Distribution | None
    questions: tuple[item_analysis.QuestionStatistics, ...]
    checks: tuple[item_analysis.CheckStatistics, ...]
    sentences: tuple[recurring.Sentence, ...]
    clusters: tuple[recurring.Cluster, ...]
    trainings: tuple[TrainingStatistics, ...]


def class_statistics(assignment: AssignmentId, reports: Iterable[GradeReport]) -> ClassStatistics:
    """Return what the reports of a class say together.

    Submissions that could not be graded at all count in the distribution of points, and nowhere else: they say nothing
    about a question. Reports with an ERROR are left out of every correlation, for their sums are not known.
    """
    reports = tuple(reports)
    readable = [report for report in reports if not report.problem]
    questions = item_analysis.questions(readable)
    places = {question.grade_id: place for place, question in enumerate(questions)}
    checks = sorted(item_analysis.checks(readable), key=lambda each: places.get(each.question, len(places)))
    return ClassStatistics(
        assignment=assignment,
        num_reports=len(reports),
        unreadable=tuple(report.student for report in reports if report.problem),
        distribution=item_analysis.distribution(reports),
        questions=questions,
        checks=tuple(checks),
        sentences=recurring.sentences(readable),
        clusters=recurring.clusters(readable),
        trainings=_trainings(readable),
    )


def _trainings(reports: Sequence[GradeReport]) -> tuple[TrainingStatistics, ...]:
    groups: dict[tuple[GradeId, str, Measure, Evidence, float], list[Trained]] = {}
    for report in reports:
        for each in report.trainings:
            held = (each.question, each.recipe, each.measure, each.evidence, each.floor)
            groups.setdefault(held, []).append(
                Trained(student=report.student, value=each.value, attempts=len(each.attempts))
            )
    return tuple(
        TrainingStatistics(
            question=question,
            recipe=recipe,
            measure=measure,
            evidence=evidence,
            floor=floor,
            results=tuple(sorted(results, key=lambda each: (each.value, each.student))),
        )
        for (question, recipe, measure, evidence, floor), results in sorted(groups.items())
    )
