"""Promises of `notebooks.restore` about cells that were split, merged, copied, retyped or written over."""

from __future__ import annotations

import copy

import pytest
from nbformat import NotebookNode
from notebooks import code, text
from practical import ALL, ANSWERS, BECAUSE, STUBS, answers_of, copied, position, release, restored, said, solved

from autograder.notebooks import cells

SPLIT = ANSWERS["area"].rsplit("\n", 1)


def unmarked(cell: NotebookNode, source: str) -> NotebookNode:
    """Return a cell with another text and without a mark, as some editors split cells."""
    return NotebookNode({**cell, "id": f"{cell.id}-b", "metadata": NotebookNode(), "source": source})


def merge(given: list[NotebookNode], *names: str, keep: int = 0) -> int:
    """Merge neighbouring cells as JupyterLab does, keeping mark and id of one; return where the cell stands."""
    first, last = position(given, names[0]), position(given, names[-1])
    merged = copy.deepcopy(given[position(given, names[keep])])
    merged.source = "\n\n".join(cell.source for cell in given[first : last + 1])
    given[first : last + 1] = [merged]
    return first


@pytest.mark.parametrize("keeps", ["first", "second", "neither"])
def test_halves_without_a_mark_are_joined(keeps):
    """A cell that was split amid a function is one answer again, whichever half kept the mark."""
    given = solved()
    at = position(given, "area")
    first, second = copy.deepcopy(given[at]), copy.deepcopy(given[at])
    first, second = (
        first if keeps == "first" else unmarked(first, ""),
        second if keeps == "second" else unmarked(second, ""),
    )
    first.source, second.source = SPLIT
    given[at : at + 1] = [first, second]
    result = restored(given)
    assert answers_of(result) == ALL
    assert ("joined", "area") in said(result)
    assert len(result.notebook.cells) == len(given) - 1


def test_all_parts_of_an_answer_are_joined():
    """An answer that was split twice, with marks on some of its parts and a stub between them, is whole again."""
    given = solved()
    at = position(given, "area")
    lines = ANSWERS["area"].split("\n")
    parts = [copied(given[at], line) for line in lines]
    parts[-1].metadata = NotebookNode()
    given[at : at + 1] = [parts[0], copied(given[at], STUBS["area"]), *parts[1:]]
    assert answers_of(restored(given)) == ALL


def test_a_cell_below_an_answer_is_no_half_of_it():
    """A cell that is Python by itself stays the student's own."""
    given = solved()
    given.insert(position(given, "area") + 1, NotebookNode(code("print(area(2, 3))"), id="mine"))
    result = restored(given)
    assert answers_of(result) == ALL
    assert result.repairs == ()


def test_two_answers_in_one_cell_are_separated():
    """Two answers that were merged, check cell and text between them included, are two again."""
    given = solved()
    at = merge(given, "area", "total")
    result = restored(given)
    assert answers_of(result) == ALL
    assert ("separated", "area") in said(result)
    assert ("separated", "total") in said(result)
    assert [cell.source for cell in result.notebook.cells] == [
        cell.source for cell in restored(solved()).notebook.cells
    ]
    assert f"Cell {at + 1} was cut" in next(r.staff_note for r in result.repairs if r.kind == "separated")


def test_two_answers_without_anything_between_them_are_separated():
    """What one cell defines for two questions is told apart by names, in the order in which it stands."""
    given = solved()
    del given[position(given, "total")]
    helper = "# by hand\ndef helper():\n    return 1"
    given[position(given, "area")].source = f"{ANSWERS['area']}\n\n{helper}\n\n\n{ANSWERS['total']}"
    result = restored(given)
    assert answers_of(result) == {**ALL, "area": f"{ANSWERS['area']}\n\n{helper}"}
    assert said(result) == [("separated", "area"), ("separated", "total")]


def test_all_answers_in_one_new_cell_are_found():
    """A student who wrote everything into one cell below untouched stubs loses nothing."""
    given = [*copy.deepcopy(release().cells), NotebookNode(code("\n\n".join(ANSWERS.values())), id="all")]
    given[position(given, "why")].source = BECAUSE
    result = restored(given)
    assert answers_of(result) == ALL
    assert {name for kind, name in said(result) if kind == "separated"} == set(ANSWERS)


@pytest.mark.parametrize("keep", [0, 1])
def test_an_answer_merged_with_its_check_is_separated(keep):
    """The check's text is no part of the answer, whichever mark is left."""
    given = solved()
    merge(given, "area", "test_area", keep=keep)
    result = restored(given)
    assert answers_of(result) == ALL
    assert {("separated", "area")} <= set(said(result))


def test_a_written_answer_merged_with_text_of_the_release_is_separated():
    """The heading that follows a written answer is no part of it."""
    given = solved()
    at = position(given, "why")
    given[at].source += "\n\n" + given[at + 1].source
    del given[at + 1]
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("separated", "why")]


def test_text_merged_into_code_is_text_again():
    """A check, a text and a written answer that became one cell of code are three cells of their types again."""
    given = solved()
    merge(given, "test_total", "why")
    result = restored(given)
    assert answers_of(result) == ALL
    assert result.notebook.cells[position(result.notebook.cells, "why")].cell_type == "markdown"


def test_an_edited_check_that_holds_the_answer():
    """The check is as released again, and what was written into it is the answer, helpers included."""
    given = solved()
    given[position(given, "area")].source = STUBS["area"]
    check = given[position(given, "test_area")]
    check.source = f"SIDE = 2\n{ANSWERS['area']}\n{check.source}  # mine"
    result = restored(given)
    assert answers_of(result)["area"].startswith(f"SIDE = 2\n{ANSWERS['area']}")
    assert ("changed", "area") in said(result)
    assert ("found", "area") in said(result)


def test_what_was_added_to_a_locked_cell_is_kept():
    """Text around a locked cell's own text stands in a cell of the student's own."""
    given = solved()
    check = given[position(given, "test_area")]
    check.source = f"helper = 3\n{check.source}\nprint(area(1, 2))"
    result = restored(given)
    sources = [cell.source for cell in result.notebook.cells]
    assert answers_of(result) == ALL
    assert said(result) == [("changed", "area")]
    assert "cell of its own" in result.repairs[0].message
    assert [source in sources for source in ("helper = 3", "print(area(1, 2))")] == [True, True]


@pytest.mark.parametrize("cell_type", ["markdown", "raw"])
def test_a_retyped_answer_without_a_mark_is_found(cell_type):
    """Code that became text and lost its mark is code again."""
    given = solved()
    at = position(given, "area")
    given[at] = NotebookNode(cell_type=cell_type, id="x", metadata=NotebookNode(), source=ANSWERS["area"])
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("found", "area"), ("retyped", "area")]


def test_a_written_answer_that_became_code_is_text_again():
    """The cell for a written answer is Markdown, whatever it was handed in as."""
    given = solved()
    at = position(given, "why")
    given[at] = NotebookNode({**code(BECAUSE), "id": "x", "metadata": given[at].metadata})
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("retyped", "why")]


@pytest.mark.parametrize(
    "around",
    [
        "%%time\n{}",
        "!pip install nothing\n{}",
        "{}\n%matplotlib inline\nfiles = !ls\narea?",
        "{}\nprint(“oops”",
        "{}\nx = (",
    ],
)
def test_an_answer_is_found_by_name_among_magics_and_mistakes(around):
    """The names that a cell defines are found though it holds magics, or does not parse as a whole."""
    given = solved()
    given[position(given, "area")].source = STUBS["area"]
    mine = around.format(ANSWERS["area"])
    given.append(NotebookNode(code(mine), id="mine"))
    result = restored(given)
    assert answers_of(result)["area"] == mine
    assert said(result) == [("found", "area")]


def test_an_answer_is_taken_out_of_a_cell_that_does_not_parse():
    """An answer in another question's cell is found though there is a mistake below it."""
    given = solved()
    given[position(given, "grid")].source = f"{ANSWERS['area']}\n\n{ANSWERS['grid']}\nx = ("
    given[position(given, "area")].source = STUBS["area"]
    assert answers_of(restored(given))["area"] == ANSWERS["area"]


def test_helpers_come_along_with_an_answer():
    """What an answer at the end of the notebook uses runs before it, where the answer is put in its place."""
    given = solved()
    given[position(given, "total")].source = STUBS["total"]
    given += [
        NotebookNode(code("def twice(x):\n    return 2 * x"), id="a"),
        NotebookNode(code("half = twice(1)"), id="b"),
        NotebookNode(code("total = half + 1"), id="c"),
    ]
    sources = [cell.source for cell in restored(given).notebook.cells]
    at = sources.index("total = half + 1")
    assert sources[at - 2 : at] == ["def twice(x):\n    return 2 * x", "half = twice(1)"]


@pytest.mark.parametrize("was_moved", [True, False], ids=["the answer was moved up", "a cell above it is gone"])
def test_what_an_answer_is_built_on_stays_right_above_it(was_moved):
    """Cells that are put back, or into their order, do not come between an answer and the cells that it needs."""
    given = solved()
    at = position(given, "grid")
    given[at].source = "rows = side\ncolumns = side + 1"
    base = [NotebookNode(code("side = 2"), id="a"), NotebookNode(code("print(side)"), id="b")]
    given[at:at] = base
    if was_moved:
        moved = given[at : at + 3]
        del given[at : at + 3]
        given[:0] = moved
    else:
        del given[at - 1]
    sources = [cell.source for cell in restored(given).notebook.cells]
    at = sources.index("rows = side\ncolumns = side + 1")
    assert sources[at - 3 : at] == ["And the grid.", "side = 2", "print(side)"]


@pytest.mark.parametrize(
    ("damage", "repair"),
    [("def area(width, height):\n    x = width * height\n\treturn x", "tabs mixed with spaces"),
     ("def area(width,\u00a0height):\n    return width * height", "blanks that are no spaces")],
)  # fmt: skip
def test_white_space_that_python_refuses_is_put_right(damage, repair):
    """Tabs among spaces and no-break spaces become spaces in answers and in own cells, and it is said."""
    given = solved()
    given[position(given, "area")].source = damage
    given.append(NotebookNode(code(damage.replace("area", "mine")), id="mine"))
    result = restored(given)
    assert said(result) == [("whitespace", "area"), ("whitespace", None)]
    assert repair in result.repairs[0].message
    assert f"Cell {position(given, 'area') + 1} did not parse" in result.repairs[0].staff_note
    compile(answers_of(result)["area"], "area", "exec")


def test_what_python_runs_is_not_touched():
    """Tabs, Windows line ends and odd quotes in an answer stay what they mean."""
    given = solved()
    given[position(given, "area")].source = "def area(width, height):\r\n\treturn width * height"
    given[position(given, "total")].source = "total = “3”"
    result = restored(given)
    assert answers_of(result)["area"] == "def area(width, height):\n\treturn width * height"
    assert answers_of(result)["total"] == "total = “3”"
    assert said(result) == [("characters", None)]


def test_pictures_of_an_answer_are_mentioned():
    """A written answer with a picture pasted into it says where to look for the picture."""
    given = solved()
    given[position(given, "why")].attachments = {"x.png": {"image/png": "aGk="}}
    result = restored(given)
    assert said(result) == [("pictures", "why")]
    assert not any("attachments" in cell for cell in result.notebook.cells)


def test_blank_cells_and_headings_are_kept():
    """Blank cells of the student's own neither vanish nor stand for anything."""
    given = solved()
    given[3:3] = [NotebookNode(code(""), id="a"), NotebookNode(text("  "), id="b")]
    result = restored(given)
    assert result.repairs == ()
    assert len(result.notebook.cells) == len(given)
    assert [cells.grade_id(cell) for cell in result.notebook.cells][3:5] == [None, None]
