"""JUnit's XML, as pytest's family ``xunit2`` and Jenkins's ``junit-10.xsd`` have it: GitHub, GitLab and others read it.

A suite is a submission, a case is a check. An ERROR is an ``error``, which no reader takes for the student's
failure; a question that a person grades, and a check that was not asked, are ``skipped``. Points stand in the
properties of the suite, those that are not certain among them as ``waiting``.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from autograder.records import GradeReport, Outcome
from autograder.reports.exports.harmless import LONGEST_MESSAGE, for_xml
from autograder.reports.exports.rows import Row, rows, waiting
from autograder.reports.summary import points_text
from autograder.reports.visible import clipped, one_line

_TAGS = {
    Outcome.FAILED: "failure",
    Outcome.NOT_ATTEMPTED: "failure",
    Outcome.NOT_RUN: "skipped",
    Outcome.ERROR: "error",
    None: "skipped",
}


def junit(reports: Iterable[GradeReport]) -> str:
    """Return one document with a suite for each report."""
    suites = [_suite(report) for report in reports]
    root = ET.Element("testsuites", name="autograder")
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(report: GradeReport) -> ET.Element:
    cases = [_case(report, row) for row in rows(report)]
    tags = [child.tag for case in cases for child in case]
    suite = ET.Element(
        "testsuite",
        name=for_xml(f"{report.assignment}.{report.student}"),
        tests=str(len(cases)),
        failures=str(tags.count("failure")),
        errors=str(tags.count("error")),
        skipped=str(tags.count("skipped")),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("student", report.student),
        ("score", points_text(report.score)),
        ("max_score", points_text(report.max_score)),
        ("waiting", points_text(sum(question.max_score for question in waiting(report)))),
        ("isolation", report.isolation),
        ("problem", report.problem),
    ):
        ET.SubElement(properties, "property", name=name, value=for_xml(clipped(value, LONGEST_MESSAGE)))
    suite.extend(cases)
    return suite


def _case(report: GradeReport, row: Row) -> ET.Element:
    name = one_line(f"{row.number} {row.title}", 300)
    classname = f"{report.assignment}.{row.question.grade_id}"
    case = ET.Element("testcase", classname=for_xml(classname), name=for_xml(name))
    if row.outcome is Outcome.PASSED:
        return case
    message = row.message
    kind = row.outcome.value if row.outcome else "for a person"
    found = ET.SubElement(case, _TAGS[row.outcome], type=kind, message=for_xml(one_line(message, 300)))
    found.text = for_xml(clipped(message, LONGEST_MESSAGE))
    return case
