"""The page that a student reads."""

from __future__ import annotations

import pytest
import sample_reports as sample
from page import Page

from autograder.records import (
    CellRun,
    CellStatus,
    GradeId,
    GradeReport,
    ModelPicture,
    ModelRow,
    Outcome,
    Repair,
    RepairKind,
    StudentId,
)
from autograder.reports.feedback import render_feedback

TITLE = "Convolutional networks"
ATTACKS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "`</code><script>alert(1)</script>`",
    "</title></style></pre><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "javascript:alert(1)",
    "a\u202eb\u200bc\x00d\x1b[2J\ud800",
)
PLAIN = "html head meta title style body a header p bdi h1 h2 h3 div strong span ul ol li nav main section code footer"
DRAWN = "svg g line text polyline circle rect path"
TABLE = "table caption thead tbody tr th td img"
ASKED = "em blockquote br hr"
ALLOWED_TAGS = frozenset(f"{PLAIN} figure figcaption {DRAWN} {TABLE} {ASKED} details summary pre mark".split())


def _html(report: GradeReport | None = None, sources: dict[GradeId, str] | None = None, title: str = TITLE) -> str:
    return render_feedback(
        report or sample.report(), title=title, sources=sample.SOURCES if sources is None else sources
    )


def _with_picture() -> GradeReport:
    """Return the report of a student one of whose failed checks shows the model."""
    failed = sample.check("residual_block", "branch", Outcome.FAILED, message="Relu comes first.", model=sample.PICTURE)
    return sample.report(checks=(*sample.report().checks, failed))


def _hostile(attack: str) -> str:
    """Return a page in which the attack stands wherever a student has a say."""
    row = ModelRow(number=0, kind=attack, name=attack, settings=attack, shape=attack, remarks=(attack,), is_marked=True)
    picture = ModelPicture(rows=(row, ModelRow(left_out=2, takes=(0,))), remarks=(attack,))
    report = sample.report(
        student=attack,
        problem=attack,
        questions=(
            sample.question("q", None, 2.0, title=attack),
            sample.question("manual", None, 1.0, sample.QuestionKind.MANUAL, title=attack),
        ),
        checks=(
            sample.check("q", "a", Outcome.FAILED, title=attack, message=attack, hint=attack, model=picture),
            sample.check("q", "b", Outcome.NOT_RUN, waits_for=(attack,)),
            sample.check("q", "c", Outcome.ERROR, message=attack),
        ),
        cells=(CellRun(index=1, grade_id=GradeId("q"), status=CellStatus.RAISED, message=attack, notes=(attack,)),),
        repairs=(Repair(kind=RepairKind.CHANGED, message=attack, grade_id=GradeId(attack)),),
        release_id=attack,
    )
    both = {GradeId("q"): attack, GradeId("manual"): attack}
    return render_feedback(report, title=attack, sources=both, asked={GradeId("q"): attack})


def test_the_page_is_one_static_file() -> None:
    """No script, form, frame, foreign address or handler is in it, and its policy forbids them."""
    page = Page(_html(_with_picture()))
    assert {tag for tag, _ in page.elements} <= ALLOWED_TAGS
    assert not page.unbalanced
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert all(attrs["href"].startswith("#") for attrs in page.all("a"))
    assert all(attrs["src"].startswith("data:image/png;base64,") for attrs in page.all("img"))
    policy = next(
        attrs["content"] for attrs in page.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_only_text(attack: str) -> None:
    """Markup in names, titles, messages, code and answers adds no element and no attribute."""
    page, harmless = Page(_hostile(attack)), Page(_hostile("harmless"))
    spans = {"span", "code"}  # colours of code, and what stands in backticks
    assert [tag for tag, _ in page.elements if tag not in spans] == [
        tag for tag, _ in harmless.elements if tag not in spans
    ]
    assert {name for _, attrs in page.elements for name in attrs} == {
        name for _, attrs in harmless.elements for name in attrs
    }
    assert not page.unbalanced


def test_unseen_characters_are_shown() -> None:
    """Control, bidirectional and zero-width characters appear as their codes, and the page encodes."""
    html = _hostile(ATTACKS[-1])
    html.encode()
    assert r"a\u202eb\u200bc\u0000d\u001b[2J\ud800" in html
    assert not set("\u202e\u200b\x00\x1b\ud800") & set(html)


def test_every_link_has_its_target_and_every_id_is_one() -> None:
    """Anchors lead somewhere, and no two elements share an id."""
    page = Page(_html())
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    wanted = [attrs["href"][1:] for attrs in page.all("a")] + [
        a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a
    ]
    assert set(wanted) <= set(ids)


def test_questions_stand_in_the_order_of_the_report() -> None:
    """Titles appear in the notebook's order."""
    html = _html().partition("<main")[2]
    places = [html.index(question.title.replace("'", "&#39;")) for question in sample.report().questions]
    assert places == sorted(places)


def test_points_are_told() -> None:
    """The page tells what was earned, what checks decide, and what a person will still give."""
    text = Page(_html()).text
    assert "8 of 20.5 points so far" in text
    assert "Checks decide 17.5 points." in text
    assert "gives up to 3 more" in text


def test_a_failed_check_is_explained() -> None:
    """Its word, sentence, hint and points are there."""
    text = Page(_html()).text
    assert "✗ Failed All three sizes are whole numbers." in text
    assert "conv_output_shape returned (4.5, 4.5, 8) ; whole numbers were asked for." in text
    assert "Hint Python's // divides and rounds down." in text


def test_a_failed_check_shows_the_model_with_the_place_marked() -> None:
    """Below the sentence stands the student's own model as a drawing, described for those who do not see it."""
    page = Page(_html(_with_picture()))
    (picture,) = [attrs for attrs in page.all("svg") if attrs["class"] == "model-picture"]
    assert picture["aria-label"] == "A model of 8 steps; marked: step 2, BatchNormalization"
    assert page.text.index("Relu comes first.") < page.text.index("Your model, with the place marked")
    assert "model-picture" not in _html().partition("</style>")[2]


def test_the_model_is_a_table_too() -> None:
    """Who cannot see the drawing reads the same rows, with the place marked in words."""
    text = Page(_html(_with_picture())).text
    table = text.partition("The same as a table")[2]
    assert "2 BatchNormalization block/batch_normalization (None, 9, 6, 4) 16 here , always in inference mode" in table
    assert "3 more steps" in table
    assert "328 parameters, 312 trainable" in table


def test_what_was_asked_stands_with_the_question() -> None:
    """The text of the question is laid out above the checks; a question without one says nothing."""
    asked = {GradeId("residual_block"): "**Question `residual_block`.** Write a *block*:\n\n* with $x_i$"}
    page = Page(render_feedback(sample.report(), title=TITLE, sources=sample.SOURCES, asked=asked))
    assert page.text.count("What was asked") == 1
    assert "What was asked Question residual_block . Write a block : with x_i" in page.text
    assert {tag for tag, _ in page.elements} <= ALLOWED_TAGS


def test_the_line_that_raised_is_marked() -> None:
    """The student's code has the place of the error marked, and says so to those who do not see the colour."""
    line = "return (height - kernel_size) / stride + 1, (width - kernel_size) / stride + 1, filters"
    raised = sample.check(
        "conv_output_shape", "a", Outcome.FAILED, message=f"it raised TypeError: no (line 4: `{line[:60]}`)"
    )
    html = _html(sample.report(checks=(raised,)))
    assert html.count("<mark>") == 1
    assert "return" in html.partition("<mark>")[2].partition("</mark>")[0]
    assert ", line 4 marked" in html


def test_a_person_is_told_with_the_questions() -> None:
    """What a person will grade is named above, with a link to it."""
    text = Page(_html()).text
    assert "gives up to 3 more: What a convolution gives up ." in text


def test_a_check_without_points_shows_none() -> None:
    """A check that others depend on is no 0/0."""
    free = sample.check("q", "a", Outcome.PASSED, points=0.0)
    html = _html(sample.report(questions=(sample.question("q", 0.0, 1.0),), checks=(free,)))
    assert 'class="earned"' not in html.partition('class="checks"')[2].partition("</ul>")[0]


def test_a_passed_check_gives_no_hint() -> None:
    """Hints come after failures only."""
    passed = sample.check("q", "a", Outcome.PASSED, hint="the hint")
    assert "the hint" not in _html(sample.report(questions=(sample.question("q", 1.0, 1.0),), checks=(passed,)))


def test_a_check_that_waits_says_for_what() -> None:
    """A check that was not run names the check that has to pass first, by its title, with a link."""
    text = Page(_html()).text
    assert "because another check has to pass first: The model returns ten scores for each image." in text


def test_an_error_of_ours_is_told_kindly() -> None:
    """The student learns that a person will look and that nothing is lost, and nothing of the suite."""
    html = _html()
    text = Page(html).text
    assert "Nothing is lost" in text
    assert "through no fault of yours" in text
    assert "secret of the suite" not in html


def test_staff_notes_stay_with_staff() -> None:
    """No staff note of a check or of the report is on the page."""
    html = _html()
    assert sample.STAFF_NOTE not in html
    assert "only for staff" not in html


def test_the_run_is_told() -> None:
    """Repairs, notes, errors, limits and cells that were not run are listed."""
    text = Page(_html()).text
    for sentence in (
        "The cell that tests residual_block had been changed",
        "!pip install keras was skipped. In cell 4 of the notebook",
        "NotImplementedError was raised in line 3.",
        "The cell ran for more than 60 seconds. In cell 21 of the notebook",
        "2 cells were not run.",
    ):
        assert sentence in text


def test_a_training_is_drawn_and_described() -> None:
    """The curve has a description for those who do not see it, and a sentence with accuracy and floor."""
    page = Page(_html())
    (picture,) = page.all("svg")
    assert picture["role"] == "img"
    assert picture["aria-label"].endswith("Asked for: 62 %.")
    assert "your model recognised 57.1 % of images it had never seen; 62 % was asked for." in page.text
    assert "It was trained 2 times" in page.text


def test_a_file_that_is_no_notebook_still_has_a_page() -> None:
    """The problem is told first, and no question is hidden."""
    questions = (sample.question("q", 0.0, 2.0),)
    report = sample.report(
        problem="The file is no notebook.", questions=questions, checks=(), cells=(), trainings=(), repairs=()
    )
    text = Page(_html(report, {})).text
    assert "This notebook could not be graded The file is no notebook." in text
    assert "0 of 2 points" in text


def test_an_unanswered_manual_question_does_not_wait() -> None:
    """A manual question that was left as released has its 0 points, and says why."""
    question = sample.question("tradeoff", 0.0, 3.0, sample.QuestionKind.MANUAL)
    text = Page(_html(sample.report(questions=(question,), checks=(), cells=()))).text
    assert "not answered" in text
    assert "A person reads" not in text


def test_the_same_report_gives_the_same_page() -> None:
    """No time, path or host is on the page."""
    assert _html() == _html()


def test_a_very_long_source_is_clipped_and_quick() -> None:
    """A megabyte of code neither fills the page nor stops the batch."""
    source = "f('" * 350_000
    html = _html(sources={GradeId("conv_output_shape"): source})
    assert len(html) < len(_html(sources={})) + 50_000
    assert "more characters)" in html


def test_a_student_with_nothing_at_all_has_a_page() -> None:
    """An assignment without questions draws no bar, and does not divide by zero."""
    report = sample.report(student=StudentId(""), questions=(), checks=(), cells=(), repairs=(), trainings=())
    assert "0 of 0 points" in Page(_html(report, {})).text
