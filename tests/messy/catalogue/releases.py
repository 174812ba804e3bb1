"""Notebooks of other releases and of other assignments."""

from __future__ import annotations

from messy.builder import delete, put, step, whole
from messy.case import Case, raised
from messy.course import ANSWERS, CODE
from notebooks import code


def _marks(name: str) -> dict[str, object]:
    """Return the marks of an answer."""
    return {"nbgrader": {"schema_version": 3, "grade_id": name, "solution": True, "grade": False, "locked": False}}


OTHER_RELEASE = whole(lambda made: made["metadata"]["autograder"].update(release_id="0123456789abcdef"))

CASES = (
    Case(
        "another_release",
        "It was made from another release, which was the same but for its id.",
        (OTHER_RELEASE,),
        repairs=(("release", None),),
    ),
    Case(
        "older_release",
        "It was made from a release that lacked a question, and had another one.",
        (
            delete("tiny", "test_tiny"),
            put("losses", {**code("kernels = 7"), "metadata": _marks("kernels")}),
            OTHER_RELEASE,
        ),
        repairs=(("release", None), ("new", "tiny"), ("gone", None)),
        points={"tiny": 0.0},
        untouched=("tiny",),
    ),
    Case(
        "another_assignment",
        "It says that it belongs to another assignment.",
        (whole(lambda made: made["metadata"]["autograder"].update(assignment="maths")),),
        repairs=(("assignment", None),),
        is_variant=True,
    ),
    Case(
        "something_else",
        "It is another notebook altogether.",
        (step(lambda made: made.update(cells=[{"id": "a", **code("print('hello')")}], metadata={})),),
        repairs=(
            ("assignment", None),
            *((("missing", name)) for name in (None, "rules", "data", *ANSWERS, *CODE)),
        ),
        points=dict.fromkeys(ANSWERS, 0.0),
        untouched=tuple(CODE),
        ended=(raised("test_conv_size", "the stub"), raised("losses", "the stub")),
    ),
)
