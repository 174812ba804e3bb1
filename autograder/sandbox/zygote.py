"""The fork server that has TensorFlow and Keras imported, and has run nothing of them.

One TensorFlow operation before the fork would hang every child, so this asserts, before it serves, that
TensorFlow has no context and that there is one thread. What is plain Python is warmed instead: the first
shell, traceback and figure of a process cost more than half a second, its first layers some milliseconds.

Its memory is readable by every child: it holds no secret, no submission and no test.
"""

from __future__ import annotations

import io
import os
import sys

import msgspec

from autograder.sandbox.forkserver import Request, serve
from autograder.sandbox.hiding import hidden
from autograder.sandbox.isolation import entry, warden
from autograder.sandbox.isolation.settings import Wall


def preload() -> None:
    """Import everything that a child may need."""
    with hidden("jax", "scipy", "sklearn"):
        import keras
        import tensorflow

    import autograder.models.reading
    import autograder.models.runtime
    import autograder.models.trace
    import autograder.models.writing
    import autograder.sandbox.isolation.probe
    import autograder.sandbox.worker
    import autograder.training.trainer  # noqa: F401 - imported for the children
    from autograder.datasets import stand_in
    from autograder.models import quick

    quick.prepare()
    for name in ("layers", "ops", "random", "optimizers", "losses", "metrics", "initializers", "activations", "utils"):
        dir(getattr(keras, name))
    for space in (tensorflow.nn, tensorflow.math, tensorflow.image, tensorflow.linalg, tensorflow.data, tensorflow.io):
        dir(space)
    dir(tensorflow.keras.layers)
    stand_in.preload()


def warm() -> None:
    """Use once what is plain Python: layers, a shell, a traceback, a figure."""
    _warm_layers()
    from autograder.sandbox.shell import Shell

    shell = Shell(max_output_chars=10_000)
    shell.run("1 / 0")
    shell.run("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2], label='a')\nax.legend()")
    shell.run("def double(x):\n    return 2 * x\nprint(double(2))\ndouble")
    shell.forget()
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.set_title("warm")
    figure.savefig(io.BytesIO(), format="png")
    plt.close("all")
    Shell.prepare()


def _warm_layers() -> None:
    """Make and trace layers whose shapes Keras works out by itself: a whole model would start a thread."""
    import keras
    from keras import layers

    from autograder.models.trace import trace

    def apply(images: object) -> object:
        x = layers.Conv2D(2, 3, padding="same", use_bias=False)(images)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(2)(layers.Conv2D(2, 3, activation="relu")(x))
        return layers.Dense(2, activation="softmax")(layers.Flatten()(x))

    for _ in range(4):  # as often as the interpreter takes to adapt to what it runs
        trace(apply, input_shape=(None, 16, 16, 3), weights=False)
    keras.utils.clear_session()  # names are given from the beginning again


def check_unused() -> None:
    """Refuse to serve where a fork would not be safe."""
    from tensorflow.python.eager import context  # there is no public way to ask

    if context.context()._context_handle is not None:  # noqa: SLF001 - as above
        raise RuntimeError("TensorFlow ran before the fork: its children would hang")
    threads = os.listdir("/proc/self/task")
    if len(threads) != 1:
        raise RuntimeError(f"{len(threads)} threads before the fork: its children could hang")


def run_child(request: Request) -> None:
    """Become, behind a wall, the process of a submission, one of ours that holds models, or one that tests the wall."""
    entry.enter(msgspec.convert(request.spec["wall"], Wall), request)
    become(request)


def become(request: Request) -> None:
    """Become, where the wall stands already, what the request asks for; returns when the asking side is gone."""
    match request.spec["kind"]:
        case "submission":
            from autograder.sandbox import worker

            worker.run(request)
        case "runtime":
            from autograder.models import runtime
            from autograder.sandbox.service import serve as answer
            from autograder.training import trainer
            from autograder.wire import Channel

            answer(Channel(request.job), {**runtime.handlers(), **trainer.handlers()})
        case "probe":
            from autograder.sandbox.isolation import probe

            probe.run(request)


if __name__ == "__main__":
    os.chdir("/")  # shells and libraries keep the name of the folder that they were started in: not the operator's
    preload()
    warm()
    check_unused()
    warden.remove_stale()
    serve(int(sys.argv[1]), run_child, warden.clean_up)
