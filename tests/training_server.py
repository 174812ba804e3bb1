"""A fork server whose children stand in for trainings on a GPU: they need memory, and give random scores.

A child has as much memory as the share of its place says of `WHOLE` bytes, and asks for what a training is told to
need (its batch size, in MiB); where that is more than it has, NumPy raises a genuine `MemoryError`.
"""

import resource
import sys
from pathlib import Path

import numpy as np

from autograder.sandbox.forkserver import Request, serve
from autograder.sandbox.service import serve as answer
from autograder.wire import Channel

WHOLE = 600 << 20


def run_child(request: Request) -> None:
    """Answer as `autograder.training.trainer` does."""
    request.ready()
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = used + int(request.spec["share"] * WHOLE)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    trained = {}

    def start_training(**given):
        trained.update(given)
        return {"backend": "tensorflow", "device": request.spec["device"], "gives_probabilities": True}

    def train_epoch():
        try:
            np.ones(trained["batch_size"] << 20, np.uint8)
        except MemoryError as error:
            return {"out_of_memory": f"MemoryError: {error}"}
        rng = np.random.default_rng(trained["seed"])
        scores = rng.random((len(trained["held_out"]), 10), np.float32)
        return {"loss": 1.0, "train": {"accuracy": 0.5}, "predictions": {"scores": scores}}

    answer(Channel(request.job), {"start_training": start_training, "train_epoch": train_epoch})


if __name__ == "__main__":
    serve(int(sys.argv[1]), run_child)
