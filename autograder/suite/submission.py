"""What a check holds of a submission: typed access, and references to things in the student's process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from autograder.errors import AssignmentError, ModelRefused, NotDefined, SubmissionError, WrongKind
from autograder.models.graph import ModelGraph
from autograder.models.view import ModelView, RuntimePort
from autograder.records import GradeId
from autograder.suite import kinds
from autograder.suite.kinds import Kind


class NotebookPort(Protocol):
    """Asks a submission's process; `sandbox.session.NotebookSession` is one."""

    def ask(self, op: str, /, **args: Any) -> Any:
        """Return the answer to one question."""
        ...


@dataclass(frozen=True)
class Ref:
    """Stands for an object in the student's process, as an argument of a call.

    `kind` is ``ref`` for a name of the notebook and ``kept`` for what an earlier call returned.
    """

    kind: str
    key: str | int


@dataclass(frozen=True)
class Axes:
    """One axes of a figure: arrays of its images, its lines as (x, y, label), and its words."""

    images: tuple[np.ndarray, ...]
    lines: tuple[tuple[np.ndarray, np.ndarray, str], ...]
    title: str
    x_label: str
    y_label: str
    legend: tuple[str, ...]
    texts: tuple[str, ...]
    has_x_ticks: bool
    has_y_ticks: bool
    x_tick_labels: tuple[str, ...]
    y_tick_labels: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A Matplotlib figure as data.

    Axes that are invisible, or on which nothing is drawn or written, are left out.
    """

    axes: tuple[Axes, ...]
    pixels: np.ndarray
    """The picture: (h, w, 4) uint8."""


class Submission:
    """Typed access to what a notebook defined.

    Every method raises a `SubmissionError`, whose message is a sentence for the student, where the answer is
    absent, of the wrong kind, raising or too slow.

    Parameters
    ----------
    notebook
        Asks the student's process.
    open_runtime
        Opens, or returns, the process of ours in which models are rebuilt.
    sources
        Source of each question's cells, by ``grade_id``.
    weights
        The files of weights that the assignment asks for: for each a sentence for the student where it cannot be
        used, else an empty one.
    """

    def __init__(
        self,
        notebook: NotebookPort,
        open_runtime: Callable[[], RuntimePort],
        sources: Mapping[GradeId, str],
        weights: Mapping[str, str] | None = None,
    ) -> None:
        self._notebook = notebook
        self._open_runtime = open_runtime
        self._sources = dict(sources)
        self._weights = dict(weights or {})
        self._architectures: dict[str, str] = {}  # what was asked for -> what came
        self.last_model: ModelView | None = None
        """The last model that was looked at."""

    def value(self, name: str, kind: Kind) -> Any:
        """Return a variable of the notebook, as a kind of answer."""
        return kind(self._ask(("ref", name), "data"), f"`{name}`")

    def number(self, name: str) -> float:
        """Return a variable that holds a number."""
        found: float = self.value(name, kinds.number())
        return found

    def numbers(self, name: str, count: int | None = None) -> tuple[float, ...]:
        """Return a variable that holds several numbers."""
        found: tuple[float, ...] = self.value(name, kinds.numbers(count))
        return found

    def array(self, name: str, shape: tuple[int | None, ...] | None = None, dtype: str | None = None) -> np.ndarray:
        """Return a variable that holds an array; see `kinds.array`."""
        found: np.ndarray = self.value(name, kinds.array(shape, dtype))
        return found

    def text(self, name: str) -> str:
        """Return a variable that holds a string."""
        found: str = self.value(name, kinds.text())
        return found

    def defines(self, name: str) -> bool:
        """Whether the notebook defines a name."""
        return self._notebook.ask("defines", name=name) is True

    def call(self, name: str, *args: Any, returns: Kind, **kwargs: Any) -> Any:
        """Call a function of the notebook.

        Parameters
        ----------
        name
            The function.
        args, kwargs
            Plain data, a `Ref`, or a `ModelGraph` that is built on the other side.
        returns
            The kind of answer that is expected.
        """
        answer = self._ask(("ref", name), "data", args, kwargs)
        return returns(answer, f"what `{name}` returned")

    def model(
        self,
        target: str | Ref,
        *args: Any,
        weights: bool | str = False,
        called_on: tuple[int, ...] | None = None,
        **kwargs: Any,
    ) -> ModelView:
        """Return a model: a Keras model of the notebook, or what a function of the notebook returns.

        A function has to return the same model, but for its weights, whenever it is called with the same arguments.

        Parameters
        ----------
        target
            The model, or the function with its arguments.
        weights
            True for a view with the weights that the model has; the name of a file that was handed in beside the
            notebook for one with those of the file; else the weights are new ones.
        called_on
            Shape of one input, without the batch axis, for a subclassed model that was never called and so does not
            know its own; a model that does keeps its own.
        """
        call = None if isinstance(target, Ref) else (args, kwargs)
        if isinstance(weights, str):
            self._require_file(weights)
        shape = None if called_on is None else list(called_on)
        data = self._ask(_target(target), "model", call=call, weights=weights, called_on=shape)
        return self._view(data, _words(target), ("model", target, args, kwargs, called_on))

    def block(
        self, name: str, *args: Any, input_shape: tuple[int, ...], weights: bool = False, **kwargs: Any
    ) -> ModelView:
        """Return what a function of the notebook makes of a tensor.

        The function is called with the arguments, and what it returns (a layer, a model, a function) is applied
        to a tensor of `input_shape`, without the batch axis.
        """
        data = self._ask(("ref", name), "block", args, kwargs, input_shape=list(input_shape), weights=weights)
        return self._view(data, f"`{name}`", ("block", name, args, kwargs, input_shape))

    def predict(self, target: str | Ref, images: Any, *, returns: Kind, training: bool = False) -> Any:
        """Return what the student's own model computes, in the student's process.

        For where `ModelView.predict` cannot be asked, for a part of the model cannot be opened. Only the numbers are
        judged then: nothing says that a model has computed them.

        >>> scores = submission.predict("classifier", images, returns=array((4, 10)))

        Parameters
        ----------
        target
            A model, layer or function of the notebook, or what an earlier call returned.
        images
            An array, or whatever the model takes.
        returns
            The kind of answer that is expected.
        training
            The training flag, for what takes one.
        """
        answer = self._ask(_target(target), "predicted", images=images, training=training)
        return returns(answer, f"what {_words(target)} predicted")

    def figure(self, name: str, *args: Any, **kwargs: Any) -> Figure:
        """Call a function of the notebook that returns a Matplotlib figure."""
        return _figure(self._ask(("ref", name), "figure", args, kwargs))

    def history(self, name: str, *args: Any, **kwargs: Any) -> dict[str, tuple[float, ...]]:
        """Call a function of the notebook that returns a Keras `History`; its numbers for each epoch, by name."""
        return self._history("history", name, args, kwargs)

    def first_epoch(self, name: str, *args: Any, **kwargs: Any) -> dict[str, tuple[float, ...]]:
        """Call a function of the notebook as `history` does, and run no more than the first epoch of its training.

        The history repeats that epoch's numbers, once for each epoch that was asked for. So a check of how `fit` is
        called, as of the number of epochs, takes no longer than it has to. A training with callbacks, which may end it,
        runs in full.
        """
        return self._history("first_epoch", name, args, kwargs)

    def _history(
        self, present: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> dict[str, tuple[float, ...]]:
        answer = self._ask(("ref", name), present, args, kwargs)
        found = kinds.mapping(kinds.numbers())(answer, f"the history that `{name}` returned")
        return dict(found)

    def ref(self, name: str) -> Ref:
        """Return a reference to the student's own object, as an argument."""
        if not self.defines(name):
            raise NotDefined(f"`{name}` is not defined when the notebook has run from top to bottom")
        return Ref("ref", name)

    def make(self, name: str, *args: Any, **kwargs: Any) -> Ref:
        """Call a function of the notebook and keep what it returns over there, as an argument for later calls."""
        return _kept(self._ask(("ref", name), "kept", args, kwargs))

    def train(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Call a function of the notebook that trains, and leave alone what it returns.

        It may take as long as ``training_s`` in the assignment's limits says, and fits in full.

        >>> submission.train("train", submission.ref("model"), images, labels, epochs=3)

        Parameters
        ----------
        name, args, kwargs
            As for `call`.
        """
        self._ask(("ref", name), "nothing", args, kwargs, op="train")

    def build(self, graph: ModelGraph, *, is_compiled: bool = False, is_nested: bool = False) -> Ref:
        """Build a model of ours in the student's process, as an argument for calls.

        With ``is_compiled`` it is ready for `evaluate`: Adam, cross-entropy of integer labels, accuracy. With
        ``is_nested`` it stands inside a `Sequential`, of which it is the only layer.
        """
        return _kept(self._ask(("graph", graph.to_data()), "kept", is_compiled=is_compiled, is_nested=is_nested))

    def weights(self, target: Ref) -> tuple[np.ndarray, ...]:
        """Return the weights that a kept model has now."""
        answer = self._notebook.ask("weights", kept=target.key)
        if type(answer) is not list or not all(isinstance(each, np.ndarray) for each in answer):
            raise WrongKind("the weights of the model cannot be read")
        return tuple(answer)

    def source(self, grade_id: str) -> str:
        """Return the source of a question's cell; empty where there is none."""
        return self._sources.get(GradeId(grade_id), "")

    @property
    def cells(self) -> Mapping[GradeId, str]:
        """The source of every question's cell, by ``grade_id``."""
        return dict(self._sources)

    def _require_file(self, name: str) -> None:
        if name not in self._weights:
            known = ", ".join(self._weights) or "none"
            raise AssignmentError(
                f"no file {name!r} is handed in beside the notebook: `weights` in assignment.toml names {known}"
            )
        if self._weights[name]:
            raise NotDefined(self._weights[name])

    def _ask(
        self,
        target: tuple[str, Any],
        present: str,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *,
        call: tuple[Sequence[Any], Mapping[str, Any]] | None = None,
        op: str = "ask",
        **options: Any,
    ) -> Any:
        if args is not None:
            call = (args, kwargs or {})
        sent = None
        if call is not None:
            sent = {
                "args": [_argument(each) for each in call[0]],
                "kwargs": {key: _argument(each) for key, each in call[1].items()},
            }
        try:
            return self._notebook.ask(op, target=target, present=present, call=sent, options=options)
        except SubmissionError as error:
            if target[0] == "ref" and f"`{target[1]}`" not in error.message:
                raise type(error)(f"`{target[1]}`: {error.message}", staff_note=error.staff_note) from error
            raise

    def _view(self, data: Any, what: str, question: tuple[Any, ...]) -> ModelView:
        try:
            graph = ModelGraph.from_data(data)
            architecture = graph.architecture
            is_same = self._architectures.setdefault(repr(question), architecture) == architecture
            if not is_same and not isinstance(question[1], Ref):  # what is kept over there may be changed by calls
                raise ModelRefused("it is another model than before: it has to be the same whenever it is asked for")
            view = ModelView(graph, self._open_runtime())
        except SubmissionError as error:
            if what in error.message:
                raise
            raise type(error)(f"{what}: {error.message}", staff_note=error.staff_note) from error
        self.last_model = view
        return view


def _target(target: str | Ref) -> tuple[str, Any]:
    return (target.kind, target.key) if isinstance(target, Ref) else ("ref", target)


def _words(target: str | Ref) -> str:
    return f"`{target}`" if isinstance(target, str) else "the model"


def _argument(value: Any) -> tuple[str, Any]:
    if isinstance(value, Ref):
        return value.kind, value.key
    if isinstance(value, ModelGraph):
        return "graph", value.to_data()
    return "data", value


def _kept(answer: Any) -> Ref:
    match answer:
        case {"kept": int(number), "kind": "None"}:
            raise WrongKind("it returned None: is there a `return` at the end?", staff_note=f"kept {number}")
        case {"kept": int(number), "kind": str()}:
            return Ref("kept", number)
    raise WrongKind("what it returned cannot be kept")


def _figure(answer: Any) -> Figure:
    """Return a figure from what the student's process told, checked."""
    match answer:
        case {"axes": list(axes), "pixels": np.ndarray() as pixels}:
            return Figure(tuple(_axes(each) for each in axes), pixels)
    raise WrongKind("the figure cannot be read")


def _axes(data: Any) -> Axes:
    image, words = kinds.array(), kinds.text()
    match data:
        case {
            "images": list(images),
            "lines": list(lines),
            "legend": list(legend),
            "texts": list(texts),
            "x_tick_labels": list(x_tick_labels),
            "y_tick_labels": list(y_tick_labels),
        }:
            try:
                return Axes(
                    images=tuple(image(each, "an image of the figure") for each in images),
                    lines=tuple(
                        kinds.tuple_of(kinds.array(), kinds.array(), kinds.text())(line, "a line of the figure")
                        for line in lines
                    ),
                    title=words(data["title"], "a title"),
                    x_label=words(data["x_label"], "a label"),
                    y_label=words(data["y_label"], "a label"),
                    legend=tuple(words(each, "a legend's entry") for each in legend),
                    texts=tuple(words(each, "a text") for each in texts),
                    has_x_ticks=data["has_x_ticks"] is True,
                    has_y_ticks=data["has_y_ticks"] is True,
                    x_tick_labels=tuple(words(each, "a tick's label") for each in x_tick_labels),
                    y_tick_labels=tuple(words(each, "a tick's label") for each in y_tick_labels),
                )
            except KeyError:
                pass
    raise WrongKind("the figure cannot be read")
