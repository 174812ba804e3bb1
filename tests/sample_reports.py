"""Reports with one of everything, for the tests of what is drawn from reports."""

from __future__ import annotations

import numpy as np

from autograder.datasets import shapes
from autograder.records import (
    AssignmentId,
    Attempt,
    CellRun,
    CellStatus,
    CheckId,
    CheckResult,
    GradeId,
    GradeReport,
    Mistake,
    ModelPicture,
    ModelRow,
    Outcome,
    Overlap,
    QuestionKind,
    QuestionResult,
    Repair,
    RepairKind,
    StudentId,
    TrainingRecord,
)
from autograder.training.evidence import png
from autograder.training.outlines import outlined

CONFUSION = tuple(
    tuple(90 - 3 * row if row == column else (row + column) % 7 for column in range(10)) for row in range(10)
)
"""How often each class was taken for each."""
IMAGES = shapes.generate(5, seed=1)
MISTAKES = tuple(
    Mistake(label=int(label), predicted=(int(label) + 3) % 10, confidence=0.99 - number / 20, image=png(image))
    for number, (image, label) in enumerate(zip(IMAGES.images, IMAGES.labels, strict=True))
)
"""Images that were taken for others."""
OVERLAPS = tuple(
    Overlap(iou=number / 5, image=png(outlined(image, mask, np.roll(mask, 4 - number, axis=1))))
    for number, (image, mask) in enumerate(zip(IMAGES.images, IMAGES.masks, strict=True))
)
"""Images in which the object was seen beside its place."""
STAFF_NOTE = "KeyError in the suite, line 12"

SOURCES = {
    GradeId("conv_output_shape"): (
        "def conv_output_shape(input_shape, filters, kernel_size, stride):\n"
        '    """Return the shape of the output of a convolution without padding."""\n'
        "    height, width, channels = input_shape  # channels last\n"
        "    return (height - kernel_size) / stride + 1, (width - kernel_size) / stride + 1, filters\n"
    ),
    GradeId("max_pool_by_hand"): "pooled = [[9, 5, 8], [9, 9, 8], [9, 9, 9]]\npooled_shape = (3, 3)\n",
    GradeId(
        "tradeoff"
    ): "A convolution gives up global context:\n\n* each output sees a small window\n* weights are shared\n",
    GradeId("residual_block"): (
        "def residual_block(filters, strides=1):\n"
        "    def apply(x):\n"
        "        branch = keras.layers.Conv2D(filters, 3, strides, padding='same')(x)\n"
        "        branch = keras.layers.BatchNormalization()(branch)\n"
        "        return keras.layers.ReLU()(branch + branch)\n"
        "    return apply\n"
    ),
    GradeId("residual_model"): "def residual_model():\n    # YOUR CODE HERE\n    raise NotImplementedError\n",
}


PICTURE = ModelPicture(
    rows=(
        ModelRow(kind="Input", shape="(None, 9, 6, 4)"),
        ModelRow(
            number=0, kind="Conv2D", name="block/conv2d", settings="filters=4 kernel_size=3x3 padding=same",
            shape="(None, 9, 6, 4)", parameters=148, takes=(0,),
        ),
        ModelRow(number=1, kind="ReLU", shape="(None, 9, 6, 4)", takes=(1,)),
        ModelRow(
            number=2, kind="BatchNormalization", name="block/batch_normalization", shape="(None, 9, 6, 4)",
            parameters=16, takes=(2,), remarks=("always in inference mode",), is_marked=True,
        ),
        ModelRow(left_out=3, takes=(3,)),
        ModelRow(number=6, kind="Add", shape="(None, 9, 6, 4)", takes=(0, 4)),
        ModelRow(number=7, kind="ReLU", shape="(None, 9, 6, 4)", takes=(5,), remarks=("output",)),
    ),
    remarks=("328 parameters, 312 trainable",),
)  # fmt: skip
"""A residual block whose normalisation is marked."""


def check(
    question: str,
    name: str,
    outcome: Outcome,
    *,
    title: str = "It is as it was asked.",
    points: float = 1.0,
    **more: object,
) -> CheckResult:
    """Return one result; `more` are its other fields."""
    return CheckResult(
        check_id=CheckId(f"{question}.{name}"),
        question=GradeId(question),
        title=title,
        outcome=outcome,
        max_points=points,
        **more,  # type: ignore[arg-type]
    )


def question(
    grade_id: str, score: float | None, max_score: float, kind: QuestionKind = QuestionKind.AUTOMATIC, title: str = ""
) -> QuestionResult:
    """Return one question's score."""
    return QuestionResult(
        grade_id=GradeId(grade_id), title=title or grade_id, kind=kind, max_score=max_score, score=score
    )


def report(student: str = "ada", **changes: object) -> GradeReport:
    """Return a report in which every outcome, a repair, a limit, a training and a manual question occur."""
    fields: dict[str, object] = {
        "assignment": AssignmentId("convnets"),
        "student": StudentId(student),
        "submission_sha256": "5f3b" * 16,
        "release_id": "9c41" * 8,
        "isolation": "none",
        "questions": (
            question("conv_output_shape", 2.0, 3.0, title="The shape of a convolution's output"),
            question("max_pool_by_hand", 2.0, 2.0, title="Max pooling by hand"),
            question("tradeoff", None, 3.0, QuestionKind.MANUAL, title="What a convolution gives up"),
            question("batchnorm_model", 4.0, 6.0, title="Batch normalisation"),
            question("residual_block", None, 4.0, title="A residual block"),
            question("residual_model", 0.0, 2.5, title="A residual network"),
        ),
        "checks": (
            check("conv_output_shape", "shape", Outcome.PASSED, title="The output's height and width are right."),
            check("conv_output_shape", "filters", Outcome.PASSED, title="The last axis holds the filters."),
            check(
                "conv_output_shape",
                "integers",
                Outcome.FAILED,
                title="All three sizes are whole numbers.",
                message="`conv_output_shape` returned `(4.5, 4.5, 8)`; whole numbers were asked for.",
                hint="Python's `//` divides and rounds down.",
            ),
            check("max_pool_by_hand", "values", Outcome.PASSED, title="The pooled matrix is right.", points=2.0),
            check("batchnorm_model", "ten", Outcome.PASSED, title="The model returns ten scores for each image."),
            check("batchnorm_model", "every", Outcome.PASSED, title="Every convolution is normalised.", points=3.0),
            check(
                "batchnorm_model",
                "generalises",
                Outcome.FAILED,
                title="The trained model recognises images it has never seen.",
                points=2.0,
                message="Test accuracy is 57.1 %, 62 % was asked for.",
            ),
            check("residual_block", "shape", Outcome.PASSED, title="The block keeps the shape of its input."),
            check(
                "residual_block",
                "carries_its_input",
                Outcome.ERROR,
                title="With its weights at zero, the block returns its input.",
                points=3.0,
                message="secret of the suite",
                staff_note=STAFF_NOTE,
            ),
            check("residual_model", "ten", Outcome.NOT_ATTEMPTED, title="The model returns ten scores for each image."),
            check(
                "residual_model",
                "shortcuts",
                Outcome.NOT_RUN,
                title="The network has at least three shortcuts.",
                points=1.5,
                waits_for=(CheckId("residual_model.ten"),),
            ),
        ),
        "cells": (
            CellRun(index=3, grade_id=None, status=CellStatus.OK, notes=("`!pip install keras` was skipped.",)),
            CellRun(
                index=17,
                grade_id=GradeId("residual_model"),
                status=CellStatus.RAISED,
                message="`NotImplementedError` was raised in line 3.",
            ),
            CellRun(index=20, grade_id=None, status=CellStatus.LIMIT, message="The cell ran for more than 60 seconds."),
            CellRun(index=21, grade_id=None, status=CellStatus.NOT_RUN, message="A cell before it never ended."),
            CellRun(index=22, grade_id=None, status=CellStatus.NOT_RUN, message="A cell before it never ended."),
        ),
        "repairs": (
            Repair(
                kind=RepairKind.CHANGED,
                message="The cell that tests `residual_block` had been changed; the released one was put back.",
                staff_note="Cell 9, only for staff.",
                grade_id=GradeId("residual_block"),
            ),
        ),
        "trainings": (
            TrainingRecord(
                question=GradeId("batchnorm_model"),
                recipe="quick",
                floor=0.62,
                attempts=(
                    Attempt(
                        seed=1,
                        test=(0.21, 0.34, 0.46, 0.52, 0.5719, 0.561),
                        train=(0.24, 0.39, 0.55, 0.66, 0.74, 0.81),
                        loss=(2.1, 1.7, 1.4, 1.1, 0.9, 0.7),
                    ),
                    Attempt(
                        seed=2,
                        test=(0.18, 0.29, 0.4, 0.47, 0.52, 0.55),
                        train=(0.2, 0.35, 0.5, 0.6, 0.7, 0.76),
                        loss=(2.2, 1.8, 1.5, 1.2, 1.0, 0.8),
                    ),
                ),
                device="cpu",
                class_names=shapes.CLASSIFICATION,
                confusion=CONFUSION,
                mistakes=MISTAKES,
                overlaps=OVERLAPS,
            ),
        ),
        "staff_note": "only for staff",
    }
    return GradeReport(**(fields | changes))  # type: ignore[arg-type]
