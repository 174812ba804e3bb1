"""What the counts beside saved cells tell about the order in which they ran, and about old outputs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from notebooks import code, make_notebook, text

from autograder.checking.order import excerpt, remarks, saved_cells

STREAM = {"output_type": "stream", "name": "stdout", "text": "3\n"}


def result(count: Any) -> dict[str, Any]:
    """Return the output that shows a cell's value."""
    return {"output_type": "execute_result", "execution_count": count, "data": {"text/plain": "3"}, "metadata": {}}


def run(source: str, count: Any, *outputs: dict[str, Any]) -> dict[str, Any]:
    """Return a code cell as Jupyter saves it when it was run."""
    return {**code(source), "execution_count": count, "outputs": list(outputs)}


def told(*cells: dict[str, Any]) -> list[str]:
    """Return what is said about a saved notebook."""
    return [each.message for each in remarks(saved_cells(json.dumps(make_notebook(cells)).encode()))]


@pytest.mark.parametrize(
    "cells",
    [
        [run("a = 1", 1), text("words"), run("b = 2", 2, STREAM)],
        [run("a = 1", 3), run("b = 2", 7, result(7))],
        [run("a = 1", 1), code("b = 2"), run("c = 3", 9)],
        [code("a = 1"), code("b = 2")],
        [run("a = 1", 1), run("b = 2", "two"), run("c = 3", True)],
    ],
    ids=["in order", "with gaps", "one not run", "cleared", "counts that are none"],
)
def test_a_notebook_that_ran_from_top_to_bottom_is_left_alone(cells: list[dict[str, Any]]) -> None:
    """Growing counts, with gaps or missing ones, are what an honest day leaves behind."""
    assert told(*cells) == []


def test_cells_that_ran_out_of_order_are_named_by_their_counts() -> None:
    """A count below a larger one is named as Jupyter shows it, the first three of many."""
    (message,) = told(*(run(f"x{count} = 1", count) for count in (9, 2, 8, 3, 7, 4, 6, 5)))
    assert "[9] stands above [2], [8] stands above [3], [7] stands above [4], and 1 more" in message
    assert "from top to bottom" in message


def test_counts_that_cells_share_come_from_several_sessions() -> None:
    """No session gives a count twice."""
    (message,) = told(run("a = 1", 4), run("b = a", 4))
    assert "[4]" in message
    assert "different sessions" in message


def test_a_result_with_another_count_is_old() -> None:
    """Jupyter writes a cell's count into its result: another one was made by an earlier run."""
    (message,) = told(run("total", 5, result(3)))
    assert "`total`" in message
    assert "[5]" in message
    assert "[3]" in message


def test_outputs_below_cells_that_were_not_run_are_old() -> None:
    """An output without a count cannot be this session's."""
    (message,) = told(run("print(total)", None, STREAM), run("ran = 1", 1))
    assert "`print(total)`" in message
    assert "`ran" not in message


def test_an_old_format_tells_nothing() -> None:
    """Format 3 has other names for all of it: nothing is guessed."""
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "a = 1", "prompt_number": 1}]}]}
    assert saved_cells(json.dumps(old).encode()) == ()


def test_damaged_cells_are_read_as_far_as_they_go() -> None:
    """Whatever a cell holds in the place of text, count and outputs, nothing raises."""
    cells = [{"cell_type": "code", "source": 3, "outputs": "none", "execution_count": []}, 7, {"cell_type": "code"}]
    first, second = saved_cells(json.dumps({"nbformat": 4, "cells": cells}).encode())
    assert (first.source, first.count, first.has_outputs) == ("", None, False)
    assert second == first


def test_an_excerpt_is_the_first_line_that_says_something() -> None:
    """Blank lines are skipped, long ones cut, and no backtick ends the quotation."""
    assert excerpt("\n\n  x = `1`\ny = 2") == "`x = 1`"
    assert excerpt("a" * 50) == f"`{'a' * 40}…`"
