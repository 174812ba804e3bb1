"""JUnit's XML can be read by the strictest of its readers: the rules of Jenkins's junit-10.xsd, written down here."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
import sample_reports as sample
from hostile_reports import all_errors, all_passed
from hostile_reports import report as hostile

from autograder.records import GradeReport
from autograder.reports.exports.junit import junit

_MESSAGE = ({"type", "message"}, set(), set())
RULES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": ({"name", "time", "classname", "group"}, {"name"}, {"skipped", "error", "failure", "system-out"}),
    "skipped": _MESSAGE,
    "error": _MESSAGE,
    "failure": _MESSAGE,
}
"""Of each element: attributes that may be there, those that have to, and the elements in it."""
_MIXED = {"skipped", "error", "failure"}


def validate(element: ET.Element) -> None:
    """Raise where an element breaks the rules."""
    allowed, required, children = RULES[element.tag]
    assert required <= set(element.attrib) <= allowed, element.tag
    assert {child.tag for child in element} <= children, element.tag
    assert element.tag in _MIXED or not (element.text or "").strip(), element.tag
    for child in element:
        assert not (child.tail or "").strip()
        validate(child)


def read(*reports: GradeReport) -> ET.Element:
    """Return the root of the document, which a parser of XML takes."""
    return ET.fromstring(junit(reports))


def test_it_keeps_to_the_rules() -> None:
    """Elements, attributes and texts stand where they may."""
    root = read(sample.report(), hostile("mallory"), all_passed(), all_errors())
    assert root.tag == "testsuites"
    validate(root)


@pytest.mark.parametrize("report", [sample.report(), hostile(), all_passed(), all_errors()])
def test_the_numbers_are_those_of_the_cases(report: GradeReport) -> None:
    """What a suite says of its cases is true, also in the sum."""
    root = read(report)
    (suite,) = root
    tags = Counter(child.tag for case in suite.iter("testcase") for child in case)
    assert suite.get("tests") == root.get("tests") == str(len(list(suite.iter("testcase"))))
    assert suite.get("failures") == root.get("failures") == str(tags["failure"])
    assert suite.get("errors") == root.get("errors") == str(tags["error"])
    assert suite.get("skipped") == str(tags["skipped"])


def test_an_error_of_ours_is_no_failure() -> None:
    """An ERROR is an error, a question for a person is skipped, and the points of both wait."""
    (suite,) = read(sample.report())
    found = {case.get("name", ""): [child.tag for child in case] for case in suite.iter("testcase")}
    assert found["5.2 With its weights at zero, the block returns its input."] == ["error"]
    assert found["3 What a convolution gives up"] == ["skipped"]
    assert found["6.1 The model returns ten scores for each image."] == ["failure"]
    assert found["6.2 The network has at least three shortcuts."] == ["skipped"]
    assert found["2.1 The pooled matrix is right."] == []
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert properties["waiting"] == "7"
    assert properties["score"] == "8"


def test_names_are_unique() -> None:
    """Readers that compare runs tell cases apart by class and name."""
    cases = [(case.get("classname"), case.get("name")) for case in read(sample.report()).iter("testcase")]
    assert len(set(cases)) == len(cases)


def test_students_write_no_xml() -> None:
    """What looks like an element in a message is text, and no character is left that XML forbids."""
    text = junit([hostile()])
    assert "<script>" not in text
    assert re.fullmatch("[\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", text)
    assert "</testcase>" in "".join(found.text or "" for found in ET.fromstring(text).iter("failure"))


def test_what_is_for_staff_is_not_in_it() -> None:
    """The message of an ERROR is ours alone."""
    assert "secret of the suite" not in junit([sample.report()])
    assert sample.STAFF_NOTE not in junit([sample.report()])
