"""What processes of ours answered about rebuilt models: an equal question about an equal model is not asked again.

A rebuilt model begins with the weights of its graph or of a fixed seed, and nothing that is asked changes it, so an
answer follows from graph and question alone, whoever handed the model in: in a class many hand in the same.

Only trusted processes write what is kept. A graph that breaks the process that rebuilds it must not decide what is
known of others, so an answer is kept only if its process has never held another model. A process for each would cost
more than it saves where few models are equal: what only a few submissions had shares a process with all of its
submission, and is noted; what is met once more gets one of its own, once.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from autograder.errors import InfrastructureError, WireError
from autograder.models.remote import RuntimePort
from autograder.models.writing import digest, rebuilding
from autograder.sealed import SealedFiles
from autograder.secret import CourseSecret
from autograder.wire import MAGIC, decode, encode

FORMAT = "autograder/answers/v2"
DEFAULT_BYTES = 128 << 20
"""Room for some thousand models."""
MAX_BYTES = 4 << 20
"""Of the answers about one model; what is beyond is asked again each time."""
VERSIONED = ("keras", "numpy", "tensorflow")
"""Packages of which another version may give another answer."""
MEETINGS = 2
"""Submissions that have a model before it gets a process of its own; a class that is graded again has each twice."""
MOST_ALONE = 2
"""Processes that hold one model each, at a time, for one submission."""
_LOOKS_EACH = 64

Opener = Callable[[], AbstractContextManager[RuntimePort]]


@functools.cache
def code_digest() -> str:
    """Return the hash of what answers: our code that rebuilds models, the packages that it uses, and their words."""
    code = hashlib.sha256(MAGIC)
    for file in sorted(resources.files("autograder.models").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".py"):
            code.update(file.read_bytes())
    for name in VERSIONED:
        code.update(f"{name}={version(name)}\n".encode())
    return code.hexdigest()


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one model: how many submissions had it, and messages of `autograder.wire` by question's hash."""

    key: str
    meetings: int
    answers: dict[str, bytes]


class AnswerCache:
    """Answers on disk, one file for each model.

    Parameters
    ----------
    folder
        The course's cache.
    secret
        Of the course: seals the files.
    max_bytes
        Beyond it the models go that were not asked about longest.
    """

    def __init__(self, folder: Path, secret: CourseSecret, *, max_bytes: int = DEFAULT_BYTES) -> None:
        self._files = SealedFiles(folder / "answers", ".entry", secret, max_bytes=max_bytes, looks_each=_LOOKS_EACH)
        self._base = f"{FORMAT}\n{secret.digest}\n{code_digest()}\n"

    def key(self, graph: dict[str, Any]) -> str:
        """Return the key of a graph's data."""
        return hashlib.sha256((self._base + digest(rebuilding(graph))).encode()).hexdigest()

    def read(self, key: str) -> tuple[int, dict[str, bytes]]:
        """Return how many submissions had a model, as far as they were counted, and what is known of it."""
        data = self._files.read(key)
        if data is None:
            return 0, {}
        try:
            entry = msgspec.msgpack.decode(data, type=_Entry)
        except msgspec.DecodeError:
            entry = _Entry("", 0, {})
        if entry.key != key:
            self._files.drop(key)
            return 0, {}
        self._files.use(key)
        return entry.meetings, entry.answers

    def write(self, key: str, meetings: int, answers: dict[str, bytes]) -> None:
        """Keep how many submissions had a model, and what is known of it.

        Raises
        ------
        InfrastructureError
            If the folder cannot be written to.
        """
        try:
            self._files.write(key, msgspec.msgpack.encode(_Entry(key, meetings, answers)))
        except OSError as error:
            raise InfrastructureError(f"what is known of a model cannot be kept: {error}") from error

    def size(self) -> tuple[int, int]:
        """Return how many models were met, and the bytes of what is known of them."""
        return self._files.size()

    def clear(self) -> tuple[int, int]:
        """Drop everything; what `size` was."""
        return self._files.clear()


@dataclass
class _Known:
    """What is known of a model.

    Attributes
    ----------
    meetings
        How many earlier submissions had it, as far as they were counted.
    answers
        By the hash of the question.
    new
        Those of them that are to be kept.
    """

    key: str
    meetings: int
    answers: dict[str, bytes]
    new: set[str] = field(default_factory=set)


@dataclass
class _Process:
    """A process that models are rebuilt in, and the keys of those that it ever held."""

    port: RuntimePort
    stack: contextlib.ExitStack
    keys: set[str] = field(default_factory=set)


@dataclass
class _Model:
    """A model that was asked to be loaded, and where it is, if anywhere: a process, and its number there."""

    graph: dict[str, Any]
    known: _Known
    place: tuple[_Process, int] | None = None


class RememberingRuntime:
    """A `RuntimePort` that asks a process only what is not known; a context manager, which ends the processes.

    Parameters
    ----------
    open_runtime
        Opens a process.
    cache
        Keeps what is learnt.
    is_ours
        Whether all models are our own, and so no danger to each other: they share a process, and all is kept.
    """

    def __init__(self, open_runtime: Opener, cache: AnswerCache, *, is_ours: bool = False) -> None:
        self._open = open_runtime
        self._cache = cache
        self._is_ours = is_ours
        self._known: dict[str, _Known] = {}
        self._models: list[_Model] = []
        self._shared: _Process | None = None
        self._alone: deque[_Process] = deque()

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        """Return the answer.

        Raises
        ------
        ModelRefused, InfrastructureError
            As the process does.
        """
        if op == "load":
            return self._load(args["graph"], timeout_s)
        model = self._models[args.pop("model")]
        try:
            question = hashlib.sha256(encode([op, args], only_plain=True)).hexdigest()
        except WireError:  # it cannot be sent either, and the process's end of it tells why
            return self._asked(model, op, args, timeout_s)
        found = model.known.answers.get(question)
        if found is not None:
            return decode(found)
        answer = self._asked(model, op, args, timeout_s)
        self._learn(model, question, answer)
        return answer

    def close(self) -> None:
        """End the processes, and keep what is new; models that few had are counted."""
        self._end()
        for known in self._known.values():
            if known.new or known.meetings < MEETINGS:
                kept = {name: found for name, found in known.answers.items() if name in known.new}
                meetings, answers = self._cache.read(known.key)
                self._cache.write(known.key, meetings + 1, {**answers, **kept})
        self._known.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._end()

    def _load(self, graph: dict[str, Any], timeout_s: float | None) -> dict[str, Any]:
        key = self._cache.key(graph)
        if key not in self._known:
            self._known[key] = _Known(key, *self._cache.read(key))
        model = _Model(graph, self._known[key])
        known = model.known.answers.get("load")
        facts = self._rebuilt(model, timeout_s)[1] if known is None else decode(known)
        self._models.append(model)
        return {"model": len(self._models) - 1, "facts": facts}

    def _asked(self, model: _Model, op: str, args: dict[str, Any], timeout_s: float | None) -> Any:
        process, number = model.place or self._rebuilt(model, timeout_s)[0]
        return process.port.ask(op, timeout_s=timeout_s, model=number, **args)

    def _rebuilt(self, model: _Model, timeout_s: float | None) -> tuple[tuple[_Process, int], Any]:
        """Have a process rebuild a model; where it is now, and the facts that were measured on it."""
        process = self._process(model.known)
        process.keys.add(model.known.key)
        loaded = process.port.ask("load", timeout_s=timeout_s, graph=model.graph)
        model.place = process, loaded["model"]
        self._learn(model, "load", loaded["facts"])
        return model.place, loaded["facts"]

    def _process(self, known: _Known) -> _Process:
        """Return the process in which a model is to be rebuilt."""
        if known.meetings >= MEETINGS and not self._is_ours:
            for process in self._alone:
                if process.keys == {known.key}:
                    return process
            if len(self._alone) == MOST_ALONE:
                self._close(self._alone.popleft())
            self._alone.append(self._opened())
            return self._alone[-1]
        if self._shared is None:
            self._shared = self._opened()
        return self._shared

    def _opened(self) -> _Process:
        stack = contextlib.ExitStack()
        return _Process(stack.enter_context(self._open()), stack)

    def _learn(self, model: _Model, question: str, answer: Any) -> None:
        """Remember an answer, and have it kept where it may be."""
        known, told = model.known, encode(answer)
        if sum(map(len, known.answers.values())) + len(told) > MAX_BYTES:
            return
        known.answers[question] = told
        if self._is_ours or (model.place is not None and model.place[0].keys == {known.key}):
            known.new.add(question)

    def _close(self, process: _Process) -> None:
        for model in self._models:
            if model.place is not None and model.place[0] is process:
                model.place = None
        process.stack.close()

    def _end(self) -> None:
        for process in (*self._alone, *([self._shared] if self._shared else [])):
            self._close(process)
        self._alone.clear()
        self._shared = None
