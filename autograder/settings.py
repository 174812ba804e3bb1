"""What `assignment.toml` may say, as records: an unknown or misspelt setting is an error.

All sizes are in MiB or KiB and all times in seconds, as the names say.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from autograder.records import Measure, Record

Positive = Annotated[float, Meta(gt=0)]
PositiveInt = Annotated[int, Meta(gt=0)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
WeightFile = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*\.(weights\.h5|npz|safetensors)\Z")]


WALL_PER_CPU = 3
"""Seconds of wall clock that a CPU second of a limit may take."""


class Limits(Record, frozen=True, kw_only=True):
    """What one submission may use; kept from outside its process.

    Times are CPU seconds of all its processes together. The wall clock is `WALL_PER_CPU` times as wide, so that a busy
    machine fails nobody, and what sleeps ends too.
    """

    cell_s: Positive = 60.0
    """CPU seconds of one cell."""
    request_s: Positive = 30.0
    """CPU seconds of one question that a check asks (a call, a model, a figure)."""
    training_s: Positive = 120.0
    """CPU seconds of a training by a function of the notebook, where a check asks for one."""
    submission_s: Positive = 600.0
    """CPU seconds of all cells and questions together."""
    memory_mib: PositiveInt = 2048
    """Memory of all its processes together, beside what they share with the grader."""
    processes: Annotated[int, Meta(ge=32)] = 256
    """Processes and threads; TensorFlow alone starts some dozens on a large machine, and aborts below 32."""
    file_mib: PositiveInt = 64
    """Size of one file that it writes."""
    disk_mib: PositiveInt = 256
    """All the files that it writes."""
    inodes: Annotated[int, Meta(ge=100)] = 20_000
    """How many files and folders those may be."""
    output_kib: PositiveInt = 64
    """Text kept of one cell's output: the first and the last half of it."""
    figures: PositiveInt = 40
    """Pictures kept of one notebook."""


class FitPolicy(StrEnum):
    """What `Model.fit` does in the cells of a notebook that is being graded."""

    FULL = "full"
    ONE_BATCH = "one-batch"
    """One eager step on at most 8 images: later cells still find a real `History`."""
    SKIP = "skip"


class OldNames(StrEnum):
    """What becomes of names that today's libraries no longer have, in the cells of a notebook and in its functions."""

    EXPLAIN = "explain"
    """They raise as ever, and the student reads what to write today."""
    SHIM = "shim"
    """Those that still have an exact meaning are defined; the others are explained."""


class Given(StrEnum):
    """Which of the cells that students got, and left as they are, run while a notebook is graded."""

    NEEDED = "needed"
    """Those that make what an answer or a check uses. Pictures and visible tests mostly make nothing of that kind."""
    ALL = "all"


class Execution(Record, frozen=True, kw_only=True):
    """How the cells of a submission run."""

    given: Given = Given.NEEDED
    fit: FitPolicy = FitPolicy.ONE_BATCH
    old_names: OldNames = OldNames.EXPLAIN


class OptimizerName(StrEnum):
    """Optimisers that a recipe can name."""

    ADAM = "adam"
    SGD = "sgd"
    RMSPROP = "rmsprop"


class Schedule(StrEnum):
    """How the learning rate moves over a training."""

    CONSTANT = "constant"
    COSINE = "cosine"


class Device(StrEnum):
    """What a recipe, or who grades, wants to train on."""

    AUTO = "auto"
    """A GPU where the backend sees one, else the CPU."""
    CPU = "cpu"
    GPU = "gpu"
    """A GPU, and nothing where there is none."""


class Task(StrEnum):
    """What a model learns."""

    CLASSIFICATION = "classification"
    """The class of an image."""
    LOCALIZATION = "localization"
    """The class of the object in an image, and the box around it."""
    SEGMENTATION = "segmentation"
    """Which pixels of an image belong to the object."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What a model of the task can be judged by; the first one counts where nobody says otherwise."""
        return _MEASURES[self]

    @property
    def needs(self) -> tuple[str, ...]:
        """What has to be known of each image: arrays of a data set, by name."""
        return _NEEDS[self]


_MEASURES = {
    Task.CLASSIFICATION: (Measure.ACCURACY,),
    Task.LOCALIZATION: (Measure.ACCURACY, Measure.IOU),
    Task.SEGMENTATION: (Measure.IOU,),
}
_NEEDS = {
    Task.CLASSIFICATION: ("labels",),
    Task.LOCALIZATION: ("labels", "boxes"),
    Task.SEGMENTATION: ("masks",),
}


class Recipe(Record, frozen=True, kw_only=True):
    """How a model is trained before it is judged.

    `floors` maps a question's `grade_id` to the value in [0, 1], in the first measure of the task, that its model has
    to reach on held-out images; ``"grade_id.measure"`` is the key of a floor in another measure.
    """

    task: Task = Task.CLASSIFICATION

    dataset: str
    num_train: PositiveInt
    num_test: PositiveInt
    epochs: PositiveInt
    batch_size: PositiveInt
    optimizer: OptimizerName = OptimizerName.ADAM
    learning_rate: Positive = 1e-3
    schedule: Schedule = Schedule.CONSTANT
    flip: bool = False
    """Whether training images are mirrored left to right at random."""
    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    """How many seeds are tried before a result under the floor stands."""
    wall_s: Positive = 600.0
    """Wall clock of one attempt."""
    device: Device = Device.AUTO
    """What it is trained on; ``gpu`` refuses to grade where there is none."""
    gpu_share: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Part of a GPU's memory that one training gets: as many train on a card at a time."""
    seed: Annotated[int, Meta(ge=0, lt=2**53)] = 0
    """Another one gives other initial weights and another order of the images, which stay the same."""
    floors: dict[str, Fraction] = {}

    def __post_init__(self) -> None:
        further = [measure.value for measure in self.task.measures[1:]]
        for key in self.floors:
            question, dot, measure = key.rpartition(".")
            if dot and measure not in further:
                others = "".join(f", and '{question}.{each}' is one for its {each}" for each in further)
                raise ValueError(
                    f"floors: there is no {key!r} where task = {self.task.value!r}: {question!r} is the floor for the "
                    f"{self.measure.value} of that question{others}"
                )

    @property
    def questions(self) -> frozenset[str]:
        """The `grade_id`s that have a floor in any measure."""
        return frozenset(key.partition(".")[0] for key in self.floors)

    @property
    def measure(self) -> Measure:
        """What models are judged by where nobody says otherwise."""
        return self.task.measures[0]

    def floor_key(self, question: str, measure: Measure) -> str:
        """Return the key of a question's floor in `floors`."""
        return question if measure is self.measure else f"{question}.{measure.value}"

    def floor(self, question: str, measure: Measure) -> float | None:
        """Return what a question's model has to reach in a measure; None where there is no floor."""
        return self.floors.get(self.floor_key(question, measure))


class Counts(StrEnum):
    """Which of a student's notebooks counts, where several are handed in one after the other."""

    LATEST = "latest"
    BEST = "best"


class SameCode(StrEnum):
    """What a check finds in code that it was asked of in an earlier submission."""

    KNOWN = "known"
    """That it passes, where it passed: it is not asked again."""
    ASKED = "asked"
    """Whatever it finds, asked again."""


class Grading(Record, frozen=True, kw_only=True):
    """Which grading stands, how many there may be, and what need not be asked."""

    counts: Counts = Counts.LATEST
    same_code: SameCode = SameCode.KNOWN
    per_day: Annotated[int, Meta(ge=0)] = 0
    """Different notebooks of a student that are graded within 24 hours; 0 for any number."""


class Lint(Record, frozen=True, kw_only=True):
    """What `autograder lint` need not say again."""

    accept: dict[str, Annotated[str, Meta(min_length=1)]] = {}
    """The reason for each finding that may stay, by ``rule:where`` as the command prints them."""


class Settings(Record, frozen=True, kw_only=True):
    """The whole of an `assignment.toml`."""

    title: str
    limits: Limits = Limits()
    execution: Execution = Execution()
    files: tuple[str, ...] = ()
    """Files beside the source notebook that students get, and that are there when it runs."""
    weights: tuple[WeightFile, ...] = ()
    """Files of weights that students hand in beside the notebook, for checks that judge them."""
    recipe: str = ""
    """The recipe that checks train with where none is named on the command line."""
    recipes: dict[str, Recipe] = {}
    grading: Grading = Grading()
    lint: Lint = Lint()


def parse_settings(text: str) -> Settings:
    """Decode the text of an `assignment.toml`.

    Raises
    ------
    msgspec.ValidationError, msgspec.DecodeError
        If it is not TOML, or says something that this module does not know.
    """
    return msgspec.toml.decode(text, type=Settings)
