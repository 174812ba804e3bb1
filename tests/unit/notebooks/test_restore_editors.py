"""Promises of `notebooks.restore` about what each editor makes of a notebook that is opened and saved in it."""

from __future__ import annotations

import copy
import json
import uuid

import pytest
from nbformat import NotebookNode
from notebooks import make_notebook
from practical import ALL, ANSWERS, answers_of, copied, position, release, restored, said, solved

from autograder.notebooks.restore import restore_file

OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["6\n"]}
PROVENANCE = {"autograder": {"assignment": "practical", "release_id": "aaaa"}}


def colab(cells: list[NotebookNode], *, keeps_marks: bool) -> dict:
    """Return a file as Colab saves it: format 4.0, ids in the metadata, its own keys, a kernel named python3."""
    saved = []
    for number, cell in enumerate(copy.deepcopy(cells)):
        marks = cell.metadata.get("nbgrader")
        del cell["id"]
        cell.metadata = {"id": f"Wq{number:010}"}
        if keeps_marks and marks:
            cell.metadata["nbgrader"] = marks
        if cell.cell_type == "code":
            cell.metadata |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": str(uuid.UUID(int=number))}
            cell.outputs = [OUTPUT]
        cell.source = cell.source.splitlines(keepends=True)
        saved.append(cell)
    metadata = {
        "accelerator": "GPU",
        "colab": {"provenance": [], "gpuType": "T4"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    return {"nbformat": 4, "nbformat_minor": 0, "metadata": metadata, "cells": saved}


def kaggle(cells: list[NotebookNode]) -> dict:
    """Return a file as Kaggle saves it: its own ids beside the metadata, no format 4.5."""
    saved = copy.deepcopy(cells)
    for number, cell in enumerate(saved):
        del cell["id"]
        cell.metadata |= {
            "_uuid": uuid.UUID(int=number).hex,
            "_cell_guid": str(uuid.UUID(int=number)),
            "trusted": True,
            "execution": {"iopub.status.busy": "2024-01-01T00:00:00.000000Z"},
        }
    metadata = {
        "kernelspec": {"language": "python", "display_name": "Python 3", "name": "python3"},
        "language_info": {"name": "python", "version": "3.10.12"},
        "kaggle": {"accelerator": "gpu", "dataSources": [], "isGpuEnabled": True},
    }
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {**metadata, **PROVENANCE}, "cells": saved}


def vs_code(cells: list[NotebookNode]) -> dict:
    """Return a file as VS Code saves it: its own keys, the name of a local environment as kernel."""
    saved = copy.deepcopy(cells)
    for cell in saved:
        cell.metadata["vscode"] = {"languageId": "python"}
    metadata = {
        "kernelspec": {"display_name": ".venv (3.11.9)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.11.9"},
        "vscode": {"interpreter": {"hash": "31f2aee4"}},
        "interpreter": {"hash": "31f2aee4"},
        "orig_nbformat": 4,
    }
    return {"nbformat": 4, "nbformat_minor": 2, "metadata": {**metadata, **PROVENANCE}, "cells": saved}


def jupyterlab(cells: list[NotebookNode]) -> dict:
    """Return a file as JupyterLab saves it after every cell was cut and pasted: all ids are new, marks are kept."""
    saved = [copied(cell) for cell in cells]
    return make_notebook(saved, **PROVENANCE)


SAVED = {
    "Colab": colab(solved(), keeps_marks=True),
    "Kaggle": kaggle(solved()),
    "VS Code": vs_code(solved()),
    "JupyterLab": jupyterlab(solved()),
}


@pytest.mark.parametrize("saved", SAVED.values(), ids=list(SAVED))
def test_what_an_editor_adds_is_nothing_to_mention(saved):
    """A notebook that an editor saved with keys, ids, kernels and outputs of its own needs no repair."""
    result = restore_file(json.dumps(saved).encode(), release())
    assert answers_of(result) == ALL
    assert result.repairs == ()
    assert [cell.metadata for cell in result.notebook.cells] == [cell.metadata for cell in release().cells]
    assert "stdout" not in json.dumps(result.notebook)


def test_marks_and_ids_that_an_editor_dropped_cost_nothing():
    """Where every mark and id is gone, answers are found by what they define, in their places or by name alone."""
    result = restore_file(json.dumps(colab(solved(), keeps_marks=False)).encode(), release())
    assert answers_of(result) == ALL
    assert {kind for kind, _ in said(result)} == {"found"}
    assert {name for _, name in said(result)} == set(ALL)
    assert result.release_id == ""


def test_a_later_use_of_a_name_is_no_answer_where_marks_are_gone():
    """What stands where the question stands comes before what is defined somewhere else under the same name."""
    given = solved()
    scratch = copied(given[position(given, "grid")], "rows = 1\nprint(rows)")
    saved = colab([*given, scratch], keeps_marks=False)
    result = restore_file(json.dumps(saved).encode(), release())
    assert answers_of(result) == ALL
    assert result.notebook.cells[-1].source == scratch.source


def test_a_copied_cell_with_the_same_id():
    """VS Code copies a cell with its id: both versions are seen, the last one counts, and it is said."""
    given = solved()
    at = position(given, "area")
    given.insert(at, NotebookNode({**given[at], "source": "def area(width, height):\n    return 0"}))
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("ids", None), ("duplicate", "area")]


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"language_info": {"name": "R"}}, "R"),
        ({"kernelspec": {"name": "julia-1.9", "language": "julia"}, "language_info": {}}, "julia"),
        ({"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}, "language_info": 3}, "R"),
        ({"kernelspec": {"name": "python2", "language": "python"}}, "Python 2"),
        ({"language_info": {"name": "python", "version": "2.7.18"}}, "Python 2"),
    ],
)
def test_another_kernel_is_said(metadata, found):
    """A notebook for another language, or for Python 2, is run with Python 3 all the same, and it is said."""
    result = restored(solved(), **metadata)
    assert answers_of(result) == ALL
    assert said(result) == [("kernel", None)]
    assert f"was saved for {found};" in result.repairs[0].message
    assert result.notebook.metadata.kernelspec.name == "python3"


def test_a_local_environment_is_nothing_to_mention():
    """Names of environments and a kernelspec that is none say nothing about the language."""
    for kernel in ({"name": "conda-env-tf-py", "display_name": "tf"}, {"name": 7}, {}):
        assert restored(solved(), kernelspec=kernel).repairs == ()


def test_a_file_of_format_3_has_all_its_answers():
    """A notebook that an old Jupyter saved is the same submission, marks included."""
    sheet = []
    for cell in solved():
        old = {"cell_type": cell.cell_type, "metadata": cell.metadata, "source": cell.source}
        if cell.cell_type == "code":
            old = {**old, "input": old.pop("source"), "outputs": [], "prompt_number": 3, "language": "python"}
        sheet.append(old)
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": PROVENANCE, "worksheets": [{"cells": sheet}]}
    result = restore_file(json.dumps(content).encode(), release())
    assert answers_of(result) == ALL
    assert said(result) == [("format", None)]


def test_every_line_end_of_windows_is_one_of_unix():
    """A file with Windows line ends in every cell and a byte order mark has the same answers."""
    given = solved()
    for cell in given:
        cell.source = cell.source.replace("\n", "\r\n")
    data = b"\xef\xbb\xbf" + json.dumps(make_notebook(given, **PROVENANCE), indent=1).replace("\n", "\r\n").encode()
    result = restore_file(data, release())
    assert answers_of(result) == ALL
    assert said(result) == [("encoding", None), ("characters", None)]


def test_a_submitted_file_is_never_changed(tmp_path):
    """Restoring reads the file and leaves every byte of it as it was."""
    path = tmp_path / "practical.ipynb"
    path.write_text(json.dumps(colab(solved(), keeps_marks=False)))
    path.chmod(0o400)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert answers_of(restore_file(path.read_bytes(), release()))["area"] == ANSWERS["area"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
