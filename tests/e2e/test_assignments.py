"""What every assignment of this repository promises, whichever there are."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from autograder.cli.main import main
from autograder.corpus import VariantKind, fill, read_corpus
from autograder.course import Assignment, Course
from autograder.notebooks import cells
from autograder.notebooks.release import make_release, read_release, stale_paths
from autograder.notebooks.restore import restore_file
from autograder.suite.plugin import points_by_question
from autograder.suite.runner import collect

COURSE = Course(Path(__file__).parents[2])


@pytest.fixture(params=COURSE.assignments)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    """Each assignment of this repository."""
    return COURSE.assignment(request.param)


def test_the_release_is_up_to_date(assignment: Assignment) -> None:
    """What students get is what the assignment gives."""
    points = points_by_question(collect(assignment.suite))
    assert stale_paths(assignment, make_release(COURSE, assignment, points)) == ()


@pytest.mark.slow
def test_nothing_is_left_to_be_put_right(assignment: Assignment, capsys: pytest.CaptureFixture[str]) -> None:
    """`lint` finds nothing in the files: checks have titles, hints and mistakes, pictures words, points balance."""
    main(["--course", str(COURSE.root), "lint", assignment.id, "--quick", "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [f"{each['path']}: {each['rule']}:{each['where']}" for each in findings] == []


def test_the_notebook_is_kept_without_outputs(assignment: Assignment) -> None:
    """The source notebook is valid, and holds nothing of a run."""
    notebook = nbformat.read(assignment.source, 4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs"), cells.grade_id(cell)
        assert cell.get("execution_count") is None, cells.grade_id(cell)


@pytest.mark.slow
def test_nothing_is_repaired_in_an_honest_notebook(assignment: Assignment) -> None:
    """The release as it is, and with any answers of the corpus in it, is taken as it was handed in."""
    released = read_release(assignment)
    for variant in read_corpus(assignment):
        handed_in = fill(released, variant.sources)
        restored = restore_file(cells.to_bytes(handed_in), released)
        assert restored.repairs == (), variant.name
        assert [cell.source for cell in restored.notebook.cells] == [cell.source for cell in handed_in.cells]


def test_every_style_and_every_mistake_has_a_line_of_its_own(assignment: Assignment) -> None:
    """Variants are told apart by what their docstrings say, and there are right ones beside the reference."""
    corpus = read_corpus(assignment)
    titles = [variant.title for variant in corpus if variant.kind is VariantKind.ACCEPTED]
    assert titles
    assert len(set(titles)) == len(titles)
