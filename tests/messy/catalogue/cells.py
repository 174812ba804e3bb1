"""Cells deleted, duplicated and split."""

from __future__ import annotations

from messy.builder import (
    arrange,
    cell_of,
    copy_below,
    delete,
    mark_of,
    put,
    run_last,
    split,
    step,
    write,
)
from messy.case import Case, raised
from messy.course import CODE, STUBS, WORDS
from notebooks import code, text

WRONG = "def conv_size(size, kernel, stride):\n    return size"

DELETED = (
    Case("nothing_done", "The submission is as it should be: nothing is put right."),
    Case(
        "answer_deleted",
        "The cell of an answer is gone: that question is not attempted, the others stand.",
        (delete("scaled"),),
        repairs=(("missing", "scaled"),),
        points={"scaled": 0.0},
        untouched=("scaled",),
    ),
    Case(
        "answer_and_its_test_deleted",
        "A question's cells are gone, all of them.",
        (delete("tiny", "test_tiny"),),
        repairs=(("missing", "tiny"), ("missing", "tiny")),
        points={"tiny": 0.0},
        untouched=("tiny",),
        is_variant=True,
    ),
    Case(
        "words_deleted",
        "The cell for words is gone: there is nothing that a person could read.",
        (delete("why"),),
        repairs=(("missing", "why"),),
        points={"why": 0.0},
        is_variant=True,
    ),
    Case(
        "tests_deleted",
        "Every test cell is gone.",
        (delete("test_conv_size", "test_scaled", "test_tiny", "test_losses"),),
        repairs=tuple(("missing", name) for name in CODE),
        is_variant=True,
    ),
    Case(
        "locked_code_deleted",
        "A locked cell is gone, without which an answer would raise.",
        (delete("data"),),
        repairs=(("missing", "data"),),
    ),
    Case(
        "imports_deleted",
        "The unmarked cell with the imports is gone.",
        (delete(1),),
        repairs=(("missing", None),),
    ),
    Case(
        "only_one_answer_left",
        "Everything but one answer is gone.",
        (arrange(lambda cells: [cell for cell in cells if mark_of(cell) == "scaled"]),),
        repairs=(
            ("missing", None),
            ("missing", "rules"),
            ("missing", "data"),
            *((("missing", name)) for name in ("conv_size", "tiny", "losses", "why")),
            *((("missing", name)) for name in CODE),
        ),
        points={"conv_size": 0.0, "tiny": 0.0, "losses": 0.0, "why": 0.0},
        untouched=("conv_size", "tiny", "losses"),
        ended=(raised("test_conv_size", "the stub"), raised("losses", "the stub")),
    ),
    Case(
        "blank_cells",
        "Blank cells everywhere, of every type.",
        tuple(put(where, code(""), text("  \n"), code("\n\n")) for where in (0, "scaled", "test_tiny", "why")),
    ),
    Case(
        "only_comments",
        "An answer was commented out: it is not attempted.",
        (write("conv_size", "\n".join(f"# {line}" for line in CODE["conv_size"].split("\n"))),),
        points={"conv_size": 0.0},
        untouched=("conv_size",),
        ended=(raised("test_conv_size", "not defined"),),
    ),
    Case(
        "nothing_filled_in",
        "The release as it was given out.",
        answers={},
        points=dict.fromkeys((*CODE, "why"), 0.0),
        untouched=tuple(CODE),
        ended=(raised("test_conv_size", "the stub"), raised("losses", "the stub")),
    ),
)

DUPLICATED = (
    Case(
        "answer_copied",
        "An answer is there twice, word for word.",
        (copy_below("tiny"),),
        repairs=(("duplicate", "tiny"),),
    ),
    Case(
        "older_version_above",
        "A wrong version stands above the right one, with its mark.",
        (copy_below("conv_size"), write("conv_size", WRONG)),
        repairs=(("duplicate", "conv_size"),),
    ),
    Case(
        "newer_version_is_wrong",
        "A wrong version stands below the right one: the last one counts.",
        (copy_below("conv_size", source=WRONG),),
        repairs=(("duplicate", "conv_size"),),
        points={"conv_size": 0.0},
        ended=(raised("test_conv_size", "AssertionError"),),
        is_variant=True,
    ),
    Case(
        "stub_below_the_answer",
        "A copy of the stub stands below the answer, and would undo it.",
        (copy_below("conv_size", source=STUBS["conv_size"]),),
        repairs=(("duplicate", "conv_size"),),
    ),
    Case(
        "unmarked_stub_at_the_end",
        "The stub was pasted at the end of the notebook, without its mark.",
        (run_last(STUBS["conv_size"]),),
    ),
    Case(
        "answer_in_all_cells",
        "The mark of one question is on the cells of all: each is found by what it defines.",
        tuple(
            step(
                lambda notebook, name=name: cell_of(notebook, name)["metadata"]["nbgrader"].update(grade_id="conv_size")
            )
            for name in ("scaled", "tiny", "losses")
        ),
        repairs=(("found", "scaled"), ("found", "tiny"), ("found", "losses")),
    ),
    Case(
        "test_copied",
        "A test cell is there twice, once edited.",
        (copy_below("test_conv_size", source="assert True"),),
        is_variant=True,
    ),
    Case(
        "everything_twice",
        "The whole notebook is there twice, one after the other.",
        (arrange(lambda cells: [*cells, *({**cell, "id": f"{cell['id']}-2"} for cell in cells)]),),
        repairs=tuple(("duplicate", name) for name in (*CODE, "why")),
    ),
    Case(
        "everything_twice_with_its_ids",
        "The whole notebook is there twice, and no id is one cell's own.",
        (arrange(lambda cells: [*cells, *cells]),),
        repairs=(("ids", None), *(("duplicate", name) for name in (*CODE, "why"))),
        is_variant=True,
    ),
    Case(
        "untouched_copy_of_everything",
        "The release was pasted below the answers, untouched.",
        (
            step(
                lambda notebook: notebook["cells"].extend(
                    {**cell, "id": f"{cell['id']}-2", "source": STUBS.get(str(mark_of(cell)), cell["source"])}
                    for cell in list(notebook["cells"])
                )
            ),
        ),
        repairs=(("order", None), *(("duplicate", name) for name in (*CODE, "why"))),
        is_variant=True,
    ),
)

SPLIT = (
    Case(
        "split_with_both_marks",
        "An answer was split, and both parts kept its mark.",
        (split("losses", 2),),
        repairs=(("joined", "losses"),),
    ),
    Case(
        "split_within_a_function",
        "A function was split in its middle: neither part is Python.",
        (split("conv_size", 3),),
        repairs=(("joined", "conv_size"),),
    ),
    Case(
        "split_second_part_unmarked",
        "A function was split in its middle, and the second part lost its mark.",
        (split("scaled", 3, marks="first"),),
        repairs=(("joined", "scaled"),),
    ),
    Case(
        "split_first_part_unmarked",
        "A function was split in its middle, and the first part lost its mark.",
        (split("tiny", 3, marks="second"),),
        repairs=(("joined", "tiny"),),
        is_variant=True,
    ),
    Case(
        "split_around_a_blank_cell",
        "A blank cell stands between the parts of an answer.",
        (split("losses", 2), put(11, code(""))),
        repairs=(("joined", "losses"),),
        is_variant=True,
    ),
    Case(
        "split_in_three",
        "An answer was split in three.",
        (split("losses", 3), split("losses", 1)),
        repairs=(("joined", "losses"),),
        is_variant=True,
    ),
    Case(
        "split_words",
        "The words were split in two.",
        (write("why", f"{WORDS}\n\nAnd there are few of them."), split("why", 1)),
        repairs=(("joined", "why"),),
    ),
    Case(
        "helper_above_its_answer",
        "A helper was moved into a cell of its own, above the answer.",
        (
            write("scaled", "def scaled(images):\n    return as_numbers(images) / 255"),
            put("scaled", code('def as_numbers(images):\n    return np.asarray(images, dtype="float32")')),
        ),
    ),
)

CASES = (*DELETED, *DUPLICATED, *SPLIT)
