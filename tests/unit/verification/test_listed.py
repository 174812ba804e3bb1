"""The list of mutants that a person calls equivalent."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.corpus import reference_sources
from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.mutation import make_mutants
from autograder.notebooks import cells
from autograder.notebooks.reading import read_notebook
from autograder.verification.mutants import MAX_LISTED, read_listed

ROOT = Path(__file__).parents[3]


def test_no_file_lists_nothing(tmp_path: Path) -> None:
    """An assignment need not have one."""
    assert read_listed(tmp_path / "equivalent.toml") == {}


@pytest.mark.parametrize("text", ["[[mutant]]\nname = 1", '[[mutant]]\nname = "a"', "mutant = [", "other = 1"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    """Each entry has a name and a reason."""
    (tmp_path / "equivalent.toml").write_text(text)
    with pytest.raises(AssignmentError, match=r"equivalent\.toml"):
        read_listed(tmp_path / "equivalent.toml")


@pytest.mark.parametrize("name", Course(ROOT).assignments)
def test_what_is_listed_is_there_and_not_much(name: str) -> None:
    """Every name is one of a mutant, and at most one mutant in twenty is named."""
    assignment = Course(ROOT).assignment(name)
    code = {q for q, cell in cells.answers(read_notebook(assignment.source.read_bytes())) if cell.cell_type == "code"}
    sources = {question: text for question, text in reference_sources(assignment).items() if question in code}
    names = {mutant.name for mutant in make_mutants(sources)}
    listed = read_listed(assignment.solutions / "equivalent.toml")
    assert set(listed) <= names
    assert all(listed.values())
    assert len(listed) <= MAX_LISTED * len(names)
