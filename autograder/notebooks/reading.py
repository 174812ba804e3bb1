"""Reads the file that a student handed in, whatever it is; every fault of it is a sentence for the student.

What comes out is plain: format 4.5, each cell with a type, a text and nbgrader's metadata where it had some.
Outputs, execution counts and the metadata of editors are not taken over. Nothing here runs or renders anything.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import SubmissionError

MAX_BYTES = 50 << 20
MAX_VALUES = 5_000_000
"""Upper bound on what parsing may build, so that a small file cannot fill the memory of the grading process."""
MAX_CELLS = 5_000
MAX_CODE_CHARS = 4_000_000
_CELL_TYPES = ("code", "markdown", "raw")
_LOOKS_LIKE = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\x89PNG", "a picture"),
    (b"<<<<<<<", "a file with an unresolved merge conflict"),
    (b"<", "a web page"),
)


def read_file(path: Path) -> bytes:
    """Return the bytes of a submitted file.

    Raises
    ------
    SubmissionError
        If there is none, if it is no ordinary file, or if it holds more than 50 MiB.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise SubmissionError(f"no notebook was handed in: `{path.name}` is missing") from None
    except OSError as error:
        raise SubmissionError(
            f"`{path.name}` is no ordinary file that can be read", staff_note=f"{path}: {error.strerror}"
        ) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SubmissionError(f"`{path.name}` is no ordinary file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    _require_size(data)
    return data


def read_notebook(data: bytes) -> NotebookNode:
    """Return the notebook that a file holds, as format 4.5.

    A notebook of format 2 or 3 is upgraded, which ``metadata.orig_nbformat`` then says. Cells without an id, or with
    one that an earlier cell has, get one.

    Raises
    ------
    SubmissionError
        If the bytes are not a notebook with at least one cell that is not blank.
    """
    _require_size(data)
    content = _parse(data)
    if not isinstance(content, dict):
        raise SubmissionError("the file is no Jupyter notebook: it holds other data")
    major = content.get("nbformat", 4)
    if type(major) is not int or not 2 <= major <= 4:
        raise SubmissionError("the notebook is in a format that is not known here; save it again as format 4")
    given = _old_cells(content) if major < 4 else content.get("cells")
    if not isinstance(given, list):
        raise SubmissionError("the file is no Jupyter notebook: it has no list of cells")
    if len(given) > MAX_CELLS:
        raise SubmissionError(f"the notebook has {len(given):,} cells; at most {MAX_CELLS:,} are read")
    cells = [_cell(each) for each in given if isinstance(each, dict)]
    if not any(cell.source.strip() for cell in cells):
        raise SubmissionError("the notebook is empty: none of its cells holds anything")
    if sum(len(cell.source) for cell in cells if cell.cell_type == "code") > MAX_CODE_CHARS:
        raise SubmissionError(f"the notebook holds more than {MAX_CODE_CHARS:,} characters of code")
    _give_ids(cells)
    metadata = _metadata(content.get("metadata"))
    if major < 4:
        metadata["orig_nbformat"] = major
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(metadata), cells=cells)


def _require_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise SubmissionError(
            f"the file is larger than {MAX_BYTES >> 20} MiB; "
            "clear the outputs of the notebook, save it, and hand it in again"
        )
    if not data.strip():
        raise SubmissionError("the file is empty")


def _parse(data: bytes) -> object:
    """Return what JSON says, within the bounds of this module."""
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise SubmissionError(
            "the notebook holds too many values to be read; clear its outputs, save it, and hand it in again"
        )
    try:
        content: object = json.loads(data.decode(json.detect_encoding(data)))
    except RecursionError:
        raise SubmissionError("the file is no Jupyter notebook: its values are nested too deeply") from None
    except UnicodeDecodeError:
        raise SubmissionError(f"the file is no Jupyter notebook: {_impression(data, 'it is not text')}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}, is not JSON"
        raise SubmissionError(f"the file is no Jupyter notebook: {_impression(data, place)}") from None
    except ValueError:  # a number with thousands of digits
        raise SubmissionError("the file is no Jupyter notebook: it holds a number that is too long") from None
    return content


def _impression(data: bytes, otherwise: str) -> str:
    """Say what a file seems to be that is no notebook."""
    start = data.lstrip()[:8]
    return next((f"it looks like {what}" for mark, what in _LOOKS_LIKE if start.startswith(mark)), otherwise)


def _old_cells(content: dict[str, object]) -> list[dict[str, object]] | None:
    """Return the cells of a notebook of format 2 or 3, named as format 4 names them."""
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        return None
    cells = []
    for sheet in sheets:
        found = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in found if isinstance(found, list) else ():
            if not isinstance(cell, dict):
                continue
            old = cell.get("cell_type")
            text = _text(cell.get("input" if old == "code" else "source"))
            if old == "heading":
                level = cell.get("level")
                text = "#" * (level if type(level) is int and 1 <= level <= 6 else 1) + " " + text
            new = old if old in ("code", "raw") else "markdown"
            cells.append({"cell_type": new, "source": text, "metadata": cell.get("metadata")})
    return cells


def _cell(given: dict[str, object]) -> NotebookNode:
    """Return a cell as format 4.5 has it; a type that is not known makes it a raw cell."""
    kind = given.get("cell_type")
    metadata = given.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    cell = NotebookNode(
        cell_type=kind if kind in _CELL_TYPES else "raw",
        id=given.get("id"),
        metadata=NotebookNode(nbgrader=NotebookNode(marks)) if isinstance(marks, dict) else NotebookNode(),
        source=_text(given.get("source")),
    )
    if cell.cell_type == "code":
        cell.update(execution_count=None, outputs=[])
    elif given.get("attachments"):
        cell.attachments = NotebookNode()  # that there were some is all that is kept of them
    return cell


def _text(value: object) -> str:
    """Return a source as one string: Unix line ends, no byte order mark, nothing that cannot be encoded."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    text = value.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode()


def _metadata(given: object) -> dict[str, object]:
    """Return what is of interest in a notebook's metadata."""
    if not isinstance(given, dict):
        return {}
    return {
        name: value
        for name in ("kernelspec", "language_info", "autograder")
        if isinstance(value := given.get(name), dict)
    }


def _give_ids(cells: list[NotebookNode]) -> None:
    """Give each cell an id of its own, keeping the first of equal ones."""
    seen: set[object] = set()
    for number, cell in enumerate(cells):
        name = cell.id
        if not isinstance(name, str) or not name or name in seen:
            name = f"given-{number}"
            while name in seen:
                name += "-"
        seen.add(name)
        cell.id = name
