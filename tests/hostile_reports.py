"""A report of a student who writes for the programs that read exports, and not for people."""

from __future__ import annotations

import msgspec
import sample_reports as sample

from autograder.records import GradeReport, Outcome, RepairKind

HOSTILE = (
    '=HYPERLINK("http://evil.example","x") | `code` **bold** <script>alert(1)</script> <!-- ]]> </testcase> &amp; '
    "@everyone https://evil.example www.evil.example [link](javascript:alert(1)) ![](http://evil.example/x.png)\r\n"
    "::error title=forged::you passed\n##[set-output name=score]6\n# heading\n- item\n1. one\n"
    "\x00\x1b[31mred\x1b[0m \u202ereordered \ufffe \U0001f600 %0A"
)
"""Formulas, markup of every kind, commands of runners, and characters that no XML may hold."""


def report(student: str = "ada") -> GradeReport:
    """Return the sample report with this text wherever one of a student's, or one that quotes it, may stand."""
    made = sample.report(student)
    checks = tuple(
        msgspec.structs.replace(check, message=HOSTILE, hint=HOSTILE, staff_note=HOSTILE)
        if check.outcome is Outcome.FAILED
        else check
        for check in made.checks
    )
    repairs = tuple(msgspec.structs.replace(each, message=HOSTILE, kind=RepairKind.CHANGED) for each in made.repairs)
    return msgspec.structs.replace(made, checks=checks, repairs=repairs, problem=HOSTILE)


def all_passed(student: str = "bob") -> GradeReport:
    """Return the sample report as if every check had passed, and a person had nothing to do."""
    made = sample.report(student)
    checks = tuple(
        msgspec.structs.replace(check, outcome=Outcome.PASSED, message="", staff_note="", waits_for=())
        for check in made.checks
    )
    questions = tuple(msgspec.structs.replace(each, score=each.max_score) for each in made.questions)
    return msgspec.structs.replace(made, checks=checks, questions=questions, staff_note="")


def all_errors(student: str = "eve") -> GradeReport:
    """Return the sample report as if every check had ended in an ERROR of ours."""
    made = sample.report(student)
    checks = tuple(msgspec.structs.replace(check, outcome=Outcome.ERROR) for check in made.checks)
    questions = tuple(msgspec.structs.replace(each, score=None) for each in made.questions)
    return msgspec.structs.replace(made, checks=checks, questions=questions)
