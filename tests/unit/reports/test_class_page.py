"""The page that an instructor reads about a class."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
import sample_reports as sample
from page import Page

from autograder.records import AssignmentId, GradeId, GradeReport, Outcome, QuestionKind, RunFacts, StudentId
from autograder.reports.class_page import hardest, render_class, seconds_text
from autograder.reports.class_statistics import class_statistics
from autograder.reports.waiting import Why, waiting

TITLE = "Convolutional networks"
ATTACKS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</script></style></title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "a\u202eb\u200bc\x00d\x1b[2J\ud800",
)


def render(*reports: GradeReport, **changes: object) -> str:
    """Return the page of a class."""
    made: dict[str, object] = {
        "title": TITLE,
        "reports": reports,
        "waiting": waiting(reports),
        "links": {report.student: f"../feedback/{number}.html" for number, report in enumerate(reports)},
        "runs": [run(report.student, 2.0 + number) for number, report in enumerate(reports)],
    }
    return render_class(class_statistics(AssignmentId("convnets"), reports), **(made | changes))  # type: ignore[arg-type]


def run(student: str, seconds: float) -> RunFacts:
    """Return how long a grading took."""
    return RunFacts(
        student=StudentId(student),
        assignment=AssignmentId("convnets"),
        key="",
        started_at="2026-01-01T00:00:00+00:00",
        seconds=seconds,
        seconds_by_step={"execute": seconds / 2, "check": seconds / 2},
        check_seconds={"residual_block.shape": 0.25},
    )


def policy_of(page: Page) -> str:
    """Return the content security policy of a page."""
    (policy,) = (each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    return policy


def test_the_page_loads_nothing_and_runs_only_its_own_script() -> None:
    """The policy names the one script by its hash; there is no handler, no foreign address, no form, no image."""
    html = render(sample.report("ada"), sample.report("bob"))
    page = Page(html)
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy_of(page) == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not page.unbalanced
    assert not {"img", "link", "iframe", "form", "object"} & {tag for tag, _ in page.elements}
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert all(re.match(r"#|\.\./feedback/", attrs["href"]) for attrs in page.all("a"))
    assert "http" not in html.replace("http-equiv", "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_only_text(attack: str) -> None:
    """Markup in names, titles, messages and notes adds no element, and the page encodes."""

    def hostile(text: str) -> Page:
        checks = (
            sample.check("q", "a", Outcome.FAILED, title=text, message=text),
            sample.check("q", "b", Outcome.ERROR, title=text, staff_note=text),
        )
        questions = (
            sample.question("q", None, 2.0, title=text),
            sample.question("m", None, 1.0, QuestionKind.MANUAL, title=text),
        )
        reports = [sample.report(f"{text}{n}", questions=questions, checks=checks, trainings=()) for n in range(2)]
        reports.append(sample.report("x", problem=text, trainings=()))
        html = render(*reports, title=text, not_graded=(StudentId(text),))
        html.encode()
        return Page(html)

    page, harmless = hostile(attack), hostile("harmless")
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
    assert {name for _, attrs in page.elements for name in attrs} == {
        name for _, attrs in harmless.elements for name in attrs
    }
    assert not page.unbalanced


def test_every_link_on_the_page_has_its_target() -> None:
    """Anchors lead somewhere, and no two elements share an id."""
    page = Page(render(sample.report("ada"), sample.report("bob")))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    wanted = {attrs["href"][1:] for attrs in page.all("a") if attrs["href"].startswith("#")}
    assert wanted | {attrs["aria-labelledby"] for _, attrs in page.elements if "aria-labelledby" in attrs} <= set(ids)


def test_errors_come_before_answers_to_read() -> None:
    """What went wrong with us stands first, once, with all whom it concerns; then the questions for a person."""
    text = Page(render(sample.report("ada"), sample.report("bob"))).text
    assert f"residual_block.carries_its_input: {sample.STAFF_NOTE} 2 students: ada , bob" in text
    assert "2 What a convolution gives up" in text
    assert text.index(sample.STAFF_NOTE) < text.index("Answers to read")


def test_a_student_has_a_row_with_a_link() -> None:
    """The row has points, counts, where points were lost, the first reason, and leads to the student's own page."""
    html = render(sample.report("ada"))
    assert '<a href="../feedback/0.html"><bdi>ada</bdi></a>' in html
    assert "2.0 s The shape of a convolution&#39;s output, Batch normalisation, A residual network" in re.sub(
        r"\s+", " ", re.sub(r"<[^>]*>", " ", html)
    )


def test_a_check_leads_to_those_who_did_not_pass() -> None:
    """The words of its link are in the rows of these students, and in no other's."""
    failed = sample.report("ada")
    good = sample.report("zoe", checks=(sample.check("conv_output_shape", "integers", Outcome.PASSED),))
    page = Page(render(failed, good))
    word = "not:conv_output_shape.integers"
    assert word in [attrs["data-words"] for attrs in page.all("a") if "data-words" in attrs]
    rows = [attrs["data-words"].split() for attrs in page.all("tr") if "data-words" in attrs]
    assert [word in row for row in rows] == [True, False]


def test_a_small_class_has_no_remark_on_discrimination() -> None:
    """Of few students it is chance; of many, a check that the better ones fail is named."""

    def classroom(size: int) -> str:
        reports = []
        for number in range(size):
            is_good = number % 2 == 0
            checks = (
                sample.check("q", "wrong", Outcome.FAILED if is_good else Outcome.PASSED),
                sample.check("q", "right", Outcome.PASSED if is_good else Outcome.FAILED, points=3.0),
            )
            question = sample.question("q", 3.0 if is_good else 1.0, 4.0)
            reports.append(sample.report(f"s{number}", questions=(question,), checks=checks, trainings=()))
        return Page(render(*reports)).text

    assert "does worse elsewhere" not in classroom(6)
    assert "does worse elsewhere" in classroom(20)


def test_a_class_without_anything_has_a_page() -> None:
    """No report, no run: nothing is divided by zero, and the page says so."""
    text = Page(render(not_graded=(StudentId("ada"),))).text
    assert "Nothing is graded yet." in text
    assert "1 not graded" in text


def test_the_hardest_checks_come_first() -> None:
    """Those that everybody passed are none of them."""
    found = class_statistics(AssignmentId("convnets"), [sample.report("ada")])
    names = [check.check_id for check in hardest(found, 2)]
    assert len(names) == 2
    assert not {"conv_output_shape.shape", "max_pool_by_hand.values"} & set(names)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (61, "1 min"), (7100, "118 min"), (9000, "2 h 30 min")]
)
def test_times_are_said_as_people_say_them(seconds: float, text: str) -> None:
    """Seconds, minutes, hours."""
    assert seconds_text(seconds) == text


def test_errors_wait_first() -> None:
    """An ERROR is looked at before a question that a person reads anyway."""
    found = waiting([sample.report("ada"), sample.report("bob")])
    assert [(each.student, each.question, each.why) for each in found] == [
        ("ada", "residual_block", Why.ERROR),
        ("bob", "residual_block", Why.ERROR),
        ("ada", "tradeoff", Why.MANUAL),
        ("bob", "tradeoff", Why.MANUAL),
    ]
    assert found[0].notes == (f"residual_block.carries_its_input: {sample.STAFF_NOTE}",)


def test_what_the_gradebook_says_wins() -> None:
    """What a person graded waits no more; what changed since does again, also where it has a score."""
    said = {"tradeoff": False, "residual_block": False, "max_pool_by_hand": True}
    found = waiting([sample.report("ada")], lambda student, question: said.get(question.grade_id))
    assert [(each.question, each.why) for each in found] == [(GradeId("max_pool_by_hand"), Why.AGAIN)]
