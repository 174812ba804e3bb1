"""Builds notebooks for tests, cell by cell, as an instructor's source notebook or a student's."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode
from nbformat.notebooknode import from_dict

SOLUTION_START, SOLUTION_END = "### BEGIN SOLUTION", "### END SOLUTION"


def text(source: str) -> dict:
    """Return an unmarked Markdown cell."""
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def code(source: str) -> dict:
    """Return an unmarked code cell."""
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


def locked(grade_id: str, source: str, *, cell_type: str = "markdown") -> dict:
    """Return a read-only cell."""
    return _marked(grade_id, source, cell_type, grade=False, solution=False, locked=True)


def solution(grade_id: str, source: str, *, before: str = "", after: str = "") -> dict:
    """Return a solution cell; `source` stands in a solution region, between what students see."""
    region = f"{SOLUTION_START}\n{source}\n{SOLUTION_END}"
    return answer(grade_id, "\n".join(part for part in (before, region, after) if part))


def answer(grade_id: str, source: str) -> dict:
    """Return a solution cell with exactly this text."""
    return _marked(grade_id, source, "code", grade=False, solution=True, locked=False)


def check(grade_id: str, source: str = "", *, points: float = 0) -> dict:
    """Return the locked grade cell of question `grade_id`."""
    return _marked(f"test_{grade_id}", source, "code", grade=True, solution=False, locked=True, points=points)


def manual(grade_id: str, source: str, *, points: float = 2, cell_type: str = "markdown") -> dict:
    """Return a cell for an answer that a person grades."""
    return _marked(grade_id, source, cell_type, grade=True, solution=True, locked=False, points=points)


def make_notebook(cells: Iterable[dict], **metadata: object) -> NotebookNode:
    """Return a notebook of format 4.5 with these cells; each gets an id from its place."""
    made = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}, **metadata},
            "cells": made,
        }
    )


def _marked(grade_id: str, source: str, cell_type: str, *, points: float | None = None, **flags: bool) -> dict:
    marks = {"schema_version": 3, "grade_id": grade_id, "task": False, **flags}
    if points is not None:
        marks["points"] = points
    cell = code(source) if cell_type == "code" else text(source)
    return {**cell, "metadata": {"nbgrader": marks}}
