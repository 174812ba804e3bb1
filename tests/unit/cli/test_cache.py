"""The finished trainings of a course, as its operator sees them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli.main import main
from autograder.course import Course
from autograder.grading.passed import PassedChecks
from autograder.models.answers import AnswerCache
from autograder.records import CheckId, Measure
from autograder.training.cache import Entry, TrainingCache
from autograder.training.evidence import Epoch


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a whole training, one that was stopped, and a torn file."""
    (tmp_path / "assignments").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    cache = TrainingCache(Course(tmp_path).cache, Course(tmp_path).secret())
    for number, is_whole in ((1, True), (2, False)):
        epochs = tuple(
            Epoch(test={Measure.ACCURACY: each}, train={Measure.ACCURACY: 0.5}, loss=1.0) for each in (0.5, 0.25)
        )
        cache.write(
            Entry(
                key=f"{number:02d}" * 32,
                question=f"model_{number}",
                recipe="quick",
                seed=1,
                device="cpu",
                backend="jax",
                is_whole=is_whole,
                epochs=epochs,
            )
        )
    AnswerCache(Course(tmp_path).cache, Course(tmp_path).secret()).write("ab" * 32, 1, {"question": b"answer"})
    passed = PassedChecks(Course(tmp_path).cache, Course(tmp_path).secret())
    passed.keep({CheckId("q.one"): "code", CheckId("q.two"): "code"}, {CheckId("q.one"): (), CheckId("q.two"): ()})
    torn = Course(tmp_path).cache / "trainings" / "03" / f"{'03' * 32}.entry"
    torn.parent.mkdir()
    torn.write_text("torn")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], course: Path, *arguments: str) -> str:
    """Run a command in a course, and return what it prints."""
    assert main(["--course", str(course), "cache", *arguments]) == 0
    return capsys.readouterr().out


def test_ls_lists_what_is_kept(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """Each training has a line, a torn file is named, and the sum says how much room is taken."""
    out = run(capsys, course, "ls")
    rows = [line.split() for line in out.splitlines()]
    assert ["02020202", "model_2", "2+", "50.0%", "jax,", "cpu"] in [row[:6] for row in rows]
    assert ["01010101", "model_1", "2", "50.0%", "jax,", "cpu"] in [row[:6] for row in rows]
    assert ["03030303", "unsound"] in [row[:2] for row in rows]
    assert all(len(line) <= 80 for line in out.splitlines() if str(course) not in line)
    assert "3 trainings, 0.0 of 512 MiB" in out
    assert "what is known of 1 model: 0.0 MiB" in out
    assert "what passed of 1 piece of code: 0.0 MiB" in out


def test_ls_as_json(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """A script reads the same, with whole keys and bytes."""
    (course / "pyproject.toml").write_text("[tool.autograder]\ncache_mib = 3\n")
    kept = json.loads(run(capsys, course, "ls", "--json"))
    assert kept["max_bytes"] == 3 << 20
    assert kept["num_bytes"] == sum(each["num_bytes"] for each in kept["trainings"])
    sound = {each["key"]: each for each in kept["trainings"] if each["is_sound"]}
    assert set(sound) == {"01" * 32, "02" * 32}
    assert sound["01" * 32]["best"] == 0.5
    assert [each["key"] for each in kept["trainings"] if not each["is_sound"]] == ["03" * 32]
    assert kept["models"] == 1
    assert 0 < kept["models_bytes"] < 1000
    assert kept["codes"] == 1
    assert 0 < kept["codes_bytes"] < 1000


def test_clear_drops_all_of_it(capsys: pytest.CaptureFixture[str], course: Path) -> None:
    """What was kept is counted and gone; clearing again finds nothing."""
    dropped = "dropped 3 trainings and what was known of 1 model and 1 piece of code"
    assert dropped in run(capsys, course, "clear")
    out = run(capsys, course, "ls")
    assert "0 trainings, 0.0 of 512 MiB" in out
    assert "known" not in out
    assert "passed" not in out
    cleared = json.loads(run(capsys, course, "clear", "--json"))
    assert (cleared["trainings"], cleared["models"], cleared["codes"], cleared["num_bytes"]) == (0, 0, 0, 0)


def test_the_help_loads_nothing_heavy() -> None:
    """The manual is there at once."""
    code = "import sys\nimport autograder.cli.cache\nsys.exit(bool({'numpy', 'rich', 'keras'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
