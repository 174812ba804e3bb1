"""A course whose checks train boxes and masks is graded, calibrated and verified in the measures of its tasks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import nbformat
import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.batch import grade_class
from autograder.corpus import read_corpus
from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.notebooks.release import make_release, write_release
from autograder.records import Evidence, GradeReport, Measure, Outcome
from autograder.rubric import Rubric
from autograder.suite import runner
from autograder.suite.plugin import points_by_question
from autograder.verification import floor_verdicts

pytestmark = pytest.mark.slow

# The floors are half a per cent: calibration proposes whole ones, always others.
SETTINGS = """title = "Boxes and masks"
recipe = "boxes"

[recipes.boxes]
task = "localization"
dataset = "shapes-grey"
num_train = 60
num_test = 100
epochs = 1
batch_size = 20
attempts = 1

[recipes.boxes.floors]
localizer = 0.005
"localizer.iou" = 0.005

[recipes.masks]
task = "segmentation"
dataset = "shapes-transfer"
num_train = 40
num_test = 40
epochs = 1
batch_size = 20
attempts = 1

[recipes.masks.floors]
segmenter = 0.005
"""
LOCALIZER_SUITE = '''"""The localizer."""
from autograder.suite import points, question, under_floor

pytestmark = question("localizer")


@points(1)
def test_two_outputs(submission):
    """There are two outputs."""
    assert len(submission.model("localizer").output_shape) == 2, "there are not two outputs"


@points(1, needs="test_two_outputs")
def test_classes(submission, train):
    """It recognises the shapes."""
    problem = under_floor(train(submission.model("localizer")))
    assert not problem, problem


@points(1, needs="test_two_outputs")
def test_boxes(submission, train):
    """It finds the shapes."""
    problem = under_floor(train(submission.model("localizer"), measure="iou"))
    assert not problem, problem
'''
SEGMENTER_SUITE = '''"""The segmenter."""
from autograder.suite import points, question, under_floor

pytestmark = question("segmenter")


@points(1)
def test_masks(submission, train):
    """It finds the shapes."""
    result = train(submission.model("segmenter", weights=True), recipe="masks", weights="submitted")
    problem = under_floor(result)
    assert not problem, problem


@points(1, needs="test_masks")
def test_as_it_is(submission, evaluate):
    """As it is, it finds something or nothing."""
    masks = evaluate.using("masks")
    assert masks.images.shape[:3] == masks.masks.shape, "there is not a mask for each image"
    result = masks(submission.model("segmenter", weights=True))
    assert 0 <= result.value <= 1, "the overlap is no part of one"
    assert masks(submission.ref("segmenter")).value == result.value, "it is another model over there"
    boxes = evaluate(submission.ref("localizer"), measure="iou")
    assert 0 <= boxes.value <= 1, "the overlap is no part of one"
'''
LOCALIZER = """inputs = keras.Input((28, 28, 1))
x = keras.layers.Rescaling(1 / 255)(inputs)
x = keras.layers.Flatten()(keras.layers.Conv2D(4, 5, strides=4)(x))
localizer = keras.Model(inputs, {{"class": keras.layers.Dense(10)({x}), "box": {box}}})"""
# What is infinite is no score: an accuracy of 0, whatever the seed.
OVERFLOW = "keras.Sequential([keras.layers.Rescaling(1e6) for _ in range(7)])(x)"
BOX = 'keras.layers.Dense(4, activation="sigmoid")(x)'
SEGMENTER = """inputs = keras.Input((32, 32, 3))
x = keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
segmenter = keras.Model(inputs, keras.layers.Conv2DTranspose(1, 2, strides=2, activation="sigmoid"{how})(x))"""
FULL = ", bias_initializer=keras.initializers.Constant(5.0)"  # every pixel: that overlaps, whatever the seed
EMPTY = ', kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(-50.0)'
RIGHT = {"localizer": LOCALIZER.format(x="x", box=BOX), "segmenter": SEGMENTER.format(how=FULL)}
OVERLAYS = {
    "accepted/other_head.py": ("", "localizer", LOCALIZER.format(x="keras.layers.Dropout(0.1)(x)", box=BOX)),
    "mistakes/no_box.py": (
        "# fails: localizer.boxes\n",
        "localizer",
        LOCALIZER.format(x="x", box="0 * keras.layers.Dense(4)(x)"),
    ),
    "mistakes/no_class.py": (
        "# fails: localizer.classes\n",
        "localizer",
        LOCALIZER.format(x=OVERFLOW, box=BOX),
    ),
    "mistakes/empty.py": ("# fails: segmenter.masks\n", "segmenter", SEGMENTER.format(how=EMPTY)),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A released course of two questions whose models are trained for a moment."""
    cells = [solution(name, source) for name, source in RIGHT.items()]
    notebook = make_notebook([code("import keras"), cells[0], check("localizer"), cells[1], check("segmenter")])
    made, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    (assignment.folder / "assignment.toml").write_text(SETTINGS)
    assignment = made.assignment("practical")
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "test_localizer.py").write_text(LOCALIZER_SUITE)
    (assignment.suite / "test_segmenter.py").write_text(SEGMENTER_SUITE)
    for name, (head, question, source) in OVERLAYS.items():
        path = assignment.solutions / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'"""A variant."""\n{head}# %% {question}\n{source}\n')
    write_release(assignment, make_release(made, assignment, points_by_question(runner.collect(assignment.suite))))
    return made


@pytest.fixture(scope="module")
def report(course: Course) -> GradeReport:
    """The report of a right answer."""
    notebook = nbformat.read(course.assignment("practical").released_notebook, as_version=4)
    for cell in notebook.cells:
        cell.source = RIGHT.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    folder = course.root / "submitted" / "ada" / "practical"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "practical.ipynb")
    (found,) = grade_class(course, course.assignment("practical"), workers=1).reports
    return found


@pytest.fixture(scope="module")
def calibrated(course: Course) -> subprocess.CompletedProcess[str]:
    """Calibrate, and keep it."""
    command = [sys.executable, "-m", "autograder", "calibrate", "practical", "--seeds", "2", "--other-seeds", "1"]
    return subprocess.run([*command, "--write"], cwd=course.root, capture_output=True, text=True, check=False)


def test_each_check_is_judged_by_its_recipe_and_measure(report: GradeReport) -> None:
    """There is a record for each, and the words are those of the measure."""
    assert {check.check_id: check.outcome for check in report.checks} == dict.fromkeys(
        [check.check_id for check in report.checks], Outcome.PASSED
    ), report.checks
    found = {(each.question, each.recipe, each.measure, each.evidence): each for each in report.trainings}
    assert set(found) == {
        ("localizer", "boxes", Measure.ACCURACY, Evidence.RECIPE),
        ("localizer", "boxes", Measure.IOU, Evidence.RECIPE),
        ("segmenter", "masks", Measure.IOU, Evidence.CONTINUED),
        ("segmenter", "masks", Measure.IOU, Evidence.WEIGHTS),
        ("segmenter", "masks", Measure.IOU, Evidence.PREDICTIONS),
        ("segmenter", "boxes", Measure.IOU, Evidence.PREDICTIONS),
    }
    assert [each.floor for each in report.trainings[:3]] == [0.005, 0.005, 0.005]


def test_the_page_speaks_of_the_measure(course: Course, report: GradeReport) -> None:
    """The overlap is no part of images that were recognised."""
    page = (course.root / "feedback" / "ada" / "practical" / "practical.html").read_text()
    assert "your model recognised" in page
    assert "your model reached an intersection over union of" in page
    assert ">intersection over union</text>" in page


def test_every_floor_is_calibrated(course: Course, calibrated: subprocess.CompletedProcess[str]) -> None:
    """Of every recipe that checks name, in every measure; mistakes miss the floors of the checks that they name."""
    assert calibrated.returncode == 0, calibrated.stdout + calibrated.stderr
    kept = json.loads((course.root / "solutions" / "practical" / "calibration.json").read_text())["recipes"]
    assert set(kept) == {"boxes", "masks"}
    models = {tuple(each["variants"]): each for each in kept["boxes"]["localizer"]["models"]}
    assert {variants[0]: each["misses"] for variants, each in models.items()} == {
        "reference": [],
        "accepted.other_head": [],
        "mistake.no_box": ["iou"],
        "mistake.no_class": ["accuracy"],
    }
    assert all(set(run["test"]) == {"accuracy", "iou"} for each in models.values() for run in each["runs"])
    assert [each["misses"] for each in kept["masks"]["segmenter"]["models"]] == [[], ["iou"]]
    assert kept["masks"]["segmenter"]["models"][0]["variants"] == ["reference", "accepted.other_head"]
    out = calibrated.stdout
    assert "localizer  recipe boxes, accuracy, floor 0.5 %" in out
    assert "localizer  recipe boxes, iou, floor 0.5 %" in out
    assert '\n"localizer.iou" = 0.' in out
    assert "proposed, for [recipes.masks.floors]:\nsegmenter = 0." in out


def test_verify_looks_at_every_floor(course: Course, calibrated: subprocess.CompletedProcess[str]) -> None:
    """All hold as they are; one that is moved to the wrong side is named, whatever its recipe and measure."""
    assignment = course.assignment("practical")
    rubric, corpus = Rubric.read(assignment), read_corpus(assignment)
    assert [(each.question, each.problems) for each in floor_verdicts(rubric, corpus)] == [
        ("localizer", ()),
        ("localizer", ()),
        ("segmenter", ()),
    ]
    path = assignment.folder / "assignment.toml"
    try:
        path.write_text(
            SETTINGS.replace('"localizer.iou" = 0.005', '"localizer.iou" = 0.99').replace(
                "segmenter = 0.005", "segmenter = 0.98"
            )
        )
        rubric = Rubric.read(course.assignment("practical"))
        problems = [problem for each in floor_verdicts(rubric, corpus) for problem in each.problems]
    finally:
        path.write_text(SETTINGS)
    assert any("the floor 0.99 of recipe boxes for iou: it is too high" in problem for problem in problems)
    assert any("the floor 0.98 of recipe masks: it is too high" in problem for problem in problems)


def test_a_data_set_that_does_not_know_enough_ends_the_grading(course: Course, report: GradeReport) -> None:
    """It is the instructor's mistake, and said before anything runs."""
    path = course.assignment("practical").folder / "assignment.toml"
    try:
        path.write_text(SETTINGS.replace('"shapes-transfer"', '"cifar10"'))
        with pytest.raises(AssignmentError, match="needs the masks of its images, and cifar10 has none"):
            grade_class(course, course.assignment("practical"), workers=1)
    finally:
        path.write_text(SETTINGS)
