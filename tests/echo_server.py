"""A fork server without TensorFlow, for the contract tests: its children do what they are told."""

import os
import signal
import sys
import time

from autograder.errors import WrongKind
from autograder.sandbox.forkserver import Request, serve
from autograder.sandbox.service import serve as answer
from autograder.wire import Channel


def spin(ignore_signals=False):
    """Never answer."""
    if ignore_signals:
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(0.01)


def refuse(message):
    """Fail as a student's answer does."""
    raise WrongKind(message)


def leave_a_process(seconds):
    """Start a process that outlives its parent, if it may."""
    pid = os.fork()
    if pid == 0:
        time.sleep(seconds)
        os._exit(0)
    return pid


def run_child(request: Request) -> None:
    """Serve what the tests ask."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    channel = Channel(request.job)
    answer(
        channel,
        {
            "echo": lambda value: value,
            "environment": lambda: dict(os.environ),
            "descriptors": lambda: len(os.listdir("/proc/self/fd")),
            "end": lambda status: os._exit(status),
            "spin": spin,
            "refuse": refuse,
            "forge": lambda: channel.send({"id": 0, "value": "forged"}),
            "flood": lambda: request.job.sendall(b"\xff" * 1000),
            "leave_a_process": leave_a_process,
        },
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]), run_child)
