"""The picture of a calibration."""

from __future__ import annotations

from matplotlib import image

from autograder.calibrating.picture import draw
from autograder.records import GradeId, Measure
from autograder.settings import Recipe
from autograder.training.calibration import CalibratedModel, QuestionCalibration, SeedRun
from autograder.training.floors import judge_floor

RECIPE = Recipe(dataset="shapes", num_train=60, num_test=40, epochs=1, batch_size=20, floors={"one": 0.5, "two": 0.5})


def test_every_question_is_drawn(tmp_path):
    """A PNG, made anew each time, taller with more models; names are only text."""
    heights = []
    for count in (1, 12):
        models = tuple(
            CalibratedModel(
                variants=(f"accepted.${number}_^$", "another"),
                misses=(Measure.ACCURACY,) if number % 2 else (),
                key=str(number),
                runs=(
                    SeedRun(
                        seed=0, device="cpu", test={Measure.ACCURACY: (0.1 * number,)}, train={Measure.ACCURACY: (0.5,)}
                    ),
                ),
            )
            for number in range(count)
        )
        calibrated = QuestionCalibration(
            recipe=RECIPE, measures=(Measure.ACCURACY,), data="", trainer=1, versions={}, answers={}, models=models
        )
        names = [GradeId("one"), GradeId("two")]
        judgements = [judge_floor(name, "quick", RECIPE, Measure.ACCURACY, calibrated) for name in names]
        path = tmp_path / "reports" / "practical.png"
        draw(path, "A practical", {"quick": dict.fromkeys(names, calibrated)}, judgements)
        heights.append(image.imread(path).shape[0])
    assert heights[1] > heights[0] > 100
    assert [each.name for each in path.parent.iterdir()] == ["practical.png"]
