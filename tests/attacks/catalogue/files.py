"""Attacks by what is handed in and shown: broken and heavy notebooks, markup, commands to terminals, bombs.

The heaviest, and those that are no ordinary files, are in `attacks.test_files`.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from typing import Any

import pytest
from attacks.attack import Attack, Control, Group
from attacks.course import REACH, REACH_POINTS
from IPython.core.formatters import DisplayFormatter
from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import from_dict
from notebooks import answer, check, code, make_notebook, text
from PIL import Image

from autograder.records import GradeReport

SCRIPT = "<script>alert('owned')</script><img src=x onerror=\"alert('owned')\">"
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
SEQUENCES = (
    "\x1b[2J\x1b[H\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x1b]8;;file:///etc/passwd\x07click\x1b]8;;\x07"
    "\x9b31m\x9d52;c;cm0gLXJm\x9c\x90q\x9c \u202e\u2066evil\u2069 \u200b\u200d\ufeff \x08\x7f\x05"
)
FORGED_LINE = "reach\t0/3\r\x1b[2Kada                 6/6"


def _notebook(reach: str = REACH, *given: Any, **metadata: Any) -> dict[str, Any]:
    """Return a notebook with the course's cells, an answer to `reach` and further cells."""
    cells = [
        code("import math"),
        *given,
        answer("reach", reach),
        check("reach"),
        answer("tiny", "def tiny():\n    pass"),
        check("tiny"),
    ]
    notebook: dict[str, Any] = json.loads(json.dumps(make_notebook(cells, **metadata)))
    return notebook


def _bytes(notebook: dict[str, Any]) -> bytes:
    return json.dumps(notebook).encode()


def _runs_script(notebook: dict[str, Any]) -> bool:
    """Return whether what nbconvert, and so nbgrader, makes of a notebook runs the script in it."""
    html: str = HTMLExporter().from_notebook_node(from_dict(notebook))[0]
    return "<script>alert('owned')" in html and "onerror=\"alert('owned')" in html


def _with_outputs() -> dict[str, Any]:
    bundle = {
        "application/javascript": "alert(1)",
        "image/svg+xml": _SVG,
        "text/markdown": SCRIPT,
        "text/latex": "$\\href{javascript:alert(1)}{x}$",
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
        "text/plain": SCRIPT,
    }
    notebook = _notebook(REACH, code("pass"), {**text(f"# Hello {SCRIPT}"), "attachments": {"x.svg": bundle}})
    notebook["cells"][1]["outputs"] = [
        {"output_type": "display_data", "data": bundle, "metadata": {}},
        {"output_type": "display_data", "data": {"text/html": SCRIPT}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": SCRIPT + SEQUENCES},
    ]
    return notebook


def _bomb() -> bytes:
    """Return a PNG file of some kilobytes that holds 13,000 by 13,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 13_000
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(side // 8 + 1)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


_TWICE = _bytes(_notebook())[:-1] + b', "cells": ' + json.dumps(_notebook("reach = None")["cells"]).encode() + b"}"
_DEEP = _bytes(_notebook())[:-1] + b', "deep": ' + 50_000 * b"[" + 50_000 * b"]" + b"}"
_LONG_NUMBER = _bytes(_notebook())[:-1] + b', "number": ' + 10_000 * b"9" + b"}"
_NO_TEXT = _bytes(_notebook()).replace(b"import math", b"import math # \xff\xfe\xc3\x28")
_OTHER_TEXT = json.dumps(_notebook(), ensure_ascii=False).encode("utf-16")
_UNSEEN = _bytes(_notebook(f"# \x00\x01\x1b[2J\u202e\u2028\ufeff\n{REACH}\n# \x00"))
_WITH_OUTPUTS = _bytes(_with_outputs())
_BOMB = base64.b64encode(_bomb()).decode()


def _twice_means_two_things() -> None:
    """Readers differ in which of two equal keys counts."""
    first = json.loads(_TWICE, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert "reach = None" not in json.dumps(first)
    assert "reach = None" in json.dumps(json.loads(_TWICE))


def _recursion_ends_it() -> None:
    """Python's own reader raises."""
    with pytest.raises(RecursionError):
        json.loads(_DEEP)


def _digits_end_it() -> None:
    """Python's own reader raises."""
    with pytest.raises(ValueError, match="limit"):
        json.loads(_LONG_NUMBER)


def _bytes_end_it() -> None:
    """Who reads UTF-8 raises."""
    for data in (_NO_TEXT, _OTHER_TEXT):
        with pytest.raises(UnicodeDecodeError):
            data.decode()


def _control_characters_end_it() -> None:
    """Python does not compile them."""
    source = json.loads(_UNSEEN)["cells"][1]["source"]
    with pytest.raises((ValueError, SyntaxError)):
        compile(source, "<cell>", "exec")


def _surrogates_end_it() -> None:
    """No file can be written with half a character."""
    with pytest.raises(UnicodeEncodeError):
        "\ud800".encode()


def _markup_is_markup() -> None:
    """What renders notebooks takes scripts over from their outputs and texts."""
    assert _runs_script(_with_outputs())


def _display_shows_markup() -> None:
    """IPython puts what an object says of itself into a notebook, which then has the script in it."""
    shown = type("Shown", (), {"_repr_html_": lambda self: SCRIPT})()
    data, _ = DisplayFormatter().format(shown)
    notebook = _notebook(REACH, code("shown"))
    notebook["cells"][1]["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    assert _runs_script(notebook)


def _terminals_obey() -> None:
    """A terminal that goes back to the start of a line, and clears it, shows another line."""
    line = ""
    for part in FORGED_LINE.split("\r"):
        line = part.removeprefix("\x1b[2K") if part.startswith("\x1b[2K") else part + line[len(part) :]
    assert line.split() == ["ada", "6/6"]


def _picture_is_large() -> None:
    """A picture of some kilobytes takes a hundred megabytes and more when it is opened."""
    with pytest.warns(Image.DecompressionBombWarning), Image.open(io.BytesIO(base64.b64decode(_BOMB))) as image:
        assert image.width * image.height > 100_000_000 > 500 * len(_BOMB)


def _is_refused(report: GradeReport) -> None:
    """The student reads that there is no notebook in the file."""
    assert report.problem


def _is_read(report: GradeReport) -> None:
    """It is a notebook, and its honest answers count."""
    assert not report.problem
    assert report.questions[0].score == REACH_POINTS


def _file(name: str, title: str, raw: bytes, succeeds: Any, expects: Any) -> Attack:
    return Attack(name, Group.FILES, title, Control.OWN, raw=raw, succeeds=succeeds, expects=expects)


def _last_counts(report: GradeReport) -> None:
    """The last of two equal keys counts, for everybody."""
    assert report.score == 0


ATTACKS: tuple[Attack, ...] = (
    _file("key_twice", "holds two lists of cells", _TWICE, _twice_means_two_things, _last_counts),
    _file("deep_json", "nests values fifty thousand deep", _DEEP, _recursion_ends_it, _is_refused),
    _file("long_number", "holds a number of ten thousand digits", _LONG_NUMBER, _digits_end_it, _is_refused),
    _file("bytes_that_are_no_text", "holds bytes that are not UTF-8", _NO_TEXT, _bytes_end_it, _is_read),
    _file("text_of_another_kind", "is written in UTF-16", _OTHER_TEXT, _bytes_end_it, _is_read),
    _file("unseen_characters", "holds NUL, escapes and turned text", _UNSEEN, _control_characters_end_it, None),
    _file("markup_in_outputs", "was saved with scripts in its outputs", _WITH_OUTPUTS, _markup_is_markup, _is_read),
    Attack(
        "half_characters",
        Group.FILES,
        "prints, shows, raises and defines strings that no file can hold",
        Control.OWN,
        cells=(
            r"print('\ud800')",
            r"'\udfff'",
            r"from IPython.display import display; display({'text/plain': '\ud800'}, raw=True)",
            r"raise ValueError('\ud800')",
            r"raise type('\ud800', (Exception,), {})('\udc00')",
        ),
        model=r"def tiny():\n    raise ValueError('\ud800')".replace(r"\n", "\n"),
        expects=_is_read,
        succeeds=_surrogates_end_it,
    ),
    Attack(
        "markup_in_everything",
        Group.FILES,
        "shows scripts as HTML, JavaScript, SVG and Markdown, and raises errors whose names and texts are markup",
        Control.OWN,
        cells=(
            f"""from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
markup = {SCRIPT!r}
svg = {_SVG!r}
display(HTML(markup), Javascript("alert(1)"), SVG(svg), Markdown(markup), Latex(markup))
display({{"text/plain": markup, "text/html": markup, "image/svg+xml": svg}}, raw=True)
print(markup)
type("Shown", (), {{"_repr_html_": lambda self: markup, "__repr__": lambda self: markup}})()""",
            "raise type(markup, (Exception,), {'__module__': markup})(markup)",
        ),
        model="def tiny():\n    raise type(markup, (Exception,), {})(f'`{markup}`')",
        succeeds=_display_shows_markup,
        expects=_is_read,
    ),
    Attack(
        "commands_to_the_terminal",
        Group.FILES,
        "prints and raises what terminals obey: escapes, turned and invisible text, a line over another",
        Control.OWN,
        cells=(f"sequences = {SEQUENCES + FORGED_LINE!r}\nprint(sequences)", "raise RuntimeError(sequences)"),
        model="def tiny():\n    raise type(sequences, (Exception,), {})(sequences)",
        succeeds=_terminals_obey,
        expects=_is_read,
    ),
    Attack(
        "picture_bomb",
        Group.FILES,
        "shows a picture of a few kilobytes that is huge when it is opened",
        Control.OWN,
        cells=(f"from IPython.display import display\ndisplay({{'image/png': {_BOMB!r}}}, raw=True)",),
        succeeds=_picture_is_large,
        expects=_is_read,
    ),
    Attack(
        "outputs_without_end",
        Group.FILES,
        "shows far more in one cell than a message may hold: texts and pictures",
        Control.UNSAFE,
        cells=(
            "from IPython.display import display\n"
            "for _ in range(2200):\n    display({'text/plain': 65_000 * 'x'}, raw=True)",
            "import matplotlib.pyplot as plt\nfor _ in range(26):\n    plt.figure(figsize=(12, 12), dpi=100)",
        ),
        expects=_is_read,
        why_no_control="it would fill the memory of the machine that runs the tests",
    ),
)
