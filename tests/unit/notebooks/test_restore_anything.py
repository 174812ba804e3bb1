"""Promises of `notebooks.restore` for whatever is done to a submission."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from notebooks import code
from practical import ALL, STUBS, WHY, answers_of, copied, release, restored, solved

from autograder.notebooks import cells
from autograder.notebooks.restore import restore

Cells = list[NotebookNode]


def _split(given: Cells, at: int, to: int, *, is_marked: bool) -> None:
    lines = given[at].source.split("\n")
    cut = to % len(lines)
    second = copied(given[at], "\n".join(lines[cut:]))
    if not is_marked:
        second.metadata = NotebookNode()
    given[at].source = "\n".join(lines[:cut])
    given.insert(at + 1, second)


def _merge(given: Cells, at: int, to: int) -> None:
    last = min(at + 1 + to % 3, len(given) - 1)
    given[at].source = "\n\n".join(cell.source for cell in given[at : last + 1])
    del given[at + 1 : last + 1]


def _remark(given: Cells, at: int, to: int) -> None:
    given[at].metadata = copy.deepcopy(given[to].metadata)


def _rename(given: Cells, at: int, to: int) -> None:
    if "nbgrader" in given[at].metadata:
        given[at].metadata.nbgrader.grade_id += "_copy"


def _retype(given: Cells, at: int, to: int) -> None:
    given[at].cell_type = ("raw", "markdown", "code")[to % 3]


def _edit(given: Cells, at: int, to: int) -> None:
    given[at].source += ("\nx = 1", "\n\ty = 2\n        z = 3", "\r\n# hm", "\n%time x\n!ls", "\x00\ufeff", '"""')[
        to % 6
    ]


def _edit_checksum(given: Cells, at: int, to: int) -> None:
    if "nbgrader" in given[at].metadata:
        given[at].metadata.nbgrader.checksum = "0" * 32


def _blank(given: Cells, at: int, to: int) -> None:
    stubs = {**STUBS, "why": WHY}
    given[at].source = stubs.get(cells.grade_id(given[at]), "") if to % 2 else ""


MANGLINGS: dict[str, Callable[[Cells, int, int], object]] = {
    "delete": lambda given, at, to: given.pop(at),
    "duplicate": lambda given, at, to: given.insert(to, copied(given[at])),
    "move": lambda given, at, to: given.insert(to, given.pop(at)),
    "split": lambda given, at, to: _split(given, at, to, is_marked=True),
    "split without a mark": lambda given, at, to: _split(given, at, to, is_marked=False),
    "merge": _merge,
    "mark of another": _remark,
    "rename": _rename,
    "strip": lambda given, at, to: given[at].update(metadata=NotebookNode()),
    "strip all": lambda given, at, to: [cell.update(metadata=NotebookNode(), id="") for cell in given],
    "retype": _retype,
    "edit": _edit,
    "checksum": _edit_checksum,
    "blank": _blank,
    "insert": lambda given, at, to: given.insert(to, NotebookNode(code("scratch = 1"), id="cell-3")),
    "same id": lambda given, at, to: given[at].update(id=given[to].id),
    "garbage": lambda given, at, to: given.insert(
        to, NotebookNode(cell_type=3, source="x = 1", metadata=NotebookNode(), id="")
    ),
}


def mangled(steps: list[tuple[str, int, int]]) -> Cells:
    """Return a correct submission after some steps of damage."""
    given = solved()
    for what, at, to in steps:
        if given:
            MANGLINGS[what](given, at % len(given), to % len(given))
    return given


def untouched_answers(given: Cells) -> set[str]:
    """Return the questions whose marked cells all hold the answer, or the stub beside it."""
    texts: dict[str, set[str]] = {}
    for cell in given:
        name = cells.grade_id(cell)
        if name in ALL:
            texts.setdefault(name, set()).add(cell.source)
    return {
        name
        for name, found in texts.items()
        if ALL[name] in found and found <= {ALL[name], {**STUBS, "why": WHY}[name]}
    }


STEPS = st.lists(st.tuples(st.sampled_from(list(MANGLINGS)), st.integers(0, 40), st.integers(0, 40)), max_size=8)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.sampled_from(["aaaa", "bbbb", ""]))
def test_no_mangling_raises_or_loses_an_undamaged_answer(steps, release_id):
    """Whatever is done to a submission, restore returns the release's cells, and keeps answers that were left alone."""
    given = mangled(steps)
    if not any(cell.source.strip("\x00\ufeff \n") for cell in given):
        return
    kept = untouched_answers(given)
    before = json.dumps(given)
    result = restored(given, autograder={"assignment": "practical", "release_id": release_id})
    assert json.dumps(given) == before
    found = answers_of(result)
    assert {name for name in kept if ALL[name] not in found[name]} == set()
    assert [cell.id for cell in result.notebook.cells if not cell.id.startswith("own-")] == [
        cell.id for cell in release().cells
    ]
    locked = [cell for cell in release().cells if cells.kind(cell).is_locked]
    assert [cell for cell in result.notebook.cells if cells.kind(cell).is_locked] == locked
    assert all(repair.message and repair.staff_note for repair in result.repairs)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_a_restored_notebook_needs_no_repair(steps):
    """Restoring what was restored changes nothing and has nothing to say."""
    given = mangled(steps)
    if not any(cell.source.strip("\x00\ufeff \n") for cell in given):
        return
    result = restored(given)
    again = restore(result.notebook, release())
    assert again.notebook == result.notebook
    assert again.repairs == ()
