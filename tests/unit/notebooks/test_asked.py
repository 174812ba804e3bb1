"""What each question asks, in the words of the release."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, v4

from autograder.course import Course
from autograder.notebooks.asked import texts_of_questions

ROOT = Path(__file__).parents[3]


def text(source: str) -> NotebookNode:
    return v4.new_markdown_cell(source)


def graded(name: str, *, source: str = "", markdown: bool = False, **flags: bool) -> NotebookNode:
    metadata = {"nbgrader": {"grade_id": name, "schema_version": 3, **flags}}
    make = v4.new_markdown_cell if markdown else v4.new_code_cell
    return make(source, metadata=metadata)


def texts(*made: NotebookNode) -> dict[str, str]:
    return texts_of_questions(v4.new_notebook(cells=list(made)))


def test_a_named_question_is_its_own_part() -> None:
    """The part begins where the question is named and ends where the next is; what stands before is no part of it."""
    found = texts(
        text("# Theory\n\nlong\n\n**Question `a`.** First.\n\n* one\n\n**Question `b`** (2 points). Second."),
        graded("a", solution=True),
        graded("b", solution=True),
    )
    assert found == {"a": "**Question `a`.** First.\n\n* one", "b": "**Question `b`** (2 points). Second."}


def test_else_it_is_the_text_before_the_answer() -> None:
    """It counts once: a second answer after it has no text of its own."""
    found = texts(text("old"), text("Do it."), graded("a", solution=True), graded("b", solution=True))
    assert found == {"a": "Do it."}


def test_a_task_is_its_own_text() -> None:
    """Its cell is both."""
    assert texts(graded("t", source="Draw it.", markdown=True, task=True, locked=True)) == {"t": "Draw it."}


@pytest.mark.parametrize("name", Course(ROOT).assignments)
def test_every_question_of_ours_has_a_text(name: str) -> None:
    """No question of the course is shown without what it asks."""
    from autograder.notebooks import cells

    path = Course(ROOT).assignment(name).released_notebook
    if not path.is_file():
        pytest.skip(f"{name} has no release yet")
    released = nbformat.read(path, as_version=4)
    assert set(texts_of_questions(released)) >= {grade_id for grade_id, _ in cells.answers(released)}
