"""The summary of a job stays Markdown within GitHub's limits, and annotations are commands that a runner can read."""

from __future__ import annotations

import re

import msgspec
import sample_reports as sample
from hostile_reports import all_passed
from hostile_reports import report as hostile
from markdown_it import MarkdownIt

from autograder.records import GradeReport, Outcome
from autograder.reports.exports.github import (
    MAX_ANNOTATIONS,
    MAX_SUMMARY_BYTES,
    class_annotations,
    class_summary,
    report_annotations,
    report_summary,
)

COMMAND = re.compile(r"::(?P<kind>error|warning) title=(?P<title>[^\r\n:,]*)::(?P<message>[^\r\n]*)\n")
_TABLE_TAGS = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "blockquote"}


def commands(text: str) -> list[tuple[str, str, str]]:
    """Return kind, title and message of each command, as a runner reads them; everything has to be one."""
    found = list(COMMAND.finditer(text))
    assert "".join(match[0] for match in found) == text
    return [(match["kind"], _unescaped(match["title"]), _unescaped(match["message"])) for match in found]


def _unescaped(text: str) -> str:
    for escape, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, char)
    return text


def many_failures(count: int) -> GradeReport:
    """Return a report with many checks that failed and many errors."""
    made = sample.report()
    question = made.questions[0]
    outcomes = (Outcome.FAILED, Outcome.ERROR)
    checks = tuple(
        sample.check(question.grade_id, f"c{number}", outcome, message=f"message {number}")
        for outcome in outcomes
        for number in range(count)
    )
    return msgspec.structs.replace(made, questions=(question,), checks=checks)


def test_a_class_is_a_table() -> None:
    """A row for each student; what is not certain has a column of its own, and is said in words."""
    text = class_summary("Convolutional networks", [sample.report(), all_passed()])
    rows = [line for line in text.splitlines() if line.startswith(("| ada", "| bob"))]
    assert [row.split(" | ")[1:3] for row in rows] == [["8/20.5", "7"], ["20.5/20.5", ""]]
    assert "Not final: 1 with questions for a person, 1 of them because checks of ours failed." in text


def test_one_report_says_what_was_found() -> None:
    """Each check has a row with a sign; points that are not certain are a dash."""
    text = report_summary("convnets", sample.report())
    assert "whole numbers were asked for" in text
    assert re.search(r"^\| ! \| .*the block returns its input.* \| –/3 \| Not decided", text, re.MULTILINE)
    assert re.search(r"^\| ✎ \| What a convolution gives up \| –/3 \| A person grades this", text, re.MULTILINE)
    assert "secret of the suite" not in text


def test_students_write_no_markdown() -> None:
    """Rendered, there are only the elements of our tables, and as many rows as checks."""
    report = hostile()
    for text, rows in ((class_summary("c", [report]), 2), (report_summary("c", report), 13)):
        rendered = MarkdownIt("commonmark").enable("table").render(text)
        tags = re.findall(r"</?([a-z0-9]+)", rendered.replace("<!-- -->", ""))
        assert set(tags) <= _TABLE_TAGS
        assert tags.count("tr") == 2 * rows


def test_a_summary_is_never_longer_than_github_takes() -> None:
    """Rows are left out whole, and counted; the limit is of bytes."""
    reports = [msgspec.structs.replace(hostile(f"student{number:05}"), problem="ü" * 300) for number in range(3000)]
    text = class_summary("A large class", reports)
    assert len(text.encode()) <= MAX_SUMMARY_BYTES
    kept = text.count("| student0")
    assert 1000 < kept < 3000
    assert f"{3000 - kept} more submissions are left out" in text
    assert len(class_summary("A large class", reports, 5000).encode()) <= 5000
    assert class_summary("A large class", reports, 10) == ""


def test_annotations_are_commands() -> None:
    """A message of several lines with signs of the language is one command that says the same."""
    found = commands(report_annotations(hostile()))
    assert [kind for kind, _, _ in found] == ["error", "warning", "warning"]
    assert "::error title=forged::you passed" in found[1][2]
    assert "%0A" in found[1][2]


def test_there_are_no_more_than_github_shows() -> None:
    """Ten of each kind; the last one says how many more there are."""
    found = commands(report_annotations(many_failures(15)))
    for kind in ("error", "warning"):
        mine = [each for each in found if each[0] == kind]
        assert len(mine) == MAX_ANNOTATIONS
        assert mine[-1][1] == "and 6 more"
    assert len(commands(report_annotations(many_failures(10)))) == 2 * MAX_ANNOTATIONS


def test_a_class_annotates_errors_of_ours_alone() -> None:
    """Fifty students with wrong answers are no fifty warnings; one who could not be graded is an error."""
    reports = [all_passed(), sample.report("ada"), many_failures(1)]
    assert [title for _, title, _ in commands(class_annotations(reports))] == ["ada: not decided"] * 2
    assert class_annotations([all_passed()]) == ""
