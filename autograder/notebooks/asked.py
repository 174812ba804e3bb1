"""What each question of a released notebook asks, in the words of its text."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from autograder.notebooks import cells
from autograder.notebooks.cells import CellKind
from autograder.records import GradeId

_QUESTION = re.compile(r"^\*\*Question\b[^\n`]*(?:`([^`\n]+)`)?", re.MULTILINE)


def texts_of_questions(released: NotebookNode) -> dict[GradeId, str]:
    """Return the text, in Markdown, that asks each question of a release.

    It is the part of a text cell that begins with ``**Question `grade_id```, up to the next such part; without one, the
    text cell that stands last before the answer. A task is its own text. A question without any text is left out.
    """
    named: dict[str, str] = {}
    found: dict[GradeId, str] = {}
    last = ""
    for cell in released.cells:
        name, kind = cells.grade_id(cell), cells.kind(cell)
        if kind is CellKind.TASK and name is not None:
            found[name] = cell.source.strip()
        elif name is not None and kind.is_answer:
            found[name] = named.get(name, last)
            last = ""
        elif cell.cell_type == "markdown":
            last = cell.source.strip()
            named |= _parts(cell.source)
    return {name: text for name, text in found.items() if text}


def _parts(text: str) -> dict[str, str]:
    """Return the parts of a text that name their question."""
    starts = list(_QUESTION.finditer(text))
    ends = [each.start() for each in starts[1:]] + [len(text)]
    return {each[1]: text[each.start() : end].strip() for each, end in zip(starts, ends, strict=False) if each[1]}
