"""Executed notebooks hold what cells showed, harmless, and never more than there is room for."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from notebooks import answer, code, locked, make_notebook, manual, text
from PIL import Image

from autograder.notebooks import executed
from autograder.notebooks.executed import with_outputs


def shown(*outputs, max_chars=1000, max_figures=40):
    """Return what is kept of one cell's outputs."""
    notebook = make_notebook([code("pass")])
    result = with_outputs(notebook, {0: outputs}, max_chars=max_chars, max_figures=max_figures)
    return result.cells[0].outputs


def stream(words):
    return {"type": "stream", "name": "stdout", "text": words}


def display(words="", pixels=None):
    return {"type": "display", "text": words, "pixels": pixels}


def noise(side=300):
    return np.random.default_rng(1).integers(0, 256, (side, side, 4), dtype=np.uint8)


def test_outputs_of_each_kind_are_kept():
    """Printed text, results and errors are there as Jupyter would have them."""
    outputs = shown(
        stream("a"),
        {"type": "result", "text": "1", "pixels": None},
        {"type": "error", "name": "E", "value": "v", "traceback": ["t"]},
    )
    assert [each.output_type for each in outputs] == ["stream", "execute_result", "error"]
    assert outputs[1].execution_count == 1


@pytest.mark.parametrize(
    "given",
    [
        7,
        None,
        {"type": "stream", "name": "stdin", "text": "a"},
        {"type": "stream", "name": "stdout", "text": 7},
        {"type": "display", "data": {"text/html": "<script>"}},
        {"type": "error", "name": "E", "value": "v", "traceback": None},
    ],
)
def test_what_is_no_output_is_left_out(given):
    """A process may send anything in the place of outputs."""
    assert shown(given) == []


def test_a_cell_has_room_for_so_many_characters_in_all_its_outputs():
    """Many outputs get no more room than one."""
    outputs = shown(*(stream("x" * 400) for _ in range(50)))
    assert sum(len(each.text) for each in outputs) < 1500
    assert outputs[-1].text == executed.LEFT_OUT


def test_a_long_text_keeps_both_ends():
    """The middle is left out, and it says so."""
    (output,) = shown(stream("a" * 5000 + "b" * 5000))
    assert output.text.startswith("aaa")
    assert output.text.endswith("bbb")
    assert "9,000 characters left out" in output.text


def test_a_traceback_takes_room_as_text_does():
    """Sixty lines of it are no way around the limit."""
    (output,) = shown({"type": "error", "name": "E", "value": "v" * 9999, "traceback": ["t" * 9999] * 60})
    assert len("".join(output.traceback)) + len(output.evalue) < 4000


def test_a_notebook_has_room_for_so_many_characters(monkeypatch):
    """What many cells show together is bounded as well."""
    monkeypatch.setattr(executed, "MAX_CHARS", 2500)
    notebook = make_notebook([code("pass")] * 10)
    result = with_outputs(notebook, {n: [stream("x" * 900)] for n in range(10)}, max_chars=1000, max_figures=40)
    assert sum(len(each.text) for cell in result.cells for each in cell.outputs if "x" in each.text) < 3000
    assert result.cells[9].outputs[0].text == executed.LEFT_OUT


def test_pictures_are_encoded_again_and_counted():
    """Only so many are kept, and what is kept is a PNG file of ours."""
    outputs = shown(*(display("p", noise(4)) for _ in range(5)), max_figures=2)
    pictures = [each.data["image/png"] for each in outputs if "image/png" in each.data]
    assert len(pictures) == 2
    assert Image.open(io.BytesIO(base64.b64decode(pictures[0]))).size == (4, 4)


def test_pictures_that_are_too_heavy_together_are_left_out(monkeypatch):
    """Noise cannot be made small, so bytes are counted too."""
    monkeypatch.setattr(executed, "MAX_PICTURE_BYTES", 500_000)
    outputs = shown(*(display("p", noise()) for _ in range(5)))
    assert sum("image/png" in each.data for each in outputs) == 1


def test_control_characters_are_replaced():
    """Formgrader passes text on as it is."""
    (output,) = shown(stream("a\x1b[2Jb\x9bc\u202ed\r\ne\x00"))
    assert output.text == "a\ufffd[2Jb\ufffdc\ufffdd\ne\ufffd"


def test_markdown_of_students_is_harmless_and_that_of_the_release_stays():
    """Answers and the student's own cells lose their tags; locked cells and what students got keep theirs."""
    ours = "<b>Read this</b>"
    notebook = make_notebook(
        [text(ours), locked("intro", "<i>first</i>"), manual("why", "<script>"), text("<script>"), answer("a", "<b>")]
    )
    result = with_outputs(notebook, {}, max_chars=1000, max_figures=1, released={ours})
    assert [cell.source for cell in result.cells] == [ours, "<i>first</i>", "< script>", "< script>", "<b>"]
    assert notebook.cells[2].source == "<script>"
