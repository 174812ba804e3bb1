"""What a training showed is on the student's page: how it was measured, what was confused, and the sure mistakes."""

import base64
import re

import msgspec
import pytest
import sample_reports
from sample_reports import CONFUSION, MISTAKES, OVERLAPS, SOURCES

from autograder.records import Attempt, Evidence, Measure
from autograder.reports import trained
from autograder.reports.feedback import render_feedback


@pytest.fixture
def record():
    """A training with everything."""
    return sample_reports.report().trainings[0]


def page(**changes):
    """Return the page of a report whose training is another one."""
    sample = sample_reports.report()
    changed = msgspec.structs.replace(sample.trainings[0], **changes)
    sample = msgspec.structs.replace(sample, trainings=(changed,))
    return render_feedback(sample, title="Convnets", sources=SOURCES)


def test_every_mistake_is_shown_with_both_classes(record):
    """The picture is in the page itself, and says in words what it is and what it was taken for."""
    html = page()
    for mistake in MISTAKES:
        assert base64.b64encode(mistake.image).decode() in html
        label, predicted = (record.class_names[each] for each in (mistake.label, mistake.predicted))
        assert f'alt="An image of the class {label}"' in html
        assert f"<strong>{label}</strong>, taken for {predicted}" in html


def test_every_overlap_is_shown_with_its_value():
    """The picture is in the page itself, and beside it and for who cannot see it by how much both places overlap."""
    html = page()
    for overlap in OVERLAPS:
        assert base64.b64encode(overlap.image).decode() in html
        assert f'alt="An image with two outlines, which overlap by {overlap.iou:.0%}"' in html.replace(" %", "%")
    assert "Orange, dashed" in html
    assert "Orange, dashed" not in page(overlaps=())


def test_the_confusion_matrix_is_a_table(record):
    """Each class has a row and a column, the diagonal is marked, and shares are those of the row."""
    html = page()
    rows = trained.confusion(record)
    assert [[cell.count for cell in row.cells] for row in rows] == [list(row) for row in CONFUSION]
    assert [row.cells[number].is_right for number, row in enumerate(rows)] == [True] * 10
    assert sum(cell.share for cell in rows[3].cells) == pytest.approx(1, abs=0.01)
    assert len(re.findall(r'<th scope="row">', html)) == len(re.findall(r'<th scope="col">', html)) == 10


@pytest.mark.parametrize(
    "changes",
    [
        {"confusion": (), "mistakes": (), "class_names": ()},
        {"confusion": ((1, 2), (3, 4))},
        {"confusion": (*CONFUSION[:9], (1, 2))},
        {"class_names": ("a",)},
    ],
    ids=["nothing", "small", "torn", "few names"],
)
def test_what_does_not_fit_is_left_out(record, changes):
    """A report of an earlier version, or one that does not fit its classes, still makes a page."""
    changed = msgspec.structs.replace(record, **changes)
    assert not trained.confusion(changed)
    assert "Reached" in page(**changes) or "Not reached" in page(**changes)


def test_names_are_escaped():
    """A class is called what a file says: it is text."""
    html = page(class_names=("<script>alert(1)</script>", *"bcdefghij"))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence.RECIPE, "trained with the recipe <code>quick</code>, your model recognised"),
        (Evidence.CONTINUED, "trained on from your weights with the recipe <code>quick</code>, your model recognised"),
        (Evidence.WEIGHTS, "with your weights, your model recognised"),
        (Evidence.PREDICTIONS, "as your notebook left it, your model recognised"),
    ],
)
def test_the_page_says_what_was_measured(evidence, words):
    """A training of ours and one of the student's are told apart."""
    assert words in page(evidence=evidence)


def test_the_page_speaks_of_the_measure():
    """Boxes and masks are not recognised, they overlap; the curve's axis says so too."""
    html = page(measure=Measure.IOU)
    assert "your model reached an intersection over union of 57.1 % on average, on images it had never seen" in html
    assert ">intersection over union</text>" in html
    assert ">accuracy</text>" in page()


def test_what_was_not_trained_here_has_no_curve():
    """An accuracy without epochs is told in words alone, and nobody reads that a training failed."""
    attempt = Attempt(seed=0, test=(0.4,), train=(), loss=())
    html = page(evidence=Evidence.PREDICTIONS, attempts=(attempt,), mistakes=())
    assert 'class="curve"' not in html
    assert "did not finish" not in html
    assert "40" in html
