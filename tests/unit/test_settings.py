"""A recipe says what is learnt and what has to be reached, and a misspelt floor is an error."""

from __future__ import annotations

import msgspec
import pytest

from autograder.records import Measure
from autograder.settings import Task, parse_settings

RECIPE = """title = "A practical"

[recipes.r]
{task}
dataset = "shapes"
num_train = 10
num_test = 10
epochs = 1
batch_size = 5

[recipes.r.floors]
{floors}
"""


def read(task: str, floors: str):
    """Return the recipe of some settings."""
    said = f'task = "{task}"' if task else ""
    return parse_settings(RECIPE.format(task=said, floors=floors)).recipes["r"]


def test_classes_are_learnt_where_nothing_is_said() -> None:
    """Then a floor is one of accuracy."""
    recipe = read("", "model = 0.5")
    assert (recipe.task, recipe.measure) == (Task.CLASSIFICATION, Measure.ACCURACY)
    assert recipe.floor("model", Measure.ACCURACY) == 0.5


def test_a_floor_belongs_to_a_measure() -> None:
    """The name alone is the first measure of the task, and each question may have one floor in each."""
    recipe = read("localization", 'one = 0.5\n"one.iou" = 0.4\n"two.iou" = 0.3')
    assert [recipe.floor("one", measure) for measure in recipe.task.measures] == [0.5, 0.4]
    assert [recipe.floor("two", measure) for measure in recipe.task.measures] == [None, 0.3]
    assert recipe.questions == {"one", "two"}
    assert read("segmentation", "model = 0.5").floor("model", Measure.IOU) == 0.5


@pytest.mark.parametrize(
    ("task", "key", "words"),
    [
        ("classification", "model.iou", "'model' is the floor for the accuracy of that question"),
        ("segmentation", "model.iou", "'model' is the floor for the iou of that question"),
        ("localization", "model.accuracy", "for the accuracy of that question, and 'model.iou' is one for its iou"),
        ("localization", "model.size", "there is no 'model.size' where task = 'localization'"),
    ],
)
def test_a_floor_in_no_measure_of_the_task_is_an_error(task: str, key: str, words: str) -> None:
    """The sentence says which there are; there is one name for each."""
    with pytest.raises(msgspec.ValidationError, match=words):
        read(task, f'"{key}" = 0.5')


def test_an_unknown_task_is_an_error() -> None:
    """It says where."""
    with pytest.raises(msgspec.ValidationError, match=r"recipes\[...\].task"):
        read("detection", "")
