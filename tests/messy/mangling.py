"""Mangles a submission at random, and knows which answers are still in it.

Cells stand in groups that stay together: the halves of an answer that was split are of no use apart. What is done to
a group leaves the answers in it whole, unless it says that it destroys them.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from messy import editors, files
from messy.builder import Cell, Notebook, Step, mark_of, mess, text_of
from messy.course import ANSWERS, CODE, STUBS, filled
from messy.groups import HARMFUL, HARMLESS, UNFINISHED, WRONG, Group, Mangled, told
from notebooks import code, text

MAX_CHANGES = 8
SAVED: Mapping[str, tuple[Step, ...]] = {
    "without ids": (editors.no_ids(),),
    "with one id": (editors.same_ids(),),
    "after a run in JupyterLab": (editors.jupyterlab(), editors.executed()),
    "in format 3": (editors.worksheets(3),),
    "without a minor version": (editors.minor(None, ids=True),),
    "for R": (editors.kernel("ir", "R"),),
    "by Colab": (editors.colab(),),
    "by VS Code": (editors.vscode(),),
    "by Kaggle": (editors.kaggle(),),
    "by a forgetful editor": (editors.forgetful(),),
}
"""What becomes of the whole notebook at last, by how it was saved."""


@dataclass
class Mangler:
    """A submission while it is mangled.

    Parameters
    ----------
    release
        What students get.
    chance
        Chooses everything.
    """

    release: Notebook
    chance: random.Random
    groups: list[Group] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    may_lose: set[str] = field(default_factory=set)
    history: list[str] = field(default_factory=list)
    _made: int = 0

    def mangle(self) -> Mangled:
        """Return what some changes, chosen at random, make of a submission that is right in most of its answers."""
        self._begin()
        for _ in range(self.chance.randint(1, MAX_CHANGES)):
            change = self.chance.choice(CHANGES)
            self.history.append(f"{change.__name__} {change(self)}")
        return self._end()

    def destroy(self) -> str:
        """Delete the answer to a question, all copies of it, or make nonsense of it."""
        name = self.chance.choice(sorted(ANSWERS))
        holding = [group for group in self.groups if name in group.answers]
        if not holding or any(group.answers != {name} for group in holding):
            return "-"
        text = self.chance.choice([None, "", STUBS[name], WRONG.get(name), UNFINISHED.get(name)])
        for group in holding:
            if text is None:
                self.groups.remove(group)
            else:
                group.cells[:] = [{**group.cells[-1], "source": text}]
                group.answers, group.is_plain = frozenset(), False
        self.answered.discard(name)
        return f"{name} {text!r}"

    def unmark(self) -> str:
        """Take the marks from a group, and in half of the cases the ids."""
        group = self._any()
        loses_id = self.chance.random() < 0.5
        for cell in group.cells:
            self._bare(cell, loses_id=loses_id)
        self.may_lose |= group.answers & {"why"}
        return f"{told(group)} id: {loses_id}"

    def rename(self) -> str:
        """Give the mark of a cell of code another id, one of another question's too."""
        group = self._any()
        cell = self.chance.choice(group.cells)
        if mark_of(cell) is None or cell["cell_type"] != "code":
            return "-"
        name = self.chance.choice(["mine", "cell-1", "test_x", *CODE])
        cell["metadata"]["nbgrader"]["grade_id"] = name
        cell["id"] = self._new_id()
        return f"{told(group)} {name}"

    def duplicate(self) -> str:
        """Copy a cell to anywhere."""
        group = self._any()
        if len(group.cells) > 1:
            return "-"
        made = copy.deepcopy(group)
        made.cells[0]["id"] = self._new_id()
        self._insert(made)
        return told(group)

    def add_older_version(self) -> str:
        """Put a wrong version of an answer above the right one."""
        name = self.chance.choice(sorted(CODE))
        holding = [group for group in self.groups if name in group.answers]
        if len(holding) != 1 or len(holding[0].cells) > 1 or holding[0].answers != {name}:
            return "-"
        group = holding[0]
        if mark_of(group.cells[0]) not in (None, name):
            return "-"
        older = {**copy.deepcopy(group.cells[0]), "source": WRONG[name], "id": self._new_id()}
        group.cells.insert(0, older)
        return told(group)

    def add_stub(self) -> str:
        """Put the stub of an answer anywhere, with its mark or without."""
        name = self.chance.choice(sorted(CODE))
        cell = copy.deepcopy(next(cell for cell in self.release["cells"] if mark_of(cell) == name))
        cell["id"] = self._new_id()
        if self.chance.random() < 0.5:
            cell["metadata"] = {}
        self._insert(Group([cell], is_plain=False))
        return f"{name} {mark_of(cell)}"

    def split(self) -> str:
        """Split the cell of an answer."""
        group = self._any()
        lines = text_of(group.cells[0]).split("\n")
        if len(group.answers) != 1 or not group.is_single_code or len(lines) < 2:
            return "-"
        if (mark_of(group.cells[0]) or "").startswith("test_"):  # what is split twice over, nobody can join
            return "-"
        if sum(bool(other.answers & group.answers) for other in self.groups) > 1:  # a half of a copy undoes the other
            return "-"
        (first,) = group.cells
        second = {**copy.deepcopy(first), "id": self._new_id()}
        line = self.chance.randrange(1, len(lines))
        first["source"], second["source"] = "\n".join(lines[:line]), "\n".join(lines[line:])
        bare = self.chance.choice([(), (first,), (second,), (first, second)])
        for cell in bare:
            self._bare(cell, loses_id=True)
        group.cells.append(second)
        return f"{told(group)} {line} {len(bare)}"

    def merge(self) -> str:
        """Merge two cells of code that stand one below the other."""
        number = self.chance.randrange(len(self.groups))
        pair = self.groups[number : number + 2]
        if len(pair) < 2 or not all(group.is_single_code and group.is_plain for group in pair):
            return "-"
        texts = [text_of(group.cells[0]) for group in pair]
        made = copy.deepcopy(self.chance.choice(pair).cells[0])
        made["source"] = self.chance.choice(["\n", "\n\n"]).join(texts)
        if self.chance.random() < 0.2:
            self._bare(made, loses_id=True)
        self.groups[number : number + 2] = [Group([made], pair[0].answers | pair[1].answers)]
        return f"{told(pair[0])} {told(pair[1])} {mark_of(made)}"

    def retype(self) -> str:
        """Give a cell another type."""
        group = self._any()
        if len(group.cells) > 1 or len(group.answers) > 1:
            return "-"
        (cell,) = group.cells
        group.is_plain &= cell["cell_type"] == "code"
        cell["cell_type"] = self.chance.choice(["code", "markdown", "raw"])
        for name, value in (("outputs", []), ("execution_count", None)):
            cell.pop(name, None)
            if cell["cell_type"] == "code":
                cell[name] = value
        if "why" in group.answers and mark_of(cell) is None:
            self.may_lose.add("why")
        return f"{told(group)} {cell['cell_type']}"

    def add_cell(self) -> str:
        """Put a cell of the student's own anywhere."""
        self._made += 1
        kind = self.chance.choice(["harmless", "harmful", "blank", "note"])
        if kind == "note":
            cell = text(f"Note {self._made}.")
        else:
            sources = {"harmless": HARMLESS, "harmful": HARMFUL, "blank": ("", "\n  \n")}[kind]
            cell = code(self.chance.choice(sources).format(self._made))
        self._insert(Group([{**cell, "id": self._new_id()}], is_plain=kind == "harmless"))
        return repr(cell["source"])

    def move(self) -> str:
        """Move a group to anywhere."""
        group = self._any()
        self.groups.remove(group)
        self._insert(group)
        if "why" in group.answers and all(mark_of(cell) is None for cell in group.cells):
            self.may_lose.add("why")
        return told(group)

    def delete(self) -> str:
        """Delete a cell that answers nothing."""
        group = self._any()
        if group.answers or len(group.cells) > 1 or len(self.groups) < 3:
            return "-"
        self.groups.remove(group)
        return told(group)

    def edit_locked(self) -> str:
        """Write something else into a locked cell."""
        group = self._any()
        if not group.is_locked:
            return "-"
        cell = group.cells[0]
        is_code = cell["cell_type"] == "code"
        cell["source"] = self.chance.choice(["pass" if is_code else "Nothing.", text_of(cell) + "\n# mine", ""])
        group.is_plain = False
        return f"{told(group)} {cell['source']!r}"

    def _begin(self) -> None:
        """Answer each question: rightly in most cases, wrongly or not at all in the others."""
        answers = {}
        for name in ANSWERS:
            luck = self.chance.random()
            if luck < 0.8 or (name == "why" and luck < 0.9):
                answers[name] = ANSWERS[name]
                self.answered.add(name)
            elif luck < 0.9:
                answers[name] = WRONG[name]
        for cell in filled(self.release, answers)["cells"]:
            cell["source"] = text_of(cell)
            marks = cell["metadata"].get("nbgrader", {})
            name = str(marks.get("grade_id"))
            held = frozenset({name}) & self.answered
            is_stub = marks.get("solution") is True and name not in answers
            is_free = not marks  # what is merged into a cell that anybody may edit stays there, above locked data
            is_locked = marks.get("locked") is True
            self.groups.append(Group([cell], held, is_plain=not (is_stub or is_free), is_locked=is_locked))

    def _end(self) -> Mangled:
        cells = [cell for group in self.groups for cell in group.cells]
        notebook = {**copy.deepcopy(self.release), "cells": cells}
        saved = self.chance.choice(["as it is", "as it is", "as it is", *SAVED])
        writer = self.chance.choice(
            [files.as_jupyter, files.on_one_line, files.with_mark, files.in_utf16, files.on_windows]
        )
        made = mess(notebook, *SAVED.get(saved, ()))
        had_mark = any(mark_of(cell) == "why" for cell in cells)
        if had_mark and not any("nbgrader" in cell.get("metadata", {}) for cell in made.get("cells", cells)):
            self.may_lose.add("why")
        return Mangled(
            writer(made),
            frozenset(self.answered),
            frozenset(self.may_lose),
            (*self.history, f"saved {saved} {writer.__name__}"),
        )

    def _any(self) -> Group:
        return self.chance.choice(self.groups)

    def _insert(self, group: Group) -> None:
        self.groups.insert(self.chance.randint(0, len(self.groups)), group)

    def _bare(self, cell: Cell, *, loses_id: bool) -> None:
        cell["metadata"] = {}
        if loses_id:
            cell["id"] = self._new_id()

    def _new_id(self) -> str:
        self._made += 1
        return f"new-{self._made}"


CHANGES = (
    *(Mangler.destroy, Mangler.unmark, Mangler.unmark, Mangler.rename, Mangler.duplicate, Mangler.add_older_version),
    *(
        Mangler.add_stub,
        Mangler.split,
        Mangler.merge,
        Mangler.merge,
        Mangler.retype,
        Mangler.add_cell,
        Mangler.add_cell,
    ),
    *(Mangler.move, Mangler.move, Mangler.delete, Mangler.edit_locked),
)
"""What is done to a submission, the frequent twice."""
