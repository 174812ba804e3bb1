"""Promises of `notebooks.release` and of what it is made of: nbgrader's step, `check.toml`, the search for leaks."""

from __future__ import annotations

import copy
import json

import msgspec
import nbformat
import pytest
from courses import POINTS, make_course, source
from notebooks import answer, check, code, make_notebook, manual, solution, text

from autograder.errors import AssignmentError
from autograder.notebooks import cells, check_file
from autograder.notebooks.leaks import leaks
from autograder.notebooks.release import make_release, read_release, stale_paths, write_release


@pytest.fixture
def practical(tmp_path):
    """Make a course with one assignment."""
    return make_course(tmp_path)


def released(course, assignment, points=POINTS):
    """Return the notebook in a release."""
    return nbformat.reads(make_release(course, assignment, points)["practical.ipynb"].decode(), as_version=4)


def test_a_release_holds_what_students_get_and_nothing_else(practical):
    """The notebook, the public checks, the generated files and the declared file go out; the rest stays."""
    assert set(make_release(*practical, POINTS)) == {
        "practical.ipynb",
        "public_area.py",
        "check.toml",
        "released.json",
        "requirements.txt",
        "data/words.txt",
    }


def test_solutions_become_stubs(practical):
    """Solution regions become stubs that keep what stands around them; outputs go."""
    notebook = released(*practical)
    texts = {cells.grade_id(cell): cell.source for cell in notebook.cells}
    assert texts["area"] == (
        'def area(width, height):\n    """Return the area."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    )
    assert texts["total"] == "# YOUR CODE HERE\nraise NotImplementedError()"
    assert texts["why"] == "YOUR ANSWER HERE"
    assert notebook.cells[1].outputs == []


def test_points_of_the_suite_stand_in_the_grade_cells(practical):
    """Each grade cell gets its question's sum; a manual question keeps its own points."""
    assert cells.question_points(released(*practical)) == {"area": 2.0, "total": 1.5, "why": 3.0}


def test_a_release_is_the_same_every_time(practical, tmp_path):
    """Equal inputs give equal bytes, wherever the course lies and whatever ids the cells lack."""
    notebook = source()
    for cell in notebook.cells:
        del cell["id"]
    first = make_course(tmp_path / "first", notebook)
    second = make_course(tmp_path / "second", notebook)
    assert make_release(*first, POINTS) == make_release(*second, POINTS)
    assert make_release(*practical, POINTS) == make_release(*practical, POINTS)


def test_the_release_id_names_what_students_read(practical):
    """The id changes with a text or a declared file, not with points, limits or the versions of packages."""
    course, assignment = practical

    def release_id(points=POINTS):
        return cells.provenance(released(course, course.assignment("practical"), points))

    name, first = release_id()
    assert name == "practical"
    assert len(first) == 16
    (assignment.folder / "assignment.toml").write_text(
        'title = "Other"\nfiles = ["data/words.txt"]\n[limits]\ncell_s = 5\n'
    )
    (course.root / "requirements.lock").write_text("numpy==9.9 \\\n    --hash=sha256:00\n")
    assert release_id({"area": 7.0, "total": 1.0}) == (name, first)
    (assignment.folder / "data" / "words.txt").write_text("four")
    assert release_id() != (name, first)


def test_the_lock_pins_what_students_install(practical):
    """Versions come from the course's lock, with their markers and without hashes."""
    course, assignment = practical
    lock = (
        "keras==3.0 \\\n    --hash=sha256:00\nnumpy==1.0 ; python_version < '3' \\\n    --hash=sha256:00\nnumpyro==2\n"
    )
    (course.root / "requirements.lock").write_text(lock)
    lines = make_release(course, assignment, POINTS)["requirements.txt"].decode().splitlines()
    assert lines[0].startswith("autograder==")
    assert lines[1:] == ["keras==3.0", "numpy==1.0 ; python_version < '3'"]


def test_the_check_file_says_what_a_student_may_know(practical):
    """`check.toml` reads back as what was written: questions, points, limits, public checks."""
    files = make_release(*practical, POINTS)
    content = check_file.decode(files["check.toml"])
    assert check_file.encode(content) == files["check.toml"]
    assert [(q.grade_id, q.kind, q.points) for q in content.questions] == [
        ("area", "automatic", 2.0),
        ("total", "automatic", 1.5),
        ("why", "manual", 3.0),
    ]
    assert content.public_checks == ("public_area.py",)
    assert content.release_id == cells.provenance(released(*practical))[1]


def test_the_notebook_is_released_twice(practical):
    """The second copy is the notebook to the byte, and belongs to its `check.toml`: cells are put back from it."""
    files = make_release(*practical, POINTS)
    assert files["released.json"] == files["practical.ipynb"]
    content = check_file.decode(files["check.toml"])
    assert check_file.decode_released(files["released.json"], content) == released(*practical)
    other = msgspec.structs.replace(content, release_id="0123456789abcdef")
    with pytest.raises(ValueError, match="0123456789abcdef"):
        check_file.decode_released(files["released.json"], other)


@pytest.mark.parametrize("title", ['a "quote" and a \\', "naïve 中 🙂", "line\nbreak\x7f\x01"])
def test_any_title_survives_the_check_file(practical, title):
    """A title with quotes, other alphabets or control characters reads back as it was."""
    content = check_file.decode(make_release(*practical, POINTS)["check.toml"])
    content = msgspec.structs.replace(content, title=title)
    assert check_file.decode(check_file.encode(content)) == content


def test_writing_makes_the_folder_hold_the_release(practical):
    """Written files are up to date; a change, a missing file and one too many are seen and put right."""
    course, assignment = practical
    files = make_release(course, assignment, POINTS)
    assert stale_paths(assignment, files) == tuple(files)
    write_release(assignment, files)
    assert stale_paths(assignment, files) == ()
    assert cells.to_bytes(read_release(assignment)) == files["practical.ipynb"]
    (assignment.release / "check.toml").write_text("")
    (assignment.release / "data" / "words.txt").unlink()
    (assignment.release / "solution.py").write_text("")
    (assignment.release / "__pycache__").mkdir()
    (assignment.release / "__pycache__" / "x.pyc").write_text("")
    assert stale_paths(assignment, files) == ("check.toml", "data/words.txt", "solution.py")
    write_release(assignment, files)
    assert stale_paths(assignment, files) == ()


def test_nothing_but_the_release_is_written(practical):
    """Making a release writes nothing into the course: no gradebook, no folder."""
    course, assignment = practical
    before = sorted(course.root.rglob("*"))
    make_release(course, assignment, POINTS)
    assert sorted(course.root.rglob("*")) == before


@pytest.mark.parametrize("content", [None, "{}", "[]", '{"cells": 3}', "nonsense", '{"nbformat": 4, "cells": []}'])
def test_a_release_that_is_none_is_said(practical, content):
    """Without a released notebook the message says what to run."""
    _, assignment = practical
    if content is not None:
        assignment.release.mkdir(parents=True)
        assignment.released_notebook.write_text(content)
    with pytest.raises(AssignmentError, match="run `autograder release practical`"):
        read_release(assignment)


def _with_mark(cell: dict, **marks: object) -> dict:
    cell = copy.deepcopy(cell)
    cell["metadata"]["nbgrader"] |= marks
    return cell


WRONG = {
    "points in a grade cell": ([solution("a", "a = 1"), check("a", points=2)], {"a": 1}, "put 0 here"),
    "a question without checks": ([solution("a", "a = 1"), check("a")], {}, "no check of the suite belongs to a"),
    "checks without a question": ([text("x")], {"a": 1}, "there is no grade cell test_a"),
    "a grade cell of nothing": ([text("x"), check("a")], {"a": 1}, "follows no solution cell a"),
    "a grade cell of another name": (
        [solution("a", "a = 1"), _with_mark(check("a"), grade_id="a_test")],
        {"a": 1},
        "follows no solution cell a_test",
    ),
    "a doubled id": ([solution("a", "a = 1"), solution("a", "a = 1")], {}, "two cells have grade id a"),
    "no id": ([_with_mark(solution("a", "a = 1"), grade_id="")], {}, "a cell has no grade id"),
    "a task": ([_with_mark(manual("a", "x"), task=True, grade=False, solution=False)], {}, "manually graded task"),
    "an old schema": ([_with_mark(manual("a", "x"), schema_version=1)], {}, "Outdated schema version: 1"),
    "an unknown mark": ([_with_mark(manual("a", "x"), colour="red")], {}, "colour"),
    "a region without an end": ([answer("a", "### BEGIN SOLUTION\n")], {}, "no end solution statement found"),
    "a region in a plain cell": ([code("### BEGIN SOLUTION\n### END SOLUTION")], {}, "non-solution cell"),
    "no cells": ([], {}, "the notebook is empty"),
}


@pytest.mark.parametrize(("given", "points", "sentence"), WRONG.values(), ids=list(WRONG))
def test_a_notebook_that_cannot_be_released_is_said(tmp_path, given, points, sentence, capfd):
    """A fault of the instructor's notebook is an error that says what it is, and nothing else is printed."""
    course, assignment = make_course(tmp_path, make_notebook(given))
    with pytest.raises(AssignmentError, match=sentence):
        make_release(course, assignment, points)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not JSON"),
        (
            '{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "x"}]}]}',
            "no notebook of format 4",
        ),
        ('{"nbformat": 4, "cells": [3, {"source": "x"}]}', "no notebook of format 4"),
        ('{"nbformat": 4, "cells": [{"source": "x"}]}', "practical.ipynb"),
    ],
)
def test_a_broken_source_notebook_is_said(practical, content, sentence):
    """An instructor's file that is no valid notebook is an error of the assignment."""
    course, assignment = practical
    assignment.source.write_text(content)
    with pytest.raises(AssignmentError, match=sentence):
        make_release(course, assignment, POINTS)


@pytest.mark.parametrize(
    "line", ["import keras", "from autograder import suite_x", "from . import x", "import numpyro"]
)
def test_public_checks_use_only_what_students_have(practical, line):
    """A public check that imports something else is refused, with its line."""
    course, assignment = practical
    path = assignment.suite / "public_area.py"
    path.write_text(f"{path.read_text()}\n{line}\n")
    with pytest.raises(AssignmentError, match=r"public_area.py:\d+: public checks import"):
        make_release(course, assignment, POINTS)


def test_a_declared_file_cannot_replace_a_generated_one(practical):
    """A declared file by the name of a generated one is refused."""
    course, assignment = practical
    (assignment.folder / "check.toml").write_text("")
    (assignment.folder / "assignment.toml").write_text('title = "x"\nfiles = ["check.toml"]\n')
    with pytest.raises(AssignmentError, match="a file of its own by that name"):
        make_release(course, course.assignment("practical"), POINTS)


def test_a_clean_release_has_no_leaks(practical):
    """What students may read is not taken for a leak, though the hidden suite and the solutions say it too."""
    course, assignment = practical
    (assignment.solutions / "accepted" / "other.py").write_text(
        'def area(width, height):\n    """Return the area."""\n    raise NotImplementedError()\n    return 1\n'
    )
    assert leaks(make_release(course, assignment, POINTS), assignment) == ()


LEAKS = {
    "a line of a solution region": ("data/words.txt", b"product_of_both_sides   = width * height", "product_of_both"),
    "a written answer": ("data/words.txt", b"x\nBecause the weights are shared by all positions.", "Because the"),
    "numbers of a solution": ("data/words.txt", b"[[1, 101], [103,\n107], [109, 2]]", "101,103,107,109"),
    "a line of the hidden suite": ("practical.ipynb", None, "is wrong"),
    "a line of it in the other copy": ("released.json", None, "is wrong"),
    "numbers of the hidden suite": ("public_area.py", b"VALUES = (17, 19, 23, 29)", "17,19,23,29"),
    "another solution": ("data/words.txt", b"return functools.reduce(mul, (width, height))", "functools.reduce"),
}


@pytest.mark.parametrize(("path", "content", "piece"), LEAKS.values(), ids=list(LEAKS))
def test_leaks_are_found(practical, path, content, piece):
    """Hidden lines and runs of numbers are found in every kind of released file, and in a notebook's metadata."""
    course, assignment = practical
    (assignment.solutions / "accepted" / "other.py").write_text("    return functools.reduce(mul, (width, height))\n")
    files = make_release(course, assignment, POINTS)
    if content is None:
        notebook = json.loads(files[path])
        notebook["metadata"]["note"] = {
            "deep": ['    assert submission.call("area", 3, 4) == 12, "the area of the hidden rectangle is wrong"']
        }
        content = json.dumps(notebook).encode()
    found = leaks({**files, path: content}, assignment)
    assert [leak.path for leak in found] == [path]
    assert piece in found[0].text


def test_a_release_with_a_leak_is_refused(practical):
    """A declared file that holds a line of the solution stops the release, and the line is named."""
    course, assignment = practical
    (assignment.folder / "data" / "words.txt").write_text("    product_of_both_sides = width * height\n")
    with pytest.raises(AssignmentError, match=r"data/words.txt: product_of_both_sides = width \* height"):
        make_release(course, assignment, POINTS)


def test_short_lines_and_imports_are_no_leaks(practical):
    """Lines under 25 characters, imports and runs of three numbers tell nothing."""
    course, assignment = practical
    files = make_release(course, assignment, POINTS)
    harmless = b"from autograder.suite import points, question\n@points(2)\n[17, 19, 23]\nreturn height * width"
    assert leaks({**files, "data/words.txt": harmless}, assignment) == ()
