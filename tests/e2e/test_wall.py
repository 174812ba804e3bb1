"""The wall in a real grading: chosen by a test, named in the report, and repaired when what it hangs on dies."""

import os
import signal
import subprocess
import sys

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.batch import grade_class
from autograder.corpus import fill
from autograder.errors import InfrastructureError
from autograder.notebooks import cells
from autograder.notebooks.release import make_release, write_release
from autograder.pool.events import Finished
from autograder.pool.local import LocalPool
from autograder.records import GradeId, Outcome
from autograder.rubric import Rubric
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.choice import choose, look_at
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.spec import clean_environment
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

SUITE = '''"""Areas."""
from autograder.suite import number, points, question


@question("area")
@points(2)
def test_is_right(submission):
    """The area is the product of both sides."""
    assert submission.call("area", 3, 4, returns=number()) == 12, "the area is wrong"
'''
RIGHT = "def area(width, height):\n    return width * height"
STUDENTS = ("ada", "alan", "grace", "hedy")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which four students have handed in the right answer."""
    notebook = make_notebook(
        [
            code("import math"),
            solution("area", "    return width * height", before="def area(width, height):"),
            check("area"),
        ]
    )
    course, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_area.py").write_text(SUITE)
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    rubric = Rubric.read(assignment)
    for student in STUDENTS:
        path = course.root / "submitted" / student / assignment.id / f"{assignment.id}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(cells.to_bytes(fill(rubric.released, {GradeId("area"): RIGHT})))
    return course


def test_reports_name_the_wall_and_are_kept_behind_it(course):
    """What was graded without a wall is graded again when one is asked for, and the other way round."""
    assignment = course.assignment("practical")
    unsafe = grade_class(course, assignment, students=["ada"], isolation="none")
    assert [report.isolation for report in unsafe.reports] == ["none"]
    walled = grade_class(course, assignment, students=["ada"])
    assert walled.num_reused == 0
    assert walled.reports[0].isolation in ("namespaces", "landlock", "container")
    assert grade_class(course, assignment, students=["ada"]).num_reused == 1
    assert grade_class(course, assignment, students=["ada"], isolation="none").num_reused == 0


def test_a_killed_zygote_costs_nobody_anything(course, monkeypatch):
    """When the fork server dies in the middle of a batch, it is started again, and every student is graded."""
    monkeypatch.setattr("autograder.pool.servers.ForkServer", ForkServer)  # one of its own: others share theirs
    rubric = Rubric.read(course.assignment("practical"))
    with LocalPool(course, workers=1) as pool:

        def kill_once(event):
            if isinstance(event, Finished) and len(seen) == 0:
                seen.append(pool._servers._zygote._process.pid)
                os.kill(seen[0], signal.SIGKILL)

        seen = []
        graded = list(pool.grade(rubric, course.submissions("practical"), on_event=kill_once))
    assert seen
    assert sorted(each.report.student for each in graded) == list(STUDENTS)
    assert all(check.outcome is Outcome.PASSED for each in graded for check in each.report.checks)


def test_a_wall_that_does_not_hold_is_refused(zygote, course):
    """The self-test finds what is open without a wall, so a tier that let it through would be refused, with the fix."""
    found = look_at(zygote, course.root, Tier.NONE)
    assert not found.holds
    assert {finding.what for finding in found.findings if not finding.held} >= {
        "reads a file of the course",
        "reads another submission's folder",
        "signals another process",
        "connects to a port of the machine",
    }
    assert not list((course.root / ".autograder").glob("canary*"))


def test_what_was_asked_for_is_not_replaced(zygote, course, monkeypatch):
    """A tier that does not hold is an error that names it and says what to type, also where another would do."""
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(InfrastructureError, match=r"container: .*docker.*autograder doctor"):
        choose(zygote, course.root, "container")


def test_a_used_zygote_refuses_to_serve():
    """Where TensorFlow has run before the fork, or a second thread lives, no child is ever forked."""
    script = (
        "from autograder.sandbox import zygote\nzygote.preload()\nzygote.check_unused()\nprint('unused')\n"
        "import threading\nevent = threading.Event()\nthreading.Thread(target=event.wait, daemon=True).start()\n"
        "try:\n    zygote.check_unused()\nexcept RuntimeError as error:\n    print(error)\n"
        "event.set()\nimport tensorflow\ntensorflow.constant(1) + 1\n"
        "try:\n    zygote.check_unused()\nexcept RuntimeError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=clean_environment()
    )
    unused, threads, ran = done.stdout.splitlines()
    assert unused == "unused"
    assert "2 threads" in threads
    assert "TensorFlow ran" in ran
