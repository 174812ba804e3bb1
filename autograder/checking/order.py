"""In which order the cells of a notebook were run when it was saved, and what of its outputs is old.

Jupyter writes beside each code cell how many cells its session had run by then. So much can be known from that: counts
that do not grow from top to bottom, counts that two cells share, outputs that bear another count than their cell, or
none. Whether a cell was edited after it was run cannot: nothing in the file tells it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograder.checking.findings import Remark, RemarkKind

_MOST_NAMED = 3


@dataclass(frozen=True)
class SavedCell:
    """A code cell as it was saved: its text, its count (None: not run), the counts of its results, its errors."""

    source: str
    count: int | None
    result_counts: tuple[int, ...]
    has_outputs: bool
    has_error: bool


def saved_cells(data: bytes) -> tuple[SavedCell, ...]:
    """Return the code cells of a file that `reading.read_notebook` has accepted; none for formats before 4."""
    content = json.loads(data.decode(json.detect_encoding(data)))
    if content.get("nbformat", 4) != 4:
        return ()
    cells = (cell for cell in content["cells"] if isinstance(cell, dict) and cell.get("cell_type") == "code")
    return tuple(_saved(cell) for cell in cells)


def remarks(cells: tuple[SavedCell, ...]) -> Iterator[Remark]:
    """Yield what the counts tell."""
    counts = [cell.count for cell in cells if cell.count is not None]
    jumps = [(above, below) for above, below in pairwise(counts) if below < above]
    if jumps:
        named = ", ".join(f"[{above}] stands above [{below}]" for above, below in jumps[:_MOST_NAMED])
        more = len(jumps) - _MOST_NAMED
        yield _state(
            f"Cells were run in another order than they stand: {named}{f', and {more} more' if more > 0 else ''}. "
            "Grading runs them once, from top to bottom. Restart the kernel, run all cells, and look whether it "
            "still works."
        )
    shared = sorted({count for count in counts if counts.count(count) > 1})
    if shared:
        named = ", ".join(f"[{count}]" for count in shared[:_MOST_NAMED])
        yield _state(
            f"Several cells say that they were run as {named}: they were copied, or run in different sessions, "
            "of which each had other things in memory."
        )
    for cell in cells:
        old = sorted({count for count in cell.result_counts if count != cell.count})
        if old and cell.count is not None:
            yield _output(
                f"Below the cell {excerpt(cell.source)}, run as [{cell.count}], stands the result of an earlier run, "
                f"[{old[0]}]: run the cell again."
            )
    unknown = [cell for cell in cells if cell.has_outputs and cell.count is None]
    if unknown:
        named = ", ".join(excerpt(cell.source) for cell in unknown[:_MOST_NAMED])
        more = len(unknown) - _MOST_NAMED
        yield _output(
            f"Outputs stand below cells that say of themselves that they were not run: {named}"
            f"{f', and {more} more' if more > 0 else ''}. They were made some other time: run the cells again."
        )


def excerpt(source: str) -> str:
    """Return how a cell begins, to find it by."""
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return f"`{line[:40].replace('`', '')}{'…' if len(line) > 40 else ''}`"


def _saved(cell: dict[str, Any]) -> SavedCell:
    source, outputs = cell.get("source"), cell.get("outputs")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    outputs = [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []
    kinds = {output.get("output_type") for output in outputs}
    return SavedCell(
        source=source if isinstance(source, str) else "",
        count=_count(cell.get("execution_count")),
        result_counts=tuple(
            count
            for output in outputs
            if output.get("output_type") == "execute_result"
            and (count := _count(output.get("execution_count"))) is not None
        ),
        has_outputs=bool(outputs),
        has_error="error" in kinds,
    )


def _count(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _state(message: str) -> Remark:
    return Remark(kind=RemarkKind.STATE, message=message)


def _output(message: str) -> Remark:
    return Remark(kind=RemarkKind.OUTPUT, message=message)
