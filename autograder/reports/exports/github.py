"""GitHub Actions: a job summary in Markdown, and annotations as commands of its runner.

A submission with an ERROR is an error of ours in both, never a student's: its score has the points that nobody has
decided beside it. What a person grades stands as points that wait. Other runners show the Markdown too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from autograder.records import GradeReport, Outcome
from autograder.reports.exports.harmless import for_command, for_markdown, for_property
from autograder.reports.exports.rows import Row, rows, waiting, waiting_sentence
from autograder.reports.summary import SYMBOLS, needs_person, outcome_counts, points_text, reason
from autograder.reports.visible import clipped, one_line

MAX_SUMMARY_BYTES = 1024 * 1024
"""What GitHub takes of one step; more, and it shows nothing of it."""
MAX_ANNOTATIONS = 10
"""How many of each kind GitHub shows of one step."""
_LONGEST_ANNOTATION = 1000
_RESERVE = 300


def class_summary(title: str, reports: Sequence[GradeReport], max_bytes: int = MAX_SUMMARY_BYTES) -> str:
    """Return a table of a class as Markdown of at most `max_bytes` bytes; the last line counts rows left out."""
    head = [f"## {for_markdown(title, 200)}", "", *_class_lines(reports), ""]
    marks = [SYMBOLS[outcome] for outcome in Outcome]
    head += [f"| student | score | waiting | {' | '.join(marks)} | |", f"|---|--:|--:|{'--:|' * len(marks)}---|"]
    return _bounded(head, [_class_row(report) for report in reports], "submissions", max_bytes)


def report_summary(title: str, report: GradeReport, max_bytes: int = MAX_SUMMARY_BYTES) -> str:
    """Return the checks of one report as Markdown of at most `max_bytes` bytes."""
    head = [f"## {for_markdown(title, 200)}", "", f"**{_score(report)} points**", ""]
    for text in (waiting_sentence(report), report.problem):
        if text:
            head += [f"> {for_markdown(text)}", ""]
    head += ["| | check | points | what was found |", "|---|---|--:|---|"]
    return _bounded(head, [_row(row) for row in rows(report)], "checks", max_bytes)


def class_annotations(reports: Iterable[GradeReport]) -> str:
    """Return commands that show what a person has to look at in a class: errors of ours first."""
    broken = [report for report in reports if report.has_errors]
    found = [(f"{report.student}: not decided", reason(report)) for report in broken]
    return "".join(_commands("error", found, "submissions with errors of ours"))


def report_annotations(report: GradeReport) -> str:
    """Return commands that show what one report says: ERRORs as errors, what did not pass as warnings."""
    lines = rows(report)
    errors = [(row.name, row.message) for row in lines if row.outcome is Outcome.ERROR]
    failed = [(row.name, row.message) for row in lines if row.outcome is Outcome.FAILED]
    found = [*_commands("error", errors, "errors of ours"), *_commands("warning", failed, "checks that did not pass")]
    return "".join(found)


def _commands(kind: str, found: Sequence[tuple[str, str]], what: str) -> Iterator[str]:
    shown = found if len(found) <= MAX_ANNOTATIONS else found[: MAX_ANNOTATIONS - 1]
    for title, message in shown:
        text = clipped(message, _LONGEST_ANNOTATION) or title
        yield f"::{kind} title={for_property(one_line(title, 200))}::{for_command(text)}\n"
    if len(shown) < len(found):
        more = len(found) - len(shown)
        yield f"::{kind} title=and {more} more::{more} more {what}: the summary of this step has them all\n"


def _class_lines(reports: Sequence[GradeReport]) -> Iterator[str]:
    if not reports:
        yield "No submissions."
        return
    mean = math.fsum(report.score for report in reports) / len(reports)
    count = f"{len(reports)} submission{'s' * (len(reports) > 1)}"
    yield f"{count}, {points_text(mean)} points on average that are certain."
    waits = sum(needs_person(report) > 0 for report in reports)
    broken = sum(report.has_errors for report in reports)
    if waits:
        because = f", {broken} of them because checks of ours failed" if broken else ""
        yield f"**Not final: {waits} with questions for a person{because}.**"


def _class_row(report: GradeReport) -> str:
    counts = outcome_counts(report)
    numbers = [str(counts[outcome]) if counts[outcome] else "" for outcome in Outcome]
    points = points_text(sum(question.max_score for question in waiting(report)))
    cells = [
        for_markdown(report.student, 60),
        f"{points_text(report.score)}/{points_text(report.max_score)}",
        "" if points == "0" else points,
        *numbers,
        for_markdown(reason(report), 300),
    ]
    return f"| {' | '.join(cells)} |"


def _score(report: GradeReport) -> str:
    return f"{points_text(report.score)} of {points_text(report.max_score)}"


def _row(row: Row) -> str:
    mark = SYMBOLS[row.outcome] if row.outcome else "✎"
    score = "–" if row.score is None else points_text(row.score)
    message = for_markdown(row.message, 600)
    return f"| {mark} | {for_markdown(row.name, 300)} | {score}/{points_text(row.max_score)} | {message} |"


def _bounded(head: Sequence[str], lines: Sequence[str], what: str, max_bytes: int) -> str:
    """Return head and as many whole lines as there is room for, and say how many are left out; nothing without room."""
    room = max_bytes - len("\n".join(head).encode()) - _RESERVE
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    end = ["", f"{left} more {what} are left out: GitHub takes no longer summary."] if left else []
    text = "\n".join([*head, *kept, *end]) + "\n"
    return text if len(text.encode()) <= max_bytes else ""
