"""Opens nbgrader's gradebook: one writer at a time, every fault of it an `InfrastructureError`."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import Course
from autograder.errors import InfrastructureError

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def load() -> None:
    """Import what the gradebook needs, which takes a second: best while something else is waited for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what nbgrader's dependencies do that is deprecated is not ours to mend
        import nbgrader.api  # noqa: F401


@contextmanager
def open_gradebook(course: Course) -> Iterator[Gradebook]:
    """Open the course's gradebook, made new where there is none; what is not committed is undone at the end.

    Raises
    ------
    InfrastructureError
        If the database cannot be made, is busy, or is another version's.
    """
    load()
    from nbgrader.api import Gradebook
    from sqlalchemy.engine import URL
    from sqlalchemy.exc import SQLAlchemyError

    url = URL.create("sqlite", database=str(course.gradebook))
    try:
        with _programs_of_this_environment():
            if not course.gradebook.exists() and shutil.which("alembic") is None:
                raise InfrastructureError(
                    "nbgrader runs the program alembic to make a gradebook, and there is none: "
                    "pip install 'autograder[course]'"
                )
            gradebook = Gradebook(url, course.settings.course_id)
        with gradebook:
            yield gradebook
    except SQLAlchemyError as error:
        raise InfrastructureError(
            f"{course.gradebook} cannot be used: close Formgrader if it is busy; "
            f"if nbgrader is newer than it, copy it and run `nbgrader db upgrade` ({type(error).__name__}: {error})"
        ) from error


@contextmanager
def _programs_of_this_environment() -> Iterator[None]:
    """Let nbgrader find `alembic`, which lies beside this Python: its folder is often not on the PATH."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), *filter(None, [before])])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before
