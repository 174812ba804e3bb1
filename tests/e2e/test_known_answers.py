"""Equal questions about equal models are asked once for a class, and no report shows it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.batch import grade_class
from autograder.course import Course
from autograder.models.answers import AnswerCache
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question
from autograder.wire import decode, encode

SUITE = '''"""A network."""
import numpy as np
import pytest
from autograder.suite import points, question

pytestmark = question("network")


@pytest.fixture(scope="module")
def model(submission):
    return submission.model("network")


@points(1)
def test_parameters(model):
    """It has 63 parameters."""
    assert model.num_parameters == 63, f"it has {model.num_parameters} parameters"


@points(1)
def test_probabilities(model, rng):
    """It returns probabilities, and none where its weights are zero."""
    images = rng.random((4, 2, 2, 5), dtype="float32")
    assert np.allclose(model.predict(images).sum(axis=1), 1), "the numbers of an image do not sum to one"
    zeroed = model.with_zero_weights().predict(images)
    assert np.allclose(zeroed, 1 / 3), f"without weights, the first image gets {zeroed[0]}"


@points(1)
def test_gradients(model, rng):
    """Every weight counts."""
    dead = model.gradients(rng.random((4, 2, 2, 5), dtype="float32")).dead
    assert not dead, f"{len(dead)} layers change nothing"
'''
REFERENCE = """def network():
    return keras.Sequential([keras.Input((2, 2, 5)), layers.Flatten(), layers.Dense(3, "softmax")])"""
ANSWERS = {
    "ada": REFERENCE,
    "cleve": REFERENCE.replace('layers.Dense(3, "softmax")', 'layers.Dense(3, activation="softmax", name="scores")'),
    "emmy": "def network():\n    inputs = keras.Input((2, 2, 5))\n    x = layers.Flatten()(inputs)\n"
    '    return keras.Model(inputs, layers.Activation("softmax")(layers.Dense(3)(x)))',
    "grace": REFERENCE.replace('"softmax"', '"relu"'),
    "hedy": REFERENCE.replace("layers.Dense(3,", "layers.Dense(4,"),
}
SCORES = {"ada": 3, "cleve": 3, "emmy": 3, "grace": 2, "hedy": 1}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A released course with a class, of whom three built the same network in other words."""
    cells = [code("import keras\nfrom keras import layers"), solution("network", REFERENCE), check("network")]
    course, assignment = make_course(tmp_path, make_notebook(cells))
    for module in assignment.suite.glob("*.py"):
        module.unlink()
    (assignment.suite / "test_network.py").write_text(SUITE)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    for student, answer in ANSWERS.items():
        notebook = json.loads(assignment.released_notebook.read_text())
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "network":
                cell["source"] = answer
        path = course.root / "submitted" / student / "practical" / "practical.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook))
    return course


def reports(course: Course) -> dict[str, bytes]:
    """Grade the whole class, and return the files of its reports."""
    grade_class(course, course.assignment("practical"), force=True, workers=1)
    return {path.parent.name: path.read_bytes() for path in (course.root / "reports").glob("*/practical.json")}


def scores(found: dict[str, bytes]) -> dict[str, float]:
    """Return the sum of points of each student."""
    return {student: sum(each["score"] for each in json.loads(data)["questions"]) for student, data in found.items()}


def test_reports_are_the_same_whatever_is_known(course: Course) -> None:
    """Nothing, some and all of it: the bytes of every report stay."""
    cache = AnswerCache(course.cache, course.secret())
    first = reports(course)
    assert scores(first) == SCORES
    sizes = [cache.size()]
    for _ in range(3):
        assert reports(course) == first
        sizes.append(cache.size())
    assert [num_models for num_models, _ in sizes] == [3, 3, 3, 3]
    assert sizes[2] == sizes[3], "the fourth grading had nothing to ask"


def test_what_is_known_is_believed(course: Course) -> None:
    """Where somebody who knows the course's secret writes another number, that is what is told: nothing asks again."""
    reports(course)
    cache = AnswerCache(course.cache, course.secret())
    for path in (course.cache / "answers").glob("*/*"):
        meetings, known = cache.read(path.stem)
        facts = decode(known["load"])
        cache.write(path.stem, meetings, {**known, "load": encode({**facts, "num_parameters": 7})})
    found = reports(course)
    assert scores(found) == {**{student: score - 1 for student, score in SCORES.items()}, "hedy": SCORES["hedy"]}
    assert b"it has 7 parameters" in found["hedy"]
    cache.clear()
    assert scores(reports(course)) == SCORES


def test_unsound_knowledge_is_not_believed(course: Course) -> None:
    """The same without the secret changes nothing."""
    first = reports(course)
    for path in (course.cache / "answers").glob("*/*"):
        seal, _, data = path.read_bytes().partition(b"\n")
        key, meetings, known = msgspec.msgpack.decode(data)
        known["load"] = encode({**decode(known["load"]), "num_parameters": 7})
        path.write_bytes(seal + b"\n" + msgspec.msgpack.encode([key, meetings, known]))
    assert reports(course) == first
