"""A course that is worth attacking: one assignment with two questions, and a canary in whatever nobody may read."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attacks.attack import Attack
from courses import ROOT
from notebooks import answer, check, code, make_notebook

from autograder.course import Assignment, Course
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

NAME = "fortress"
CANARY = re.compile(rb"CANARY-[a-z]+-[0-9a-f]{32}")
KINDS = (
    *("suite", "solution", "secret", "gradebook", "neighbour", "home", "key", "attribute"),
    *("environment", "victim", "memory", "file", "socket", "segment", "temporary"),
)
"""Where a canary lies; `build` and `victim` put them there."""

REACH = "def reach(kernels):\n    return 1 + sum(kernel - 1 for kernel in kernels)"
TINY = (
    "import keras\n\n\ndef tiny():\n"
    '    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, kernel_initializer="ones")])'
)
REACH_POINTS = 3.0
TINY_POINTS = 3.0

REACH_SUITE = '''"""How far one output of a stack of convolutions reaches."""
from autograder.suite import number, points, question

pytestmark = question("reach")
NOTE = "@canary@"  # an attack that prints this has read the suite


@points(1)
def test_of_one(submission, rng):
    """One convolution reaches as far as its kernel is wide."""
    kernel = int(rng.integers(3, 1000))
    assert submission.call("reach", [kernel], returns=number()) == kernel, "wrong for a single convolution"


@points(2)
def test_of_many(submission, rng):
    """Each further convolution adds its kernel's width less one."""
    for _ in range(3):
        kernels = [int(kernel) for kernel in rng.integers(1, 1000, size=rng.integers(2, 9))]
        expected = 1 + sum(kernels) - len(kernels)
        assert submission.call("reach", kernels, returns=number()) == expected, "wrong for a stack of convolutions"
'''
TINY_SUITE = '''"""A tiny model."""
import numpy as np
from autograder.suite import points, question

pytestmark = question("tiny")
NOTE = "@canary@"


@points(1)
def test_parameters(submission):
    """The model has three units, each with four weights and a bias."""
    model = submission.model("tiny")
    assert model.num_parameters == 15, f"the model has {model.num_parameters} parameters, 15 were asked for"


@points(2)
def test_sums(submission, rng):
    """With weights of one and biases of zero each unit is the sum of its inputs."""
    rows = rng.normal(size=(5, 4)).astype("float32")
    found = submission.model("tiny", weights=True).predict(rows)
    expected = np.repeat(rows.sum(axis=1, keepdims=True), 3, axis=1)
    assert found.shape == expected.shape, "the outputs have another shape"
    assert np.allclose(found, expected, atol=1e-4), "the outputs are not the sums"
'''
LIMITS: Mapping[str, int] = {
    "cell_s": 4,
    "request_s": 4,
    "submission_s": 60,
    "memory_mib": 700,
    "processes": 128,
    "file_mib": 16,
    "disk_mib": 32,
    "inodes": 2000,
    "output_kib": 16,
    "figures": 10,
}
"""Short, so that what runs into them ends soon."""
NO_LIMITS: Mapping[str, int] = {
    "cell_s": 120,
    "request_s": 30,
    "submission_s": 600,
    "memory_mib": 16_000,
    "processes": 20_000,
    "file_mib": 400,
    "disk_mib": 4000,
    "inodes": 1_000_000,
    "output_kib": 20_000,
    "figures": 40,
}
"""What the controls run under: wide enough that no attack meets them.

A deleted file that is mapped counts as the largest that there may be: six of those stay below the limit on the disk.
"""

HONEST: Mapping[str, Mapping[str, str]] = {
    "ada": {"reach": REACH, "tiny": TINY},
    "grace": {"reach": REACH, "tiny": "def tiny():\n    return None"},
    "untouched": {},
}
"""The neighbours: full marks, half of them, and the release as it was."""


@dataclass(frozen=True)
class Fortress:
    """The course, and the folders of its operator around it.

    Parameters
    ----------
    base
        Holds all of it; every user can reach it.
    """

    base: Path
    canaries: Mapping[str, str] = field(
        default_factory=lambda: {kind: f"CANARY-{kind}-{secrets.token_hex(16)}" for kind in KINDS}
    )

    @property
    def root(self) -> Path:
        """The course folder."""
        return self.base / "course"

    @property
    def home(self) -> Path:
        """The operator's home folder."""
        return self.base / "home"

    @property
    def temporary(self) -> Path:
        """Where grading puts its temporary files."""
        return self.base / "tmp"

    @property
    def sockets(self) -> Path:
        """Where the operator's services listen."""
        return self.base / "run"

    @property
    def course(self) -> Course:
        """The course."""
        return Course(self.root)

    @property
    def assignment(self) -> Assignment:
        """Its assignment."""
        return self.course.assignment(NAME)


def build(base: Path, limits: Mapping[str, int] = LIMITS) -> Fortress:
    """Write the course with its honest neighbours, and the operator's own files.

    Parameters
    ----------
    base
        An existing folder.
    limits
        For `assignment.toml`.
    """
    fortress = Fortress(base)
    canaries = fortress.canaries
    for folder in (fortress.root, fortress.home / ".ssh", fortress.temporary, fortress.sockets):
        folder.mkdir(parents=True)
    (fortress.home / "notes.txt").write_text(canaries["home"])
    (fortress.home / ".ssh" / "id_ed25519").write_text(canaries["key"])
    (fortress.temporary / "another.txt").write_text(canaries["temporary"])
    (fortress.root / ".autograder").mkdir()
    (fortress.root / ".autograder" / "secret").write_text(canaries["secret"])
    (fortress.root / "notes").mkdir()
    for name in ("delete", "truncate", "rename"):
        (fortress.root / "notes" / f"{name}.txt").write_text("the operator's own")
    _write_assignment(fortress, limits)
    for student, answers in HONEST.items():
        _hand_in(fortress, student, filled(fortress.assignment, answers))
    ada = fortress.root / "submitted" / "ada" / NAME / f"{NAME}.ipynb"
    ada.write_bytes(ada.read_bytes().replace(b"def reach", f"# {canaries['neighbour']}\\ndef reach".encode()))
    return fortress


def _write_assignment(fortress: Fortress, limits: Mapping[str, int]) -> None:
    folder = fortress.root / "assignments" / NAME
    suite = fortress.root / "tests" / "suites" / NAME
    for each in (folder, suite):
        each.mkdir(parents=True)
    for name, text in (("reach", REACH_SUITE), ("tiny", TINY_SUITE)):
        (suite / f"test_{name}.py").write_text(text.replace("@canary@", fortress.canaries["suite"]))
    note = fortress.canaries["solution"]
    notebook = make_notebook(
        [
            code("import math"),
            answer("reach", _with_region(REACH, note)),
            check("reach"),
            answer("tiny", _with_region(TINY, note)),
            check("tiny"),
        ]
    )
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    table = "\n".join(f"{name} = {value}" for name, value in limits.items())
    settings = 'title = "Fortress"\ngrading = {same_code = "asked"}\n'  # else honest code would not meet its attacker
    (folder / "assignment.toml").write_text(f"{settings}\n[limits]\n{table}\n")
    shutil.copy(ROOT / "nbgrader_config.py", fortress.root)
    points = points_by_question(runner.collect(suite))
    write_release(fortress.assignment, make_release(fortress.course, fortress.assignment, points))


def _with_region(source: str, note: str) -> str:
    """Return a source, the last line of which is its solution region, as an instructor writes it."""
    kept, _, last = source.rpartition("\n")
    return "\n".join([kept, "    ### BEGIN SOLUTION", f"    # {note}", last, "    ### END SOLUTION"])


def filled(assignment: Assignment, answers: Mapping[str, str], cells: tuple[str, ...] = ()) -> bytes:
    """Return the released notebook with answers in its cells, and further cells before them."""
    notebook = json.loads(assignment.released_notebook.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    notebook["cells"][1:1] = [{"id": f"own-{n}", **code(source)} for n, source in enumerate(cells, start=1)]
    return json.dumps(notebook).encode()


def hand_in_attack(fortress: Fortress, attack: Attack, facts: Mapping[str, str]) -> None:
    """Put an attack where a student's submission lies, with the facts in the place of their marks."""

    def told(text: str) -> str:
        for mark, value in facts.items():
            text = text.replace(f"@{mark}@", value)
        return text

    if attack.raw is not None:
        data = attack.raw
        for mark, value in facts.items():
            data = data.replace(f"@{mark}@".encode(), value.encode())
    else:
        answers = {"reach": told(REACH if attack.answer is None else attack.answer)}
        if attack.model is not None:
            answers["tiny"] = told(attack.model)
        data = filled(fortress.assignment, answers, tuple(told(cell) for cell in attack.cells))
    folder = _hand_in(fortress, attack.name, data)
    for name, content in attack.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def honest_points(attack: Attack) -> float:
    """Return what an attack's own honest answers are worth."""
    return REACH_POINTS if attack.answer is None else 0.0


def _hand_in(fortress: Fortress, student: str, data: bytes) -> Path:
    folder = fortress.root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_bytes(data)
    return folder
