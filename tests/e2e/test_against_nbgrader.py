"""What TensorFlow writes to stderr costs points in nbgrader's own autograde, and none here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.batch import grade_class
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

MODEL = "    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])"
SUITE = '''"""Two questions, ten points."""
import numpy as np
from autograder.suite import number, points, question


@question("double")
@points(7)
def test_double(submission):
    """The number is doubled."""
    assert submission.call("double", 4, returns=number()) == 8, "4 was not doubled"


@question("network")
@points(3)
def test_network(submission):
    """The network has three outputs for each example."""
    shape = submission.model("network").predict(np.zeros((2, 4), "float32")).shape
    assert shape == (2, 3), f"two examples give an output of shape {shape}"
'''


def notebook(*, points):
    """Return the source notebook, with nbgrader's points in its grade cells."""
    seven, three = points
    return make_notebook(
        [
            code("import keras\nimport numpy as np"),
            solution("double", "    return 2 * x", before="def double(x):"),
            check("double", "assert double(4) == 8", points=seven),
            solution("network", MODEL, before="def network():"),
            check("network", "assert network()(np.zeros((2, 4))).shape == (2, 3)", points=three),
        ]
    )


def nbgraders_score(folder: Path) -> float:
    """Grade the reference with nbgrader's own commands; its score of 10."""
    source = folder / "source" / "practical"
    source.mkdir(parents=True)
    (source / "practical.ipynb").write_text(json.dumps(notebook(points=(7, 3))))
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'plain'\n")
    submitted = folder / "submitted" / "ada" / "practical"
    submitted.mkdir(parents=True)
    shutil.copy(source / "practical.ipynb", submitted)
    quiet = ("TF_CPP_MIN_LOG_LEVEL", "CUDA_VISIBLE_DEVICES", "PYTEST_CURRENT_TEST")  # the last hides stderr in a kernel
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    for command in ("generate_assignment", "autograde"):
        subprocess.run(
            [sys.executable, "-m", "nbgrader", command, "practical"],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return float(gradebook.find_submission("practical", "ada").score)


def our_score(folder: Path) -> float:
    """Grade the reference here; its score of 10."""
    course, assignment = make_course(folder, notebook(points=(0, 0)))
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "test_all.py").write_text(SUITE)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    submitted = course.root / "submitted" / "ada" / "practical"
    submitted.mkdir(parents=True)
    (submitted / "practical.ipynb").write_text(json.dumps(notebook(points=(7, 3))))
    (report,) = grade_class(course, assignment, workers=1).reports
    return report.score


@pytest.mark.slow
def test_the_reference_earns_full_marks_where_nbgrader_counts_stderr(tmp_path):
    """nbgrader gives 7 of 10 to a right answer because TensorFlow wrote a line; the same notebook has 10 here."""
    assert nbgraders_score(tmp_path / "theirs") == 7
    assert our_score(tmp_path / "ours") == 10
