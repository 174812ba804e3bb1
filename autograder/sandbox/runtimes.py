"""Processes of ours that hold models or train them: forks of the zygote, or of a server of their own.

The zygote has TensorFlow, and trains on the CPU. Training with another library, or on a GPU, gets a fork server for the
time of one training (`sandbox.trainer_server`). On the CPU its child stands behind the same wall as any other. On a GPU
it has no wall: the driver needs its devices and more of the machine than a wall shows. It runs our code alone, on a
graph that was checked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec

from autograder.errors import OutOfMemory
from autograder.models.view import RuntimePort
from autograder.sandbox.asking import Asked, ChildGone
from autograder.sandbox.client import ControlSocket, ForkServer
from autograder.sandbox.isolation.choice import children
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.spec import clean_environment, walled
from autograder.settings import Limits
from autograder.training.devices import BACKEND, CPU, Place

SERVER = "autograder.sandbox.trainer_server"
RUNTIME_S = 120.0
"""How long our own process may take to build a model or to predict."""
LIMITS = Limits(submission_s=7200, memory_mib=8192, processes=1024)
"""Of our own processes on the CPU: they build what a student describes, but run nobody's code."""
FEW_PRODUCTS = {"ONEDNN_MAX_CPU_ISA": "AVX2"}
"""For a process that answers a few questions: oneDNN writes its machine code for the first product of matrices, which
takes it 16 ms for AVX2, and 31 ms for AVX-512 (AMD EPYC). A training gets the fastest that there is."""
GPU_LIMITS = Limits(submission_s=7200, memory_mib=1 << 24, processes=4096)
"""Of a training on a GPU: its driver reserves more address space than there is memory, and starts many threads."""


@contextlib.contextmanager
def open_runtime(zygote: ControlSocket, tier: Tier) -> Iterator[RuntimePort]:
    """Open a fresh process of ours for models, and end it afterwards."""
    spec = {"kind": "runtime", **walled(tier, LIMITS)}
    spec["wall"]["environment"] |= FEW_PRODUCTS
    with children(zygote, tier).fork(spec) as child:
        yield _Runtime(child)


@contextlib.contextmanager
def open_trainer(zygote: ControlSocket, tier: Tier, place: Place) -> Iterator[Trainer]:
    """Open a fresh process of ours for one training, and end it afterwards.

    Parameters
    ----------
    zygote
        Forks the process where it can be a fork.
    tier
        The wall around it on a CPU.
    place
        What it trains with.
    """
    if place.backend == BACKEND and place.device == CPU:
        with children(zygote, tier).fork({"kind": "runtime", **walled(tier, LIMITS)}) as child:
            yield Trainer(child)
        return
    with open_own_trainer(tier, place) as trainer:
        yield trainer


@contextlib.contextmanager
def open_own_trainer(tier: Tier, place: Place) -> Iterator[Trainer]:
    """Open the same as the child of a fork server of its own."""
    environment = clean_environment(**place.environment())
    with ForkServer(SERVER, environment) as server, server.control.fork(_spec(tier, place)) as child:
        yield Trainer(child)


class _Runtime:
    """A child of ours that holds models, with a limit on each question."""

    def __init__(self, child: Asked) -> None:
        self._child = child

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        return self._child.ask(op, timeout_s=timeout_s or RUNTIME_S, **args)


class Trainer:
    """A child of ours that trains."""

    def __init__(self, child: Asked) -> None:
        self._child = child

    @property
    def cpu_s(self) -> float:
        """CPU seconds that it has taken."""
        return self._child.cpu_s

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        """Return the answer.

        Raises
        ------
        OutOfMemory
            If the process was ended because it needed more memory than it may take.
        ModelRefused, InfrastructureError
            As `Child.ask` does.
        """
        try:
            return self._child.ask(op, timeout_s=timeout_s, **args)
        except ChildGone as error:
            if self._child.limit_hit != "memory":
                raise
            raise OutOfMemory("a training needed more memory than it may take") from error


def _spec(tier: Tier, place: Place) -> dict[str, Any]:
    """Return what the child of a fork server of its own is to be."""
    spec = walled(tier, LIMITS) if place.device == CPU else walled(Tier.NONE, GPU_LIMITS)
    spec["wall"]["environment"] |= place.environment()
    return {**spec, "place": msgspec.to_builtins(place)}
