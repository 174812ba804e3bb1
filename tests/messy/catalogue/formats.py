"""Formats old and new, encodings, white space, and files that are no notebook at all."""

from __future__ import annotations

from messy import files
from messy.builder import Cell, add, cell_of, each_cell, put_below, step, text_of, whole, write
from messy.case import Case, raised
from messy.course import CODE, WORDS
from messy.editors import major, minor, worksheets
from notebooks import text

TABS = "def conv_size(size, kernel, stride):\n\tlast = size - kernel\n        return last // stride + 1"
ODD_BLANKS = CODE["scaled"].replace("    return", "\u00a0\u00a0\u00a0\u00a0return")
ACCENTS = "Weil alle Stellen des Bildes sich die Gewichte teilen: ä, ö, ü und ß."


def _windows(cell: Cell) -> None:
    cell["source"] = text_of(cell).replace("\n", "\r\n")


def _lines(cell: Cell) -> None:
    cell["source"] = text_of(cell).splitlines(keepends=True)


FORMATS = (
    Case("format_2", "It is in format 2.", (worksheets(2),), repairs=(("format", None),), is_variant=True),
    Case("format_3", "It is in format 3.", (worksheets(3),), repairs=(("format", None),)),
    *(Case(f"format_4_{number}", f"It is in format 4.{number}.", (minor(number, ids=False),)) for number in (0, 2, 4)),
    Case("format_4_9", "It was saved by a newer nbformat.", (minor(9, ids=True),)),
    Case(
        "format_4_2_with_ids",
        "It has ids, and says that it is too old for them.",
        (minor(2, ids=True),),
        is_variant=True,
    ),
    Case("no_minor_version", "It does not say its minor version.", (minor(None, ids=True),)),
    Case(
        "no_version",
        "It says no version at all.",
        (minor(None, ids=True), whole(lambda made: made.pop("nbformat"))),
        is_variant=True,
    ),
    Case("format_3_with_cells", "It says format 3 and is format 4.", (major(3),), repairs=(("format", None),)),
    Case("format_5", "It is of a format that is not there yet.", (major(5),), problem="a format that is not known"),
    Case(
        "version_is_a_word",
        "Its version is a word.",
        (whole(lambda made: made.update(nbformat="4")),),
        problem="format",
    ),
    Case("lines_as_lists", "Texts are lists of lines.", (each_cell(_lines),), is_variant=True),
    Case(
        "fields_unknown",
        "Cells and notebook have fields that no format has.",
        (each_cell(lambda cell: cell.update(prompt=1, level=2)), whole(lambda made: made.update(signature="", kind=9))),
        is_variant=True,
    ),
    Case(
        "cells_damaged",
        "Some cells are no cells: a number, one without a type, one without a text.",
        (
            step(lambda made: made["cells"].insert(2, 17)),
            step(lambda made: made["cells"].insert(4, {"id": "a", "metadata": {}, "source": "x = 1", "outputs": []})),
            step(lambda made: made["cells"].append({"id": "b", "metadata": {}, "cell_type": "code", "source": None})),
            step(lambda made: made["cells"].append({"id": "c", "metadata": [], "cell_type": "slide", "source": "y"})),
        ),
        repairs=(("damaged", None), ("ids", None)),
    ),
    Case(
        "pictures_pasted",
        "A picture was pasted into the words.",
        (
            step(lambda made: cell_of(made, "why").update(attachments={"a.png": {"image/png": "iVBORw0KGgo="}})),
            add("why", "\n\n![a](attachment:a.png)"),
        ),
        repairs=(("pictures", "why"),),
    ),
)

ENCODINGS = (
    Case("one_line", "The file is one long line.", writer=files.on_one_line, is_variant=True),
    Case("blank_lines_around", "Blank lines stand around the JSON.", writer=files.below_blanks, is_variant=True),
    Case("windows_file", "The file has line ends of Windows.", writer=files.on_windows),
    Case(
        "byte_order_mark",
        "The file starts with a byte order mark.",
        writer=files.with_mark,
        repairs=(("encoding", None),),
    ),
    Case("utf_16", "The file is UTF-16.", writer=files.in_utf16, repairs=(("encoding", None),)),
    Case(
        "windows_1252",
        "The file is in an old code page of Windows.",
        (write("why", ACCENTS),),
        writer=files.in_windows_1252,
        repairs=(("encoding", None),),
    ),
    Case("accents", "Its words have accents and signs.", (write("why", f"{ACCENTS} 😀 ∑"),), is_variant=True),
    Case(
        "windows_texts", "All texts have line ends of Windows.", (each_cell(_windows),), repairs=(("characters", None),)
    ),
    Case(
        "mark_in_a_text",
        "A text that was pasted starts with a byte order mark.",
        (write("scaled", "\ufeff" + CODE["scaled"]),),
        repairs=(("characters", None),),
        is_variant=True,
    ),
    Case(
        "characters_that_are_none",
        "Texts hold zero bytes and half characters.",
        (write("why", f"{WORDS}\x00"), put_below(0, text("half of \ud83d"))),
        writer=files.on_one_line,
        repairs=(("characters", None),),
    ),
    Case(
        "tabs_for_spaces",
        "One line of a function has a tab where the others have spaces.",
        (write("conv_size", TABS),),
        repairs=(("whitespace", "conv_size"),),
    ),
    Case(
        "tabs_throughout", "All lines have tabs.", (write("tiny", CODE["tiny"].replace("    ", "\t")),), is_variant=True
    ),
    Case(
        "blanks_that_are_none",
        "Code from a web page has blanks that Python does not know.",
        (write("scaled", ODD_BLANKS),),
        repairs=(("whitespace", "scaled"),),
    ),
    Case(
        "blanks_at_ends",
        "Lines end with blanks.",
        (write("scaled", CODE["scaled"].replace("\n", "  \t\n") + "\n\n  "),),
        is_variant=True,
    ),
)

NO_NOTEBOOKS = (
    Case("no_byte", "The file is empty.", writer=files.nothing, problem="the file is empty"),
    Case("only_blanks", "The file holds blanks.", writer=files.blanks, problem="the file is empty"),
    Case("cut_off", "The upload stopped in its middle.", writer=files.cut, problem="is not JSON"),
    Case("web_page", "It is a web page under a notebook's name.", writer=files.as_page, problem="a web page"),
    Case(
        "script",
        "It is a Python script under a notebook's name.",
        writer=files.as_script,
        problem="no Jupyter notebook",
    ),
    Case("pdf", "It is a PDF under a notebook's name.", writer=files.as_pdf, problem="a PDF"),
    Case("archive", "It is a zip archive under a notebook's name.", writer=files.as_archive, problem="a zip archive"),
    Case("python_literal", "It is what Python prints of a notebook.", writer=files.as_repr, problem="is not JSON"),
    Case("list_of_cells", "It is a list of cells.", writer=files.as_list, problem="no Jupyter notebook"),
    Case("no_cells", "It has no cells.", writer=files.without_cells, problem="no list of cells"),
    Case("wrapped", "It is what Jupyter's server sends.", writer=files.wrapped, problem="no list of cells"),
    Case(
        "all_cells_blank",
        "All its cells are blank.",
        (each_cell(lambda cell: cell.update(source="")),),
        problem="the notebook is empty",
    ),
    Case(
        "conflict_in_the_file",
        "Git left two versions of a part of the file.",
        writer=files.in_conflict,
        problem="is not JSON",
    ),
    Case(
        "conflict_in_a_cell",
        "Git left two versions of an answer, in its cell: that cell alone is lost.",
        (write("scaled", f"<<<<<<< HEAD\n{CODE['scaled']}\n=======\ndef scaled(x):\n    return x\n>>>>>>> main"),),
        points={"scaled": 0.0},
        ended=(raised("scaled", "SyntaxError"),),
    ),
)

CASES = (*FORMATS, *ENCODINGS, *NO_NOTEBOOKS)
