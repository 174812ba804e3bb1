"""What is linted, read once: notebook, release, suite and corpus.

What cannot be read is a finding, and the rest goes on.
"""

from __future__ import annotations

import ast
import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.corpus import Variant, read_corpus
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.linting.findings import Finding, found
from autograder.notebooks import cells, check_file, leaks, release
from autograder.records import CheckId
from autograder.suite import plugin, runner
from autograder.suite.plugin import Check

_IGNORED = (".ipynb_checkpoints", "__pycache__")


@dataclass(frozen=True)
class SuiteFile:
    """A file of the suite, parsed."""

    path: Path
    tree: ast.Module

    @property
    def is_public(self) -> bool:
        """Whether students get it, too."""
        return self.path.name.startswith(leaks.PUBLIC)


@dataclass(frozen=True)
class NumberedCell:
    """A cell of a notebook, and the name by which a person finds it."""

    name: str
    cell: NotebookNode

    @property
    def is_markdown(self) -> bool:
        """Whether it holds text that students read."""
        return bool(self.cell.get("cell_type") == "markdown")

    @property
    def source(self) -> str:
        """The text of the cell."""
        return str(self.cell.get("source", ""))


@dataclass(frozen=True)
class Material:
    """An assignment as it lies on disk.

    Attributes
    ----------
    source
        The instructor's notebook, with outputs, attachments and all metadata.
    released
        The released notebook; None where there is none that can be read.
    release_files
        What lies in the release's folder, by path.
    checks
        Empty where the suite cannot be collected.
    variants
        The corpus; empty where it cannot be read.
    problems
        What could not be read.
    """

    course: Course
    assignment: Assignment
    source: NotebookNode
    released: NotebookNode | None
    release_files: Mapping[str, bytes]
    suite: tuple[SuiteFile, ...]
    checks: Mapping[CheckId, Check]
    variants: tuple[Variant, ...]
    problems: tuple[Finding, ...] = ()

    def path(self, path: Path) -> str:
        """Return a path from the course's folder."""
        return path.relative_to(self.course.root).as_posix()

    @property
    def source_path(self) -> str:
        """Path of the source notebook, from the course's folder."""
        return self.path(self.assignment.source)

    def release_path(self, name: str) -> str:
        """Return the path of a released file, from the course's folder."""
        return self.path(self.assignment.release / name)

    @property
    def can_run(self) -> bool:
        """Whether submissions could be graded with it."""
        return self.released is not None and bool(self.checks) and bool(self.variants)


def read(course: Course, assignment: Assignment) -> Material:
    """Read everything that is linted."""
    problems: list[Finding] = []

    def path(of: Path) -> str:
        return of.relative_to(course.root).as_posix()

    source = NotebookNode(cells=[], metadata=NotebookNode())
    try:
        source = parse(assignment.source.read_bytes())
    except ValueError as error:
        message = f"this is no notebook of format 4 ({error}): open it in JupyterLab, and save it"
        problems.append(found("source-unusable", assignment.source.name, message, path=path(assignment.source)))
    checks: Mapping[CheckId, Check] = {}
    try:
        checks = runner.collect(assignment.suite)
    except AssignmentError as error:
        problems.append(found("suite-unusable", assignment.id, error.message, path=path(assignment.suite)))
    variants: tuple[Variant, ...] = ()
    if source.cells:
        try:
            variants = read_corpus(assignment)
        except AssignmentError as error:
            problems.append(found("corpus-unusable", assignment.id, error.message, path=path(assignment.solutions)))
    released: NotebookNode | None = None
    if source.cells and checks:
        problems += _about_the_release(course, assignment, checks)
        with contextlib.suppress(AssignmentError):  # a finding about the release says so
            released = release.read_release(assignment)
    return Material(
        course=course,
        assignment=assignment,
        source=source,
        released=released,
        release_files=_files(assignment.release, assignment.source.name),
        suite=tuple(_suite_files(assignment.suite)),
        checks=checks,
        variants=variants,
        problems=tuple(problems),
    )


def parse(data: bytes) -> NotebookNode:
    """Return a notebook of format 4 with everything that is in it.

    Raises
    ------
    ValueError
        If it is none.
    """
    content = json.loads(data)
    if not isinstance(content, dict) or content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        raise ValueError("it has no nbformat 4, or no list of cells")
    has_cells = all(
        isinstance(each, dict) and {"cell_type", "metadata", "source"} <= set(each) for each in content["cells"]
    )
    if not has_cells or not isinstance(content.get("metadata"), dict):
        raise ValueError("something in it is no cell, or there are no metadata")
    notebook: NotebookNode = nbformat.v4.reads(data.decode())
    return notebook


def numbered(notebook: NotebookNode) -> Iterator[NumberedCell]:
    """Yield the cells of a notebook with their names: ``grade_id``, or the cell's place, counted from 1."""
    for number, cell in enumerate(notebook.cells, 1):
        yield NumberedCell(cells.grade_id(cell) or f"cell {number}", cell)


def _about_the_release(course: Course, assignment: Assignment, checks: Mapping[CheckId, Check]) -> Iterator[Finding]:
    """Yield what keeps the release from being made, or how it differs from what would be made now."""
    try:
        files = release.make_release(course, assignment, plugin.points_by_question(checks))
    except AssignmentError as error:
        path = assignment.source.relative_to(course.root).as_posix()
        yield found("release-impossible", assignment.id, error.message, path=path)
        return
    if not assignment.release.is_dir():
        path = assignment.release.relative_to(course.root).as_posix()
        do = f"run `autograder release {assignment.id}`"
        yield found("release-stale", assignment.id, f"there is no release: {do}", path=path)
        return
    for name in release.stale_paths(assignment, files):
        path = (assignment.release / name).relative_to(course.root).as_posix()
        state = "is missing" if not (assignment.release / name).exists() else "is not what the assignment gives"
        if name not in files:
            state = "does not belong there"
        yield found("release-stale", name, f"it {state}: run `autograder release {assignment.id}`", path=path)


def _files(folder: Path, notebook: str) -> dict[str, bytes]:
    """Return what lies in the release's folder; a copy of the notebook that `release` put there is left out."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    relative = {path.relative_to(folder): path for path in paths}
    files = {name.as_posix(): path.read_bytes() for name, path in relative.items() if not set(name.parts) & {*_IGNORED}}
    if check_file.RELEASED in files and files[check_file.RELEASED] == files.get(notebook):
        del files[check_file.RELEASED]
    return files


def _suite_files(folder: Path) -> Iterator[SuiteFile]:
    for path in sorted(folder.glob("*.py")):
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue  # collecting it says so
        yield SuiteFile(path, tree)
