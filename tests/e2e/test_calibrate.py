"""Floors are chosen by trainings of known models, which are kept, and `verify` holds floors against them."""

from __future__ import annotations

import functools
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.calibrating import Plan
from autograder.calibrating.models import Model
from autograder.calibrating.workers import Job, Workers
from autograder.cli.main import INTERRUPTED, main
from autograder.corpus import read_corpus
from autograder.course import Course
from autograder.errors import AssignmentError
from autograder.models.graph import sequential
from autograder.notebooks.release import make_release, write_release
from autograder.records import GradeId, Measure
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import Tier
from autograder.settings import Recipe
from autograder.suite import runner
from autograder.suite.plugin import points_by_question
from autograder.training.devices import Setup
from autograder.verification import floor_verdicts

pytestmark = pytest.mark.slow

SETTINGS = """title = "Two networks"
recipe = "tiny"

[recipes.tiny]
dataset = "shapes"
num_train = 60
num_test = 100
epochs = 1
batch_size = 20

[recipes.tiny.floors]
small = 0.01
flat = 0.01
"""
SUITE = '''"""The model {name}."""
from autograder.suite import points, question

pytestmark = question("{name}")


@points(1)
def test_ten_scores(submission):
    """There are ten scores."""
    assert submission.model("{name}").output_shape == (None, 10), "there are not ten scores"


@points(1, needs="test_ten_scores")
def test_generalises(submission, train):
    """It learns."""
    result = train(submission.model("{name}"))
    assert result.test_accuracy >= result.floor, "it does not learn"
'''
SMALL = """small = keras.Sequential(
    [keras.Input((32, 32, 3), name="{name}"), keras.layers.Conv2D(4, 3, strides={strides}, activation="relu"),
     {last}keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
)"""
FLAT = """flat = keras.Sequential(
    [keras.Input((32, 32, 3)), {first}keras.layers.Flatten(), keras.layers.Dense({units}, activation="softmax")]
)"""
# What is infinite is no score: an accuracy of 0, whatever the seed.
OVERFLOW = "*[keras.layers.Rescaling(1e6) for _ in range(7)], "
RIGHT = {
    "small": SMALL.format(name="images", last="", strides=4),
    "flat": FLAT.format(first="", units=10),
}
OVERLAYS = {
    "accepted/other_name.py": ("", "small", SMALL.format(name="x", last="", strides=4)),
    "accepted/other_strides.py": ("", "small", SMALL.format(name="images", last="", strides=5)),
    "mistakes/small_overflows.py": (
        "# fails: small.generalises\n",
        "small",
        SMALL.format(name="images", last=OVERFLOW, strides=4),
    ),
    "mistakes/flat_overflows.py": ("# fails: flat.generalises\n", "flat", FLAT.format(first=OVERFLOW, units=10)),
    "mistakes/small_empty.py": ("# fails: small.ten_scores\n", "small", "small = None"),
    "mistakes/flat_nine.py": ("# fails: flat.ten_scores\n", "flat", FLAT.format(first="", units=9)),
}


def spoil(path: Path, old: str, new: str) -> None:
    """Change the text of a file."""
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released course of two questions whose models are trained for a moment."""
    cells = [solution(name, source) for name, source in RIGHT.items()]
    notebook = make_notebook([code("import keras"), cells[0], check("small"), cells[1], check("flat")])
    made, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    (assignment.folder / "assignment.toml").write_text(SETTINGS)
    assignment = made.assignment("practical")
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    for name in RIGHT:
        (assignment.suite / f"test_{name}.py").write_text(SUITE.replace("{name}", name))
    for name, (head, question, source) in OVERLAYS.items():
        path = assignment.solutions / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'"""A variant."""\n{head}# %% {question}\n{source}\n')
    write_release(assignment, make_release(made, assignment, points_by_question(runner.collect(assignment.suite))))
    return made.root


@pytest.fixture(scope="module")
def calibrated(course: Path) -> tuple[int, str, str]:
    """Calibrate, and keep it; exit code, what was printed, and what was said meanwhile."""
    command = [sys.executable, "-m", "autograder", "calibrate", "practical", "--seeds", "3", "--other-seeds", "1"]
    done = subprocess.run([*command, "--write"], cwd=course, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def kept(course: Path) -> dict:
    """Return the questions that were kept."""
    file = course / "solutions" / "practical" / "calibration.json"
    return json.loads(file.read_text())["recipes"]["tiny"]


def test_right_and_wrong_models_are_trained(course: Path, calibrated: tuple[int, str, str]) -> None:
    """The reference with all seeds; an accepted variant of another architecture, and what has to miss, with a few."""
    assert calibrated[0] == 0, calibrated[1] + calibrated[2]
    runs = {
        name: [(model["variants"], not model["misses"], len(model["runs"])) for model in question["models"]]
        for name, question in kept(course).items()
    }
    assert runs == {
        "small": [
            (["reference", "accepted.other_name"], True, 3),
            (["accepted.other_strides"], True, 1),
            (["mistake.small_overflows"], False, 1),
        ],
        "flat": [
            (["reference", "accepted.other_name", "accepted.other_strides"], True, 3),
            (["mistake.flat_overflows"], False, 1),
        ],
    }


def test_every_seed_is_another_course(course: Path, calibrated: tuple[int, str, str]) -> None:
    """Images, weights and order change with the seed, so accuracies do."""
    for question in kept(course).values():
        runs = question["models"][0]["runs"]
        assert [run["seed"] for run in runs] == [0, 1, 2]
        assert len({tuple(run["train"]["accuracy"]) for run in runs}) > 1


def test_floors_are_judged_and_proposed(course: Path, calibrated: tuple[int, str, str]) -> None:
    """The table says what was reached, how often a verdict is wrong, and where a floor lies in the middle."""
    _, out, _ = calibrated
    assert "a right answer fails in 0 % of gradings, 95 % interval 0 % to 35 %" in out
    assert "a wrong one (mistake.small_overflows) passes in 0 % of gradings" in out
    best = min(max(run["test"]["accuracy"]) for model in kept(course)["flat"]["models"][:1] for run in model["runs"])
    assert f"flat = {int(50 * best) / 100:.2f}" in out


def test_it_is_said_how_long_it_takes(calibrated: tuple[int, str, str]) -> None:
    """First how much there is to do, then after each training what is left."""
    assert "5 models, 9 trainings: " in calibrated[2]
    assert re.search(r"\[9/9\] \w+: [\w.]+, seed \d: [\d.]+% in \d+ s; 0 s left", calibrated[2])


def test_there_is_a_picture(course: Path, calibrated: tuple[int, str, str]) -> None:
    """A PNG of all trainings lies beside the reports."""
    assert (course / "reports" / "practical.calibration.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_is_trained_twice(
    course: Path, calibrated: tuple[int, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command again only reads; without the journal, what is kept in the corpus does."""
    arguments = [
        "calibrate",
        "practical",
        "--course",
        str(course),
        "--other-seeds",
        "1",
        "--question",
        "flat",
        "--json",
    ]
    assert main([*arguments, "--seeds", "3"]) == 0
    printed = capsys.readouterr()
    assert "4 of them known: nothing is left to be trained" in printed.err
    (judgement,) = json.loads(printed.out)
    assert judgement["question"] == "flat"
    assert judgement["models"][0]["wrong"]["estimate"] == 0
    journal = course / ".autograder" / "calibration" / "practical.jsonl"
    journal.rename(journal.with_suffix(".away"))
    assert main([*arguments, "--seeds", "3"]) == 0
    assert "nothing is left to be trained" in capsys.readouterr().err
    journal.with_suffix(".away").rename(journal)
    before = journal.read_bytes()
    assert main([*arguments, "--seeds", "1", "--retrain"]) == 0
    assert "[2/2]" in capsys.readouterr().err
    again, first = (
        sorted(json.loads(line)["key"] for line in text.split(b"\n") if line) for text in (journal.read_bytes(), before)
    )
    assert again == first


def test_what_was_trained_before_an_interruption_is_kept(course: Path, tmp_path: Path) -> None:
    """Ctrl-C ends it within a moment, and every training that was told is in the journal."""
    copy = tmp_path / "course"
    shutil.copytree(course, copy, ignore=shutil.ignore_patterns("calibration*"))
    command = [sys.executable, "-m", "autograder", "calibrate", "practical", "--seeds", "40", "--question", "flat"]
    process = subprocess.Popen(command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if re.match(r"\[2/\d+\] flat:", line):
            break
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED, said
    assert "interrupted; what was finished is kept" in said
    assert time.monotonic() - started < 30
    journal = (copy / ".autograder" / "calibration" / "practical.jsonl").read_text()
    assert len(journal.split()) >= 2


def floor_problems(root: Path) -> list[str]:
    """Return what `verify` finds wrong with floors."""
    assignment = Course(root).assignment("practical")
    verdicts = floor_verdicts(Rubric.read(assignment), read_corpus(assignment))
    assert {each.question for each in verdicts} == set(RIGHT)
    return [f"{each.question}: {text}" for each in verdicts for text in each.problems]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("num_train = 60", "num_train = 70"),
            "flat: its calibration no longer holds, the recipe changed (num_train = 70, it was 60)",
        ),
        (
            ("small = 0.01", "small = 0.99"),
            "small: the floor 0.99 of recipe tiny: it is too high: reference missed it with 3 of 3",
        ),
        (
            ("flat = 0.01", "flat = 0.0"),
            "flat: the floor 0 of recipe tiny: it is too low: mistake.flat_overflows has to miss it",
        ),
    ],
)
def test_verify_finds_a_floor_that_does_not_hold(
    course: Path, calibrated: tuple[int, str, str], tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    """A recipe that changed, a floor above what the reference reached, or at which a mistake passes."""
    copy = tmp_path / "course"
    shutil.copytree(course, copy)
    spoil(copy / "assignments" / "practical" / "assignment.toml", *change)
    found = floor_problems(copy)
    assert any(words in line for line in found), found


def test_floors_that_were_calibrated_are_taken(course: Path, calibrated: tuple[int, str, str], tmp_path: Path) -> None:
    """Nothing is wrong with them; an answer that changed since is found."""
    assert floor_problems(course) == []
    copy = tmp_path / "course"
    shutil.copytree(course, copy)
    spoil(copy / "solutions" / "practical" / "mistakes" / "flat_overflows.py", "range(7)", "range(6)")
    (problem,) = floor_problems(copy)
    assert problem.startswith("flat: its calibration no longer holds, mistake.flat_overflows changed: run 'autograder")


def test_verify_asks_for_a_calibration_or_makes_one(
    course: Path,
    calibrated: tuple[int, str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without any it is said what to do; with --retrain floors are judged by new trainings."""
    copy = tmp_path / "course"
    shutil.copytree(course, copy, ignore=shutil.ignore_patterns("calibration*"))
    assert main(["verify", "practical", "--course", str(copy)]) == 3
    out = capsys.readouterr().out
    for name in RIGHT:
        words = (
            f"{name}: the floor 0.01 of recipe tiny has no calibration: run 'autograder calibrate practical --write'"
        )
        assert words in out
    monkeypatch.setattr("autograder.calibrating.Plan", functools.partial(Plan, seeds=1, other_seeds=1))
    assert main(["verify", "practical", "--course", str(copy), "--retrain"]) == 0
    assert "small, floor 1 %: a right answer fails in 0 % of gradings" in capsys.readouterr().out
    assert not (copy / "solutions" / "practical" / "calibration.json").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--write", "--only", "accepted.*"), "--only leaves variants out"),
        (("--question", "area"), "checks train the models of"),
        (("--recipe", "huge"), "has no recipe 'huge'"),
        (("--only", "mistake.small_empty"), "no variant that is trained"),
    ],
)
def test_what_cannot_be_calibrated_is_said(
    course: Path, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is an error of the command, and names what there is."""
    assert main(["calibrate", "practical", "--course", str(course), *options]) == 2
    assert words in capsys.readouterr().err


def test_a_part_of_the_corpus_judges_no_floor(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify --retrain` trains what floors need, so nothing can be left out."""
    assert main(["verify", "practical", "--course", str(course), "--retrain", "--only", "reference"]) == 2
    assert "leave --only out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (RIGHT["flat"], "mistake.bad and reference have the same flat: one has to reach the floor"),
        ("flat = 7", "mistake.bad: its flat would not be trained: "),
    ],
    ids=["right", "no model"],
)
def test_a_corpus_that_contradicts_itself_is_found(
    course: Path, tmp_path: Path, source: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake that has to miss a floor has a model that can be trained, and not that of a right answer."""
    copy = tmp_path / "course"
    shutil.copytree(course, copy, ignore=shutil.ignore_patterns("calibration*"))
    path = copy / "solutions" / "practical" / "mistakes" / "bad.py"
    path.write_text(f'"""A variant."""\n# fails: flat.generalises\n# %% flat\n{source}\n')
    arguments = ["calibrate", "practical", "--course", str(copy), "--question", "flat", "--only", "mistake.bad"]
    assert main(arguments) == 3
    assert words in capsys.readouterr().err


def test_a_model_that_cannot_be_trained_is_named() -> None:
    """The error has the variant and the question, and ends the other trainings."""
    flat = sequential((32, 32, 3), ("Flatten", {}), ("Dense", {"units": 3}))
    model = Model(
        question=GradeId("flat"),
        recipe="tiny",
        graph=flat,
        key="key",
        keeps_weights=False,
        measures=(Measure.ACCURACY,),
        misses=(),
        variants=("accepted.three_scores",),
    )
    recipe = Recipe(dataset="shapes", num_train=40, num_test=20, epochs=1, batch_size=20)
    with (
        pytest.raises(AssignmentError, match="accepted.three_scores: its flat cannot be calibrated: .*output"),
        Workers(Setup(slots=2), Tier.NONE) as workers,
    ):
        list(workers.train([Job(model, seed) for seed in range(3)], "tiny", recipe))
