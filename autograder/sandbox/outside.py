"""What a notebook asks of the world around it, and gets a clear answer to in its place.

There is no network, nobody who types, no package manager and no screen while a notebook is graded. Behind a wall all of
that fails by itself, on a student's own machine it would not: here both are told the same, in words, and a cell that
only wanted to be helpful does not fail.

The functions patch modules for the rest of the process. Student code may undo it: that changes no verdict.
"""

from __future__ import annotations

import builtins
import getpass
import os
import pdb  # noqa: T100 - to take it away
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from autograder.sandbox.commands import installs, skipped
from autograder.sandbox.notes import Notes

NO_NETWORK = "there is no network while a notebook is graded"
DATA_SETS = "use `keras.datasets`, or a file that the assignment gives"
NOBODY = "nobody types anything while a notebook is graded: write the value into the cell"
_OWN = {None, "", "localhost", "127.0.0.1", "::1", b"localhost"}


def close(notes: Notes, show_figures: Callable[[], None]) -> None:
    """Answer for network, person, package manager and screen.

    Parameters
    ----------
    notes
        Takes the sentences about what was asked for.
    show_figures
        Makes outputs of all open figures.
    """
    _close_network(notes)
    _leave_alone(notes)
    _fix_packages(notes)
    _hide_screen(show_figures)
    _keep_no_logs()
    _stay_eager(notes)


def _close_network(notes: Notes) -> None:
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in _OWN:
            return look_up(host, *args, **kwargs)
        name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
        notes(f"`{name[:60]}` was not reached: {NO_NETWORK}. For data {DATA_SETS}.")
        raise socket.gaierror(socket.EAI_AGAIN, NO_NETWORK)

    socket.getaddrinfo = getaddrinfo


def _leave_alone(notes: Notes) -> None:
    def input_(prompt: object = "", /) -> str:
        raise EOFError(f"`input()` was called, and {NOBODY}")

    def ask_password(prompt: str = "", stream: Any = None, **options: Any) -> str:
        raise EOFError(f"`getpass()` was called, and {NOBODY}")

    def skip(*args: Any, **kwargs: Any) -> None:
        notes("The breakpoint was skipped: nobody answers a debugger while a notebook is graded.")

    builtins.input = input_
    getpass.getpass = ask_password
    sys.breakpointhook = pdb.set_trace = skip


def _fix_packages(notes: Notes) -> None:
    """Let an install that a cell starts end well, without having done anything."""
    begin, system = subprocess.Popen.__init__, os.system

    def started(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        command = args if isinstance(args, str) else _joined(args)
        if installs(command):
            notes(skipped(command))
            args = [sys.executable, "-I", "-S", "-c", ""]
            options = {name: value for name, value in options.items() if name not in ("shell", "executable")}
        begin(self, args, *rest, **options)

    def run(command: Any) -> int:
        if installs(str(command)):
            notes(skipped(str(command)))
            return 0
        return system(command)

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]
    os.system = run


def _joined(args: Any) -> str:
    """Return a command given as a list as one line, the interpreter by its name alone."""
    try:
        words = [os.fsdecode(each) for each in args]
    except TypeError:  # of no use to a process either, which says so
        return ""
    if words and words[0] == sys.executable:
        words[0] = "python"
    return " ".join(words)


def _hide_screen(show_figures: Callable[[], None]) -> None:
    import IPython.display
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure
    from PIL import Image

    def show(*args: Any, **kwargs: Any) -> None:
        show_figures()

    def nothing(*args: Any, **kwargs: Any) -> None:
        """Show it with the cell's other figures, at its end."""

    def display(self: Any, *args: Any, **kwargs: Any) -> None:
        IPython.display.display(self)  # type: ignore[no-untyped-call]

    plt.switch_backend("agg")  # while it can be: the first figure would choose one else
    plt.show = show
    Figure.show = nothing  # type: ignore[method-assign]
    mpl.use = plt.switch_backend = nothing
    Image.Image.show = display  # type: ignore[method-assign]


def _keep_no_logs() -> None:
    """Let the callback for TensorBoard write nothing: nobody looks at it, and TensorBoard itself is not here."""
    import keras
    import tensorflow as tf

    def begin(self: Any, *args: Any, **options: Any) -> None:
        keras.callbacks.Callback.__init__(self)

    silent = type("TensorBoard", (keras.callbacks.Callback,), {"__init__": begin})
    keras.callbacks.TensorBoard = tf.keras.callbacks.TensorBoard = silent


def _stay_eager(notes: Notes) -> None:
    """Let TensorFlow run as version 2: without it neither Keras nor a check can do anything with a student's models."""
    import tensorflow as tf
    from tensorflow.python.compat import v2_compat  # `tensorflow.compat.v1` takes them from there when it is imported
    from tensorflow.python.framework import ops

    def skip() -> None:
        notes("TensorFlow runs as version 2 while a notebook is graded: it was not told to behave as version 1.")

    ops.disable_eager_execution = v2_compat.disable_v2_behavior = skip
    tf.compat.v1.disable_eager_execution = tf.compat.v1.disable_v2_behavior = skip
