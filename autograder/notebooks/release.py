"""Makes the student version of an assignment, as files in memory, and compares or writes them.

A release holds the notebook, the public checks (``public_*.py``), `check.toml` with a second copy of the notebook, a
pinned `requirements.txt` and the files that the assignment declares; nothing else of the assignment's folder. Equal
inputs give equal bytes.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import json
import re
import shutil
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode
from nbformat.notebooknode import from_dict

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, SubmissionError
from autograder.notebooks import cells, check_file, leaks
from autograder.notebooks.cells import CellKind
from autograder.notebooks.generate import generate
from autograder.notebooks.reading import read_notebook
from autograder.records import GradeId, QuestionKind

REQUIREMENTS = "requirements.txt"
_PINNED = ("tensorflow", "keras", "numpy", "matplotlib")
_PUBLIC_IMPORTS = ("__future__", "numpy", "pytest", "autograder.suite")
_CELL_METADATA = ("nbgrader", "deletable", "editable", "tags")
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IGNORED = (".ipynb_checkpoints", "__pycache__")


def make_release(course: Course, assignment: Assignment, points: Mapping[GradeId, float]) -> dict[str, bytes]:
    """Return what students get, by path.

    Parameters
    ----------
    course
        Its `requirements.lock` says which versions are pinned; without one, those that are installed.
    assignment
        Its source notebook is released through nbgrader's generate step.
    points
        The sum of each automatic question's points in the suite; they are written into its grade cell.

    Raises
    ------
    AssignmentError
        If the notebook and the suite do not fit each other, or if the release would show what is hidden.
    """
    source = _read_source(assignment)
    _write_points(source, points, assignment)
    notebook = _tidied(generate(assignment.id, source))
    given = {**_public_checks(assignment), **_declared_files(assignment)}
    release_id = _release_id(notebook, given)
    notebook.metadata[cells.METADATA_KEY] = {"assignment": assignment.id, "release_id": release_id}
    files = {
        **given,
        assignment.source.name: cells.to_bytes(notebook),
        check_file.NAME: check_file.encode(_check_file(assignment, notebook, given, release_id)),
        check_file.RELEASED: cells.to_bytes(notebook),
        REQUIREMENTS: _requirements(course),
    }
    found = leaks.leaks(files, assignment)
    if found:
        raise AssignmentError(f"the release of {assignment.id} would show what is hidden: {found[0]}")
    return dict(sorted(files.items()))


def write_release(assignment: Assignment, files: Mapping[str, bytes]) -> None:
    """Make the release's folder hold exactly these files."""
    for path in stale_paths(assignment, files):
        target = assignment.release / path
        if path in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files[path])
        elif target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink()


def stale_paths(assignment: Assignment, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the paths in the release's folder that are missing, different or too many; none if it is up to date."""
    folder = assignment.release
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and not set(path.relative_to(folder).parts) & set(_IGNORED)
    }
    changed = {path for path in there & set(files) if (folder / path).read_bytes() != files[path]}
    return tuple(sorted(changed | (there ^ set(files))))


def read_release(assignment: Assignment) -> NotebookNode:
    """Return the released notebook.

    Raises
    ------
    AssignmentError
        If there is none, or if it is not one that `release` wrote.
    """
    path = assignment.released_notebook
    try:
        notebook: NotebookNode = nbformat.reads(path.read_text("utf-8"), as_version=4)
        written = cells.provenance(notebook)[0] == assignment.id
    except FileNotFoundError:
        raise AssignmentError(f"{path} is missing: run `autograder release {assignment.id}`") from None
    except (nbformat.ValidationError, ValueError, KeyError, TypeError, AttributeError):  # whatever else lies there
        written = False
    if not written:
        raise AssignmentError(
            f"{path} was not written by `autograder release`: run `autograder release {assignment.id}`"
        )
    return notebook


def _read_source(assignment: Assignment) -> NotebookNode:
    """Return the instructor's notebook, valid, with an id for each cell."""
    data = assignment.source.read_bytes()
    try:
        read_notebook(data)
        content = json.loads(data)
        if content.get("nbformat") != 4 or not all(isinstance(cell, dict) for cell in content["cells"]):
            raise AssignmentError(f"{assignment.source}: this is no notebook of format 4")
        content["nbformat_minor"] = 5
        _give_ids(content["cells"])
        nbformat.validate(content)
        source: NotebookNode = nbformat.reads(json.dumps(content), as_version=4)
    except (SubmissionError, nbformat.ValidationError) as error:
        reason = error.message if isinstance(error, SubmissionError) else str(error).splitlines()[0]
        raise AssignmentError(f"{assignment.source}: {reason}") from error
    return source


def _give_ids(given: list[NotebookNode]) -> None:
    """Give an id to cells that have none of their own: the grade id, or one from the text."""
    used: set[str] = set()
    for number, cell in enumerate(given):
        text = f"{number}\n{cell.get('source', '')}"
        derived = hashlib.sha256(text.encode()).hexdigest()[:16]
        candidates = (cell.get("id"), cells.grade_id(cell), derived, f"{derived}-{number}")
        cell["id"] = next(each for each in candidates if each and _CELL_ID.fullmatch(each) and each not in used)
        used.add(cell["id"])


def _write_points(source: NotebookNode, points: Mapping[GradeId, float], assignment: Assignment) -> None:
    """Write the suite's points into the grade cells, where every cell and every question has its counterpart."""
    where = assignment.source.name
    found: dict[str, CellKind] = {}
    for cell in source.cells:
        kind, name = cells.kind(cell), cells.grade_id(cell)
        if kind is CellKind.PLAIN:
            continue
        if name is None or name in found:
            raise AssignmentError(
                f"{where}: {'two cells have' if name else 'a cell has no'} grade id {name or ''}".strip()
            )
        found[name] = kind
        if kind is CellKind.TASK:
            raise AssignmentError(f"{where}: {name} is a manually graded task; make it a manually graded answer")
        if kind is not CellKind.TEST:
            continue
        question = cells.question(cell)
        if question is None or question == name or found.get(question) is not CellKind.SOLUTION:
            raise AssignmentError(f"{where}: the grade cell {name} follows no solution cell {question or name}")
        if cells.points(cell):
            raise AssignmentError(f"{where}: {name} says points; they stand in the suite's @points alone, put 0 here")
        if question not in points:
            raise AssignmentError(f"{where}: {name} is a grade cell, but no check of the suite belongs to {question}")
        total = points[question]
        cell.metadata.nbgrader.points = int(total) if float(total).is_integer() else float(total)
    lost = sorted(question for question in points if cells.TEST_PREFIX + question not in found)
    if lost:
        raise AssignmentError(f"{where}: the suite has checks for {lost[0]}, but there is no grade cell test_{lost[0]}")


def _tidied(notebook: NotebookNode) -> NotebookNode:
    """Leave out of a notebook whatever depends on the machine or the editor it was written with."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = NotebookNode({name: cell.metadata[name] for name in _CELL_METADATA if name in cell.metadata})
    return notebook


def _release_id(notebook: NotebookNode, given: Mapping[str, bytes]) -> str:
    """Return the id of a release: it changes with what students read and run, not with points, limits or versions."""
    told = [
        [cell.cell_type, cell.source, cells.grade_id(cell), cells.kind(cell), cell.get("attachments")]
        for cell in notebook.cells
    ]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for path, data in sorted(given.items()):
        digest.update(f"\x00{path}\x00{hashlib.sha256(data).hexdigest()}".encode())
    return digest.hexdigest()[:16]


def _public_checks(assignment: Assignment) -> dict[str, bytes]:
    """Return the checks that students get; they may use only what a student's machine has."""
    found = {}
    for path in sorted(assignment.suite.glob(f"{leaks.PUBLIC}*.py")):
        data = path.read_bytes()
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError) as error:
            raise AssignmentError(f"{path}: {error}") from error
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        for node in imports:
            names = [node.module or "."] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            for name in names:
                if not any(name == allowed or name.startswith(f"{allowed}.") for allowed in _PUBLIC_IMPORTS):
                    raise AssignmentError(
                        f"{path}:{node.lineno}: public checks import numpy, pytest, autograder.suite alone, not {name}"
                    )
        found[path.name] = data
    return found


def _declared_files(assignment: Assignment) -> dict[str, bytes]:
    """Return the files that the assignment declares."""
    found = {}
    for name in assignment.settings.files:
        own = (assignment.source.name, check_file.NAME, check_file.RELEASED, REQUIREMENTS)
        if name in own or name.startswith(leaks.PUBLIC):
            raise AssignmentError(
                f"{assignment.id}: files = {name!r}, but the release has a file of its own by that name"
            )
        found[name] = (assignment.folder / name).read_bytes()
    return found


def _check_file(
    assignment: Assignment, notebook: NotebookNode, given: Mapping[str, bytes], release_id: str
) -> check_file.CheckFile:
    """Return what the student's own machine is told."""
    kinds = {CellKind.TEST: QuestionKind.AUTOMATIC, CellKind.MANUAL: QuestionKind.MANUAL}
    return check_file.CheckFile(
        assignment=assignment.id,
        title=assignment.settings.title,
        release_id=release_id,
        notebook=assignment.source.name,
        public_checks=tuple(sorted(name for name in given if name.startswith(leaks.PUBLIC))),
        files=tuple(sorted(assignment.settings.files)),
        weights=tuple(sorted(assignment.settings.weights)),
        execution=assignment.settings.execution,
        limits=assignment.settings.limits,
        questions=tuple(
            check_file.ReleasedQuestion(grade_id=name, kind=kinds[cells.kind(cell)], points=cells.points(cell))
            for cell in notebook.cells
            if cells.kind(cell) in kinds and (name := cells.question(cell)) is not None
        ),
    )


def _requirements(course: Course) -> bytes:
    """Return the pinned requirements of a student's machine, from the course's lock or else as installed here."""
    lock = course.root / "requirements.lock"
    lines = lock.read_text().splitlines() if lock.is_file() else []
    pins = [line.removesuffix("\\").strip() for line in lines if re.match(rf"({'|'.join(_PINNED)})==", line)]
    if not pins:
        pins = [f"{name}=={importlib.metadata.version(name)}" for name in _PINNED]
    own = f"autograder=={importlib.metadata.version('autograder')}"
    return "".join(f"{line}\n" for line in sorted([*pins, own])).encode()
