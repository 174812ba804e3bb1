"""What a grader changes about the world of a notebook: the one door to all of it.

Runs beside student code, who may undo it: that costs them time, and changes no verdict. Nothing here needs Linux or a
wall: a plain process on a student's own machine does the same, and a cell behaves there as it will when it is graded.

`settle` is called once, before the first cell; `shortened_training` stands around each cell; `explain` says of an
exception what to write instead. The magics come with the shell (`sandbox.shell`).
"""

from __future__ import annotations

from collections.abc import Callable

from autograder.datasets import stand_in
from autograder.sandbox import elsewhere, few_steps, outside
from autograder.sandbox.explaining import explain
from autograder.sandbox.notes import Notes
from autograder.sandbox.short_training import shortened_training

__all__ = ["explain", "serve_datasets", "settle", "shortened_training"]


def settle(notes: Notes, show_figures: Callable[[], None], *, old_names: str = "explain") -> None:
    """Change what notebooks find in this process, for the rest of its life.

    Parameters
    ----------
    notes
        Takes the sentences about what was left out.
    show_figures
        Makes outputs of all open figures.
    old_names
        A value of `settings.OldNames`.
    """
    serve_datasets()
    outside.close(notes, show_figures)
    elsewhere.install(notes)
    few_steps.install()
    if old_names == "shim":
        from autograder.sandbox import shims

        shims.install()


def serve_datasets() -> None:
    """Let ``keras.datasets.<name>.load_data()`` return generated arrays of the same shapes, from a public seed."""
    import keras
    import keras.src.datasets
    import tensorflow as tf

    spaces = (keras.datasets, keras.src.datasets, tf.keras.datasets)
    for name, functions in stand_in.FUNCTIONS.items():
        for space in spaces:
            module = getattr(space, name, None)
            for function in functions if module is not None else ():
                setattr(module, function.__name__, function)
