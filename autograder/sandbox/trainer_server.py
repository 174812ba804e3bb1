"""Run as a program: the fork server of a training that the zygote cannot make (see `sandbox.runtimes`).

It has imported Keras with the library that ``KERAS_BACKEND`` names, and has run nothing of it.
"""

from __future__ import annotations

import os
import sys

import msgspec

from autograder.sandbox.forkserver import Request, serve
from autograder.sandbox.hiding import hidden
from autograder.sandbox.isolation import entry, warden
from autograder.sandbox.isolation.settings import Wall
from autograder.training.devices import Place


def preload() -> None:
    """Import what trains."""
    used = {"jax", "scipy"} if os.environ["KERAS_BACKEND"] == "jax" else set()
    with hidden(*({"jax", "scipy", "sklearn"} - used)):
        import autograder.training.trainer  # noqa: F401 - imported for the child


def run_child(request: Request) -> None:
    """Become a process that trains, behind its wall; returns when the asking side is gone."""
    from autograder.sandbox.service import serve as answer
    from autograder.training import libraries, trainer
    from autograder.wire import Channel

    entry.enter(msgspec.convert(request.spec["wall"], Wall), request)
    libraries.prepare(msgspec.convert(request.spec["place"], Place))
    answer(Channel(request.job), trainer.handlers())


if __name__ == "__main__":
    preload()
    serve(int(sys.argv[1]), run_child, warden.clean_up)
