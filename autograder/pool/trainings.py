"""Trainings that the grading processes of a cluster wait for: each is made once, and kept in the course's own cache."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from autograder.pool.asked import AskedTraining, finished
from autograder.training.cache import Entry, TrainingCache

_Asker = TypeVar("_Asker", bound=Hashable)


class Trainings(Generic[_Asker]):
    """Who waits for which training, and which is to be made next.

    Parameters
    ----------
    cache
        Is looked into first, and gets what was made.
    """

    def __init__(self, cache: TrainingCache) -> None:
        self._cache = cache
        self._waiting: dict[_Asker, AskedTraining] = {}
        self._arrivals: dict[_Asker, int] = {}
        self._made_now: set[str] = set()
        self._numbers = itertools.count()

    def ask(self, asker: _Asker, asked: AskedTraining) -> dict[str, Any] | None:
        """Return the answer where the cache has it; else the asker waits."""
        entry = self._cache.read(asked.key)
        if entry is not None and entry.answers(asked.measure, asked.floor):
            return finished(entry)
        self._waiting[asker] = asked
        self._arrivals[asker] = next(self._numbers)
        return None

    def forget(self, asker: _Asker) -> None:
        """Let somebody wait no longer; what is made for them already is made to its end."""
        self._waiting.pop(asker, None)
        self._arrivals.pop(asker, None)

    def next(self) -> AskedTraining | None:
        """Return what is to be made next, and take it for being made; None where nothing is left to be begun."""
        turns = sorted(
            (asked.turn, self._arrivals[asker], asker)
            for asker, asked in self._waiting.items()
            if asked.key not in self._made_now
        )
        if not turns:
            return None
        asked = self._waiting[turns[0][2]]
        self._made_now.add(asked.key)
        return asked

    def askers(self, key: str) -> list[_Asker]:
        """Return who waits for a training."""
        return [asker for asker, asked in self._waiting.items() if asked.key == key]

    def made(self, entry: Entry) -> list[tuple[_Asker, dict[str, Any]]]:
        """Keep a training; return the answers of those whom it answers. The others go on waiting for a longer one."""
        self._made_now.discard(entry.key)
        self._cache.write(entry)
        answered = [
            asker
            for asker in self.askers(entry.key)
            if entry.answers(self._waiting[asker].measure, self._waiting[asker].floor)
        ]
        for asker in answered:
            self.forget(asker)
        return [(asker, finished(entry)) for asker in answered]

    def not_made(self, key: str, answer: dict[str, Any]) -> list[tuple[_Asker, dict[str, Any]]]:
        """Return the answers of all who waited for a training that cannot be made."""
        self._made_now.discard(key)
        askers = self.askers(key)
        for asker in askers:
            self.forget(asker)
        return [(asker, answer) for asker in askers]

    def lost(self, key: str) -> None:
        """Have a training made again: whoever made it is gone."""
        self._made_now.discard(key)
