"""What a calibration says in a terminal."""

from __future__ import annotations

import msgspec
import pytest

from autograder.calibrating.progress import Looked, Measuring, Planned, Trained
from autograder.cli.calibration import duration, floor_sentence, print_floors, watch
from autograder.cli.tables import print_verification
from autograder.records import GradeId, Measure
from autograder.settings import Recipe
from autograder.training.calibration import CalibratedModel, QuestionCalibration, SeedRun
from autograder.training.floors import FloorJudgement, judge_floor
from autograder.verification import FloorVerdict, Verification

RECIPE = Recipe(dataset="shapes", num_train=60, num_test=40, epochs=1, batch_size=20)
QUESTION = GradeId("a_question_with_quite_a_long_name")


def _judgement(floor: float | None, *, mistake: float = 0.2) -> FloorJudgement:
    models = tuple(
        CalibratedModel(
            variants=variants,
            misses=() if must_pass else (Measure.ACCURACY,),
            key=variants[0],
            runs=tuple(
                SeedRun(seed=n, device="cpu", test={Measure.ACCURACY: (each,)}, train={Measure.ACCURACY: (0.1,)})
                for n in range(seeds)
            ),
        )
        for variants, must_pass, each, seeds in (
            (("reference", "accepted.functional"), True, 0.7, 30),
            (("accepted.with_a_name_that_does_not_fit_into_a_column",), True, 0.8, 5),
            (("mistake.two_filters",), False, mistake, 5),
        )
    )
    recipe = msgspec.structs.replace(RECIPE, floors={} if floor is None else {QUESTION: floor})
    calibrated = QuestionCalibration(
        recipe=RECIPE, measures=(Measure.ACCURACY,), data="", trainer=1, versions={}, answers={}, models=models
    )
    return judge_floor(QUESTION, "quick", recipe, Measure.ACCURACY, calibrated)


def test_a_floor_has_a_table_and_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row for each model with what it reached, and the chances of both wrong verdicts, with intervals."""
    monkeypatch.setenv("COLUMNS", "80")
    print_floors([_judgement(0.5)])
    lines = capsys.readouterr().out.splitlines()
    row = next(line for line in lines if "reference" in line)
    assert row.split() == ["✓", "reference", "(+1)", "70", "%", "70", "%", "70", "%", "30/30"]
    row = next(line for line in lines if "mistake.two_filters" in line)
    assert row.split() == ["✓", "mistake.two_filters", "20", "%", "20", "%", "20", "%", "0/5"]
    table = [line for line in lines if line[:1] in "✓✗"]
    assert max(map(len, table)) <= 80
    sentence = next(line for line in lines if "floor 50 %: " in line)
    right, _, wrong = sentence.partition("; ")
    assert right.endswith(
        "a right answer fails in 0 % of gradings, 95 % interval 0 % to 0.15 %, at most 0.086 % (30 seeds, best of 3)"
    )
    assert wrong == (
        "a wrong one (mistake.two_filters) passes in 0 % of gradings, 95 % interval 0 % to 89 %, at most 83 % "
        "(5 seeds, best of 3)"
    )


def test_a_proposal_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    """Where another floor is proposed than the one in force, it is printed as it stands in the settings."""
    print_floors([_judgement(0.5)])
    assert capsys.readouterr().out.endswith(f"proposed, for [recipes.quick.floors]:\n{QUESTION} = 0.45\n")
    print_floors([_judgement(0.45)])
    assert "for [recipes" not in capsys.readouterr().out


def test_a_floor_on_the_wrong_side_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    """The model's row and the sentence below say so."""
    print_floors([_judgement(0.5, mistake=0.6)])
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if "mistake.two_filters" in line)
    assert (row.split()[0], row.split()[-1]) == ("✗", "5/5")
    assert f"{QUESTION}: it is too low: mistake.two_filters has to miss it" in out


def test_verification_tells_what_floors_are_worth(capsys: pytest.CaptureFixture[str]) -> None:
    """A floor that holds has its sentence, one that does not its problem, and that makes the suite a wrong one."""
    right = FloorVerdict(QUESTION, _judgement(0.5), ())
    wrong = FloorVerdict(GradeId("another"), None, ("it has no calibration",))
    for floors, is_right in (((right,), True), ((right, wrong), False)):
        verification = Verification((), (), floors)
        assert verification.is_right is is_right
        print_verification("convnets", verification)
        out = capsys.readouterr().out
        assert f"{floor_sentence(_judgement(0.5))}\n" in out
        assert ("another: it has no calibration\n" in out) is not is_right


def test_without_a_floor_there_is_no_sentence() -> None:
    """Nothing is in force that could be wrong."""
    assert floor_sentence(_judgement(None)) == ""
    assert floor_sentence(_judgement(0.5)).startswith(f"{QUESTION}, floor 50 %: a right answer fails")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (7.2, "8 s"), (100, "2 min"), (5000, "84 min"), (7000, "1 h 57 min")]
)
def test_times_are_told_as_estimates_are(seconds: float, words: str) -> None:
    """Seconds, then minutes, then hours; never too short."""
    assert duration(seconds) == words


def test_without_a_terminal_there_is_a_line_for_each_event(capsys: pytest.CaptureFixture[str]) -> None:
    """How much there is to do and how long it takes comes before the first training."""
    trained = Trained(
        question=QUESTION,
        variant="reference",
        seed=4,
        value=0.8755,
        seconds=21.2,
        done=7,
        total=150,
        seconds_left=1800.0,
    )
    with watch("convnets") as on_progress:
        on_progress(Looked(variant="reference", number=1, total=12))
        on_progress(Measuring(questions=(QUESTION,)))
        on_progress(Planned(recipe="quick", models=9, total=150, known=6, workers=2, seconds_left=1900.0))
        on_progress(Planned(recipe="quick", models=9, total=150, known=150, workers=1, seconds_left=0.0))
        on_progress(Planned(recipe="quick", models=9, total=150, known=0, workers=2, seconds_left=None))
        on_progress(trained)
    assert capsys.readouterr().err.splitlines() == [
        "[1/12] looking at reference",
        f"measuring how long a training takes: {QUESTION}",
        "recipe quick: 9 models, 150 trainings, 6 of them known: about 32 min for 144, 2 at a time",
        "recipe quick: 9 models, 150 trainings, 150 of them known: nothing is left to be trained",
        "recipe quick: 9 models, 150 trainings: how long they take is said after the first",
        f"[7/150] {QUESTION}: reference, seed 4: 87.5% in 22 s; 30 min left",
    ]


def test_a_terminal_has_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The estimate stays readable above it."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with watch("convnets") as on_progress:
        on_progress(Looked(variant="reference", number=1, total=12))
        on_progress(Measuring(questions=(QUESTION,)))
        on_progress(Planned(recipe="quick", models=9, total=150, known=6, workers=2, seconds_left=1900.0))
        on_progress(
            Trained(question=QUESTION, variant="x", seed=0, value=0.5, seconds=1.0, done=7, total=150, seconds_left=9.0)
        )
    err = capsys.readouterr().err
    assert "150 trainings, 6 of them known" in err
    assert "7/150" in err
