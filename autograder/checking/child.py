"""The answering end of a plain process: becomes a submission's process, or one of ours that holds models.

Run as a program by `autograder.checking.process`. Beside the questions it hears, while one is answered, how much CPU
time was used and that it should stop; when the asking side has gone, it ends at once.

An interrupt names the request that it is for, and may arrive when that one is answered and the next has begun. Whether
it still holds is decided by the signal's handler: like the requests themselves it runs in the main thread alone, so
nothing can begin or end between its question and the KeyboardInterrupt.
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
from types import FrameType
from typing import Any

from autograder.checking.process import CONTROL, JOB, PORT, TOKEN
from autograder.sandbox.hiding import hidden
from autograder.sandbox.service import Handler, serve
from autograder.wire import Channel, Closed


def main() -> int:
    """Connect, become what is asked for, and serve until the asking side is gone."""
    interrupts = _Interrupts()
    interrupts.listen()
    port, token = int(os.environ.pop(PORT)), os.environ.pop(TOKEN)
    job, control = (_connected(port, token, part) for part in (JOB, CONTROL))
    try:
        handlers = _handlers(job.receive(), interrupts)
    except Exception as error:  # noqa: BLE001 - whatever importing TensorFlow comes to, the asking side says it
        control.send({"failed": f"{type(error).__name__}: {error}"[:1000]})
        return 1
    control.send({"ready": True})
    threading.Thread(target=_obey, args=(control, interrupts), daemon=True).start()
    serve(job, handlers, interrupts.begins)
    return 0


def _connected(port: int, token: str, part: bytes) -> Channel:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(token.encode() + part)
    return Channel(connection)


def _handlers(spec: Mapping[str, Any], interrupts: _Interrupts) -> Mapping[str, Handler]:
    """Import what a process of a kind needs, and return what can be asked of it."""
    with hidden("jax", "scipy", "sklearn"):
        import keras  # noqa: F401 - imported while the others are hidden
        import tensorflow  # noqa: F401 - as above

    from autograder.models import quick

    quick.prepare()
    if spec["kind"] == "runtime":
        from autograder.models import runtime

        return runtime.handlers()
    import matplotlib.pyplot as plt

    from autograder.sandbox import worker

    plt.switch_backend("agg")  # now, for else its first figure chooses one, which the policy lets nobody do
    return worker.settled(spec, interrupts.let_through).handlers()


class _Interrupts:
    """Raises KeyboardInterrupt in the main thread, while it runs the very cell that is to stop."""

    def __init__(self) -> None:
        self._request = 0
        self._is_let_through = False
        self._wanted = 0

    def listen(self) -> None:
        """Take SIGINT over, in the main thread; one that nobody here asked for, as of Ctrl-C, does nothing."""
        signal.signal(signal.SIGINT, self._decide)

    def begins(self, request: int) -> None:
        """Note in the main thread which request is answered now."""
        self._request = request

    @contextlib.contextmanager
    def let_through(self) -> Iterator[None]:
        """Let an interrupt through while student code runs, and only then: it must not tear a message."""
        self.listen()  # again, for the cell before may have done so too
        self._is_let_through = True
        try:
            yield
        finally:
            self._is_let_through = False
            self.listen()

    def stop(self, request: int) -> None:
        """Interrupt a request from another thread, if it is still being answered when the main thread looks."""
        self._wanted = request
        if sys.platform == "win32":
            import _thread

            _thread.interrupt_main()
        else:  # a signal wakes what sleeps, too
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def _decide(self, number: int, frame: FrameType | None) -> None:
        if self._is_let_through and self._wanted == self._request:
            self._wanted = 0  # once is enough
            raise KeyboardInterrupt


def _obey(control: Channel, interrupts: _Interrupts) -> None:
    """Answer what is asked meanwhile; end the process when nobody is there to ask."""
    while True:
        try:
            match control.receive():
                case {"op": "cpu"}:
                    control.send({"cpu_s": time.process_time()})
                case {"op": "interrupt", "id": int(request)}:
                    interrupts.stop(request)
        except Closed:
            os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
