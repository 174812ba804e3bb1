"""Looks for answers and hidden checks in what students get.

The comparison is by text: lines of some length, without their white space, and runs of four or more numbers. A line
counts as hidden when an instructor wrote it in a solution region, in a hidden check or in another accepted solution,
and not also where students can read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.notebooks import cells, check_file

MIN_LINE = 25
MIN_NUMBERS = 4
PUBLIC = "public_"
"""Files of a suite whose names begin so are given to students."""
_STUBS = ("# YOUR CODE HERE\nraise NotImplementedError()", "YOUR ANSWER HERE")
_REGION = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBERS = re.compile(rf"(?<![\w.]){_NUMBER}(?:,{_NUMBER}){{{MIN_NUMBERS - 1},}}(?![\w.])")


@dataclass(frozen=True)
class Leak:
    """Something hidden that stands in a released file."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def leaks(release_files: Mapping[str, bytes], assignment: Assignment) -> tuple[Leak, ...]:
    """Return what is in released files and should not be, sorted.

    Parameters
    ----------
    release_files
        Content by path; also pages of feedback and the like can be looked through so.
    assignment
        Whose source notebook, suite and accepted solutions are read.
    """
    source = json.loads(assignment.source.read_bytes())
    shown, solved = split_regions(source)
    solutions = [solved, *_texts(assignment.solutions.glob("accepted/*.py"))]
    suite = sorted(assignment.suite.rglob("*.py"))
    public = [path for path in suite if path.name.startswith(PUBLIC)]
    hidden = _texts(path for path in suite if path not in public)
    known = [shown, *_STUBS]
    lines = set(long_lines(solutions)) - set(long_lines(known))
    lines |= set(long_lines(hidden)) - set(long_lines([*known, *_texts(public)]))
    runs = _runs_beyond(solutions, known) | _runs_beyond(hidden, [*known, *_texts(public)])
    found: list[Leak] = []
    for path, data in sorted(release_files.items()):
        texts = tuple(strings(path, data))
        pieces = lines.intersection(long_lines(texts)) | {run for run in runs if _is_within(run, tuple(_runs(texts)))}
        found += [Leak(path, piece) for piece in sorted(pieces)]
    return tuple(found)


def split_regions(source: NotebookNode) -> tuple[str, str]:
    """Return what students can read of an instructor's notebook, and what is hidden from them.

    nbgrader's rules are read anew here, so that a fault of the generate step does not hide itself.
    """
    shown: list[str] = []
    hidden: list[str] = []
    for cell in source["cells"]:
        text = "".join(cell["source"])
        if cells.kind(cell).is_answer and "BEGIN SOLUTION" not in text:
            hidden.append(text)
            continue
        target = shown
        for line in text.split("\n"):
            mark = _REGION.search(line)
            if mark:
                target = hidden if mark[1] == "BEGIN" else shown
            else:
                target.append(line)
    return "\n".join(shown), "\n".join(hidden)


def _texts(paths: Iterable[Path]) -> list[str]:
    return [path.read_text() for path in paths]


def strings(path: str, data: bytes) -> Iterator[str]:
    """Yield the texts of a file; a notebook's are all of its strings, wherever they stand."""
    text = data.decode("utf-8", "replace")
    if not path.endswith(".ipynb") and path != check_file.RELEASED:
        yield text
        return
    waiting = [json.loads(text)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            if value and all(isinstance(each, str) for each in value):
                yield "".join(value)
            waiting.extend(value)


def long_lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield the lines of texts that are long enough to tell something."""
    for text in texts:
        for line in text.splitlines():
            squeezed = " ".join(line.split())
            if len(squeezed) >= MIN_LINE and not squeezed.startswith(("import ", "from ")):
                yield squeezed


def _runs(texts: Iterable[str]) -> Iterator[str]:
    """Yield the runs of numbers in texts, whatever brackets stand between them."""
    for text in texts:
        flat = re.sub(r"\s*,\s*", ",", re.sub(r"[\[\](){}]", " ", text))
        yield from (match[0] for match in _NUMBERS.finditer(flat))


def _runs_beyond(texts: Iterable[str], known: Iterable[str]) -> set[str]:
    """Return the runs of numbers of texts that are in no known text."""
    shown = tuple(_runs(known))
    return {run for run in _runs(texts) if not _is_within(run, shown)}


def _is_within(run: str, others: tuple[str, ...]) -> bool:
    return any(f",{run}," in f",{other}," for other in others)
