"""What a benchmark found, as a small file of JSON that `report.py` makes tables of.

A file holds what `Result` has. Numbers stay numbers, with the unit and the digits that they are shown with, so that
RESULTS.md and the plots are made from these files alone.
"""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

FOLDER_VARIABLE = "AUTOGRADER_BENCH_RESULTS"
FOLDER = Path(os.environ.get(FOLDER_VARIABLE) or Path(__file__).parent / "results")
PACKAGES = ("autograder", "tensorflow", "keras", "numpy", "nbgrader", "ipython", "pytest")


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its name, and for numbers the unit and the digits after the point."""

    name: str
    unit: str = ""
    digits: int = 0


class Table(msgspec.Struct, frozen=True):
    """A table; a cell is a number, words, or None where nothing was measured."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[float | str | None, ...], ...]
    notes: tuple[str, ...] = ()


class Promise(msgspec.Struct, frozen=True):
    """What was asked for, and what was measured: `measured` is to be at least, or at most, `promised`."""

    what: str
    promised: float
    measured: float | None
    unit: str = ""
    digits: int = 0
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is kept."""
        if self.measured is None:
            return False
        return self.measured >= self.promised if self.at_least else self.measured <= self.promised


class Series(msgspec.Struct, frozen=True):
    """Points of a plot."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


class Result(msgspec.Struct, frozen=True):
    """All that a benchmark has to say; `date` is the day, in UTC, and `seconds` how long it took itself."""

    name: str
    title: str
    intro: str
    tables: tuple[Table, ...]
    promises: tuple[Promise, ...]
    series: tuple[Series, ...]
    date: str
    seconds: float
    quick: bool
    machine: dict[str, str]
    versions: dict[str, str]


def save(
    name: str,
    *,
    title: str,
    intro: str,
    tables: Sequence[Table],
    promises: Sequence[Promise] = (),
    series: Sequence[Series] = (),
    seconds: float,
    quick: bool,
    versions: dict[str, str] | None = None,
    folder: Path = FOLDER,
) -> Path:
    """Write a benchmark's result; an earlier one of that name is replaced."""
    result = Result(
        name=name,
        title=title,
        intro=intro,
        tables=tuple(tables),
        promises=tuple(promises),
        series=tuple(series),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        seconds=round(seconds),
        quick=quick,
        machine=machine(),
        versions=own_versions() | (versions or {}),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    part.replace(path)
    return path


def read(path: Path) -> Result:
    """Return what a benchmark wrote, strictly."""
    return msgspec.json.decode(path.read_bytes(), type=Result)


def machine() -> dict[str, str]:
    """Return what the machine is; no name of it."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), "unknown")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "memory": f"{pages / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "load at the end": f"{os.getloadavg()[0]:.1f}",
    }


def own_versions() -> dict[str, str]:
    """Return the versions of what is measured, in this environment."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def thinned(points: Sequence[tuple[float, float]], count: int = 60) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return at most `count` of some points, evenly over them, as rounded x and y: enough for a plot."""
    step = max(1, -(-len(points) // count))
    kept = [*points[::step]]
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return tuple(round(x, 3) for x, _ in kept), tuple(round(y, 3) for _, y in kept)
