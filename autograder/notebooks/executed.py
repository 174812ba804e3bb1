"""The executed notebook: a restored notebook with the outputs that its cells made.

Outputs come from student code and end up in formgrader's pages, so only text and pictures go in: text without
control characters, cut to its head and tail, and PNG files that are encoded here from plain pixels. HTML, SVG,
JavaScript and widgets never do.
"""

from __future__ import annotations

import base64
import copy
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from nbformat import NotebookNode

MAX_SIDE = 2048
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def with_outputs(
    notebook: NotebookNode, outputs: Mapping[int, Sequence[Any]], *, max_chars: int, max_figures: int
) -> NotebookNode:
    """Return a copy of a notebook whose code cells hold what they showed.

    Parameters
    ----------
    outputs
        By the index of the cell, as `sandbox.shell` describes them; whatever else a child may have sent in
        their place is left out.
    max_chars
        Characters of text kept of each cell.
    max_figures
        Pictures kept of the whole notebook.
    """
    result = copy.deepcopy(notebook)
    figures_left = max_figures
    count = 0
    for index, cell in enumerate(result.cells):
        if cell.cell_type != "code":
            continue
        made = [node for each in outputs.get(index, ()) if (node := _output(each, max_chars)) is not None]
        count += 1
        cell.execution_count = count if index in outputs else None
        cell.outputs = []
        for node in made[:200]:
            has_picture = "image/png" in node.get("data", {})
            if has_picture and figures_left <= 0:
                del node["data"]["image/png"]
                has_picture = False
            figures_left -= has_picture
            if node.output_type == "execute_result":
                node.execution_count = count
            cell.outputs.append(node)
    return result


def _output(output: Any, max_chars: int) -> NotebookNode | None:
    """Return one output as nbformat has it, or None for what is none."""
    match output:
        case {"type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return NotebookNode(output_type="stream", name=name, text=clean(text, max_chars))
        case {"type": "error", "name": str(name), "value": str(value), "traceback": list(lines)}:
            kept = [clean(line, max_chars) for line in lines[-60:] if type(line) is str]
            ename, evalue = clean(name, 200), clean(value, max_chars)
            return NotebookNode(output_type="error", ename=ename, evalue=evalue, traceback=kept)
        case {"type": "result" | "display" as kind, "text": str(text), "pixels": pixels}:
            data = NotebookNode({"text/plain": clean(text, max_chars)})
            png = encode_png(pixels)
            if png is not None:
                data["image/png"] = base64.b64encode(png).decode()
            output_type = "execute_result" if kind == "result" else "display_data"
            return NotebookNode(output_type=output_type, data=data, metadata=NotebookNode())
    return None


def clean(text: str, max_chars: int) -> str:
    """Return text without control and direction characters, the middle left out where it is too long."""
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) <= max_chars:
        return text
    half = max_chars // 2
    return f"{text[:half]}\n[{len(text) - 2 * half:,} characters left out]\n{text[-half:]}"


def encode_png(pixels: object) -> bytes | None:
    """Return an RGBA picture (h, w, 4) uint8 as a PNG file; None for anything else, or for more than 2,048 a side."""
    from PIL import Image

    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 4:
        return None
    if not 0 < min(pixels.shape[:2]) <= max(pixels.shape[:2]) <= MAX_SIDE:
        return None
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "png")
    return buffer.getvalue()
