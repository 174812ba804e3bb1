"""Which cells run so that checks can be asked: a student's all, given ones where something needs them."""

from __future__ import annotations

import pytest
from notebooks import answer, check, code, locked, make_notebook

from autograder.grading.needed import Reading, needed_cells
from autograder.suite.mentions import EVERYTHING

GIVEN = [
    code("SIZE = 4"),  # 0
    locked("imports", "import math\nimport matplotlib.pyplot as plt", cell_type="code"),  # 1
    locked("data", "data = [1, 2, 3]", cell_type="code"),  # 2
    locked("picture", "figure, axes = plt.subplots()\naxes.plot(data)\nplt.show()", cell_type="code"),  # 3
    answer("area", "def area(r):\n    raise NotImplementedError"),  # 4
    check("area", "model = area(1)\nassert model"),  # 5
    locked("show", "figure, axes = plt.subplots()\naxes.plot([area(r) for r in data])", cell_type="code"),  # 6
    locked("half", "def half(x):\n    return x / DIVISOR", cell_type="code"),  # 7
    locked("divisor", "DIVISOR = 2", cell_type="code"),  # 8
    answer("count", "count = None"),  # 9
    check("count", "assert count is not None"),  # 10
]
ANSWERS = (4, 9)
ASKED = ("area", "count")


def needed(*, area: str = "def area(r):\n    return r * r", count: str = "count = 3", asked=ASKED, **changed: str):
    """Return the given cells that run for a student's answers; `changed` has other texts of given cells, as ``c3``."""
    cells = [dict(cell) for cell in GIVEN]
    texts = {4: area, 9: count, **{int(name[1:]): source for name, source in changed.items()}}
    for place, source in texts.items():
        cells[place]["source"] = source
    found = needed_cells(Reading.of(make_notebook(cells), make_notebook(GIVEN)), asked)
    assert found >= set(ANSWERS), "answers always run"
    return found - set(ANSWERS)


def test_pictures_and_visible_tests_do_not_run() -> None:
    """Nothing that is asked is made of them; a test that looks at a value which is asked for might change it."""
    assert needed() == {10}


def test_what_an_answer_looks_up_runs() -> None:
    """Imports, data, and what these are made of in turn; also where a function looks it up when it is called."""
    assert needed(area="def area(r):\n    return math.pi * r * r") == {1, 10}
    assert needed(area="def area(r):\n    return sum(data)") == {1, 2, 3, 6, 10}
    assert needed(count="count = half(6)") == {7, 8, 10}


def test_what_may_change_a_value_runs_until_it_is_used() -> None:
    """A cell that looks at a value might change it; what happens to it after its last use reaches nobody."""
    area = "def area(r):\n    return r * r"
    assert needed(count="count = len(data)") == {1, 2, 3, 6, 10}
    assert needed(area=f"{area}\nsize = len(data)") == {1, 2, 3, 10}


def test_names_that_checks_ask_for_are_made() -> None:
    """A check may ask for a function that students were given."""
    assert needed(asked=(*ASKED, "half")) == {7, 8, 10}


def test_names_of_the_answer_itself_are_no_others() -> None:
    """A function's local variable, and a value that the cell makes first, is not that of a picture or a test."""
    assert needed(area="def area(r):\n    model = r\n    return model * model") == {10}
    assert needed(count="axes = 3\ncount = axes") == {10}
    assert needed(count="count = sum(1 for _ in range(3))  # In a loop, without eval") == {10}


def test_a_name_that_only_a_visible_test_makes_is_found() -> None:
    """What worked in the notebook works when it is graded: the cell that makes the name runs."""
    assert needed(count="count = model") == {5, 10}


def test_changed_and_added_cells_run() -> None:
    """A given cell that a student has changed is the student's, with what it looks up."""
    assert needed(c3="figure, axes = plt.subplots()\naxes.plot([1])") == {1, 3, 10}


@pytest.mark.parametrize(
    "count",
    [
        "count = eval('SIZE')",
        "count = globals()['SIZE']",
        "import numpy as np\nnp.random.seed(0)\ncount = 3",
        "from math import *\ncount = 3",
        "get_ipython().run_cell('count = 3')",
        "import sys\ncount = sys.modules['__main__'].SIZE",
        "count = area.__globals__['SIZE']",
        "count = _",
    ],
)
def test_an_answer_that_may_look_up_anything_runs_all_cells(count: str) -> None:
    """Nobody can tell what it needs, or what it does to others."""
    assert needed(count=count) == {0, 1, 2, 3, 5, 6, 7, 8, 10}


@pytest.mark.parametrize(
    "count",
    ["%time count = half(SIZE)", "%%time\ncount = half(SIZE)", "count = half(SIZE", "!ls SIZE\ncount = half(1)"],
)
def test_words_of_magics_and_of_what_does_not_parse_count_as_names(count: str) -> None:
    """They may be looked up."""
    assert needed(count=count) == {0, 7, 8, 10}


def test_a_given_cell_that_may_look_up_anything_runs_all_cells() -> None:
    """As a helper that finds its data by name."""
    cells = [*GIVEN, locked("finds", "def find(name):\n    return globals()[name]", cell_type="code")]
    assert len(needed_cells(Reading.of(make_notebook(cells), make_notebook(cells)), ASKED)) == len(cells)


def test_a_check_that_may_ask_for_anything_runs_all_cells() -> None:
    """As one that hands the whole submission to other code."""
    assert needed(asked=(EVERYTHING,)) == {0, 1, 2, 3, 5, 6, 7, 8, 10}


@pytest.mark.parametrize(
    "source", ["plt.rcParams['font.size'] = 8", "import random\nrandom.seed(1)", "%matplotlib inline"]
)
def test_a_given_cell_that_changes_what_is_not_its_own_runs(source: str) -> None:
    """Its effect is on no name of the notebook."""
    cells = [*GIVEN, locked("settings", source, cell_type="code")]
    assert len(GIVEN) in needed_cells(Reading.of(make_notebook(cells), make_notebook(cells)), ASKED)
