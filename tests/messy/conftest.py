"""The course, made once, and its class of messy notebooks, graded once for all tests that look at the result."""

from __future__ import annotations

import pytest
from messy import course
from messy.builder import Notebook
from messy.catalogue import CASES
from messy.harness import Graded, grade

from autograder.course import Course


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course, with its release; all cells run, so that visible tests bear witness, too."""
    return course.build(tmp_path_factory.mktemp("course"), execution='given = "all"')[0]


@pytest.fixture(scope="session")
def release(made: Course) -> Notebook:
    """What students of the course get."""
    return course.released(made.assignment(course.NAME))


@pytest.fixture(scope="session")
def graded(request: pytest.FixtureRequest, made: Course, release: Notebook) -> Graded:
    """Every messy notebook that a test of this run looks at, graded in one batch; all of them where none is named."""
    asked = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    chosen = {params["case"].name for params in asked if "case" in params}
    return grade(made, {case.name: case.data(release) for case in CASES if case.name in chosen or not chosen})
