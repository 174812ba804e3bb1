"""Checks that passed for the same code: they are not asked again, whoever hands it in, and however often.

What a check finds follows from the cells that what it asks for is made of, and from nothing else in a notebook. So
where these say the same as in an earlier grading by the same assignment, and the check passed there, it passes here. A
student who hands in again is asked what changed; in a class, what many wrote alike is asked once.

Only a pass is known. A process in which student code ran may be made to say anything: somebody could hand in what many
write, and beside it what spoils it, and everybody else would fail. As it is, nobody is failed by what another's process
did. A pass that somebody's process forged is worth no more to others than the right answer, which its author had to
know to forge it.

With a check's pass is known what it had trained, which reports show. Always asked is whatever cannot be told from
names: see `Reading.is_told` and `suite.mentions`. Comments and the layout of a student's code make no difference, where
a check does not ask for the text itself.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from autograder.errors import InfrastructureError
from autograder.grading.key import identity, versions
from autograder.grading.needed import Reading, made_of
from autograder.notebooks.syntax import is_plain, parse
from autograder.records import CheckId, GradeId, TrainingRecord
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import Tier
from autograder.sealed import SealedFiles
from autograder.secret import CourseSecret
from autograder.suite.mentions import EVERYTHING, TEXT
from autograder.training.devices import Setup

FORMAT = "autograder/passed/v1"
DEFAULT_BYTES = 64 << 20
"""Room for some ten thousand answers."""
_LOOKS_EACH = 64

Trained = tuple[TrainingRecord, ...]
"""What a check had trained, in the order in which it asked."""


def code_keys(
    rubric: Rubric, reading: Reading, running: Collection[int], answers: Mapping[GradeId, str]
) -> dict[CheckId, str]:
    """Return for each check whose result follows from some cells a hash of these; equal code has equal ones.

    Parameters
    ----------
    reading
        Of the restored notebook.
    running
        The indices of the cells that run.
    answers
        The text of each question's cells.
    """
    if not reading.is_told or not reading.own.isdisjoint(reading.at_large):
        return {}
    words = {name: asked for name, asked in rubric.mentions.items() if asked and EVERYTHING not in asked}
    said = {index: _meaning(reading.sources[index]) for index in running}
    keys = {}
    for asked in set(words.values()):
        cells = [said[index] for index in made_of(reading, asked, running)]
        texts = sorted((name, text) for name, text in answers.items() if TEXT in asked and name in asked)
        keys[asked] = hashlib.sha256(msgspec.json.encode([cells, texts])).hexdigest()
    return {name: keys[asked] for name, asked in words.items()}


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """The checks that passed for some code, with what each had trained."""

    code: str
    passed: dict[CheckId, Trained]


class PassedChecks:
    """The checks that passed, on disk: a file for all of them that are asked of the same code.

    Parameters
    ----------
    folder
        The course's cache.
    secret
        Of the course: seals the files.
    graded_by
        What else a check's result follows from: see `graded_by`.
    max_bytes
        Beyond it those go that were not used longest.
    """

    def __init__(self, folder: Path, secret: CourseSecret, graded_by: str = "", max_bytes: int = DEFAULT_BYTES) -> None:
        self._files = SealedFiles(folder / "passed", ".entry", secret, max_bytes=max_bytes, looks_each=_LOOKS_EACH)
        self._base = f"{FORMAT}\n{secret.digest}\n{graded_by}\n"

    def known(self, keys: Mapping[CheckId, str]) -> dict[CheckId, Trained]:
        """Return the checks that passed for this code, and what each had trained.

        Parameters
        ----------
        keys
            What `code_keys` returned.
        """
        passed = {code: self._read(code) for code in set(keys.values())}
        return {name: passed[code][name] for name, code in keys.items() if name in passed[code]}

    def keep(self, keys: Mapping[CheckId, str], passed: Mapping[CheckId, Trained]) -> None:
        """Keep which checks passed for this code, and what each had trained, beside what is known.

        Raises
        ------
        InfrastructureError
            If the folder cannot be written to.
        """
        found: dict[str, dict[CheckId, Trained]] = {}
        for name, trained in passed.items():
            if name in keys:
                found.setdefault(keys[name], {})[name] = trained
        for code, checks in found.items():
            known = self._read(code)
            if checks.keys() <= known.keys():
                self._files.use(self._key(code))
                continue
            try:
                self._files.write(self._key(code), msgspec.json.encode(_Entry(code, {**checks, **known})))
            except OSError as error:
                raise InfrastructureError(f"what passed cannot be kept: {error}") from error

    def size(self) -> tuple[int, int]:
        """Return of how many codes something is known, and the bytes of it."""
        return self._files.size()

    def clear(self) -> tuple[int, int]:
        """Drop everything; what `size` was."""
        return self._files.clear()

    def _read(self, code: str) -> dict[CheckId, Trained]:
        data = self._files.read(self._key(code))
        if data is None:
            return {}
        try:
            entry = msgspec.json.decode(data, type=_Entry)
        except msgspec.DecodeError:  # another version's
            return {}
        return entry.passed if entry.code == code else {}

    def _key(self, code: str) -> str:
        return hashlib.sha256(f"{self._base}{code}".encode()).hexdigest()


def graded_by(rubric: Rubric, recipe_name: str | None, tier: Tier, setup: Setup, weights: str) -> str:
    """Return a hash of what a check's result follows from beside the notebook.

    Parameters
    ----------
    weights
        The digest of the files that were handed in beside it.
    """
    parts = [rubric.digest, recipe_name or "", tier.value, identity(setup), weights, *versions()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _meaning(source: str) -> str:
    """Return what a cell says, without its comments and layout where it is Python as it stands."""
    tree = parse(source) if is_plain(source) else None
    try:
        return source if tree is None else ast.dump(tree)
    except RecursionError:  # nested some hundred deep
        return source
