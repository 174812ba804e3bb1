"""The loop inside a child: one request, one answer, until the asking side is gone.

A request is ``{"id": int, "op": str, "args": {str: value}, "caps": [int, ...]}``, the last being the fields of
`wire.Caps` that the answer has to keep. An answer is ``{"id": int, "value": value}`` or
``{"id": int, "error": {"kind": str, "message": str, "staff_note": str}}``. A question has a number that nobody can
guess, and gets one answer.

The asking side (`asking.Asked`) believes nothing that a child sends. What becomes of an answer there:

================================================= ====================================================
the answer                                        outcome of the question
================================================= ====================================================
comes in time                                     its value is returned, its error raised
is late, or half of it is, or its bytes trickle   `ChildTooSlow` at the deadline of question and answer
                                                  together; `Child.answer` may go on waiting for it
never comes, for the child has ended              `ChildGone`
is malformed, or beyond the caps                  `WireError`
has the number of an earlier question, or of none `WireError`
was there before the question, as is whatever     `WireError`, and nothing is asked
follows the answer to the question before
================================================= ====================================================

After a `ChildTooSlow` or a `WireError` the asker ends the child: no later question is put to it. A question that holds
something that cannot be sent is an `InfrastructureError`: the student is not to blame for it.

On this side, next to student code, a request that is none ends the child, an operation that is not known and an
exception that nobody foresaw are told as `InfrastructureError`, and an answer that cannot be sent is told as
the student's: `LimitExceeded` where it is too large, `StudentCodeRaised` where an object in it raises.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from autograder import errors
from autograder.errors import InfrastructureError, LimitExceeded, StudentCodeRaised, SubmissionError, WireError
from autograder.wire import DEFAULT_CAPS, Caps, Channel, Closed

Handler = Callable[..., Any]
MAX_SENTENCE = 4000
"""Characters of an error's message, and of its note."""
_TOLD: dict[str, type[SubmissionError]] = {
    kind.__name__: kind
    for kind in (
        errors.NotDefined,
        errors.WrongKind,
        errors.StudentCodeRaised,
        errors.LimitExceeded,
        errors.ModelRefused,
    )
}


def serve(channel: Channel, handlers: Mapping[str, Handler], begins: Callable[[int], None] | None = None) -> None:
    """Answer requests with the handlers until the channel closes.

    A copy of the process that student code forked, and that comes back here, ends without a word.

    Parameters
    ----------
    begins
        Is told the number of each request before it is answered.
    """
    process = os.getpid()
    while True:
        try:
            request = channel.receive()
        except (Closed, WireError):
            return
        match request:
            case {"id": int(number), "op": str(op), "args": dict(args)}:
                caps = Caps(*request["caps"]) if "caps" in request else DEFAULT_CAPS
            case _:
                return
        if begins is not None:
            begins(number)
        answer = _answer(handlers, op, args)
        if os.getpid() != process:
            os._exit(0)
        try:
            _send(channel, number, answer, caps)
        except Closed:
            return


def describe(error: SubmissionError) -> dict[str, str]:
    """Return an error as plain data."""
    return _described(type(error).__name__, error.message, error.staff_note)


def told_error(error: Any) -> SubmissionError | InfrastructureError:
    """Return, on the asking side, the exception that an answer tells: one of ours, and no longer than ours are."""
    match error:
        case {"kind": str(kind), "message": str(message), "staff_note": str(note), **rest} if not rest:
            message, note = message[:MAX_SENTENCE], note[:MAX_SENTENCE]
            if kind in _TOLD:
                return _TOLD[kind](message, staff_note=note)
            if kind == InfrastructureError.__name__:
                return InfrastructureError(message, staff_note=note)
    return WireError("the error that the process tells is none")


def _answer(handlers: Mapping[str, Handler], op: str, args: dict[str, Any]) -> dict[str, Any]:
    """Return what an operation comes to."""
    if op not in handlers:
        return {"error": _described("InfrastructureError", f"{op}: there is no such operation")}
    try:
        return {"value": handlers[op](**args)}
    except SubmissionError as error:
        return {"error": describe(error)}
    except BaseException as error:  # noqa: BLE001 - student code may raise anything; the loop goes on
        told = f"{op}: {_text(type(error).__name__)}: {_text(error)}"
        return {"error": _described("InfrastructureError", told)}


def _send(channel: Channel, number: int, answer: dict[str, Any], caps: Caps) -> None:
    """Send an answer, or why it cannot be sent."""
    what = "the answer cannot be looked at"
    problem: SubmissionError | None = None
    try:
        channel.send({"id": number, **answer}, caps=caps)
    except Closed:
        raise
    except WireError as error:
        problem = LimitExceeded(f"{what}: {error.message}")
    except MemoryError:
        problem = LimitExceeded(f"{what}: it needs more memory than there is")
    except BaseException as error:  # noqa: BLE001 - of an object in it
        problem = StudentCodeRaised(f"{what}: {_text(type(error).__name__)}: {_text(error)}")
    if problem is not None:
        channel.send({"id": number, "error": describe(problem)})


def _described(kind: object, message: object, staff_note: object = "") -> dict[str, str]:
    return {"kind": _text(kind), "message": _text(message), "staff_note": _text(staff_note)}


def _text(value: object) -> str:
    """Return a text as it is and anything else as it prints, as an exact string of bounded length."""
    try:
        text = value if isinstance(value, str) else str(value)
        return str.__getitem__(text, slice(MAX_SENTENCE))
    except BaseException:  # noqa: BLE001 - an object's own __str__ may do anything
        return "something that cannot be printed"
