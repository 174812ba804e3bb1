"""Makes RESULTS.md and its plots of what the benchmarks wrote to results/*.json.

Run it from the repository's root::

    python benchmarks/report.py
    python benchmarks/report.py --check      whether RESULTS.md is what results/*.json says

It measures nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import plots
from results import FOLDER, Column, Promise, Result, Table, read

ORDER = ("peers", "cold", "scaling", "training", "demos")
TARGET = Path(__file__).parent / "RESULTS.md"
HEAD = """# Results

What `make bench` measured, on one machine and in one run; made by `benchmarks/report.py` of `results/*.json`. Every run
of ours is behind the wall that the tables name.
"""
QUICK = """
> **A quick run.** Classes were small, so that starting up is most of what was measured: these show that the benchmarks
> work, and are no figures.
"""


def render(results: Sequence[Result], pictures: str = "results") -> str:
    """Return the text of RESULTS.md; `pictures` is the folder of its plots, as seen from it."""
    parts = [HEAD]
    if any(result.quick for result in results):
        parts.append(QUICK)
    parts += [_conditions(results), _promises(results)]
    for result in results:
        parts.append(f"\n## {result.title}\n\n{result.intro}\n")
        parts += [f"\n![{caption}]({pictures}/{name})\n" for name, caption in plots.wanted(result)]
        parts += [_section(table) for table in result.tables]
    return "".join(parts)


def load(folder: Path = FOLDER) -> list[Result]:
    """Return what is there, in the order of the page."""
    found = {path.stem: read(path) for path in folder.glob("*.json")}
    return [found.pop(name) for name in ORDER if name in found] + [found[name] for name in sorted(found)]


def write(folder: Path = FOLDER, target: Path = TARGET) -> None:
    """Write the page and, beside the results, its plots."""
    results = load(folder)
    for result in results:
        plots.draw(result, folder)
    target.write_text(render(results, str(folder.relative_to(target.parent))))


def cell(value: float | str | None, column: Column) -> str:
    """Return a value as it stands in a table."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    number = f"{value:,.{column.digits}f}"
    if column.unit == "%":
        return f"{number} %"
    return f"{number} {column.unit}".rstrip()


def _table(columns: Sequence[Column], rows: Iterable[Sequence[float | str | None]]) -> str:
    lines = [[column.name for column in columns]]
    lines += [[cell(value, column) for value, column in zip(row, columns, strict=True)] for row in rows]
    rule = ["---" if not number else "--:" for number, _ in enumerate(columns)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (lines[0], rule, *lines[1:]))


def _section(table: Table) -> str:
    notes = "".join(f"\n{note}\n" for note in table.notes)
    return f"\n### {table.title}\n\n{_table(table.columns, table.rows)}{notes}"


def _conditions(results: Sequence[Result]) -> str:
    machines = {tuple((k, v) for k, v in each.machine.items() if not k.startswith("load")) for each in results}
    text = "".join(f"\nMachine: {', '.join(f'{key} {value}' for key, value in each)}.\n" for each in sorted(machines))
    versions: dict[str, str] = {}
    for result in results:
        versions |= result.versions
    text += f"\nVersions: {', '.join(f'{name} {number}' for name, number in versions.items())}.\n"
    rows = [
        (f"[{each.title}](#{_anchor(each.title)})", each.date, each.seconds, each.machine["load at the end"])
        for each in results
    ]
    columns = (Column("part"), Column("measured on"), Column("took", "s"), Column("load at its end"))
    return f"{text}\n{_table(columns, rows)}"


def _promises(results: Sequence[Result]) -> str:
    rows = [_promise(each) for result in results for each in result.promises]
    columns = (Column("what"), Column("promised"), Column("measured"), Column("kept"))
    return f"\n## Promised and measured\n\n{_table(columns, rows)}"


def _promise(promise: Promise) -> tuple[str, str, str, str]:
    column = Column("", promise.unit, promise.digits)
    bound = "at least" if promise.at_least else "at most"
    kept = "yes" if promise.holds else ("no" if promise.measured is not None else "not measured")
    return promise.what, f"{bound} {cell(promise.promised, column)}", cell(promise.measured, column), kept


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes RESULTS.md of results/*.json.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where RESULTS.md is another")
    if parser.parse_args().check:
        sys.exit(TARGET.read_text() != render(load()))
    write()
