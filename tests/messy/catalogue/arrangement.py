"""Cells merged, retyped and put into another order, and others between them."""

from __future__ import annotations

from messy.builder import arrange, delete, merge, move, put_below, retype, run_last, unmark, words_below
from messy.case import Case
from messy.course import CODE
from notebooks import code

MERGED = (
    Case(
        "merged_with_its_test",
        "An answer was merged with the test below it.",
        (merge("conv_size"),),
        repairs=(("separated", "conv_size"),),
    ),
    Case(
        "merged_into_the_test",
        "An answer was merged with the test below it, which kept its own mark.",
        (merge("conv_size", marks="last"),),
        repairs=(("separated", "conv_size"), ("changed", "conv_size")),
        is_variant=True,
    ),
    Case(
        "merged_two_answers",
        "Two answers and the test between them are one cell, with the mark of the first.",
        (merge("scaled", 3),),
        repairs=(("separated", "scaled"), ("missing", "scaled"), ("separated", "tiny")),
    ),
    Case(
        "merged_two_answers_without_mark",
        "Two answers are one cell that has no mark.",
        (delete("test_scaled"), merge("scaled", marks="none")),
        repairs=(("missing", "scaled"), ("separated", "scaled"), ("separated", "tiny")),
        is_variant=True,
    ),
    Case(
        "merged_everything",
        "All code between two texts is one cell.",
        (merge("conv_size", 9),),
        repairs=(
            *(("separated", name) for name in CODE),
            *(("missing", name) for name in ("scaled", "tiny", "losses")),
        ),
    ),
    Case(
        "merged_imports",
        "The imports were merged with an answer below them.",
        (delete("rules"), merge(1, 2, marks="last")),
        repairs=(("missing", "rules"), ("separated", "conv_size")),
    ),
    Case(
        "merged_words",
        "The question and the words that answer it are one cell.",
        (merge(-2, marks="last"),),
        repairs=(("separated", "why"),),
    ),
)

RETYPED = (
    Case(
        "answer_as_text",
        "The cell of an answer became Markdown.",
        (retype("conv_size", "markdown"),),
        repairs=(("retyped", "conv_size"),),
    ),
    Case(
        "answer_as_raw_text",
        "The cell of an answer became raw text.",
        (retype("losses", "raw"),),
        repairs=(("retyped", "losses"),),
        is_variant=True,
    ),
    Case(
        "words_as_code",
        "The cell for words became code.",
        (retype("why", "code"),),
        repairs=(("retyped", "why"),),
    ),
    Case(
        "test_as_text",
        "A test cell became Markdown, so that it would not run.",
        (retype("test_conv_size", "markdown"),),
        is_variant=True,
    ),
    Case(
        "imports_as_text",
        "The cell with the imports became Markdown by a slip of the finger.",
        (retype(1, "markdown"),),
    ),
    Case(
        "locked_code_as_raw_text",
        "A locked cell of code became raw text.",
        (retype("data", "raw"),),
        is_variant=True,
    ),
)

REORDERED = (
    Case(
        "answer_moved_up",
        "An answer stands above everything else.",
        (move("losses", 0),),
        repairs=(("order", None),),
    ),
    Case(
        "bottom_up",
        "All cells stand in the opposite order.",
        (arrange(lambda cells: cells[::-1]),),
        repairs=(("order", None),),
    ),
    Case(
        "bottom_up_without_marks",
        "All cells stand in the opposite order, and have no mark; words cannot be told from others then.",
        (arrange(lambda cells: cells[::-1]), unmark(*range(14))),
        repairs=(
            *(("found", name) for name in CODE),
            *(("missing", name) for name in ("scaled", "tiny", "why")),
        ),
        points={"why": 0.0},
    ),
    Case(
        "answers_swapped",
        "Two answers stand in each other's place.",
        (move("tiny", "scaled"),),
        repairs=(("order", None),),
        is_variant=True,
    ),
    Case(
        "words_on_top",
        "The words stand on top of the notebook.",
        (move("why", 0),),
        repairs=(("order", None),),
    ),
    Case(
        "test_above_its_answer",
        "A test stands above its answer.",
        (move("test_conv_size", "conv_size"),),
        repairs=(("order", None),),
        is_variant=True,
    ),
    Case(
        "own_cells_between",
        "Cells of the student's own stand between all others.",
        tuple(put_below(where, code(f"mine = {number}")) for number, where in enumerate(("scaled", "tiny", "data", 0))),
    ),
    Case(
        "many_own_cells",
        "There are two hundred cells of the student's own.",
        (run_last(*(f"n{number} = {number}" for number in range(200))),),
        is_variant=True,
    ),
    Case(
        "notes_between",
        "Texts of the student's own stand between all others.",
        tuple(words_below(where, "A note to myself.") for where in ("scaled", "tiny", "data")),
        is_variant=True,
    ),
)

CASES = (*MERGED, *RETYPED, *REORDERED)
