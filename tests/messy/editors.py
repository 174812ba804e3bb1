"""What the places where notebooks are written make of one when they save it: each drops and adds something else."""

from __future__ import annotations

import functools
import json
import uuid

from messy.builder import Cell, Notebook, Step, each_cell, mark_of, mess, step, text_of, whole


def colab() -> Step:
    """Colab keeps no mark, has its own ids in the metadata, names format 4.0, and knows what it ran on."""

    def change(notebook: Notebook) -> None:
        notebook["metadata"] = {
            "colab": {"provenance": [], "gpuType": "T4", "toc_visible": True},
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
            "accelerator": "GPU",
        }
        notebook["nbformat_minor"] = 0
        for number, cell in enumerate(notebook["cells"]):
            cell["metadata"] = {"id": _name(number, text_of(cell))[:12]}
            cell.pop("id", None)
            if cell["cell_type"] == "code":
                cell["metadata"] |= {"cellView": "form", "outputId": "80b3", "colab": {"base_uri": "https://localhost"}}

    return step(change)


def vscode() -> Step:
    """VS Code gives every cell a new id and no metadata but its own, and writes formats of before."""

    def change(notebook: Notebook) -> None:
        notebook["metadata"] |= {"orig_nbformat": 4, "vscode": {"interpreter": {"hash": 64 * "a"}}}
        notebook["metadata"]["language_info"] |= {"version": "3.11.9", "nbconvert_exporter": "python"}
        for number, cell in enumerate(notebook["cells"]):
            cell["id"] = _name(number, "vscode")[:8]
            cell["metadata"] = {"vscode": {"languageId": "python"}} if cell["cell_type"] == "code" else {}

    return step(change)


def kaggle() -> Step:
    """Kaggle drops marks, ids and the notebook's metadata, and writes texts as one string in format 4.4."""

    def change(notebook: Notebook) -> None:
        notebook["metadata"] = {
            "kernelspec": {"language": "python", "display_name": "Python 3", "name": "python3"},
            "language_info": {"name": "python", "version": "3.10.14", "pygments_lexer": "ipython3"},
            "kaggle": {"accelerator": "none", "dataSources": [], "isInternetEnabled": True, "language": "python"},
        }
        notebook["nbformat_minor"] = 4
        for number, cell in enumerate(notebook["cells"]):
            cell.pop("id", None)
            cell["source"] = text_of(cell)
            cell["metadata"] = {"_uuid": _name(number, "kaggle"), "_cell_guid": _name(number, "guid"), "trusted": True}
            if cell["cell_type"] == "code":
                cell["metadata"]["execution"] = {"iopub.status.busy": "2024-05-01T10:00:00.000Z"}

    return step(change)


def jupyterlab() -> Step:
    """JupyterLab keeps marks, gives new ids to cells that were cut and pasted, and adds its own metadata."""

    def change(notebook: Notebook) -> None:
        notebook["metadata"] |= {
            "toc-autonumbering": False,
            "widgets": {"application/vnd.jupyter.widget-state+json": {}},
        }
        for number, cell in enumerate(notebook["cells"]):
            cell["id"] = str(uuid.UUID(_name(number, "lab")[:32]))
            cell["metadata"] |= {"tags": [], "editable": True, "jupyter": {"source_hidden": False}, "trusted": True}

    return step(change)


def forgetful() -> Step:
    """An editor that keeps texts and types, and nothing else at all."""

    def change(notebook: Notebook) -> None:
        notebook["metadata"] = {}
        for cell in notebook["cells"]:
            cell["metadata"] = {}
            cell.pop("id", None)

    return step(change)


def executed(outputs: int = 1, size: int = 40) -> Step:
    """Someone has run it: counts, outputs and errors are in the file."""

    def change(cell: Cell) -> None:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 41
            cell["outputs"] = [
                *({"output_type": "stream", "name": "stdout", "text": ["x" * size + "\n"]} for _ in range(outputs)),
                {
                    "output_type": "error",
                    "ename": "NameError",
                    "evalue": "x",
                    "traceback": ["Traceback", "NameError: x"],
                },
            ]

    return each_cell(change)


def out_of_order() -> Step:
    """Execution counts say that cells ran from bottom to top, some of them twice."""

    def change(notebook: Notebook) -> None:
        for number, cell in enumerate(reversed(notebook["cells"])):
            if cell["cell_type"] == "code":
                cell["execution_count"] = 2 * number + 3

    return step(change)


def no_ids() -> Step:
    """No cell has an id, as before format 4.5."""
    return each_cell(lambda cell: cell.pop("id", None))


def same_ids() -> Step:
    """All cells have the same id."""
    return each_cell(lambda cell: cell.update(id="cell"))


def lost_ids(*names: str) -> Step:
    """Some cells have no id."""
    return each_cell(lambda cell: cell.pop("id") if mark_of(cell) in names else None)


def minor(number: int | None, *, ids: bool) -> Step:
    """Name another minor version of format 4, or none."""

    def change(notebook: Notebook) -> None:
        notebook.pop("nbformat_minor")
        if number is not None:
            notebook["nbformat_minor"] = number

    return functools.partial(_both, step(change), (lambda notebook: notebook) if ids else no_ids())


def major(number: int) -> Step:
    """Name another version of the format, and change nothing else."""
    return whole(lambda notebook: notebook.update(nbformat=number))


def worksheets(number: int) -> Step:
    """Write format 2 or 3, in which cells stand in worksheets."""

    def change(notebook: Notebook) -> None:
        cells = [_old(cell) for cell in notebook.pop("cells")]
        notebook.update(nbformat=number, nbformat_minor=0, worksheets=[{"cells": cells[:6]}, {"cells": cells[6:]}])
        notebook["metadata"]["name"] = "messy"

    return step(change)


def kernel(name: str, language: str, version: str = "") -> Step:
    """Name another kernel."""

    def change(notebook: Notebook) -> None:
        notebook["metadata"]["kernelspec"] = {"name": name, "display_name": name, "language": language}
        notebook["metadata"]["language_info"] = {"name": language, **({"version": version} if version else {})}

    return step(change)


def no_metadata() -> Step:
    """The notebook has no metadata; its cells have."""
    return whole(lambda notebook: notebook.pop("metadata"))


def _both(first: Step, second: Step, notebook: Notebook) -> Notebook:
    return mess(notebook, first, second)


def _name(number: int, text: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([number, text])).hex


def _old(cell: Cell) -> Cell:
    source = text_of(cell)
    if cell["cell_type"] == "code":
        return {
            "cell_type": "code",
            "input": source,
            "language": "python",
            "metadata": cell["metadata"],
            "outputs": [],
            "prompt_number": 3,
            "collapsed": False,
        }
    if source.startswith("# "):
        first, _, rest = source[2:].partition("\n")
        if not rest.strip():
            return {"cell_type": "heading", "level": 1, "source": first, "metadata": cell["metadata"]}
    return {"cell_type": "markdown", "source": source, "metadata": cell["metadata"]}
