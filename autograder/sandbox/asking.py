"""Questions to another process, and the one answer to each: whatever started it, and however it is ended.

Who handles what goes wrong: a process's `SubmissionError` is raised here again; one that is too slow, gone or talks
nonsense raises `ChildTooSlow`, `ChildGone` or `WireError`, and the caller, who knows whether student code or ours was
running, decides whose fault that is.

Nothing here needs Linux: a student's own machine asks in the same words (`autograder.checking`).
"""

from __future__ import annotations

import abc
import math
import secrets
import time
from collections.abc import Mapping
from dataclasses import astuple
from types import TracebackType
from typing import Any, Protocol, Self

from autograder.errors import InfrastructureError, WireError
from autograder.sandbox.service import told_error
from autograder.wire import DEFAULT_CAPS, Caps, Channel, Closed, TimedOut

GRACE_S = 0.5
"""How long interrupted code may take to stop by itself."""
KILLED = "killed by SIGKILL"
"""How a process ended that something killed, in the words of `Asked.how_it_ended`."""
SERVER_GONE = "its fork server ended, and it with it"
"""How a process ended whose fork server did, in the same words."""
_CPU_INTERVAL_S = 0.2


class ChildTooSlow(InfrastructureError):
    """A process did not answer in time; it is still running."""


class ChildOutOfCpu(ChildTooSlow):
    """A process used all of its CPU seconds; it is still running."""


class ChildGone(InfrastructureError):
    """A process ended before it answered."""


class Asked(abc.ABC):
    """A process that answers questions; a context manager, which ends it.

    Parameters
    ----------
    channel
        Leads to it, and is owned from now on.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._last_id = 0

    def ask(self, op: str, /, *, timeout_s: float | None = None, total_cpu_s: float | None = None, **args: Any) -> Any:
        """Ask one question and return the answer.

        Parameters
        ----------
        timeout_s
            Seconds of wall clock that the answer may take.
        total_cpu_s
            CPU seconds of the process and all that it started, since their start, at which waiting ends.

        Raises
        ------
        SubmissionError
            As the process told it: one of the kinds in `errors`.
        ChildTooSlow, ChildOutOfCpu, ChildGone, WireError, InfrastructureError
            Which of them when, says `sandbox.service`.
        """
        started = time.monotonic()
        if self.channel.has_unread():
            raise WireError("the process sent something before it was asked")
        self._last_id = 1 + secrets.randbits(52)
        request = {"id": self._last_id, "op": op, "args": args, "caps": list(astuple(self.channel.caps))}
        try:
            self.channel.send(request, timeout_s, only_plain=True)
        except TimedOut:
            raise ChildTooSlow(f"{op} was not read in {timeout_s} s") from None
        except Closed:
            raise ChildGone(f"the process ended before {op}") from None
        except WireError as error:
            raise InfrastructureError(f"{op} cannot be asked: {error.message}") from error
        left_s = None if timeout_s is None else started + timeout_s - time.monotonic()
        return self.answer(left_s, total_cpu_s=total_cpu_s)

    def answer(self, timeout_s: float | None, *, total_cpu_s: float | None = None) -> Any:
        """Return the answer to the last question, which may be late; there is one to each.

        Parameters
        ----------
        timeout_s
            Seconds of wall clock until the whole of it has to be there.
        total_cpu_s
            CPU seconds of the process and all that it started, since their start, at which waiting ends.

        Raises
        ------
        The same as `ask`.
        """
        deadline = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left_s = max(deadline - time.monotonic(), 0.0)
            step_s = left_s if total_cpu_s is None else min(left_s, _CPU_INTERVAL_S)
            try:
                answer = self.channel.receive(None if math.isinf(step_s) else step_s)
                break
            except TimedOut:
                if time.monotonic() >= deadline:
                    raise ChildTooSlow(f"no answer in {timeout_s} s") from None
            except Closed:
                raise ChildGone("the process ended before it answered") from None
            if total_cpu_s is not None and self.cpu_s > total_cpu_s:
                raise ChildOutOfCpu("all CPU seconds are used")
        asked, self._last_id = self._last_id, 0
        match answer:
            case {"id": int(number), "value": value, **rest} if not rest and number == asked != 0:
                return value
            case {"id": int(number), "error": error, **rest} if not rest and number == asked != 0:
                raise told_error(error)
        raise WireError("the answer is not one to the question that was asked")

    @abc.abstractmethod
    def interrupt(self) -> None:
        """Stop what it is doing, as Jupyter's stop button does."""

    @property
    @abc.abstractmethod
    def cpu_s(self) -> float:
        """CPU seconds that it has used."""

    @property
    @abc.abstractmethod
    def limit_hit(self) -> str:
        """Which of its totals ended the process, in a word (`memory`, `processes`, `disk`); empty where none did."""

    @abc.abstractmethod
    def how_it_ended(self) -> str:
        """Return for staff how a process that is gone ended; empty where that is not known."""

    @abc.abstractmethod
    def close(self) -> None:
        """End the process, and wait until it is gone."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Source(Protocol):
    """Whatever gives out processes that answer questions."""

    def fork(self, spec: Mapping[str, Any], *descriptors: int, caps: Caps = DEFAULT_CAPS) -> Asked:
        """Return a process that is what the spec says."""
        ...
