"""Whatever is killed in the middle of a class, no row is lost and none is another one; what was finished stays."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.batch import grade_class
from autograder.course import Course
from autograder.gradebook.nbgrader import read_scores
from autograder.models.answers import AnswerCache
from autograder.notebooks.release import make_release, write_release
from autograder.pool.events import Event, Finished, Step
from autograder.pool.local import LocalPool
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.processes import descendants
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

SUITE = '''"""A small network."""
import numpy as np

from autograder.suite import points, question

pytestmark = question("network")


@points(1)
def test_scores_three_classes(submission):
    """The network returns three scores."""
    network = submission.model("network")
    assert network.output_shape == (None, 3), f"the output shape is {network.output_shape}, (None, 3) was asked for"
    for number in range(1, 20):
        scores = network.predict(np.ones((number, 2)))
        assert scores.shape == (number, 3), "there are not three scores for each image"


@points(2)
def test_is_small(submission):
    """The network has nine parameters."""
    number = submission.model("network").num_parameters
    assert number == 9, f"the network has {number} parameters, 9 were asked for"
'''
NETWORK = """network = keras.Sequential([
    keras.Input((2,)),
    keras.layers.Dense({units}, kernel_initializer=keras.initializers.RandomUniform(-{number}, {number})),
])"""
STUDENTS = ("ada", "bob", "cyd", "dan", "eve", "fay")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of six different networks, of which every other one has a unit too many, graded once."""
    notebook = make_notebook(
        [code("import keras"), solution("network", NETWORK.format(units=3, number=9)), check("network")],
    )
    course, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_network.py").write_text(SUITE)
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    for number, student in enumerate(STUDENTS):
        released = json.loads(assignment.released_notebook.read_text())
        for cell in released["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "network":
                cell["source"] = f"{NETWORK.format(units=3 + number % 2, number=number + 1)}\nstudent = {student!r}"
        path = course.root / "submitted" / student / "practical" / "practical.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(released))
    grade_class(course, assignment, workers=2)
    return course


def reports(course: Course) -> dict[str, bytes]:
    """Return the report of every student who has one."""
    return {path.parent.name: path.read_bytes() for path in (course.root / "reports").glob("*/practical.json")}


def finished(course: Course) -> dict[str, int]:
    """Return when whose grading was finished."""
    found = (course.root / "reports").glob("*/practical.run.json")
    return {path.parent.name: path.stat().st_mtime_ns for path in found}


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Killer:
    """Kills once, as soon as the second submission is being checked."""

    def __init__(self, pool: LocalPool, what: str) -> None:
        self._pool, self._what = pool, what
        self._num_finished = 0
        self.killed: list[int] = []

    def __call__(self, event: Event) -> None:
        self._num_finished += isinstance(event, Finished)
        if self._num_finished and not self.killed and isinstance(event, Step) and event.text.startswith("checking"):
            self.killed = self._victims()
            for pid in self.killed:
                os.kill(pid, signal.SIGKILL)

    def _victims(self) -> list[int]:
        running = self._pool._servers.running
        assert running is not None
        zygote, graders = (server._process.pid for server in running)
        if self._what in ("zygote", "grading server"):
            return [zygote if self._what == "zygote" else graders]
        if self._what == "grading process":
            return descendants(graders)[:1]
        there = set(descendants(zygote))
        until(lambda: set(descendants(zygote)) > there, "no model is rebuilt")
        return sorted(set(descendants(zygote)) - there)


@pytest.fixture
def pool(course: Course, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalPool]:
    """Servers of one's own, since they are to be killed; nothing of them is left behind."""
    monkeypatch.setattr("autograder.pool.servers.ForkServer", ForkServer)
    before = set(descendants(os.getpid()))
    with LocalPool(course, workers=1) as pool:
        yield pool
    until(lambda: set(descendants(os.getpid())) <= before, "something still runs")


@pytest.mark.slow
@pytest.mark.parametrize("what", ["zygote", "grading server", "grading process", "model runtime"])
def test_whatever_dies_the_class_is_graded(course: Course, pool: LocalPool, what: str) -> None:
    """One of our processes is killed while a submission is checked: every report is, byte for byte, as it was."""
    before, killer = reports(course), Killer(pool, what)
    AnswerCache(course.cache, course.secret()).clear()  # else no model is rebuilt
    batch = grade_class(course, course.assignment("practical"), force=True, pool=pool, on_event=killer)
    assert killer.killed
    assert [report.student for report in batch.reports] == list(STUDENTS)
    assert reports(course) == before


def start(course: Course) -> subprocess.Popen[str]:
    """Start the command, with nothing graded yet; return it when two submissions are finished."""
    for folder in ("reports", "feedback", "autograded"):
        subprocess.run(["rm", "-rf", str(course.root / folder)], check=True)
    course.gradebook.unlink()
    command = [sys.executable, "-m", "autograder", "grade", "practical", "--workers", "1"]
    running = subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: len(finished(course)) >= 2 or running.poll() is not None, "nothing is finished")
    return running


def goes_on(course: Course, before: dict[str, bytes], kept: dict[str, int]) -> None:
    """Check that the same command grades who is left, and them alone."""
    with sqlite3.connect(course.gradebook) if course.gradebook.exists() else sqlite3.connect(":memory:") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    assert kept.keys() < set(STUDENTS)
    batch = grade_class(course, course.assignment("practical"), workers=2)
    assert batch.num_reused == len(kept)
    assert {student: at for student, at in finished(course).items() if student in kept} == kept
    assert reports(course) == before
    scores = read_scores(course, course.assignment("practical"))
    assert {student: score.score for student, score in scores.items()} == {r.student: r.score for r in batch.reports}
    assert not [path for path in course.root.rglob(".*.part") if "submitted" not in path.parts]


@pytest.mark.slow
def test_a_killed_driver_goes_on_where_it_was(course: Course) -> None:
    """Nothing is left running; what was finished is kept as it is, and lands in the gradebook with the rest."""
    before = reports(course)
    running = start(course)
    theirs = descendants(running.pid)
    running.kill()
    running.communicate()
    assert theirs
    until(lambda: not [pid for pid in theirs if Path(f"/proc/{pid}/exe").exists()], "something still runs")
    goes_on(course, before, finished(course))


@pytest.mark.slow
def test_ctrl_c_twice_keeps_what_is_finished(course: Course) -> None:
    """A sentence says how to go on, nothing is left running, and the second Ctrl-C spoils nothing."""
    before = reports(course)
    running = start(course)
    theirs = descendants(running.pid)
    for _ in range(2):
        running.send_signal(signal.SIGINT)
        time.sleep(0.2)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "the same command goes on from there" in err
    assert "Traceback" not in err
    until(lambda: not [pid for pid in theirs if Path(f"/proc/{pid}/exe").exists()], "something still runs")
    goes_on(course, before, finished(course))
