"""Promises of `notebooks.restore`: what is kept, what is put back, and where an answer is found."""

from __future__ import annotations

import copy
import json

from nbformat import NotebookNode
from notebooks import code, make_notebook, text
from practical import ALL, ANSWERS, BECAUSE, STUBS, WHY, answers_of, copied, position, release, restored, said, solved

from autograder.notebooks.restore import restore


def test_a_whole_submission_is_left_as_it_is():
    """A submission in the release's shape needs no repair and keeps its answers."""
    result = restored(solved())
    assert result.repairs == ()
    assert answers_of(result) == ALL
    assert [cell.id for cell in result.notebook.cells] == [cell.id for cell in release().cells]
    assert result.release_id == "aaaa"


def test_the_inputs_are_not_changed():
    """Neither the submitted notebook nor the release is changed."""
    submitted, released = make_notebook(solved()), release()
    before = json.dumps(submitted), json.dumps(released)
    made = restore(submitted, released)
    made.notebook.cells[0].source = "changed"
    made.notebook.metadata.autograder.release_id = "changed"
    assert (json.dumps(submitted), json.dumps(released)) == before


def test_locked_cells_come_from_the_release():
    """An edited check and a deleted locked cell are put back, and said."""
    given = solved()
    given[position(given, "test_area")].source = "pass"
    del given[position(given, "intro")]
    result = restored(given)
    assert said(result) == [("missing", "intro"), ("changed", "area")]
    assert [cell.source for cell in result.notebook.cells] == [
        cell.source for cell in restored(solved()).notebook.cells
    ]


def test_a_missing_answer_is_added_from_the_release():
    """A deleted solution cell comes back as its stub."""
    given = solved()
    del given[position(given, "area")]
    result = restored(given)
    assert answers_of(result) == {**ALL, "area": STUBS["area"]}
    assert said(result) == [("missing", "area")]


def test_the_last_of_several_versions_counts():
    """Of two different answers to a question the last one counts; the earlier one still runs before it."""
    given = solved()
    older = copied(given[position(given, "area")], "def area(width, height):\n    return 0")
    given.insert(position(given, "area"), older)
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("duplicate", "area")]
    sources = [cell.source for cell in result.notebook.cells]
    assert sources.index(older.source) == sources.index(ANSWERS["area"]) - 1


def test_a_copy_that_is_still_the_stub_does_not_undo_the_answer():
    """A stub that was pasted below the answer neither counts nor runs."""
    given = solved()
    given.append(copy.deepcopy(release().cells[position(given, "area")]))
    result = restored(given)
    assert answers_of(result) == ALL
    assert STUBS["area"] not in [cell.source for cell in result.notebook.cells]


def test_a_split_answer_is_joined():
    """The two halves of a cell that was split, both with its mark, are one answer again."""
    given = solved()
    at = position(given, "area")
    first_lines, last_line = ANSWERS["area"].rsplit("\n", 1)
    given[at].source = first_lines
    given.insert(at + 1, copied(given[at], last_line))
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("joined", "area")]


def test_lost_marks_are_found_again():
    """A notebook whose editor dropped all metadata and cell ids still has all its answers."""
    given = solved()
    for cell in given:
        cell.metadata = NotebookNode()
        del cell["id"]
    result = restored(given)
    assert answers_of(result) == ALL
    assert {kind for kind, _ in said(result)} == {"found"}
    assert len(result.notebook.cells) == len(release().cells)


def test_a_renamed_answer_is_found_by_what_it_defines():
    """A solution cell with another grade id is found by the names that it defines."""
    given = solved()
    cell = given[position(given, "area")]
    cell.metadata.nbgrader.grade_id, cell.id = "my_area", "other"
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("found", "area")]


def test_an_answer_in_a_new_cell_is_taken():
    """An answer written below an untouched stub counts, wherever the stub stands."""
    given = solved()
    given[position(given, "area")].source = STUBS["area"]
    given.insert(0, NotebookNode(code(ANSWERS["area"]), id="mine"))
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("found", "area")]


def test_an_answer_in_the_cell_of_another_question_is_taken_from_there():
    """A definition that stands in another question's cell is not undone by its own stub."""
    given = solved()
    given[position(given, "total")].source = ANSWERS["total"] + "\n" + ANSWERS["area"]
    given[position(given, "area")].source = STUBS["area"]
    result = restored(given)
    assert answers_of(result)["area"] == ANSWERS["area"]
    assert said(result) == [("found", "area")]


def test_an_answer_in_a_locked_cell_is_taken_from_there():
    """What a student wrote into a check cell is not lost when the check is put back."""
    given = solved()
    given[position(given, "test_area")].source = ANSWERS["area"] + "\n\nassert callable(area)"
    given[position(given, "area")].source = STUBS["area"]
    assert answers_of(restored(given)) == ALL


def test_a_written_answer_below_its_cell_is_taken():
    """Text below an untouched cell for a written answer is that answer."""
    given = solved()
    at = position(given, "why")
    given[at].source = WHY
    given.insert(at + 1, NotebookNode(text(BECAUSE)))
    assert answers_of(restored(given)) == ALL


def test_a_retyped_answer_is_code_again():
    """A solution cell that was turned into Markdown keeps its text and runs."""
    given = solved()
    at = position(given, "area")
    given[at] = NotebookNode(text(ANSWERS["area"]), id="x", metadata=given[at].metadata)
    result = restored(given)
    assert answers_of(result) == ALL
    assert result.notebook.cells[at].cell_type == "code"
    assert said(result) == [("retyped", "area")]


def test_own_cells_stay_where_they_were():
    """A student's own cells stay behind the cells that they followed, with ids of their own and no outputs."""
    given = solved()
    given.insert(position(given, "test_area"), NotebookNode(code("area(2, 3)"), id="mine"))
    given.insert(0, NotebookNode(code("import os"), id="mine-too"))
    result = restored(given)
    assert result.repairs == ()
    sources = [cell.source for cell in result.notebook.cells]
    assert sources[0] == "import os"
    assert sources.index("area(2, 3)") == sources.index(ANSWERS["area"]) + 1
    assert len({cell.id for cell in result.notebook.cells}) == len(sources)


def test_cells_are_put_back_into_order():
    """Reordered answers come back in the release's order, and it is said."""
    given = solved()
    at = position(given, "grid")
    given.insert(0, given.pop(at))
    result = restored(given)
    assert [cell.id for cell in result.notebook.cells] == [cell.id for cell in release().cells]
    assert ("order", None) in said(result)


def test_edited_cells_of_the_instructor_keep_the_students_text():
    """An unmarked cell of the release may be edited; the student's text stays."""
    given = solved()
    given[1].source = "import math\nimport random"
    assert restored(given).notebook.cells[1].source == "import math\nimport random"


def test_outputs_are_stripped():
    """No output and no execution count of the submitted file is left."""
    given = solved()
    given[1].outputs = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    given[1].execution_count = 7
    assert "stdout" not in json.dumps(restored(given).notebook)
    assert restored(given).notebook.cells[1].execution_count is None


def test_another_release_or_assignment_is_said():
    """A notebook from another release, or of another assignment, is graded all the same, and it is said."""
    assert [r.kind for r in restored(solved(), autograder={"release_id": "bbbb"}).repairs] == ["release"]
    other = restored(solved(), autograder={"assignment": "maths", "release_id": 3})
    assert [r.message for r in other.repairs] == ["The notebook says that it belongs to the assignment `maths`."]


def test_what_a_notebook_says_of_itself_is_not_passed_on():
    """A release id that can be none reaches neither the report nor a sentence in it."""
    result = restored(solved(), autograder={"assignment": "<b>", "release_id": "x" * 5000})
    assert (result.release_id, result.repairs) == ("", ())


def test_a_notebook_of_something_else_gives_the_stubs():
    """A notebook that has nothing of the assignment gives the stubs behind the student's own cells."""
    result = restored([NotebookNode(code("print('hello')"), id="x")])
    assert answers_of(result) == {**STUBS, "why": WHY}
    assert result.notebook.cells[0].source == "print('hello')"
    assert "None of the assignment's cells" in result.repairs[0].message


def test_large_notebooks_are_restored_quickly():
    """Thousands of own cells cost seconds, not minutes."""
    given = solved()
    for number, cell in enumerate(given):
        cell.metadata, cell.source = NotebookNode(), f"{cell.source}\n# {number}"
    given[5:5] = [
        NotebookNode(code(f"x{n} = [{n}] * 3\nfor i in x{n}:\n    print(i)"), id=f"n{n}") for n in range(4000)
    ]
    assert len(restored(given).notebook.cells) >= 4000
