"""What processes of ours answered is known from then on, and nobody's model decides what is known of another's."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.errors import InfrastructureError, ModelRefused
from autograder.models import answers
from autograder.models.answers import AnswerCache, RememberingRuntime
from autograder.models.graph import ModelGraph, sequential
from autograder.models.remote import RemoteModel
from autograder.secret import CourseSecret

SECRET = CourseSecret("of a course")
IMAGES = np.ones((2, 4, 4, 3), np.float32)
FACTS = {
    "shapes": [],
    "dtypes": [],
    "layer_parameters": [],
    "layer_trainable_parameters": [],
    "num_parameters": 0,
    "num_trainable_parameters": 0,
}


def model(units: int, name: str = "answer") -> ModelGraph:
    """A model; `units` tell one from another, its name does not."""
    graph = sequential((4, 4, 3), ("Flatten", {}), ("Dense", {"units": units}))
    first, last = graph.layers
    return replace(graph, name=name, layers=(first, replace(last, name=f"{name}_1")))


BREAKS_ITS_PROCESS = model(666)


@dataclass
class Machine:
    """Opens processes, and knows what they were asked; one that has held `BREAKS_ITS_PROCESS` lies from then on."""

    asked: list[str] = field(default_factory=list)
    num_opened: int = 0
    num_open: int = 0
    most_open: int = 0

    @contextlib.contextmanager
    def open(self) -> Iterator[Process]:
        """Open a process."""
        self.num_opened += 1
        self.num_open += 1
        self.most_open = max(self.most_open, self.num_open)
        yield Process(self)
        self.num_open -= 1


class Process:
    """Answers with the units of a model; refuses images that are not all ones."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._units: list[int] = []

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        """Answer."""
        self._machine.asked.append(op)
        if op == "load":
            self._units.append(args["graph"]["layers"][-1]["config"]["units"])
            return {"model": len(self._units) - 1, "facts": {**FACTS, "num_parameters": self._said(self._units[-1])}}
        if not (args["images"][0] == 1).all():
            raise ModelRefused("not these images")
        return [np.full((2, 3), self._said(self._units[args["model"]]), np.float32)]

    def _said(self, units: int) -> int:
        return -1 if 666 in self._units and units != 666 else units


Grade = Callable[..., list[float]]


@pytest.fixture
def machine() -> Machine:
    """The machine."""
    return Machine()


@pytest.fixture
def grade(machine: Machine, tmp_path: Path) -> Grade:
    """Asks a prediction of each of a submission's models, and returns what came."""

    def ask(*graphs: ModelGraph, secret: CourseSecret = SECRET, images: Any = IMAGES, **options: Any) -> list[float]:
        found = []
        with RememberingRuntime(machine.open, AnswerCache(tmp_path, secret), **options) as runtime:
            for graph in graphs:
                remote, facts = RemoteModel.load(graph, runtime)
                found += [float(remote.predict(images, False, None)[0, 0]), float(facts.num_parameters)]
        machine.asked.append("|")
        return found

    return ask


def test_a_submission_asks_nothing_twice(machine: Machine, grade: Grade) -> None:
    """Several checks look at a model, and one loads it."""
    assert grade(model(1), model(1), model(1, "renamed")) == [1] * 6
    assert machine.asked == ["load", "predict", "|"]


def test_what_a_process_of_its_own_answered_is_known_to_all(machine: Machine, grade: Grade) -> None:
    """The next submission opens no process, whatever its student calls the layers; of another question it does."""
    grade(model(1))
    assert grade(model(1, "mine")) == [1, 1]
    assert machine.num_opened == 1
    assert grade(model(1), images=IMAGES[:1]) == [1, 1]
    assert machine.asked == ["load", "predict", "|", "|", "load", "predict", "|"]


def test_models_that_nobody_else_has_share_a_process(machine: Machine, grade: Grade) -> None:
    """A submission whose models are all new costs one process."""
    grade(*map(model, range(1, 8)))
    assert machine.num_opened == 1


def test_a_model_that_is_met_often_gets_a_process_of_its_own_once(machine: Machine, grade: Grade) -> None:
    """The fourth submission with the same models asks nothing; never are more than three processes open.

    The first model that a shared process holds is alone in it for a while, and its answers are kept at once.
    """
    graphs = [model(units) for units in range(1, 8)]
    for _ in range(answers.MEETINGS + 2):
        assert grade(*graphs) == [each for units in range(1, 8) for each in (units, units)]
    assert "".join("." if each == "|" else each[0] for each in machine.asked) == (
        "lp" * 7 + "." + "lp" * 6 + "." + "lp" * 5 + ".."
    )
    assert machine.num_opened == 1 + 1 + 5
    assert machine.most_open <= answers.MOST_ALONE + 1
    assert machine.num_open == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1), (0, 1, 0)])
def test_a_model_that_breaks_its_process_decides_nothing_of_others(grade: Grade, order: tuple[int, ...]) -> None:
    """However often it is handed in beside an honest answer, the honest answer is known rightly."""
    honest = model(1)
    for _ in range(4):
        grade(*[(honest, BREAKS_ITS_PROCESS)[which] for which in order])
    assert grade(honest) == [1, 1]


def test_that_test_can_fail(grade: Grade) -> None:
    """Where all models are said to be ours, and share a process and its answers, the lie is known."""
    grade(BREAKS_ITS_PROCESS, model(1), is_ours=True)
    assert grade(model(1)) == [-1, -1]


def test_our_own_models_share_a_process_and_all_is_kept(machine: Machine, grade: Grade) -> None:
    """An instructor's answers cost one process, and are known when students hand them in."""
    grade(*map(model, range(1, 8)), is_ours=True)
    assert grade(model(7), model(3)) == [7, 7, 3, 3]
    assert machine.num_opened == 1


def test_a_refusal_is_asked_for_again(machine: Machine, grade: Grade) -> None:
    """What is refused names the student's own layers, so it is not kept."""
    for _ in range(2):
        with pytest.raises(ModelRefused, match="not these images"):
            grade(model(1), images=0 * IMAGES)
    assert machine.asked == ["load", "predict"] * 2
    assert machine.num_open == 0


def test_what_ends_by_an_exception_keeps_nothing(machine: Machine, grade: Grade, tmp_path: Path) -> None:
    """Ctrl-C is no time for writing."""
    with pytest.raises(ModelRefused):
        grade(model(1), images=0 * IMAGES)
    assert AnswerCache(tmp_path, SECRET).size() == (0, 0)
    grade(model(1))
    assert machine.num_opened == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(model(1), inputs=(replace(model(1).inputs[0], shape=(None, 4, 4, 4)),)),
        replace(model(1), layers=(model(1).layers[0], replace(model(1).layers[1], trainable=False))),
        replace(model(1), constants=(np.zeros(2, np.float32),)),
        replace(model(1), constants=(np.ones(2, np.float32),)),
    ],
    ids=["input", "frozen", "zeros", "ones"],
)
def test_another_model_has_another_key(tmp_path: Path, other: ModelGraph) -> None:
    """Everything that a process reads is in the key, arrays with their numbers; names are not."""
    cache = AnswerCache(tmp_path, SECRET)
    keys = {cache.key(each.to_data()) for each in (model(1), model(2), other)}
    assert len(keys) == 3
    assert cache.key(model(1, "mine").to_data()) in keys
    assert cache.key(replace(other, name="theirs").to_data()) in keys


def test_another_course_and_other_code_begin_anew(
    machine: Machine, grade: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one course knows is of no use to another, and what older code answered is not believed."""
    grade(model(1))
    grade(model(1), secret=CourseSecret("of another course"))
    assert machine.num_opened == 2
    monkeypatch.setattr(answers, "code_digest", lambda: "newer")
    grade(model(1))
    assert machine.num_opened == 3
    grade(model(1))
    assert machine.num_opened == 3


def test_a_forged_file_is_dropped(machine: Machine, grade: Grade, tmp_path: Path) -> None:
    """Only who knows the course's secret can say what is known."""
    grade(model(1))
    (path,) = (tmp_path / "answers").glob("*/*")
    seal, _, data = path.read_bytes().partition(b"\n")
    for forged in (data, seal + b"\n" + data.replace(b"load", b"loed"), seal + b"\n" + data[:-4], b""):
        path.write_bytes(forged)
        machine.asked.clear()
        assert grade(model(1)) == [1, 1]
        assert machine.asked == ["load", "predict", "|"]


def test_what_a_folder_cannot_take_is_said(grade: Grade, tmp_path: Path) -> None:
    """A cache that cannot be written to is the operator's to mend."""
    (tmp_path / "answers").write_text("in the way")
    with pytest.raises(InfrastructureError, match="what is known of a model cannot be kept"):
        grade(model(1))


def test_large_answers_are_asked_for_again(
    machine: Machine, grade: Grade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept of one model is bounded."""
    monkeypatch.setattr(answers, "MAX_BYTES", 250)
    for _ in range(2):
        assert grade(model(1), images=np.ones((2, 4, 4, 3), np.float32)) == [1, 1]
    assert sum(path.stat().st_size for path in (tmp_path / "answers").glob("*/*")) < 600
    assert machine.asked.count("predict") == 2


def test_the_cache_can_be_cleared(grade: Grade, tmp_path: Path) -> None:
    """It says how much there was."""
    grade(model(1), model(2))
    cache = AnswerCache(tmp_path, SECRET)
    size = cache.size()
    assert size[0] == 2
    assert cache.clear() == size
    assert cache.size() == (0, 0)


def test_the_code_is_part_of_the_key() -> None:
    """The modules that rebuild models, and the versions of what they use, are hashed."""
    assert isinstance(answers.code_digest(), str)
    assert answers.code_digest() == answers.code_digest.__wrapped__()


def test_answers_in_other_words_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept as messages of another form cannot be read, and so is another key."""
    before = answers.code_digest()
    monkeypatch.setattr(answers, "MAGIC", b"AGW0")
    assert answers.code_digest.__wrapped__() != before
