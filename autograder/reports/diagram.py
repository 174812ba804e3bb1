"""A picture of a model as an SVG: a row for each step, and at its left who takes what from whom.

It is drawn from the record alone, with every text made visible and escaped; it holds no script, no link and no
style of its own but the one below. Lines run in lanes as in a drawing of branches: what is still needed further
down keeps its lane, and whoever needs it last goes on in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from autograder.records import ModelPicture, ModelRow
from autograder.reports.visible import one_line

STYLE = """
.model-picture { display: block; font: 12px ui-monospace, Menlo, Consolas, monospace; }
.model-picture text { fill: var(--text, #1b2230); }
.model-picture .soft { fill: var(--soft, #566072); }
.model-picture .kind { font-weight: 600; }
.model-picture path { fill: none; stroke: var(--soft, #566072); stroke-width: 1.5; }
.model-picture circle { fill: var(--card, #ffffff); stroke: var(--soft, #566072); stroke-width: 1.5; }
.model-picture .marked { fill: var(--fail-bg, #fbe6e4); stroke: var(--fail, #b3261e); }
.model-picture .arrow { fill: var(--fail, #b3261e); font-weight: 700; }
"""
"""Rules for every picture on a page; they follow the page's colours where it names some."""

_ROW, _LANE, _CHAR, _GAP = 22, 16, 7.3, 14  # height of a row, between lanes; width of a character, between columns
_LEFT = 22  # where the arrow of a marked row stands
_MAX_LANES = 16
_WIDEST = 60  # characters of a cell


def diagram_svg(picture: ModelPicture, *, has_style: bool = True) -> str:
    """Return a model as one SVG element.

    Parameters
    ----------
    picture
        The model.
    has_style
        Whether `STYLE` is in it; a page with several pictures says it once.
    """
    rows = picture.rows
    lanes = _lanes(rows)
    cells = [_cells(row) for row in rows]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(len(_CLASSES))]
    begins = [float(_LEFT + _LANE * (max(lanes, default=0) + 1) + _GAP / 2)]
    for width in widths:
        begins.append(begins[-1] + (width * _CHAR + _GAP if width else 0))
    remarks = [one_line(each, 2 * _WIDEST) for each in picture.remarks]
    width = round(max([begins[-1], *(begins[0] + len(each) * _CHAR for each in remarks)]) + _GAP)
    height = _ROW * (len(rows) + len(remarks)) + _GAP
    parts = [
        f'<svg class="model-picture" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_description(rows)}"'
        f' width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    ]
    if has_style:
        parts.append(f"<style>{STYLE}</style>")
    for place, row in enumerate(rows):
        if row.is_marked:
            top = _y(place) - _ROW / 2 + 1
            parts.append(f'<rect class="marked" x="1" y="{top:g}" width="{width - 2}" height="{_ROW - 2}" rx="5"/>')
            parts.append(f'<text class="arrow" x="7" y="{_y(place)}" dy="0.35em">▶</text>')
    for place, row in enumerate(rows):
        parts += [f'<path d="{_line(lanes[giver], giver, lanes[place], place)}"/>' for giver in row.takes]
    for place, row in enumerate(rows):
        if not row.left_out:
            parts.append(f'<circle cx="{_x(lanes[place])}" cy="{_y(place)}" r="{4 + row.is_marked}"/>')
        parts += _texts(cells[place], begins, widths, _y(place))
    for number, remark in enumerate(remarks):
        y = _y(len(rows) + number)
        parts.append(f'<text class="soft" x="{begins[0]:g}" y="{y}" dy="0.35em">{escape(remark)}</text>')
    return "".join([*parts, "</svg>"])


_CLASSES = ("soft", "kind", "", "soft", "soft", "soft")  # of the columns; the numbers stand at the right of theirs
_RIGHT = (0, 4)


def _cells(row: ModelRow) -> tuple[str, ...]:
    """Return number, kind, output shape, settings, parameters and remarks of a row."""
    if row.left_out:
        return ("", f"… {row.left_out} more steps", "", "", "", "")
    number = "" if row.number is None else str(row.number)
    parameters = f"{row.parameters:,}" if row.parameters else ""
    remarks = ", ".join([*([row.name] if row.is_marked and row.name else []), *row.remarks])
    texts = (number, row.kind, row.shape, row.settings, parameters, remarks)
    return tuple(one_line(text, _WIDEST) for text in texts)


def _texts(cells: Sequence[str], begins: Sequence[float], widths: Sequence[int], y: float) -> list[str]:
    texts = []
    for column, (text, name) in enumerate(zip(cells, _CLASSES, strict=True)):
        if text:
            is_right = column in _RIGHT
            x = begins[column] + (widths[column] * _CHAR if is_right else 0)
            anchor = ' text-anchor="end"' if is_right else ""
            texts.append(f'<text class="{name}" x="{x:g}" y="{y}" dy="0.35em"{anchor}>{escape(text)}</text>')
    return texts


def _lanes(rows: Sequence[ModelRow]) -> list[int]:
    """Return the lane of each row."""
    last_use = {giver: place for place, row in enumerate(rows) for giver in row.takes}
    lanes: list[int] = []
    taken: set[int] = set()
    for place, row in enumerate(rows):
        ending = {lanes[giver] for giver in row.takes if last_use[giver] == place}
        lane = min(ending, default=next(n for n in range(_MAX_LANES + 1) if n not in taken or n == _MAX_LANES))
        taken -= ending
        lanes.append(lane)
        if place in last_use:
            taken.add(lane)
    return lanes


def _line(from_lane: int, giver: int, to_lane: int, place: int) -> str:
    """Return a line down the giver's lane, which bends into the taker's just above it."""
    x, y, to_x, to_y = _x(from_lane), _y(giver), _x(to_lane), _y(place)
    if x == to_x:
        return f"M{x} {y}V{to_y}"
    bend = to_y - _ROW * 0.8
    return f"M{x} {y}V{bend:g}C{x} {to_y:g} {to_x} {bend:g} {to_x} {to_y}"


def _x(lane: int) -> int:
    return _LEFT + _LANE // 2 + _LANE * lane


def _y(place: int) -> int:
    return _ROW * place + _ROW // 2 + _GAP // 2


def _description(rows: Sequence[ModelRow]) -> str:
    """Return the picture in a sentence, for those who do not see it."""
    num_steps = sum(row.left_out or row.number is not None for row in rows)
    marked = [f"step {row.number}, {one_line(row.kind, _WIDEST)}" for row in rows if row.is_marked]
    sentence = f"A model of {num_steps} steps" + (f"; marked: {'; '.join(marked)}" if marked else "")
    return escape(sentence)
