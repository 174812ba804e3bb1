"""The answering end of a plain process: becomes a submission's process, or one of ours that holds models.

Run as a program by `autograder.checking.process`. Beside the questions it hears, while one is answered, how much CPU
time was used and that it should stop; when the asking side has gone, it ends at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.checking.process import CONTROL, JOB, PORT, TOKEN
from autograder.sandbox.hiding import hidden
from autograder.sandbox.service import Handler, serve
from autograder.wire import Channel, Closed


def main() -> int:
    """Connect, become what is asked for, and serve until the asking side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the asking side's business
    port, token = int(os.environ.pop(PORT)), os.environ.pop(TOKEN)
    job, control = (_connected(port, token, part) for part in (JOB, CONTROL))
    try:
        handlers = _handlers(job.receive())
    except Exception as error:  # noqa: BLE001 - whatever importing TensorFlow comes to, the asking side says it
        control.send({"failed": f"{type(error).__name__}: {error}"[:1000]})
        return 1
    control.send({"ready": True})
    threading.Thread(target=_obey, args=(control,), daemon=True).start()
    serve(job, handlers)
    return 0


def _connected(port: int, token: str, part: bytes) -> Channel:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(token.encode() + part)
    return Channel(connection)


def _handlers(spec: Mapping[str, Any]) -> Mapping[str, Handler]:
    """Import what a process of a kind needs, and return what can be asked of it."""
    with hidden("jax", "scipy", "sklearn"):
        import keras  # noqa: F401 - imported while the others are hidden
        import tensorflow  # noqa: F401 - as above
    if spec["kind"] == "runtime":
        from autograder.models import runtime

        return runtime.handlers()
    import matplotlib.pyplot as plt

    from autograder.sandbox import worker

    plt.switch_backend("agg")  # now, for else its first figure chooses one, which the policy lets nobody do
    return worker.settled(spec, _interruptible).handlers()


def _obey(control: Channel) -> None:
    """Answer what is asked meanwhile; end the process when nobody is there to ask."""
    while True:
        try:
            match control.receive():
                case {"op": "cpu"}:
                    control.send({"cpu_s": time.process_time()})
                case {"op": "interrupt"}:
                    _interrupt_main()
        except Closed:
            os._exit(1)


def _interrupt_main() -> None:
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main()
    else:  # a signal wakes what sleeps, too
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt through while student code runs, and only then: it must not tear a message."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
