"""The comment of a question in the gradebook: plain text for the student, nothing of what only staff should read."""

from __future__ import annotations

from autograder.records import CheckResult, GradeReport, Outcome, QuestionKind, QuestionResult

NO_ANSWER = "No answer was given."


def comment(report: GradeReport, question: QuestionResult) -> str | None:
    """Return what Formgrader shows beside an answer; None where there is nothing to say."""
    if report.problem:
        return report.problem
    if question.kind is QuestionKind.MANUAL:
        return NO_ANSWER if question.score == 0 else None
    checks = [check for check in report.checks if check.question == question.grade_id]
    if question.score is None:
        first = "A check could not be carried out; a person will look at this question."
    else:
        first = f"{question.score:g} of {question.max_score:g} points."
    outcomes = {check.outcome for check in checks}
    if Outcome.NOT_ATTEMPTED in outcomes and Outcome.FAILED not in outcomes:
        return f"{first} {NO_ANSWER}"
    return "\n".join([first, *(_line(check) for check in checks if check.outcome is not Outcome.PASSED)])


def _line(check: CheckResult) -> str:
    """Return a sentence or two about a check that did not pass."""
    title = check.title.rstrip(".")
    match check.outcome:
        case Outcome.NOT_RUN:
            return f"- {title}: not asked, because an earlier check did not pass."
        case Outcome.NOT_ATTEMPTED:
            return f"- {title}: {NO_ANSWER[0].lower()}{NO_ANSWER[1:]}"
        case Outcome.ERROR:
            return f"- {title}: this check could not be carried out."
    hint = f" Hint: {check.hint}" if check.hint else ""
    return f"- {title}: {check.message}{hint}"
