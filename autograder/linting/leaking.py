"""Answers and hidden checks in what students get: as text, output, picture, attachment or forgotten mark.

`autograder release` refuses lines of answers in the files that it makes. Here everything is looked through that lies
in the release's folder, and everything that an answer consists of: what its cells printed and drew as well.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

from autograder.linting.findings import Finding, found
from autograder.linting.material import Material, numbered, parse
from autograder.notebooks import cells, leaks

_DATA_URI = re.compile(r"data:image/[a-z+.-]+;base64,([A-Za-z0-9+/=\s]+)")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
_MARK = re.compile(r"#.*\b(begin|end)\b[\W_]*\b(\w*solu?t\w*|hid+en\w*|mark[\W_]*schem\w*|answer\w*)\b", re.IGNORECASE)
_KNOWN_MARK = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_SHOWN = 60  # characters of what leaked that a message repeats


def find(material: Material) -> Iterator[Finding]:
    """Yield what is given away."""
    yield from _texts(material)
    yield from _marks(material)
    hidden = _hidden_pictures(material)
    for name, data in material.release_files.items():
        yield from _in_file(material, name, data, hidden)


def _texts(material: Material) -> Iterator[Finding]:
    files = {name: data for name, data in material.release_files.items() if _can_be_read(name, data)}
    leaked = [(leak.path, leak.text) for leak in leaks.leaks(files, material.assignment)]
    printed = set(leaks.long_lines(_hidden_outputs(material)))
    printed -= set(leaks.long_lines(each.source for each in numbered(material.source)))
    for name, data in files.items():
        lines = printed.intersection(leaks.long_lines(leaks.strings(name, data)))
        leaked += [(name, line) for line in sorted(lines)]
    for name, text in leaked:
        message = f"it shows what is hidden, {_clipped(text)!r}: take it out, and run `autograder release`"
        yield found("answer-in-release", f"{name}/{_digest(text.encode())}", message, path=material.release_path(name))


def _can_be_read(name: str, data: bytes) -> bool:
    """Whether a file is no notebook, or one that can be parsed."""
    try:
        return not name.endswith(".ipynb") or bool(json.loads(data))
    except ValueError:
        return False


def _in_file(material: Material, name: str, data: bytes, hidden: frozenset[str]) -> Iterator[Finding]:
    path = material.release_path(name)
    if name.lower().endswith(_PICTURES) and _digest(data) in hidden:
        message = "this picture is one of an answer: leave it out of `files` in assignment.toml"
        yield found("picture-of-answer", name, message, path=path)
    if not name.endswith(".ipynb"):
        return
    try:
        notebook = parse(data)
    except ValueError:
        return
    for each in numbered(notebook):
        where = f"{name}/{each.name}" if name != material.assignment.source.name else each.name
        if cells.kind(each.cell).is_answer and each.cell.get("attachments"):
            names = ", ".join(each.cell.attachments)
            message = (
                f"students write in this cell, and get {names} attached to it: what belongs to the question goes "
                "into the text before, what belongs to the answer goes out"
            )
            yield found("attachment-of-answer", where, message, path=path)
        elif any(_digest(picture) in hidden for picture in _pictures(each.cell)):
            message = "a picture in this cell is one of an answer: take it out of the source notebook"
            yield found("picture-of-answer", where, message, path=path)
        if each.cell.get("outputs"):
            message = "it has outputs: clear them, they show what a run of the instructor's gave"
            yield found("output-in-release", where, message, path=path)


def _marks(material: Material) -> Iterator[Finding]:
    """Yield lines that look as if they marked a region, but leave everything where it is."""
    for each in numbered(material.source):
        for line in each.source.splitlines():
            if _MARK.search(line) and not _KNOWN_MARK.search(line):
                message = (
                    f"the line {line.strip()!r} marks nothing: nbgrader knows ### BEGIN SOLUTION, "
                    "### BEGIN HIDDEN TESTS, and the same with END"
                )
                yield found("region-misspelt", each.name, message, path=material.source_path)


def _answers(material: Material) -> Iterator[NotebookNode]:
    """Yield the cells of the source notebook that hold something hidden."""
    for cell in material.source.cells:
        if cells.kind(cell).is_answer or "BEGIN HIDDEN TESTS" in cell.get("source", ""):
            yield cell


def _hidden_outputs(material: Material) -> Iterator[str]:
    """Yield the texts that the cells of answers printed or returned."""
    for cell in _answers(material):
        for output in cell.get("outputs", ()):
            yield str(output.get("text", ""))
            yield from (str(text) for kind, text in output.get("data", {}).items() if kind.startswith("text/"))


def _hidden_pictures(material: Material) -> frozenset[str]:
    """Return digests of the pictures that belong to answers, and that no other cell of the source shows."""
    hidden = {_digest(picture) for cell in _answers(material) for picture in _pictures(cell)}
    if material.assignment.solutions.is_dir():
        files = material.assignment.solutions.rglob("*")
        hidden |= {_digest(path.read_bytes()) for path in files if path.suffix.lower() in _PICTURES and path.is_file()}
    others = (cell for cell in material.source.cells if not cells.kind(cell).is_answer)
    shown = {_digest(picture) for cell in others for picture in (*_attached(cell), *_inlined(cell))}
    return frozenset(hidden - shown)


def _pictures(cell: NotebookNode) -> Iterator[bytes]:
    """Yield the pictures in a cell's outputs, attachments and text, decoded."""
    for output in cell.get("outputs", ()):
        yield from _decoded(output.get("data", {}).items())
    yield from _attached(cell)
    yield from _inlined(cell)


def _attached(cell: NotebookNode) -> Iterator[bytes]:
    for bundle in (cell.get("attachments") or {}).values():
        yield from _decoded(bundle.items())


def _inlined(cell: NotebookNode) -> Iterator[bytes]:
    yield from _decoded(("image/*", match) for match in _DATA_URI.findall(cell.get("source", "")))


def _decoded(bundle: Iterable[tuple[str, object]]) -> Iterator[bytes]:
    for kind, text in bundle:
        if kind.startswith("image/"):
            try:
                yield base64.b64decode("".join(str(text).split()), validate=True)
            except (binascii.Error, ValueError):  # SVG is text
                yield " ".join(str(text).split()).encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
