"""Which walls hold here, and who keeps a submission's limits behind them."""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from autograder.doctor.remarks import Attempt, Condition, Remark, WallSeen
from autograder.errors import InfrastructureError
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.choice import look_at
from autograder.sandbox.isolation.fixes import advice
from autograder.sandbox.isolation.selftest import Examined
from autograder.sandbox.isolation.tiers import BY_STRENGTH, Tier
from autograder.sandbox.spec import clean_environment

SLOW_START_S = 15.0


def look(course_root: Path, on_step: Callable[[str], None]) -> tuple[tuple[WallSeen, ...], Remark]:
    """Try every wall, strongest first; what became of each, and how the process started that makes them.

    Parameters
    ----------
    course_root
        A folder that they have to keep closed.
    """
    if platform.system() != "Linux":
        problem = f"{platform.system()} is not Linux, which the processes that grade need"
        seen = tuple(
            WallSeen(tier=tier, holds=False, problem=problem, fix=advice(tier, problem)) for tier in BY_STRENGTH
        )
        return seen, Remark("start", Condition.BAD, problem, "grade on Linux, in a virtual machine or in WSL 2")
    on_step("importing TensorFlow, as grading does")
    started = time.monotonic()
    try:
        with ForkServer("autograder.sandbox.zygote", clean_environment()) as server:
            control = server.control
            start = _started(time.monotonic() - started)
            seen = ()
            for tier in BY_STRENGTH:
                on_step(f"trying to break out of {tier}")
                seen = (*seen, _seen(look_at(control, course_root, tier)))
            return seen, start
    except InfrastructureError as error:
        fix = "install what requirements.lock pins: `make setup`, or `pip install -r requirements.lock`"
        problem = "the process that makes them did not start"
        seen = tuple(WallSeen(tier=tier, holds=False, problem=problem, fix=fix) for tier in BY_STRENGTH)
        last = error.message.strip().splitlines()[-1]  # of the traceback that may be in it
        return seen, Remark(
            "start", Condition.BAD, f"{last}: `python -m autograder.sandbox.zygote 0` shows all of it", fix
        )


def limits(chosen: Tier | None) -> tuple[Remark, ...]:
    """Return who keeps which limit behind the wall that was chosen."""
    if chosen is None:
        return ()
    return (
        _times(chosen),
        *_totals(chosen),
        _disk(chosen),
        Remark("size of one file", Condition.GOOD, "kept by the kernel"),
        Remark("output and figures", Condition.GOOD, "cut where they are read"),
    )


def _times(chosen: Tier) -> Remark:
    if chosen is Tier.CONTAINER:
        return Remark("time", Condition.NOTE, "wall clock alone: CPU seconds cannot be counted in a container")
    return Remark("time", Condition.GOOD, "CPU seconds of all processes together, and a wall clock three times as wide")


def _totals(chosen: Tier) -> tuple[Remark, ...]:
    """Return who keeps totals of memory and of processes."""
    if chosen is Tier.CONTAINER:
        found = "kept by the engine (podman without root needs cgroup version 2 and systemd for it)"
        return tuple(Remark(what, Condition.GOOD, found) for what in ("memory", "processes"))
    from autograder.sandbox.isolation import cgroups  # control groups are Linux's

    place = cgroups.place()
    if place is not None:
        version = 2 if place.is_unified else 1
        found = f"kept by the kernel, in control groups (version {version})"
        return tuple(Remark(what, Condition.GOOD, found) for what in ("memory", "processes"))
    return (
        Remark(
            "memory",
            Condition.NOTE,
            "the kernel limits each process; the sum is looked at twenty times a second, and may go over for a moment: "
            "control groups cannot be made here (grading as root on the machine itself can, often)",
        ),
        Remark("processes", Condition.GOOD, "the kernel's limit for a user, and a count twenty times a second"),
    )


def _disk(chosen: Tier) -> Remark:
    if chosen is Tier.LANDLOCK:
        folder = tempfile.gettempdir()
        return Remark(
            "disk", Condition.NOTE, f"a folder in {folder}, looked at twice a second; it may go over for a moment"
        )
    return Remark("disk", Condition.GOOD, "a file system in memory, with a limit on bytes")


def _started(seconds: float) -> Remark:
    found = f"everything is imported in {seconds:.1f} s, once for each batch"
    if seconds > SLOW_START_S:
        return Remark("start", Condition.NOTE, found, "the second time is quicker; else see bytecode, above")
    return Remark("start", Condition.GOOD, found)


def _seen(examined: Examined) -> WallSeen:
    attempts = tuple(Attempt(each.what, each.held, each.detail) for each in examined.findings)
    return WallSeen(
        tier=examined.tier, holds=examined.holds, attempts=attempts, problem=examined.problem, fix=examined.fix
    )
