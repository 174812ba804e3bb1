"""nbgrader's settings for this course: its own commands and Formgrader work in this folder.

Scores come from `autograder grade`, releases from `autograder release`.
"""

from pathlib import Path

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Course


class ReleasedByAutograder(NbGraderPreprocessor):
    """Stops nbgrader's own generate step before it touches anything: it knows neither points nor checks."""

    def __init__(self, **settings: object) -> None:
        raise RuntimeError("points and checks come from the suite: run `autograder release` in place of this")


c = get_config()  # type: ignore[name-defined]  # noqa: F821 - nbgrader runs this file with it
course = Course(Path(__file__).resolve().parent)

c.CourseDirectory.root = str(course.root)
c.CourseDirectory.course_id = course.settings.course_id
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.feedback_directory = "nbgrader_feedback"  # feedback/ holds the pages of `autograder grade`
c.CourseDirectory.db_url = f"sqlite:///{course.gradebook}"
c.GenerateAssignment.preprocessors = [ReleasedByAutograder]
c.Autograde.autograde_preprocessors = ["autograder.autograding.GradedByAutograder"]  # behind the wall, by the suite
c.GradedByAutograder.course = str(course.root)
c.Execute.timeout = 600  # seconds for a cell of `nbgrader validate`: the first one imports TensorFlow
