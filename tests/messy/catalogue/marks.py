"""Marks lost, doubled and renamed; what editors strip; locked cells edited; answers in other cells than theirs."""

from __future__ import annotations

from messy.builder import (
    Notebook,
    Step,
    add,
    cell_of,
    delete,
    put,
    put_below,
    rename,
    run_first,
    run_last,
    step,
    unmark,
    words_below,
    write,
)
from messy.case import Case, raised
from messy.course import CODE, STUBS, WORDS
from messy.editors import (
    colab,
    executed,
    forgetful,
    jupyterlab,
    kaggle,
    kernel,
    lost_ids,
    no_ids,
    no_metadata,
    out_of_order,
    same_ids,
    vscode,
)
from notebooks import code, text

FOUND = tuple(("found", name) for name in (*CODE, "why"))


def _mark(where: str, **flags: object) -> Step:
    """Change what a cell's mark says."""
    return step(lambda notebook: cell_of(notebook, where)["metadata"]["nbgrader"].update(flags))


def _stripped(*names: str) -> Step:
    """Take the marks of cells alone; their ids stay."""

    def change(notebook: Notebook) -> None:
        for cell in [cell_of(notebook, name) for name in names]:
            cell["metadata"] = {}

    return step(change)


MARKS = (
    Case(
        "mark_lost",
        "An answer lost its mark, and kept its cell's id.",
        (_stripped("conv_size"),),
        repairs=(("found", "conv_size"),),
    ),
    Case(
        "mark_and_id_lost",
        "An answer was cut and pasted into a new cell.",
        (unmark("tiny"),),
        repairs=(("found", "tiny"),),
    ),
    Case(
        "answer_renamed",
        "An answer has another id.",
        (rename("scaled", "my_own_scaled"), lost_ids("my_own_scaled")),
        repairs=(("ids", None), ("found", "scaled")),
    ),
    Case(
        "answer_named_as_its_test",
        "An answer has the id of its test.",
        (rename("scaled", "test_scaled"),),
        repairs=(("found", "scaled"),),
        is_variant=True,
    ),
    Case(
        "names_swapped",
        "Two answers have each other's ids.",
        (rename("scaled", "x"), rename("tiny", "scaled"), rename("x", "tiny")),
        repairs=(("found", "scaled"), ("found", "tiny")),
    ),
    Case(
        "mark_is_no_mark",
        "Marks are of the wrong type.",
        (
            step(lambda notebook: cell_of(notebook, "conv_size").update(metadata={"nbgrader": ["conv_size"]})),
            _mark("scaled", grade_id=7),
            _mark("tiny", grade_id=None, points="all"),
        ),
        repairs=(("found", "conv_size"), ("found", "scaled"), ("found", "tiny")),
    ),
    Case(
        "points_edited",
        "Points and flags of the marks are others.",
        (_mark("test_tiny", points=1000), _mark("tiny", solution=False, locked=True), _mark("why", points=99)),
        is_variant=True,
    ),
    Case(
        "words_unmarked",
        "The words were pasted into a new cell, where the old one was.",
        (unmark("why"),),
        repairs=(("found", "why"),),
    ),
)

EDITORS = (
    Case("colab_saved", "Colab saved it.", (colab(), executed()), repairs=FOUND),
    Case("vscode_saved", "VS Code saved it.", (vscode(), executed()), repairs=FOUND),
    Case("kaggle_saved", "Kaggle saved it.", (kaggle(), executed()), repairs=FOUND),
    Case("jupyterlab_saved", "JupyterLab saved it, after everything was cut and pasted.", (jupyterlab(), executed())),
    Case("editor_forgot_all", "An editor kept texts and types alone.", (forgetful(),), repairs=FOUND),
    Case(
        "colab_on_top_of_kaggle",
        "It went through Kaggle, then Colab, and both left cells.",
        (
            kaggle(),
            colab(),
            run_first("import os\nfor folder, _, files in os.walk('/kaggle/input'):\n    print(folder, files)"),
            put(0, text('<a href="https://colab.research.google.com/x"><img src="https://colab.badge"/></a>')),
        ),
        repairs=FOUND,
        is_variant=True,
    ),
    Case("ids_missing", "No cell has an id, though its format asks for one.", (no_ids(),)),
    Case(
        "ids_missing_in_part",
        "Some cells have no id.",
        (lost_ids("tiny", "why"),),
        repairs=(("ids", None),),
        is_variant=True,
    ),
    Case("ids_equal", "All cells have the same id.", (same_ids(),), repairs=(("ids", None),)),
    Case("no_metadata", "The notebook says nothing about itself.", (no_metadata(),)),
    Case(
        "saved_after_run",
        "Outputs, errors and counts of another run are in the file.",
        (executed(outputs=20),),
        is_variant=True,
    ),
    Case("ran_bottom_up", "Its cells were run from bottom to top.", (out_of_order(),)),
    Case("above_a_megabyte", "Its outputs make it larger than a megabyte.", (executed(outputs=30, size=8_000),)),
    Case("kernel_of_r", "It was saved for R.", (kernel("ir", "R"),), repairs=(("kernel", None),)),
    Case(
        "kernel_of_python_2",
        "It was saved for Python 2.",
        (kernel("python2", "python", "2.7.6"),),
        repairs=(("kernel", None),),
    ),
    Case(
        "kernel_of_conda", "Its kernel is an environment of the student's own.", (kernel("conda-env-tf-py", "python"),)
    ),
)

LOCKED = (
    Case(
        "test_edited",
        "A visible test was edited so that it passes anything.",
        (write("test_conv_size", "assert True"),),
        repairs=(("changed", "conv_size"),),
    ),
    Case(
        "test_emptied",
        "A visible test was emptied, and the answer is wrong.",
        (write("test_conv_size", ""), write("conv_size", "def conv_size(size, kernel, stride):\n    return 0")),
        repairs=(("changed", "conv_size"),),
        points={"conv_size": 0.0},
        ended=(raised("test_conv_size", "AssertionError"),),
    ),
    Case(
        "locked_code_edited",
        "The locked data are others.",
        (write("data", "inputs = targets = np.zeros((4, 4))"),),
        repairs=(("changed", "data"),),
    ),
    Case(
        "locked_text_edited",
        "The rules are others.",
        (write("rules", "There are no rules."),),
        repairs=(("changed", "rules"),),
        is_variant=True,
    ),
    Case(
        "lines_below_a_test",
        "Lines stand below a test, in its cell.",
        (add("test_conv_size", "\n\nprint(conv_size(7, 3, 2))"),),
        repairs=(("changed", "conv_size"),),
        is_variant=True,
    ),
    Case(
        "imports_edited",
        "The cell with the imports has further ones: it is the student's to edit.",
        (write(1, "import keras\nimport numpy as np\nimport matplotlib.pyplot as plt\nfrom keras import layers"),),
    ),
)

ELSEWHERE = (
    Case(
        "answer_in_a_new_cell",
        "The answer stands in a new cell below its untouched stub.",
        (write("scaled", STUBS["scaled"]), put_below("scaled", code(CODE["scaled"]))),
        repairs=(("found", "scaled"),),
    ),
    Case(
        "answer_at_the_end",
        "The answer stands in a new cell at the end, with a test of the student's own.",
        (write("scaled", STUBS["scaled"]), run_last(CODE["scaled"], "print(scaled([0, 255]))")),
        repairs=(("found", "scaled"),),
        is_variant=True,
    ),
    Case(
        "answer_on_top",
        "The answer stands in a new cell above its untouched stub, which would undo it.",
        (write("scaled", STUBS["scaled"]), run_first(CODE["scaled"])),
        repairs=(("found", "scaled"),),
        is_variant=True,
    ),
    Case(
        "answer_in_another_answer",
        "Two answers stand in the cell of one.",
        (write("tiny", f"{CODE['scaled']}\n\n\n{CODE['tiny']}"), write("scaled", STUBS["scaled"])),
        repairs=(("found", "scaled"),),
    ),
    Case(
        "answer_in_a_test",
        "The answer stands in the test cell below its stub.",
        (write("test_scaled", CODE["scaled"]), write("scaled", STUBS["scaled"])),
        repairs=(("found", "scaled"), ("changed", "scaled")),
    ),
    Case(
        "answer_with_the_imports",
        "The answer stands below the imports, and its cell is gone.",
        (add(1, f"\n\n\n{CODE['scaled']}"), delete("scaled")),
        repairs=(("found", "scaled"),),
    ),
    Case(
        "all_answers_in_one_cell",
        "All answers stand in one new cell at the end, their own are untouched.",
        (delete(*CODE), run_last("\n\n\n".join(CODE.values()))),
        repairs=tuple((kind, name) for name in CODE for kind in ("separated",)),
    ),
    Case(
        "answer_above_its_stub_in_colab",
        "The answer stands in a new cell above its untouched stub, and Colab took all marks.",
        (write("tiny", STUBS["tiny"]), put("tiny", code(CODE["tiny"])), colab()),
        repairs=FOUND,
    ),
    Case(
        "words_in_a_new_cell",
        "The words stand in a new cell below the one that was meant for them.",
        (write("why", STUBS["why"]), words_below("why", WORDS)),
        repairs=(("found", "why"),),
    ),
    Case(
        "words_in_a_comment",
        "The words stand in a comment of a cell of code, and the cell for them is untouched.",
        (write("why", STUBS["why"]), put_below("why", code(f"# {WORDS}"))),
        points={"why": 0.0},
        is_variant=True,
    ),
)

CASES = (*MARKS, *EDITORS, *LOCKED, *ELSEWHERE)
