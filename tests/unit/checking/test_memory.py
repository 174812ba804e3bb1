"""What a notebook had only because it was in memory, told from how its cells ran."""

from __future__ import annotations

import pytest

from autograder.checking.memory import names_of, remarks
from autograder.checking.order import SavedCell
from autograder.records import CellRun, CellStatus
from autograder.sandbox.session import Cell


def told(
    *cells: tuple[str, str],
    saved: tuple[SavedCell, ...] = (),
    defines: set[str] = frozenset(),
    released: set[str] = frozenset(),
) -> list[str]:
    """Return what is said of cells, each with what it raised (empty: nothing)."""
    given = [Cell(index, None, source) for index, (source, _) in enumerate(cells)]
    runs = [
        CellRun(
            index=index,
            grade_id=None,
            status=CellStatus.RAISED if error else CellStatus.OK,
            message=f"The cell raised {error}" if error else "",
        )
        for index, (_, error) in enumerate(cells)
    ]
    found = remarks(given, runs, tuple(saved), is_defined=lambda name: name in defines, released=released)
    return [each.message for each in found]


def missing(name: str) -> str:
    """Return what Python says of a name that is not there."""
    return f"NameError: name '{name}' is not defined (line 1: `...`)"


def went_well(source: str) -> SavedCell:
    """Return a cell that was saved as run, without an error."""
    return SavedCell(source=source, count=3, result_counts=(), has_outputs=True, has_error=False)


def test_a_name_that_a_later_cell_defines_says_which_cell_to_move() -> None:
    """The order of the student's day is not the order of the notebook."""
    (message,) = told(("print(rate)", missing("rate")), ("rate = 3", ""))
    assert "`rate` is used in the cell `print(rate)`" in message
    assert "`rate = 3`, stands further down" in message


def test_a_name_that_a_called_function_misses_is_told_of_the_function() -> None:
    """The cell that calls it does not say the name at all."""
    cells = (("def area(r):\n    return factor * r", ""), ("total = area(3)", missing("factor")), ("factor = 3", ""))
    (message,) = told(*cells)
    assert "`factor` is used in the cell `def area(r):`" in message
    assert "`factor = 3`, stands further down" in message


def test_a_name_that_no_cell_defines_was_in_a_cell_that_is_gone() -> None:
    """A deleted cell lives on in memory until the kernel ends."""
    (message,) = told(("print(rate)", missing("rate")), ("other = 3", ""))
    assert "no cell defines it" in message


def test_a_name_whose_cell_raised_is_no_matter_of_memory() -> None:
    """What an earlier error took away is told of that error alone."""
    assert told(("rate = 1 / 0", "ZeroDivisionError: division by zero"), ("print(rate)", missing("rate"))) == []


def test_what_a_released_cell_lacks_is_an_answer() -> None:
    """A cell that was given out uses what students are still to write: nobody deleted it."""
    assert told(("assert pooled", missing("pooled")), released={"assert pooled"}) == []


def test_a_released_cell_shows_what_a_function_of_the_student_misses() -> None:
    """The function is to blame, once, however many cells call it."""
    sources = ("def area(r):\n    return factor * r", "assert area(3)", "area(4)")
    cells = tuple((source, missing("factor") if number else "") for number, source in enumerate(sources))
    (message,) = told(*cells, released={"assert area(3)"})
    assert "`factor` is used in the cell `def area(r):`, but no cell defines it" in message


def test_a_function_that_uses_a_name_nobody_defines_is_told_before_it_is_called() -> None:
    """Hidden checks will call it."""
    (message,) = told(("def area(r):\n    return pi * r * r", ""))
    assert "`pi` is used in the cell `def area(r):`" in message


def test_names_that_are_there_are_left_alone() -> None:
    """Builtins, imports, names of any cell, of a star import, of a `global` statement, and IPython's own."""
    sources = (
        "import math\nfrom os import path as p\nfor index in range(3): pass",
        "def f(x, *rest):\n    global count\n    count = len(rest)\n    return [math.pi * y for y in rest] + p.sep",
        "class Model:\n    size = 3\n    def call(self):\n        return display(index), __name__, Model, count",
        "%matplotlib inline\ng = lambda z: z + star",
    )
    assert told(*((source, "") for source in sources), defines={"star", "__name__"}) == []


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("TypeError: add() takes 2 arguments", "was in memory then"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'mine.csv'", "a file that is not the assignment's"),
        ("ModuleNotFoundError: No module named 'torch'", "a package that the course does not use"),
        ("EOFError: `input()` was called, and nobody types anything while a notebook is graded", "what is not there"),
    ],
)
def test_a_cell_that_ran_well_for_its_student_and_raises_here(error: str, why: str) -> None:
    """It was saved as run and without an error: memory, a file, a package or the policy of grading is to blame."""
    (message,) = told(("total = add(3)", error), saved=(went_well("total = add(3)"),))
    assert "`total = add(3)` raises here, and did not when it was saved" in message
    assert why in message


def test_a_cell_that_never_ran_well_is_no_news() -> None:
    """An error that the student has seen too, and a stub, are not about memory."""
    seen = SavedCell(source="1 / 0", count=3, result_counts=(), has_outputs=True, has_error=True)
    stub = "raise NotImplementedError()"
    cells = (("1 / 0", "ZeroDivisionError: x"), (stub, "NotImplementedError: this is the stub, your code is missing"))
    assert told(*cells, saved=(seen, went_well(stub))) == []


def test_a_cell_that_does_not_parse_has_no_names() -> None:
    """A syntax error is told by the run."""
    assert not names_of("def f(:").defined
    assert names_of("%%bash\nls").used_inside == frozenset()
