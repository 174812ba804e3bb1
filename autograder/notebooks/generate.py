"""nbgrader's own generate step, run in a folder of its own: it sees no gradebook and leaves nothing behind.

This is the only module of this package that imports nbgrader, and it does so inside its function.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import AssignmentError
from autograder.notebooks.cells import to_bytes
from autograder.records import AssignmentId

_SOURCE = "assignments"


class _Kept(logging.Handler):
    """Keeps what nbgrader logs as an error: the exception that it raises in the end says less."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.messages.append(record.getMessage())

    def reason(self) -> str:
        """Return what went wrong in one line: the last line of the first traceback, or else the first message."""
        raised = [message for message in self.messages if message.startswith("Traceback")]
        chosen = (raised or self.messages or ["no reason is given"])[0]
        return chosen.strip().splitlines()[-1]


def generate(assignment: AssignmentId, source: NotebookNode) -> NotebookNode:
    """Return the student version of an instructor's notebook.

    Solution regions become stubs, hidden tests go, outputs are cleared, cells are locked and get checksums.

    Raises
    ------
    AssignmentError
        If nbgrader refuses the notebook; the message says why.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what nbgrader and nbconvert do that is deprecated is not ours to mend
        from nbgrader.converters import GenerateAssignment
        from nbgrader.converters.base import NbGraderException
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.nbgraderformat import MetadataValidator, SchemaTooNewError, SchemaTooOldError, ValidationError
        from nbgrader.preprocessors import SaveCells

        for number, cell in enumerate(source.cells, 1):
            try:
                MetadataValidator().validate_cell(cell)
            except (SchemaTooOldError, SchemaTooNewError, ValidationError) as error:
                reason = str(error).splitlines()[0]
                raise AssignmentError(f"{assignment}.ipynb: nbgrader's metadata of cell {number}: {reason}") from error
        kept = _Kept()
        log = logging.getLogger(__name__)
        log.propagate = False  # nothing is printed
        log.addHandler(kept)
        with tempfile.TemporaryDirectory(prefix="autograder-release-") as folder:
            root = Path(folder).resolve()
            path = root / _SOURCE / assignment / f"{assignment}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(to_bytes(source))
            course = CourseDirectory(root=str(root), source_directory=_SOURCE, assignment_id=assignment, log=log)
            step = GenerateAssignment(coursedir=course, no_database=True, log=log)
            step.preprocessors = [each for each in step.preprocessors if each is not SaveCells]
            try:
                step.start()
            except (NbGraderException, SystemExit) as error:
                raise AssignmentError(f"{assignment}.ipynb: nbgrader cannot release it: {kept.reason()}") from error
            finally:
                log.removeHandler(kept)
            made = (root / "release" / assignment / path.name).read_text("utf-8")
            released: NotebookNode = nbformat.reads(made, as_version=4)
    return released
