"""A picture of a model as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.records import ModelPicture, ModelRow

_TO_THE_RIGHT = (1, 5)  # columns of numbers


def table_text(picture: ModelPicture) -> str:
    """Return one line for each row: number, kind, settings, output shape, parameters, inputs, remarks.

    A marked row begins with an arrow. Inputs are named where they are not just the row before.
    """
    rows: list[tuple[str, ...]] = [("", "", "step", "", "output", "parameters", "from", "")]
    rows += [_cells(picture, place, row) for place, row in enumerate(picture.rows) if row.kind != "Input"]
    if not any(row.is_marked for row in picture.rows):
        rows = [row[1:] for row in rows]
        return "\n".join([*_aligned(rows, (0, 4)), *picture.remarks])
    return "\n".join([*_aligned(rows, _TO_THE_RIGHT), *picture.remarks])


def _cells(picture: ModelPicture, place: int, row: ModelRow) -> tuple[str, ...]:
    if row.left_out:
        return ("", "", f"... {row.left_out} more", "", "", "", "", "")
    givers = [picture.rows[taken] for taken in row.takes]
    names = ["input" if giver.kind == "Input" else "..." if giver.left_out else str(giver.number) for giver in givers]
    is_next = row.takes == (place - 1,)
    return (
        "->" if row.is_marked else "",
        str(row.number),
        row.kind,
        row.settings,
        row.shape,
        f"{row.parameters:,}" if row.parameters else "",
        "" if is_next else ", ".join(names),
        ", ".join(row.remarks),
    )


def _aligned(rows: Sequence[Sequence[str]], to_the_right: Sequence[int]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in to_the_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
