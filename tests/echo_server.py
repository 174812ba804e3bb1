"""A fork server without TensorFlow, for the contract tests: its children do what they are told.

A child whose spec says ``{"kind": "liar"}`` has no loop of ours: it answers in every way but the right one.
"""

import os
import signal
import socket
import struct
import sys
import time

import msgspec

from autograder.errors import NotDefined, WrongKind
from autograder.sandbox.forkserver import Request, serve
from autograder.sandbox.isolation import entry, warden
from autograder.sandbox.isolation.settings import Wall
from autograder.sandbox.service import serve as answer
from autograder.wire import Channel, encode


class Unprintable(Exception):
    """An exception as a student may write one."""

    def __str__(self):
        raise RuntimeError


class Exploding:
    """Ends whoever converts it."""

    def __array__(self, *args, **kwargs):
        raise SystemExit(3)


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


def run(source):
    """Run statements, and return what they call `result`."""
    names = {}
    exec(source, names)
    return names.get("result")


def leave_a_process(seconds):
    """Start a process that outlives its parent, if it may."""
    pid = os.fork()
    if pid == 0:
        time.sleep(seconds)
        os._exit(0)
    return pid


def raise_unprintable():
    """Fail with an exception that fails."""
    raise Unprintable


def refuse_unprintably():
    """Fail as a student's answer does, with a message that is none."""
    raise NotDefined(Unprintable(), staff_note=5)


def frame(answer) -> bytes:
    """Return the bytes of an answer."""
    message = encode(answer)
    return struct.pack("<Q", len(message)) + message


def burn(sock: socket.socket, data: bytes) -> None:
    """Send the first byte of an answer, and compute for ever."""
    sock.sendall(data[:1])
    while True:
        pass


def drip(sock: socket.socket, data: bytes, pause_s: float) -> None:
    """Send an answer byte by byte."""
    for byte in data:
        sock.sendall(bytes([byte]))
        time.sleep(pause_s)


def half(sock: socket.socket, data: bytes, pause_s: float) -> None:
    """Send an answer in two halves."""
    sock.sendall(data[: len(data) // 2])
    time.sleep(pause_s)
    sock.sendall(data[len(data) // 2 :])


def with_id(answer, number):
    """Return an answer in which ``$id`` is the question's number."""
    if isinstance(answer, dict):
        return {key: with_id(value, number) for key, value in answer.items()}
    return number if isinstance(answer, str) and answer == "$id" else answer


def lie(channel: Channel) -> None:
    """Answer questions in the way that they ask for."""
    sock, earlier = channel.sock, 0
    while True:
        request = channel.receive()
        op, args, number = request["op"], request["args"], request["id"]
        honest = frame({"id": number, "value": "honest"})
        match op:
            case "say":
                sock.sendall(b"".join(frame(with_id(each, number)) for each in args["answers"]))
            case "send":
                sock.sendall(args["before"].tobytes() + honest + args["after"].tobytes())
            case "answer_earlier":
                sock.sendall(frame({"id": earlier, "value": "late"}) + honest)
            case "announce":
                sock.sendall(struct.pack("<Q", args["num_bytes"]))
            case "late":
                time.sleep(args["pause_s"])
                sock.sendall(honest)
            case "half":
                half(sock, honest, args["pause_s"])
            case "drip":
                drip(sock, honest, args["pause_s"])
            case "burn":
                burn(sock, honest)
            case "end":
                sock.sendall(honest[: args["after"]])
                os._exit(0)
            case "sleep":
                time.sleep(args["pause_s"])
        earlier = number


def run_child(request: Request) -> None:
    """Serve what the tests ask."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "wall" in request.spec:
        entry.enter(msgspec.convert(request.spec["wall"], Wall), request)
    else:
        request.ready()
    channel = Channel(request.job)
    if request.spec.get("kind") == "liar":
        lie(channel)
    answer(
        channel,
        {
            "echo": lambda value: value,
            "environment": lambda: dict(os.environ),
            "descriptors": lambda: len(os.listdir("/proc/self/fd")),
            "end": lambda status: os._exit(status),
            "spin": spin,
            "refuse": refuse,
            "raise_unprintable": raise_unprintable,
            "refuse_unprintably": refuse_unprintably,
            "explode": lambda: [Exploding()],
            "nest": nested,
            "fork": os.fork,
            "reap": lambda pid: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]),
            "forge": lambda: channel.send({"id": 0, "value": "forged"}),
            "flood": lambda: request.job.sendall(b"\xff" * 1000),
            "leave_a_process": leave_a_process,
            "run": run,
        },
    )


def nested(levels: int) -> list:
    """Return a list in a list in a list."""
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


if __name__ == "__main__":
    serve(int(sys.argv[1]), run_child, warden.clean_up)
