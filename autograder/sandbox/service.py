"""The loop inside a child: one request, one answer, until the asking side is gone.

A request is ``{"id": int, "op": str, "args": {str: value}}``, an answer ``{"id": int, "value": value}`` or
``{"id": int, "error": {"kind": str, "message": str, "staff_note": str}}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from autograder.errors import LimitExceeded, SubmissionError, WireError
from autograder.wire import Channel, Closed

Handler = Callable[..., Any]


def serve(channel: Channel, handlers: Mapping[str, Handler]) -> None:
    """Answer requests with the handlers until the channel closes.

    A `SubmissionError` of a handler is told by its kind and message, an answer that is too large as
    `LimitExceeded`. Any other exception is told as
    ``InfrastructureError``: a fault of the machine or of ours.
    """
    while True:
        try:
            request = channel.receive()
        except Closed:
            return
        answer: dict[str, Any] = {"id": request["id"]}
        try:
            answer["value"] = handlers[request["op"]](**request["args"])
        except SubmissionError as error:
            answer["error"] = describe(error)
        except BaseException as error:  # noqa: BLE001 - student code may raise anything; the loop goes on
            answer["error"] = {
                "kind": "InfrastructureError",
                "message": f"{request['op']}: {type(error).__name__}: {error}"[:2000],
                "staff_note": "",
            }
        try:
            channel.send(answer)
        except Closed:
            return
        except WireError as error:
            too_large = LimitExceeded(f"the answer cannot be looked at: {error.message}")
            channel.send({"id": request["id"], "error": describe(too_large)})


def describe(error: SubmissionError) -> dict[str, str]:
    """Return an error as plain data."""
    return {"kind": type(error).__name__, "message": error.message[:4000], "staff_note": error.staff_note[:4000]}
