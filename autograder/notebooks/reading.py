"""Reads the file that a student handed in, whatever it is; every fault of it is a sentence for the student.

What comes out is plain: format 4.5, each cell with a type, a text and nbgrader's metadata where it had some.
Outputs, execution counts and the metadata of editors are not taken over. What had to be put right for it is told.
Nothing here runs or renders anything.
"""

from __future__ import annotations

import json
import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import SubmissionError
from autograder.notebooks import repairs
from autograder.notebooks.encoding import decode
from autograder.records import Repair

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
_LINE_ENDS = "line ends of Windows"
_NO_TEXT = "characters that are no text"


@dataclass(frozen=True)
class Reading:
    """A notebook as it was read, and what had to be put right to read it."""

    notebook: NotebookNode
    repairs: tuple[Repair, ...]


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
    """Return the notebook that a file holds; `read` without what had to be put right."""
    return read(data).notebook


def read(data: bytes) -> Reading:
    """Return the notebook that a file holds, as format 4.5.

    A notebook of format 2 or 3 is upgraded. Cells without an id, or with one that an earlier cell has, get one.

    Raises
    ------
    SubmissionError
        If the bytes are not a notebook with at least one cell that is not blank.
    """
    _require_size(data)
    text, encoding = _decoded(data)
    content = _parse(data, text)
    if not isinstance(content, dict):
        raise SubmissionError("the file is no Jupyter notebook: it holds other data")
    major = content.get("nbformat", 4)
    if type(major) is not int or not 2 <= major <= 4:
        raise SubmissionError("the notebook is in a format that is not known here; save it again as format 4")
    given, is_odd = _given_cells(content, major)
    if given is None:
        raise SubmissionError("the file is no Jupyter notebook: it has no list of cells")
    if len(given) > MAX_CELLS:
        raise SubmissionError(f"the notebook has {len(given):,} cells; at most {MAX_CELLS:,} are read")
    faults = _Faults()
    cells = [_cell(each, number, faults) for number, each in enumerate(given)]
    if not any(cell.source.strip() for cell in cells):
        raise SubmissionError("the notebook is empty: none of its cells holds anything")
    if sum(len(cell.source) for cell in cells if cell.cell_type == "code") > MAX_CODE_CHARS:
        raise SubmissionError(f"the notebook holds more than {MAX_CODE_CHARS:,} characters of code")
    named = _give_ids(cells)
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=_metadata(content.get("metadata")), cells=cells)
    found = []
    if encoding:
        found.append(repairs.encoding(encoding))
    if is_odd:
        found.append(repairs.odd_layout())
    elif major < 4:
        found.append(repairs.old_format(major))
    has_ids = major == 4 and any(isinstance(each, dict) and "id" in each for each in given)
    if named and has_ids:
        found.append(repairs.ids(named))
    return Reading(notebook, (*found, *faults.repairs()))


class _Faults:
    """Collects what is wrong with single cells, by their number in the file."""

    def __init__(self) -> None:
        self.damaged: list[tuple[int, str]] = []
        self.characters: dict[str, list[int]] = defaultdict(list)

    def repairs(self) -> Iterator[Repair]:
        if self.damaged:
            yield repairs.damaged(self.damaged)
        if self.characters:
            yield repairs.characters(dict(self.characters))


def _require_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise SubmissionError(
            f"the file is larger than {MAX_BYTES >> 20} MiB; "
            "clear the outputs of the notebook, save it, and hand it in again"
        )
    if not data.strip():
        raise SubmissionError("the file is empty")


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text of a file within the bounds of this module, and its encoding where that is unusual."""
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise SubmissionError(
            "the notebook holds too many values to be read; clear its outputs, save it, and hand it in again"
        )
    try:
        return decode(data)
    except UnicodeDecodeError:
        raise SubmissionError(f"the file is no Jupyter notebook: {_impression(data, 'it is not text')}") from None


def _parse(data: bytes, text: str) -> object:
    """Return what JSON says."""
    try:
        content: object = json.loads(text)
    except RecursionError:
        raise SubmissionError("the file is no Jupyter notebook: its values are nested too deeply") from None
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


def _given_cells(content: dict[str, object], major: int) -> tuple[list[object] | None, bool]:
    """Return the cells of a notebook as format 4 names them, and whether they stood where its format has none."""
    new, old = content.get("cells"), _old_cells(content)
    if isinstance(new, list) and (major == 4 or old is None):
        return new, major < 4
    return old, old is not None and major == 4


def _old_cells(content: dict[str, object]) -> list[object] | None:
    """Return the cells of a notebook of format 2 or 3, named as format 4 names them."""
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        return None
    cells: list[object] = []
    for sheet in sheets:
        found = sheet.get("cells") if isinstance(sheet, dict) else None
        cells.extend(_upgraded(cell) for cell in (found if isinstance(found, list) else ()))
    return cells


def _upgraded(cell: object) -> object:
    """Return a cell of format 2 or 3 as one of format 4."""
    if not isinstance(cell, dict):
        return cell
    old = cell.get("cell_type")
    text = cell.get("input" if old == "code" else "source")
    if old == "heading":
        level = cell.get("level")
        text = "#" * (level if type(level) is int and 1 <= level <= 6 else 1) + " " + _joined(text)
    new = "markdown" if old in ("heading", "html") else old
    return {"cell_type": new, "source": text, "metadata": cell.get("metadata")}


def _cell(given: object, number: int, faults: _Faults) -> NotebookNode:
    """Return a cell as format 4.5 has it, with whatever can be read of one that has another form."""
    if not isinstance(given, dict):
        faults.damaged.append((number, "no cell at all"))
        given = {"cell_type": "raw", "source": ""}
    kind = given.get("cell_type")
    if kind not in _CELL_TYPES:
        faults.damaged.append((number, "no type that is known"))
        kind = "code" if "outputs" in given or "execution_count" in given else "raw"
    source = given.get("source")
    if not isinstance(source, str) and not (isinstance(source, list) and all(isinstance(each, str) for each in source)):
        faults.damaged.append((number, "a text that is none"))
    metadata = given.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    cell = NotebookNode(
        cell_type=kind,
        id=given.get("id", metadata.get("id") if isinstance(metadata, dict) else None),  # Colab has it inside
        metadata=NotebookNode(nbgrader=NotebookNode(marks)) if isinstance(marks, dict) else NotebookNode(),
        source=_text(_joined(source), number, faults),
    )
    if cell.cell_type == "code":
        cell.update(execution_count=None, outputs=[])
    elif given.get("attachments"):
        cell.attachments = NotebookNode()  # that there were some is all that is kept of them
    return cell


def _joined(value: object) -> str:
    """Return a source, one string or a list of lines, as one string."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _text(text: str, number: int, faults: _Faults) -> str:
    """Return a text with Unix line ends, without byte order mark, and with nothing that cannot be encoded."""
    if "\r" in text:
        faults.characters[_LINE_ENDS].append(number)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and "\x00" not in text:
        return text
    plain = text.removeprefix("\ufeff").replace("\x00", "").encode("utf-8", "replace").decode()
    if plain != text:
        faults.characters[_NO_TEXT].append(number)
    return plain


def _metadata(given: object) -> NotebookNode:
    """Return what is of interest in a notebook's metadata."""
    found = given if isinstance(given, dict) else {}
    return NotebookNode(
        {
            name: value
            for name in ("kernelspec", "language_info", "autograder")
            if isinstance(value := found.get(name), dict)
        }
    )


def _give_ids(cells: list[NotebookNode]) -> list[int]:
    """Give each cell an id of its own, keeping the first of equal ones; return which cells had none."""
    seen: set[object] = set()
    named = []
    for number, cell in enumerate(cells):
        name = cell.id
        if not isinstance(name, str) or not name or name in seen:
            named.append(number)
            name = f"given-{number}"
            while name in seen:
                name += "-"
        seen.add(name)
        cell.id = name
    return named
