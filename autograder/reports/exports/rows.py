"""A report as numbered lines: every check, and every question that a person grades, with a sentence for the student."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.records import CheckResult, GradeReport, Outcome, QuestionKind, QuestionResult
from autograder.reports.summary import points_text

NOT_DECIDED = "Not decided: something of ours failed. A person looks at it, and you lose nothing."
NOT_ATTEMPTED = "Not attempted: this is as it was released."
NO_ANSWER = "No answer was given."
FOR_A_PERSON = "A person grades this."


@dataclass(frozen=True)
class Row:
    """One check of a question, or a question that a person grades (`check` is None).

    `number` counts questions from 1, and checks within one: ``2.1``; a question for a person is ``3``.
    """

    number: str
    question: QuestionResult
    check: CheckResult | None
    message: str

    @property
    def title(self) -> str:
        """What is asked, without the question's title."""
        return self.check.title if self.check else self.question.title

    @property
    def name(self) -> str:
        """What is asked, with the question's title where it is another."""
        return f"{self.question.title}: {self.check.title}" if self.check else self.question.title

    @property
    def outcome(self) -> Outcome | None:
        """How the check ended; None for a question that a person grades."""
        return self.check.outcome if self.check else None

    @property
    def is_decided(self) -> bool:
        """Whether the points of its question are certain."""
        return self.question.score is not None

    @property
    def score(self) -> float | None:
        """Points earned; None while those of its question are not certain."""
        if self.question.score is None:
            return None
        return self.check.points if self.check else self.question.score

    @property
    def max_score(self) -> float:
        """Points that can be earned."""
        return self.check.max_points if self.check else self.question.max_score


def rows(report: GradeReport) -> tuple[Row, ...]:
    """Return the lines of a report, in the notebook's order."""
    return tuple(_rows(report))


def _rows(report: GradeReport) -> Iterator[Row]:
    titles = {check.check_id: check.title for check in report.checks}
    for number, question in enumerate(report.questions, 1):
        checks = [check for check in report.checks if check.question == question.grade_id]
        for place, check in enumerate(checks, 1):
            waits_for = [titles.get(each, str(each)) for each in check.waits_for]
            yield Row(f"{number}.{place}", question, check, _sentence(check, waits_for))
        if not checks or question.kind is QuestionKind.MANUAL:
            yield Row(str(number), question, None, FOR_A_PERSON if question.score is None else NO_ANSWER)


def _sentence(check: CheckResult, waits_for: list[str]) -> str:
    """Return what the student reads about a check; nothing where it passed."""
    match check.outcome:
        case Outcome.PASSED:
            return ""
        case Outcome.NOT_ATTEMPTED:
            return NOT_ATTEMPTED
        case Outcome.NOT_RUN:
            return f"Not asked, because this did not pass: {' '.join(waits_for)}" if waits_for else "Not asked."
        case Outcome.ERROR:
            return NOT_DECIDED
        case Outcome.FAILED:
            return f"{check.message}\nHint: {check.hint}" if check.hint else check.message


def waiting(report: GradeReport) -> tuple[QuestionResult, ...]:
    """Return the questions that have no score before a person has looked."""
    return tuple(question for question in report.questions if question.score is None)


def waiting_sentence(report: GradeReport) -> str:
    """Return what there is to say about points that are not certain yet; empty where all are."""
    questions = waiting(report)
    if not questions:
        return ""
    points = points_text(sum(question.max_score for question in questions))
    broken = sum(question.kind is QuestionKind.AUTOMATIC for question in questions)
    many = len(questions) > 1
    text = f"Not final: {len(questions)} question{'s' * many} worth {points} points wait{'s' * (not many)} for a person"
    if broken:
        text += f", {broken} of them because something of ours failed"
    return f"{text}. Until then they count neither as earned nor as lost."
