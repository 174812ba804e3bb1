"""The nouns: immutable records that cross processes and files as JSON.

Every record is decoded strictly: an unknown or missing field, or a value of the wrong type, is an error.
Nothing here reads files, renders or decides. `GradeReport` holds no times, paths or facts about the host, so
that grading the same submission twice gives the same bytes; those stand in `RunFacts`.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any, NewType, TypeVar

import msgspec

AssignmentId = NewType("AssignmentId", str)
StudentId = NewType("StudentId", str)
GradeId = NewType("GradeId", str)  # nbgrader's name for the id of a cell that is graded
CheckId = NewType("CheckId", str)  # "<grade_id>.<name of the function without test_>"

REPORT_FORMAT = "autograder/report/v1"


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: frozen and strict (keyword-only is said by each, msgspec does not inherit it)."""


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    """The student's answer is wrong, absent, raising or too slow."""
    NOT_ATTEMPTED = "not attempted"
    """The stub is as it was released."""
    NOT_RUN = "not run"
    """A check that this one depends on did not pass."""
    ERROR = "error"
    """The suite or the machine failed: a person has to look, nothing is scored."""


class ModelRow(Record, frozen=True, kw_only=True):
    """One line of a `ModelPicture`: an input of the model, a step, or several steps that are left out.

    `number` is the step's; None for the others. `takes` are the rows whose output it takes, by their place in the
    picture, always smaller than its own. `left_out` is the number of steps that the line stands for, 0 for one that
    is shown. Texts are as the student's process told them: whoever draws a picture escapes them.
    """

    number: int | None = None
    kind: str = ""
    name: str = ""
    settings: str = ""
    shape: str = ""
    parameters: int = 0
    remarks: tuple[str, ...] = ()
    takes: tuple[int, ...] = ()
    is_marked: bool = False
    left_out: int = 0


class ModelPicture(Record, frozen=True, kw_only=True):
    """A student's model as rows, in the order of computation, with the places marked that a check speaks of."""

    rows: tuple[ModelRow, ...]
    remarks: tuple[str, ...] = ()


class CheckResult(Record, frozen=True, kw_only=True):
    """What one check found.

    `message` and `hint` are for the student, `staff_note` is for staff only. `waits_for` names the checks
    that did not pass where the outcome is `NOT_RUN`. `model` shows where in the student's model the message is about.
    """

    check_id: CheckId
    question: GradeId
    title: str
    outcome: Outcome
    max_points: float
    message: str = ""
    hint: str = ""
    waits_for: tuple[CheckId, ...] = ()
    staff_note: str = ""
    model: ModelPicture | None = None

    @property
    def points(self) -> float:
        """Points earned: all of them or none."""
        return self.max_points if self.outcome is Outcome.PASSED else 0.0


class QuestionKind(StrEnum):
    """Who gives the points of a question."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class QuestionResult(Record, frozen=True, kw_only=True):
    """The score of one question; `score` is None where a person has to give it."""

    grade_id: GradeId
    title: str
    kind: QuestionKind
    max_score: float
    score: float | None

    @property
    def needs_manual_grade(self) -> bool:
        """Whether a person has to look before the question has a score."""
        return self.score is None


class RepairKind(StrEnum):
    """What was put right in a submitted notebook; docs/notebooks.md says of each what is done."""

    ASSIGNMENT = "assignment"
    RELEASE = "release"
    NEW = "new"
    GONE = "gone"
    FORMAT = "format"
    ENCODING = "encoding"
    KERNEL = "kernel"
    DAMAGED = "damaged"
    IDS = "ids"
    CHARACTERS = "characters"
    WHITESPACE = "whitespace"
    ORDER = "order"
    MISSING = "missing"
    CHANGED = "changed"
    DUPLICATE = "duplicate"
    JOINED = "joined"
    SEPARATED = "separated"
    RETYPED = "retyped"
    FOUND = "found"
    PICTURES = "pictures"


class Repair(Record, frozen=True, kw_only=True):
    """One thing that was put right in a submitted notebook before it ran.

    `message` is for the student, `staff_note` is for staff only: where in the file it was, and what told.
    """

    kind: RepairKind
    message: str
    staff_note: str = ""
    grade_id: GradeId | None = None


class CellStatus(StrEnum):
    """How a cell's execution ended."""

    OK = "ok"
    RAISED = "raised"
    LIMIT = "limit"
    ENDED = "ended the process"
    NOT_RUN = "not run"


class CellRun(Record, frozen=True, kw_only=True):
    """How one code cell of the restored notebook ran; `message` is a sentence for the student."""

    index: int
    grade_id: GradeId | None
    status: CellStatus
    message: str = ""
    notes: tuple[str, ...] = ()


class Measure(StrEnum):
    """What says how well a model does; each is in [0, 1], and more is better."""

    ACCURACY = "accuracy"
    """The fraction of images whose class has the largest score."""
    IOU = "iou"
    """Intersection over union of what was found with what is there, boxes or masks: the mean over all images."""


class Attempt(Record, frozen=True, kw_only=True):
    """One training of a model with one seed.

    `test` and `train` hold a value in [0, 1] for each epoch that was needed, in the measure of the record that the
    attempt belongs to: on held-out images, and on those of the training.
    """

    seed: int
    test: tuple[float, ...]
    train: tuple[float, ...]
    loss: tuple[float, ...]

    @property
    def best(self) -> float:
        """The best epoch's value on the held-out images, in [0, 1]."""
        return max(self.test, default=0.0)


class Evidence(StrEnum):
    """What a `TrainingRecord` rests on."""

    RECIPE = "recipe"
    """We trained the student's architecture, from new weights."""
    CONTINUED = "continued"
    """We trained on from the student's weights."""
    WEIGHTS = "weights"
    """The student's weights as they are, in a model that we rebuilt."""
    PREDICTIONS = "predictions"
    """What the student's own model predicts, in the student's process."""


class Mistake(Record, frozen=True, kw_only=True):
    """A held-out image that was taken for another class.

    `label` and `predicted` are places in the record's `class_names`, `confidence` is the probability in [0, 1] that the
    model gave to `predicted`, and `image` is a PNG of the image as it is, pixel by pixel.
    """

    label: int
    predicted: int
    confidence: float
    image: bytes


class Overlap(Record, frozen=True, kw_only=True):
    """A held-out image in which a model did not see an object where it is.

    `iou` is the intersection over union of both places, in [0, 1]. `image` is a PNG of the image with their outlines:
    of where it is in blue, of where it was seen in orange and dashed.
    """

    iou: float
    image: bytes


class TrainingRecord(Record, frozen=True, kw_only=True):
    """What training a model showed: every attempt, and the floor it was held against.

    Attributes
    ----------
    measure
        What all values of the attempts, and the floor, are in.
    floor
        0 where the recipe has none for the question in this measure.
    device, backend
        What trained: ``cpu`` or ``gpu``, and Keras's name of the library.
    class_names
        What the labels stand for.
    confusion
        Of the epoch that counts: how many held-out images of a class (row) were taken for each class (column). An image
        for which the model gave no number, or a class that there is not, is in no column.
    mistakes
        Of the epoch that counts, the surest first: from a few of the held-out images, which are always the same.
    overlaps
        The same for where an object was seen, the least first.
    """

    question: GradeId
    recipe: str
    measure: Measure = Measure.ACCURACY
    floor: float
    attempts: tuple[Attempt, ...]
    device: str
    backend: str = "tensorflow"
    evidence: Evidence = Evidence.RECIPE
    class_names: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    overlaps: tuple[Overlap, ...] = ()

    @property
    def value(self) -> float:
        """What the best attempt reached on the held-out images, in [0, 1] of the measure."""
        return max((attempt.best for attempt in self.attempts), default=0.0)

    @property
    def test_accuracy(self) -> float:
        """The same where the measure is the accuracy.

        Raises
        ------
        TypeError
            If it is another measure.
        """
        if self.measure is not Measure.ACCURACY:
            raise TypeError(f"a result in the measure {self.measure.value!r} has no test_accuracy: ask for its value")
        return self.value


class GradeReport(Record, frozen=True, kw_only=True):
    """The outcome of grading one submission."""

    format: str = REPORT_FORMAT
    assignment: AssignmentId
    student: StudentId
    submission_sha256: str
    release_id: str
    isolation: str
    questions: tuple[QuestionResult, ...]
    checks: tuple[CheckResult, ...]
    cells: tuple[CellRun, ...] = ()
    repairs: tuple[Repair, ...] = ()
    trainings: tuple[TrainingRecord, ...] = ()
    problem: str = ""
    """Why nothing could be graded, as a sentence for the student; empty where something was."""
    staff_note: str = ""

    @property
    def score(self) -> float:
        """Points that are certain: manual questions and questions in error count as 0 here."""
        return math.fsum(q.score for q in self.questions if q.score is not None)

    @property
    def max_score(self) -> float:
        """Points of all questions, manual ones included."""
        return math.fsum(q.max_score for q in self.questions)

    @property
    def max_automatic_score(self) -> float:
        """Points of the questions that checks decide."""
        return math.fsum(q.max_score for q in self.questions if q.kind is QuestionKind.AUTOMATIC)

    @property
    def has_errors(self) -> bool:
        """Whether a check ended in `ERROR`, so that a person has to look."""
        return any(check.outcome is Outcome.ERROR for check in self.checks)


class RunFacts(Record, frozen=True, kw_only=True):
    """What `GradeReport` leaves out: how long grading took, where, and with which versions."""

    student: StudentId
    assignment: AssignmentId
    key: str
    """Hash of all that the report depends on: where it is the same, the report still holds."""
    own_key: str = ""
    """The same without the assignment: what was handed in, and by what it was graded."""
    rubric: str = ""
    """Hash of the assignment's files, its suite among them."""
    material: str = ""
    """Hash of those files without the checks: where it and `own_key` stay, checks that are the same still hold."""
    checks: dict[str, str] = {}
    """Hash of each check: of its code, its marks, and the checks that it needs."""
    check_trainings: dict[str, tuple[str, ...]] = {}
    """The trainings that each check asked for, by names that tell them apart."""
    passed_before: tuple[CheckId, ...] = ()
    """The checks that were not asked, for they passed for the same code in an earlier grading."""
    started_at: str
    seconds: float
    seconds_by_step: dict[str, float]
    check_seconds: dict[str, float]


_T = TypeVar("_T")


def to_json(record: Record) -> bytes:
    """Return the record as indented UTF-8 JSON, the same bytes for equal records."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def from_json(data: bytes, kind: type[_T]) -> _T:
    """Decode what `to_json` made, strictly.

    Raises
    ------
    msgspec.ValidationError, msgspec.DecodeError
        If the bytes are not JSON, or not that record.
    """
    return msgspec.json.decode(data, type=kind)


def json_schema(kind: type[Record]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record."""
    return msgspec.json.schema(kind)
