"""Promises of `notebooks.reading`: every broken file is a sentence for the student."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from notebooks import code, make_notebook, text

from autograder.errors import SubmissionError
from autograder.notebooks.reading import MAX_BYTES, MAX_CELLS, read, read_file, read_notebook

BROKEN = {
    "empty": (b"  \n", "the file is empty"),
    "a PDF": (b"%PDF-1.7 \xff\xfe", "it looks like a PDF"),
    "a web page": (b"<!DOCTYPE html>", "it looks like a web page"),
    "a zip": (b"PK\x03\x04\x00\xff", "it looks like a zip archive"),
    "a merge conflict": (b"<<<<<<< HEAD\n{}", "an unresolved merge conflict"),
    "binary": (b"\xff\xd8\xff\xe0\x80", "it is not text"),
    "cut off": (b'{"cells": [', "line 1, column 12, is not JSON"),
    "a list": (b"[1, 2]", "it holds other data"),
    "other JSON": (b'{"a": 1}', "no list of cells"),
    "cells that are no list": (b'{"cells": {}}', "no list of cells"),
    "deep": (b"[" * 200_000, "nested too deeply"),
    "deep in a cell": (b'{"cells": [{"source": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", "nested too deeply"),
    "many values": (b"[" + b"0," * 5_000_001 + b"0]", "too many values"),
    "a long number": (b'{"cells": [' + b"9" * 5000 + b"]}", "a number that is too long"),
    "a newer format": (b'{"nbformat": 5, "cells": []}', "format that is not known"),
    "the format as text": (b'{"nbformat": "4", "cells": []}', "format that is not known"),
    "no cells": (b'{"nbformat": 4, "cells": []}', "the notebook is empty"),
    "blank cells": (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "  "}]}', "the notebook is empty"),
    "cells of nonsense": (b'{"nbformat": 4, "cells": [1, null, [], "x"]}', "the notebook is empty"),
    "too many cells": (json.dumps({"cells": [{}] * (MAX_CELLS + 1)}).encode(), "5,001 cells"),
    "too large": (b" " * (MAX_BYTES + 1), "larger than 50 MiB"),
    "too much code": (json.dumps({"cells": [code("x" * 4_000_001)]}).encode(), "characters of code"),
}


@pytest.mark.parametrize(("data", "sentence"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_file_is_a_sentence(data, sentence):
    """A file that is no notebook is refused with a sentence that says why."""
    with pytest.raises(SubmissionError, match=sentence) as caught:
        read_notebook(data)
    assert len(caught.value.message) < 200


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.integers() | st.text(),
            _nested := lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        ["cells", "nbformat", "worksheets", "source", "input", "metadata", "cell_type", "id", "level"]
                    ),
                    inner,
                )
            ),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
@example(b'{"cells": [{"cell_type": ["code"], "source": "x", "id": {}}]}')
def test_any_bytes_are_a_notebook_or_a_sentence(data):
    """Whatever the bytes are, they are read or refused with a sentence."""
    try:
        notebook = read_notebook(data)
    except SubmissionError:
        return
    assert notebook.cells


def test_a_file_is_read_as_it_lies_there(tmp_path):
    """An ordinary file gives its bytes."""
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"{}")
    assert read_file(path) == b"{}"


def test_what_is_no_ordinary_file_is_refused(tmp_path):
    """A missing file, a folder, a link, a pipe and a huge file are refused without being read."""
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.ipynb")
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name, sentence in {
        "missing": "was handed in",
        "folder": "no ordinary file",
        "link": "no ordinary file",
        "pipe": "no ordinary file",
        "huge": "larger than",
    }.items():
        with pytest.raises(SubmissionError, match=sentence):
            read_file(tmp_path / f"{name}.ipynb")


def test_format_3_is_upgraded():
    """A notebook of format 3 becomes one of format 4, and says what it was."""
    old = {
        "nbformat": 3,
        "metadata": {},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": "Title"},
                    {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "metadata": {"nbgrader": {"grade_id": "a"}}},
                    {"cell_type": "html", "source": "<b>"},
                ]
            }
        ],
    }
    reading = read(json.dumps(old).encode())
    notebook = reading.notebook
    assert [repair.kind for repair in reading.repairs] == ["format"]
    assert "old format 3" in reading.repairs[0].message
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "## Title"),
        ("code", "x = 1\ny = 2"),
        ("markdown", "<b>"),
    ]
    assert notebook.cells[1].metadata.nbgrader.grade_id == "a"


def test_ids_are_unique():
    """Cells without an id, or with one that is used already, get one of their own; the first of equal ones keeps it."""
    given = [code("1"), {**code("2"), "id": "a"}, {**code("3"), "id": "a"}, {**code("4"), "id": "given-2"}, code("5")]
    reading = read(json.dumps({"cells": given}).encode())
    ids = [cell.id for cell in reading.notebook.cells]
    assert ids[1] == "a"
    assert len(set(ids)) == 5
    assert [repair.kind for repair in reading.repairs] == ["ids"]
    assert reading.repairs[0].staff_note.startswith("Cells 1, 3, 4 and 5:")


def test_formats_without_ids_are_nothing_to_mention():
    """Before format 4.5 no cell had an id, and Colab keeps them in the metadata."""
    given = [code("1"), {**code("2"), "metadata": {"id": "abc"}}]
    reading = read(json.dumps({"nbformat": 4, "nbformat_minor": 0, "cells": given}).encode())
    assert [cell.id for cell in reading.notebook.cells] == ["given-0", "abc"]
    assert reading.repairs == ()


def test_texts_are_made_plain():
    """Windows line ends, byte order marks, null characters and halves of characters do not reach a cell."""
    given = [code(["\ufeffa = 1\r\n", "b = 2\r", "c = '\x00'"]), code("d = '\ud800'"), code("e = 'é'")]
    reading = read(json.dumps({"cells": given}).encode())
    assert [cell.source for cell in reading.notebook.cells] == ["a = 1\nb = 2\nc = ''", "d = '?'", "e = 'é'"]
    (repair,) = reading.repairs
    assert repair.kind == "characters"
    assert "line ends of Windows and characters that are no text" in repair.message
    assert "Line ends of Windows: Cell 1." in repair.staff_note
    assert "Characters that are no text: Cells 1 and 2." in repair.staff_note


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_files_in_other_encodings_are_read(codec, said):
    """Whatever an editor saved a notebook as, its text is read as it was meant, and what is unusual is said."""
    reading = read(json.dumps({"cells": [code("name = 'Zoë'")]}, ensure_ascii=False).encode(codec))
    assert reading.notebook.cells[0].source == "name = 'Zoë'"
    assert [repair.kind for repair in reading.repairs] == (["encoding"] if said else [])
    assert all(f"saved as {said};" in repair.message for repair in reading.repairs)


def test_cells_in_the_wrong_place_are_found():
    """Worksheets in a file of format 4, and cells in one of format 3, are read all the same."""
    sheets = {"nbformat": 4, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}, {}]}
    plain = {"nbformat": 3, "cells": [code("x = 1")]}
    for content in (sheets, plain):
        reading = read(json.dumps(content).encode())
        assert [cell.source for cell in reading.notebook.cells] == ["x = 1"]
        assert [repair.kind for repair in reading.repairs] == ["format"]


def test_damaged_cells_are_kept_as_far_as_they_can_be_read():
    """A cell without a type, with a text of another kind, or that is none, costs no other cell and is said."""
    given = [
        {"source": "x = 1", "outputs": []},
        {"source": ["note"], "metadata": 7},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "code", "source": ["y = ", 2, "3"]},
        7,
        code("z = 3"),
    ]
    reading = read(json.dumps({"nbformat": 4, "cells": given}).encode())
    assert [(cell.cell_type, cell.source) for cell in reading.notebook.cells] == [
        ("code", "x = 1"),
        ("raw", "note"),
        ("code", ""),
        ("code", "y = 3"),
        ("raw", ""),
        ("code", "z = 3"),
    ]
    (repair,) = reading.repairs
    assert (repair.kind, repair.message[:7]) == ("damaged", "5 cells")
    assert "Cells 1, 2, 3, 4 and 5: no type that is known; a text that is none; no cell at all." == repair.staff_note


def test_nothing_but_texts_and_marks_is_kept():
    """Outputs, attachments and the metadata of editors are left behind; NaN in them does no harm."""
    cell = {
        **text("hello"),
        "attachments": {"x.png": {"image/png": "secret"}},
        "metadata": {"colab": {}, "nbgrader": 3},
    }
    shown = {**code("x"), "outputs": [{"data": {"text/html": "secret", "n": float("nan")}}]}
    notebook = read_notebook(json.dumps(make_notebook([cell, shown], widgets={"a": "secret"})).encode())
    assert "secret" not in json.dumps(notebook)
    assert notebook.cells[0].metadata == {}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
