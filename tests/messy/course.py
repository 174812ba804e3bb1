"""A small course for messy notebooks: one assignment that asks for everything a notebook can be asked for.

A number, an array, a model, a training's history, and words that a person grades; a visible test, an unmarked cell
that everything needs, and a locked cell of text and one of code.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from courses import ROOT
from messy.builder import Notebook
from notebooks import answer, check, code, locked, make_notebook, manual, text

from autograder.course import Assignment, Course
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

NAME = "messy"
SETUP = "import keras\nimport numpy as np"
RULES = "Fill in the cells below, and nothing else."
DATA = 'inputs = np.linspace(0, 1, 64, dtype="float32").reshape(16, 4)\ntargets = inputs.sum(axis=1, keepdims=True)'
VISIBLE_TESTS: Mapping[str, str] = {"conv_size": "assert conv_size(5, 3, 1) == 3"}


def _kept(source: str) -> tuple[list[str], list[str]]:
    """Return the lines of an answer that students get, and those that they write."""
    lines = source.split("\n")
    kept = 2 if lines[0].startswith("def") else 0
    return lines[:kept], lines[kept:]


def _stub(source: str) -> str:
    kept, _ = _kept(source)
    indent = "    " if kept else ""
    return "\n".join([*kept, f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"])


CODE: Mapping[str, str] = {
    "conv_size": """def conv_size(size, kernel, stride):
    \"\"\"Return in how many places a kernel fits along an axis.\"\"\"
    last = size - kernel
    return last // stride + 1""",
    "scaled": """def scaled(images):
    \"\"\"Return pixels from 0 to 255 as numbers from 0 to 1.\"\"\"
    pixels = np.asarray(images, dtype="float32")
    return pixels / 255""",
    "tiny": """def tiny():
    \"\"\"Return a model with one convolution, which scores three classes.\"\"\"
    model = keras.Sequential([keras.Input((8, 8, 1))])
    model.add(keras.layers.Conv2D(4, 3, activation="relu"))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(3))
    return model""",
    "losses": """network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
network.compile(optimizer="sgd", loss="mse")
history = network.fit(inputs, targets, epochs=10, verbose=0)
losses = history.history["loss"]""",
}
"""A right answer to each question in code."""
WORDS = "Because all places of an image share the weights of a kernel."
ANSWERS: Mapping[str, str] = {**CODE, "why": WORDS}
STUBS: Mapping[str, str] = {
    **{name: _stub(source) for name, source in CODE.items()},
    "why": "YOUR ANSWER HERE",
}
"""What students get in the place of answers."""
FULL: Mapping[str, float | None] = {"conv_size": 3.0, "scaled": 2.0, "tiny": 3.0, "losses": 2.0, "why": None}
"""What the right answers are worth; None is for a person to say."""

SUITES: Mapping[str, str] = {
    "conv_size": '''"""Places of a kernel."""
from autograder.suite import points, question, whole_number

pytestmark = question("conv_size")


@points(1)
def test_steps_of_one(submission, rng):
    """The kernel fits wherever it does not reach over the end."""
    kernel = int(rng.integers(2, 9))
    places = submission.call("conv_size", kernel + 6, kernel, 1, returns=whole_number())
    assert places == 7, "another number of places was asked for"


@points(2)
def test_larger_steps(submission, rng):
    """A last half step does not count."""
    kernel = int(rng.integers(2, 9))
    places = submission.call("conv_size", kernel + 7, kernel, 3, returns=whole_number())
    assert places == 3, "another number of places was asked for"
''',
    "scaled": '''"""Pixels as numbers."""
import numpy as np
from autograder.suite import array, points, question

pytestmark = question("scaled")


@points(2)
def test_scales(submission, rng):
    """Pixels become numbers from 0 to 1."""
    images = rng.integers(0, 256, size=(2, 3, 3)).astype("uint8")
    found = submission.call("scaled", images, returns=array((2, 3, 3), "float32"))
    assert np.allclose(found, images / 255), "the numbers are others"
''',
    "tiny": '''"""A tiny model."""
from autograder.suite import points, question

pytestmark = question("tiny")


@points(1)
def test_shape(submission):
    """The model scores three classes."""
    model = submission.model("tiny")
    assert model.output_shape == (None, 3), f"the output shape is {model.output_shape}, (None, 3) was asked for"


@points(2)
def test_parameters(submission):
    """The convolution has four filters."""
    model = submission.model("tiny")
    assert model.num_parameters == 475, f"the model has {model.num_parameters} parameters, 475 were asked for"
''',
    "losses": '''"""The history of a training."""
from autograder.suite import points, question

pytestmark = question("losses")


@points(2)
def test_an_epoch_each(submission):
    """There is a loss for each of ten epochs."""
    losses = submission.numbers("losses", 10)
    assert min(losses) > 0, "a loss of zero was reached"
''',
}
LIMITS: Mapping[str, int] = {
    "cell_s": 5,
    "request_s": 10,
    "submission_s": 60,
    "memory_mib": 1024,
    "file_mib": 16,
    "disk_mib": 32,
    "output_kib": 16,
    "figures": 6,
}
"""Short, so that what runs into them ends soon; wide enough for a data set."""


def build(root: Path, execution: str = "") -> tuple[Course, Assignment]:
    """Write the course with its release, and return both.

    Parameters
    ----------
    root
        An existing folder.
    execution
        Lines of the settings' table of that name.
    """
    folder, suite = root / "assignments" / NAME, root / "tests" / "suites" / NAME
    for each in (folder, suite):
        each.mkdir(parents=True)
    for question, source in SUITES.items():
        (suite / f"test_{question}.py").write_text(source)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(_source()))
    limits = "\n".join(f"{name} = {value}" for name, value in LIMITS.items())
    (folder / "assignment.toml").write_text(f'title = "Messy"\n\n[limits]\n{limits}\n\n[execution]\n{execution}\n')
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = Course(root)
    assignment = course.assignment(NAME)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(suite))))
    return course, assignment


def released(assignment: Assignment) -> Notebook:
    """Return what students get."""
    notebook: Notebook = json.loads(assignment.released_notebook.read_text())
    return notebook


def filled(release: Notebook, answers: Mapping[str, str] = ANSWERS) -> Notebook:
    """Return a release with answers in its cells."""
    notebook = copy.deepcopy(release)
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution") and marks["grade_id"] in answers:
            cell["source"] = answers[marks["grade_id"]]
    return notebook


def hand_in(course: Course, student: str, data: bytes) -> Path:
    """Put a file where a student's submission lies."""
    path = course.root / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return path


def _source() -> Notebook:
    """Return the instructor's notebook."""
    questions = [
        part
        for name, source in CODE.items()
        for part in (answer(name, _with_region(source)), check(name, VISIBLE_TESTS.get(name, "")))
    ]
    return make_notebook(
        [
            text("# Convolutions\n\nWhat they do, and how they are trained."),
            code(SETUP),
            locked("rules", RULES),
            *questions[:-2],
            locked("data", DATA, cell_type="code"),
            *questions[-2:],
            text("Why has a convolution so few weights?"),
            manual("why", WORDS, points=3),
        ]
    )


def _with_region(source: str) -> str:
    """Return a right answer as an instructor writes it: what students get stands before its solution region."""
    kept, written = _kept(source)
    indent = "    " if kept else ""
    return "\n".join([*kept, f"{indent}### BEGIN SOLUTION", *written, f"{indent}### END SOLUTION"])
