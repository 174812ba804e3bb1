"""A process of the operator's that attacks are aimed at: it keeps secrets, serves them, and notices what is done to it.

It reads one line of JSON, ``{"folder": str, "canaries": {str: str}}``, answers with ``{"pid": int, "port": int}``,
and with its state to every further line. It ends with its input.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

SEGMENT_KEY = 0x5EC2E7
_PR_SET_NAME, _PR_SET_PTRACER, _PTRACER_ANY = 15, 0x59616D61, ctypes.c_ulong(-1)
_IPC_CREAT, _IPC_RMID = 0o1000, 0
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Serve until the input ends."""
    told = json.loads(sys.stdin.readline())
    canaries = {name: text.encode() for name, text in told["canaries"].items()}
    happened: list[str] = []
    _libc.prctl(_PR_SET_NAME, b"victim", 0, 0, 0)
    _libc.prctl(_PR_SET_PTRACER, _PTRACER_ANY, 0, 0, 0)  # where Yama is on, as if it were not
    for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda number, frame: happened.append(f"got {signal.Signals(number).name}"))
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as this process lives
    kept.write(canaries["file"])
    kept.flush()
    shared = Path(f"/dev/shm/fortress-{os.getpid()}")
    shared.write_bytes(canaries["segment"])
    shared.chmod(0o600)
    segment = _make_segment(canaries["segment"])
    port = _listen(told["folder"], canaries["socket"], happened)
    _say({"pid": os.getpid(), "port": port})
    try:
        for _ in sys.stdin:
            _say(_state(happened))
    finally:
        shared.unlink(missing_ok=True)
        _libc.shmctl(segment, _IPC_RMID, None)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _make_segment(secret: bytes) -> int:
    _libc.shmat.restype = ctypes.c_void_p
    number: int = _libc.shmget(SEGMENT_KEY, 4096, _IPC_CREAT | 0o600)
    ctypes.memmove(_libc.shmat(number, None, 0), secret, len(secret))
    return number


def _listen(folder: str, secret: bytes, happened: list[str]) -> int:
    """Serve the secret on a port, by TCP, and on a socket of the file system and an abstract one of the same name."""
    over_tcp = socket.create_server(("127.0.0.1", 0))
    port: int = over_tcp.getsockname()[1]
    by_datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    by_datagram.bind(("127.0.0.1", port))
    servers = {"tcp": over_tcp}
    for kind, address in (("unix", f"{folder}/engine.sock"), ("abstract", f"\0{folder}/engine.sock")):
        servers[kind] = socket.socket(socket.AF_UNIX)
        servers[kind].bind(address)
        servers[kind].listen()

    def serve(kind: str, server: socket.socket) -> None:
        while True:
            connection, _ = server.accept()
            happened.append(f"was connected to over {kind}")
            with connection:
                answer = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(secret), secret)
                connection.sendall(answer)

    def receive() -> None:
        while by_datagram.recv(100):
            happened.append("was sent a datagram")

    for kind, server in servers.items():
        threading.Thread(target=serve, args=(kind, server), daemon=True).start()
    threading.Thread(target=receive, daemon=True).start()
    return port


def _state(happened: list[str]) -> dict[str, Any]:
    names = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
    return {
        "happened": happened,
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "processors": sorted(os.sched_getaffinity(0)),
        "scheduler": os.sched_getscheduler(0),
        "limits": {name: resource.getrlimit(getattr(resource, name)) for name in names},
        "oom_score_adj": Path("/proc/self/oom_score_adj").read_text().strip(),
    }


if __name__ == "__main__":
    main()
