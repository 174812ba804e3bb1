"""Ways in which a notebook becomes a file, and what becomes of files on their way."""

from __future__ import annotations

import json
from collections.abc import Callable

from messy.builder import Notebook, text_of

Writer = Callable[[Notebook], bytes]


def as_jupyter(notebook: Notebook) -> bytes:
    """Write it as Jupyter does."""
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode() + b"\n"


def on_one_line(notebook: Notebook) -> bytes:
    """Write it without a line end, all that is not ASCII as escapes."""
    return json.dumps(notebook, separators=(",", ":")).encode()


def with_mark(notebook: Notebook) -> bytes:
    """Write UTF-8 with a byte order mark, as Notepad does."""
    return b"\xef\xbb\xbf" + as_jupyter(notebook)


def in_utf16(notebook: Notebook) -> bytes:
    """Write UTF-16, as PowerShell does when it redirects."""
    return as_jupyter(notebook).decode().encode("utf-16")


def in_windows_1252(notebook: Notebook) -> bytes:
    """Write an old code page of Windows."""
    return as_jupyter(notebook).decode().encode("cp1252")


def on_windows(notebook: Notebook) -> bytes:
    """Write line ends of Windows between the lines of the file; those of the texts are escapes, and stay."""
    return as_jupyter(notebook).replace(b"\n", b"\r\n")


def below_blanks(notebook: Notebook) -> bytes:
    """Write blank lines before and after."""
    return b"\n\n  " + as_jupyter(notebook) + b"\n\n\n"


def cut(notebook: Notebook) -> bytes:
    """Write a part of it: the upload stopped."""
    data = as_jupyter(notebook)
    return data[: len(data) * 2 // 3]


def nothing(notebook: Notebook) -> bytes:
    """Write no byte."""
    return b""


def blanks(notebook: Notebook) -> bytes:
    """Write blanks."""
    return b" \n\t\r\n"


def as_page(notebook: Notebook) -> bytes:
    """Write what a browser saves of a notebook that it shows."""
    body = "\n".join(f"<pre>{text_of(cell)}</pre>" for cell in notebook["cells"])
    return f"<!DOCTYPE html>\n<html><head><title>messy - Jupyter</title></head>\n<body>{body}</body></html>\n".encode()


def as_script(notebook: Notebook) -> bytes:
    """Write a Python script, as `nbconvert` makes it, under the notebook's name."""
    parts = ["#!/usr/bin/env python\n# coding: utf-8"]
    for cell in notebook["cells"]:
        source = text_of(cell)
        parts.append(
            f"# In[ ]:\n\n\n{source}"
            if cell["cell_type"] == "code"
            else "\n".join(f"# {x}" for x in source.split("\n"))
        )
    return "\n\n".join(parts).encode()


def as_pdf(notebook: Notebook) -> bytes:
    """Write the beginning of a PDF."""
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"


def as_archive(notebook: Notebook) -> bytes:
    """Write the beginning of a zip archive."""
    return b"PK\x03\x04\x14\x00\x00\x00\x08\x00messy.ipynb"


def as_repr(notebook: Notebook) -> bytes:
    """Write what Python prints of it, which only looks like JSON."""
    return repr(notebook).encode()


def as_list(notebook: Notebook) -> bytes:
    """Write the cells alone."""
    return json.dumps(notebook["cells"]).encode()


def without_cells(notebook: Notebook) -> bytes:
    """Write everything but the cells."""
    return json.dumps({name: value for name, value in notebook.items() if name != "cells"}).encode()


def in_conflict(notebook: Notebook) -> bytes:
    """Write what Git leaves of two versions that it could not merge."""
    lines = as_jupyter(notebook).decode().split("\n")
    middle = len(lines) // 2
    ours, theirs = lines[middle - 2 : middle], [line.upper() for line in lines[middle - 2 : middle]]
    conflict = ["<<<<<<< HEAD", *ours, "=======", *theirs, ">>>>>>> origin/main"]
    return "\n".join([*lines[: middle - 2], *conflict, *lines[middle:]]).encode()


def wrapped(notebook: Notebook) -> bytes:
    """Write it as Jupyter's server sends it: the notebook is the content of a message."""
    return json.dumps({"name": "messy.ipynb", "type": "notebook", "content": notebook}).encode()
