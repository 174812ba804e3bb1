"""Runs beside student code: executes the cells, then answers questions about what they defined.

Nothing here is a secret, and nothing here is trusted: a student can read and patch this module. What it sends
are observations as plain data; verdicts are made elsewhere. An argument of a call is one of::

    ("data", value)      plain data
    ("ref", name)        the student's own object of that name
    ("kept", number)     what an earlier call returned
    ("graph", data)      a model of ours, built here

and a result is presented as ``data``, ``model``, ``block``, ``predicted``, ``figure``, ``history``, ``first_epoch`` or
``kept``.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import random
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from autograder.errors import ModelRefused, NotDefined, StudentCodeRaised, SubmissionError, WrongKind
from autograder.models.build import build
from autograder.models.graph import ModelGraph
from autograder.models.trace import trace
from autograder.sandbox import figures, policy, service
from autograder.sandbox import weights as weight_files
from autograder.sandbox.shell import Shell
from autograder.sandbox.short_training import first_epoch
from autograder.wire import Channel

if TYPE_CHECKING:  # it needs Linux, and a student's own machine runs this module too
    from autograder.sandbox.forkserver import Request

Interruptible = Callable[[], contextlib.AbstractContextManager[None]]
_MISSING = object()
_FILE = re.compile(r" \([^()]*\.py\)$")
"""Where a module lies, as an ImportError ends with: that differs between machines, and helps nobody."""


def run(request: Request) -> None:
    """Become the process of one submission, and serve."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    service.serve(Channel(request.job), settled(request.spec, _interruptible).handlers())


def settled(spec: Mapping[str, Any], interruptible: Interruptible) -> Notebook:
    """Return a notebook as a spec asks for it, in a process that has taken its seed."""
    sys.path.insert(0, "")  # modules beside the notebook, as in Jupyter
    _draw_from(spec["seed"])
    keras.utils.set_random_seed(spec["seed"] % 2**32)
    return Notebook(
        fit=spec["fit"],
        max_output_chars=spec["max_output_chars"],
        interruptible=interruptible,
        old_names=spec["old_names"],
    )


def _draw_from(seed: int) -> None:
    """Seed Python's and NumPy's random generators; TensorFlow's would cost each question some milliseconds."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - the generator that student code uses


class Notebook:
    """The student's namespace, and the questions that can be asked about it.

    Parameters
    ----------
    fit
        What `Model.fit` does in cells: ``full``, ``one-batch`` or ``skip``. Calls that a check makes always
        train in full.
    max_output_chars
        Characters kept of one cell's output.
    interruptible
        Lets an interrupt through while a cell runs.
    old_names
        Whether names of former versions are explained where they raise (``explain``), or defined (``shim``).
    """

    def __init__(
        self, fit: str, max_output_chars: int, interruptible: Interruptible, old_names: str = "explain"
    ) -> None:
        self._fit = fit
        self._interruptible = interruptible
        self._shell = Shell.take(max_output_chars)
        policy.settle(self._shell.notes, self._shell.flush_figures, old_names=old_names)
        self._kept: list[Any] = []

    def handlers(self) -> dict[str, service.Handler]:
        """Return what can be asked, by name."""
        return {"cell": self.cell, "ask": self.ask, "train": self.ask, "weights": self.weights, "defines": self.defines}

    def cell(self, source: str) -> dict[str, Any]:
        """Run one cell; its outputs, whether it went through, and the sentence for the student where not."""
        with policy.shortened_training(self._fit, self._shell.notes), self._interruptible():
            outputs = self._shell.run(source)
        error = self._shell.error
        if error is not None and (advice := policy.explain(error)):
            self._shell.notes(advice)
        return {
            "outputs": outputs,
            "notes": self._shell.notes.sentences,
            "error": None if error is None else _sentence(error),
            "was_interrupted": isinstance(error, KeyboardInterrupt),
        }

    def defines(self, name: str) -> bool:
        """Whether the notebook defines a name."""
        return name in self._shell.namespace

    def ask(
        self,
        target: tuple[str, Any],
        present: str,
        call: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
        seed: int | None = None,
    ) -> Any:
        """Look an object up, call it where asked to, and present the result.

        Parameters
        ----------
        target
            An argument as described above.
        present
            How to present the result.
        call
            ``{"args": [...], "kwargs": {...}}`` of arguments, or None for the object itself.
        options
            Of the presentation: ``input_shape`` of a block, ``weights`` of a model (whether, or of which file).
        seed
            Of the random generators, where they are to begin anew.
        """
        if seed is not None:
            _draw_from(seed)
        value = self._argument(target)
        what = f"`{target[1]}`" if target[0] == "ref" else "the object"
        is_model_asked = present in ("model", "block")
        if call is not None and not (present == "model" and isinstance(value, keras.Layer)):
            if not callable(value):
                raise WrongKind(f"{what} should be a function, it is {_kind(value)}")
            args = [self._argument(each) for each in call["args"]]
            kwargs = {name: self._argument(each) for name, each in call["kwargs"].items()}
            with first_epoch() if present == "first_epoch" else contextlib.nullcontext():
                value = _student(functools.partial(value, *args, **kwargs), f"{what} was called, and")
            what = f"what {what} returned"
        if value is None and is_model_asked:
            raise WrongKind(f"{what} is None: is there a `return` at the end?")
        presented: Any = getattr(self, f"_as_{present}")(value, what, **(options or {}))
        return presented

    def weights(self, kept: int) -> list[np.ndarray]:
        """Return the weights of a model or layer that was kept."""
        value = self._kept[kept]
        if not isinstance(value, keras.Layer):
            raise WrongKind(f"a Keras model was asked for, it is {_kind(value)}")
        return [np.asarray(weight) for weight in value.weights]

    def _argument(self, argument: tuple[str, Any]) -> Any:
        kind, value = argument
        if kind == "data":
            return value
        if kind == "kept":
            return self._kept[value]
        if kind == "graph":
            return build(ModelGraph.from_data(value), seed=0)
        found = self._shell.namespace.get(value, _MISSING)
        if found is _MISSING:
            raise NotDefined(f"`{value}` is not defined when the notebook has run from top to bottom")
        return found

    def _as_data(self, value: Any, what: str) -> Any:
        if isinstance(value, keras.KerasTensor | keras.Variable) or hasattr(value, "numpy"):
            return _student(lambda: np.asarray(value), what)  # TensorFlow's tensors are arrays to a student
        return _student(lambda: _plain(value), what)

    def _as_kept(self, value: Any, what: str, is_compiled: bool = False, is_nested: bool = False) -> dict[str, Any]:
        if is_nested:
            value = keras.Sequential([keras.Input(value.input_shape[1:]), value])
        if is_compiled:
            value.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        self._kept.append(value)
        return {"kept": len(self._kept) - 1, "kind": _kind(value)}

    def _as_model(self, value: Any, what: str, weights: bool | str = False, called_on: list[int] | None = None) -> Any:
        if isinstance(value, type) and issubclass(value, keras.Layer):
            raise WrongKind(f"{what} is the class `{value.__name__}`: return an instance of it")
        if not isinstance(value, keras.Layer):
            raise WrongKind(f"{what} should be a Keras model, it is {_kind(value)}")
        shape = None if called_on is None else (None, *called_on)
        if isinstance(weights, str):
            if not value.built:
                _traced(lambda: trace(value, called_on=shape), what)
            weight_files.load(value, weights, what)
        return _traced(lambda: trace(value, weights=bool(weights), called_on=shape), what)

    def _as_block(self, value: Any, what: str, input_shape: list[int], weights: bool = False) -> Any:
        if not callable(value) or isinstance(value, type):
            raise WrongKind(f"{what} should be something to apply to a tensor, it is {_kind(value)}")
        return _traced(lambda: trace(value, input_shape=(None, *input_shape), weights=weights), what)

    def _as_predicted(self, value: Any, what: str, images: Any, training: bool) -> Any:
        if not callable(value) or isinstance(value, type):
            raise WrongKind(f"{what} should be something to apply to images, it is {_kind(value)}")
        takes_flag = isinstance(value, keras.Layer) and "training" in inspect.signature(value.call).parameters
        options = {"training": training} if takes_flag else {}
        return self._as_data(_student(lambda: value(images, **options), f"{what} was applied to images, and"), what)

    def _as_nothing(self, value: Any, what: str) -> None:
        """Leave what a training returned alone."""

    def _as_figure(self, value: Any, what: str) -> Any:
        from matplotlib.figure import Figure

        if not isinstance(value, Figure):
            hint = ": is there a `return` at the end?" if value is None else ""
            raise WrongKind(f"{what} should be a Matplotlib figure, it is {_kind(value)}{hint}")
        return _student(lambda: figures.describe(value), what)

    def _as_history(self, value: Any, what: str) -> dict[str, list[float]]:
        if not isinstance(value, keras.callbacks.History):
            hint = ": is there a `return` at the end?" if value is None else ""
            raise WrongKind(f"{what} should be the `History` that `fit` returns, it is {_kind(value)}{hint}")
        return {str(name): [float(number) for number in numbers] for name, numbers in value.history.items()}

    _as_first_epoch = _as_history


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGINT through while student code runs, and only then: it must not tear a message."""
    while signal.sigtimedwait({signal.SIGINT}, 0) is not None:
        pass  # one that came too late for what it was meant to stop
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _traced(describe: Callable[[], Any], what: str) -> Any:
    """Describe a model; what the tracer refuses is said about the student's own words."""
    try:
        return describe()
    except ModelRefused as error:
        raise ModelRefused(f"{what}: {error.message}", staff_note=error.staff_note) from error
    except Exception as error:
        raise StudentCodeRaised(f"{what} cannot be applied to a tensor: {_advised(error)}") from error


def _student(function: Callable[[], Any], what: str) -> Any:
    """Run student code; whatever it raises becomes a sentence."""
    try:
        return function()
    except SubmissionError:
        raise
    except BaseException as error:
        raise StudentCodeRaised(f"{what} raised {_advised(error)}") from error


def _advised(error: BaseException) -> str:
    """Return what `_sentence` says, and what to write instead where that is known."""
    advice = policy.explain(error)
    return f"{_sentence(error)}. {advice}" if advice else _sentence(error)


def _sentence(error: BaseException) -> str:
    """Return an exception's name and text, and the line of the notebook that it comes from."""
    if isinstance(error, NotImplementedError) and not str(error):
        return "NotImplementedError: the stub's last line is still there, your code is missing or stands above it"
    text = " ".join(_FILE.sub("", str(error)).split())[:500]
    name = type(error).__name__
    sentence = f"{name}: {text}" if text else name
    if isinstance(error, SyntaxError):
        return f"{name}: {error.msg} (line {error.lineno})"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<ipython")]
    if frames:
        line = (frames[-1].line or "").strip()[:100]
        sentence += f" (line {frames[-1].lineno}: `{line}`)" if line else f" (line {frames[-1].lineno})"
    return sentence


def _kind(value: object) -> str:
    """Return in a student's words what an object is."""
    if value is None:
        return "None"
    if isinstance(value, keras.Layer):
        return f"a Keras {'model' if isinstance(value, keras.Model) else 'layer'}"
    name = type(value).__name__
    if name in ("function", "builtin_function_or_method", "method"):
        return "a function"
    if isinstance(value, type):
        return f"the class `{value.__name__}`"
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a copy in which TensorFlow's tensors inside tuples, lists and dicts are arrays too, its shapes tuples."""
    if depth > 8:
        return value
    if type(value) in (list, tuple):
        return type(value)(_plain(each, depth + 1) for each in value)
    if type(value) is dict:
        return {key: _plain(each, depth + 1) for key, each in list(value.items())}
    if isinstance(value, keras.KerasTensor):
        return value
    if hasattr(value, "numpy") and hasattr(value, "dtype"):
        return np.asarray(value)
    if type(value).__name__ == "TensorShape" and value.rank is not None:
        return tuple(value.as_list())
    return value
