"""The executed notebook: a restored notebook with the outputs that its cells made.

Outputs come from student code and end up in formgrader's pages, so only text and pictures go in: text without
control characters, cut to its head and tail, and PNG files that are encoded here from plain pixels. HTML, SVG,
JavaScript and widgets never do, and Markdown that a student wrote is made harmless.
"""

from __future__ import annotations

import base64
import copy
import io
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from nbformat import NotebookNode

from autograder.notebooks import cells
from autograder.notebooks.markdown import harmless

MAX_SIDE = 2048
MAX_OUTPUTS = 200
"""Outputs kept of one cell."""
MAX_CHARS = 4_000_000
"""Characters of text kept of all outputs of a notebook."""
MAX_PICTURE_BYTES = 16 << 20
"""Bytes of all pictures of a notebook; one that has no room is left out."""
NOT_RUN = "[not run: nothing that is graded needs this cell]\n"
LEFT_OUT = "[further output is left out]\n"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def with_outputs(
    notebook: NotebookNode,
    outputs: Mapping[int, Sequence[Any]],
    *,
    max_chars: int,
    max_figures: int,
    released: Collection[str] = (),
) -> NotebookNode:
    """Return a copy of a notebook whose code cells hold what they showed.

    Parameters
    ----------
    outputs
        By the index of the cell, as `sandbox.shell` describes them; whatever else a child may have sent in
        their place is left out. A cell that is not among them did not run, and says so.
    max_chars
        Characters of text kept of each cell.
    max_figures
        Pictures kept of the whole notebook.
    released
        Texts that students got: Markdown that is none of them is a student's, and made harmless.
    """
    result = copy.deepcopy(notebook)
    room = _Room(max_chars, max_figures)
    count = 0
    for index, cell in enumerate(result.cells):
        if cell.cell_type == "markdown" and not cells.kind(cell).is_locked and cell.source not in released:
            cell.source = harmless(cell.source)
        if cell.cell_type != "code":
            continue
        count += 1
        if index not in outputs:
            cell.execution_count = None
            cell.outputs = (
                [NotebookNode(output_type="stream", name="stdout", text=NOT_RUN)] if cell.source.strip() else []
            )
            continue
        cell.execution_count = count
        cell.outputs = room.outputs_of(outputs[index])
        for node in cell.outputs:
            if node.output_type == "execute_result":
                node.execution_count = count
    return result


class _Room:
    """What may still be kept of one notebook's outputs.

    Parameters
    ----------
    max_chars
        Characters of text kept of each cell.
    max_figures
        Pictures kept of the whole notebook.
    """

    def __init__(self, max_chars: int, max_figures: int) -> None:
        self._max_chars = max_chars
        self._chars = MAX_CHARS
        self._figures = max_figures
        self._picture_bytes = MAX_PICTURE_BYTES
        self._chars_of_cell = 0

    def outputs_of(self, given: Sequence[Any]) -> list[NotebookNode]:
        """Return what is kept of one cell's outputs, as nbformat has it."""
        room = self._chars_of_cell = min(self._max_chars, self._chars)
        kept: list[NotebookNode] = []
        for number, each in enumerate(given):
            if number == MAX_OUTPUTS or self._chars_of_cell <= 0:
                kept.append(NotebookNode(output_type="stream", name="stderr", text=LEFT_OUT))
                break
            node = self._output(each)
            if node is not None:
                kept.append(node)
        self._chars -= room - self._chars_of_cell
        return kept

    def _output(self, output: Any) -> NotebookNode | None:
        """Return one output as nbformat has it, or None for what is none."""
        match output:
            case {"type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
                return NotebookNode(output_type="stream", name=name, text=self._text(text))
            case {"type": "error", "name": str(name), "value": str(value), "traceback": list(lines)}:
                ename, evalue = clean(name, 200), self._text(value)
                kept = [self._text(line) for line in lines[-60:] if type(line) is str]
                return NotebookNode(output_type="error", ename=ename, evalue=evalue, traceback=kept)
            case {"type": "result" | "display" as kind, "text": str(text), "pixels": pixels}:
                data = NotebookNode({"text/plain": self._text(text)})
                picture = self._picture(pixels)
                if picture:
                    data["image/png"] = picture
                output_type = "execute_result" if kind == "result" else "display_data"
                return NotebookNode(output_type=output_type, data=data, metadata=NotebookNode())
        return None

    def _text(self, text: str) -> str:
        """Return what is kept of a text, and take its room."""
        kept = clean(text, max(self._chars_of_cell, 0))
        self._chars_of_cell -= len(kept) + 1  # an empty text takes room too, since there may be very many
        return kept

    def _picture(self, pixels: object) -> str:
        """Return a picture in base64, and take its room; empty where there is none, or no room."""
        png = encode_png(pixels) if self._figures > 0 else None
        if png is None or len(png) > self._picture_bytes:
            return ""
        self._figures -= 1
        self._picture_bytes -= len(png)
        return base64.b64encode(png).decode()


def clean(text: str, max_chars: int) -> str:
    """Return text without control and direction characters, the middle left out where it is too long."""
    if len(text) <= max_chars:
        return _plain(text)
    half = max_chars // 2
    head, tail = _plain(text[:half]), _plain(text[len(text) - half :])
    return f"{head}\n[{len(text) - 2 * half:,} characters left out]\n{tail}"


def _plain(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def encode_png(pixels: object) -> bytes | None:
    """Return an RGBA picture (h, w, 4) uint8 as a PNG file; None for anything else, or for more than 2,048 a side."""
    from PIL import Image

    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 4:
        return None
    if not 0 < min(pixels.shape[:2]) <= max(pixels.shape[:2]) <= MAX_SIDE:
        return None
    is_opaque = bool((pixels[..., 3] == 255).all())
    buffer = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels[..., :3] if is_opaque else pixels))
    picture.save(buffer, "png", compress_level=2)  # half the time of more, for a tenth more bytes
    return buffer.getvalue()
