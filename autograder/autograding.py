"""The step of `nbgrader autograde`, and of Formgrader's button, that has submissions graded by us.

`nbgrader_config.py` names it in place of nbgrader's own steps, which would run student code with the rights of whoever
grades, and know no checks::

    c.Autograde.autograde_preprocessors = ["autograder.autograding.GradedByAutograder"]
    c.GradedByAutograder.course = "/path/of/the/course"
"""

from __future__ import annotations

import atexit
import contextlib
import functools
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.batch import grade_class
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.pool.local import LocalPool


class GradedByAutograder(NbGraderPreprocessor):
    """Grades the file that was handed in as `autograder grade` does, and gives back the notebook as it ran.

    What nbgrader has made of the file meanwhile is not looked at.
    """

    course = Unicode(help="The course's folder; else the one that nbgrader was started in.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade one submission.

        Raises
        ------
        NbGraderException
            With a sentence for the operator, where nothing could be graded.
        """
        asked = resources["nbgrader"]
        student, name = asked["student"], asked["assignment"]
        try:
            course = Course.find(Path(self.course) if self.course else Path.cwd())
            pool = _pool(course.root)
            grade_class(course, course.assignment(name), students=[student], force=True, pool=pool)
        except AutograderError as error:
            raise NbGraderException(error.message) from error
        path = course.autograded_path(student, name)
        return (nbformat.read(path, as_version=4) if path.is_file() else nb), resources


@functools.cache
def _pool(root: Path) -> LocalPool:
    """Return the servers for a course, which stay for the next submission: starting them takes seconds."""
    opened = contextlib.ExitStack()
    atexit.register(opened.close)
    return opened.enter_context(LocalPool(Course(root), workers=1))
