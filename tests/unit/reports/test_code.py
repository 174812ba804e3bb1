"""A student's code in colours."""

from __future__ import annotations

import html
import re
import time

import pytest

from autograder.reports.code import code_html, marked_lines, numbered_code

SOURCE = 'def f(x):\n    return x < 3 and "a & b"  # <b>\n'


def _plain(coloured: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", coloured))


def test_code_is_coloured_and_otherwise_as_it_was() -> None:
    """Keywords get a class; without the tags the code is unchanged, indentation included."""
    coloured = code_html(SOURCE)
    assert '<span class="py-k">def</span>' in coloured
    assert _plain(coloured) == SOURCE.rstrip()


@pytest.mark.parametrize("source", ["def broken(:", "'''", "!pip install x\n%cd y", "", "\n\n  x"])
def test_what_is_no_python_is_shown_too(source: str) -> None:
    """Syntax errors and magics lose no character."""
    assert _plain(code_html(source)) == source


@pytest.mark.parametrize("unit", [" \n", "\\N{!", "'", "{:", "(a%('''"])
def test_code_that_is_slow_to_colour_is_not_coloured(unit: str) -> None:
    """Repetitions that regular expressions choke on end in about a second, not in minutes."""
    start = time.process_time()
    code_html(unit * 100_000)
    code_html("\n".join([unit * (400 // len(unit))] * 40))
    assert time.process_time() - start < 5


def test_every_line_has_its_span_and_marked_ones_stand_out() -> None:
    """Also where a string goes over several lines; without the tags nothing is changed."""
    source = 'text = """one\ntwo <b>\nthree"""\nprint(text)'
    numbered = numbered_code(source, {2})
    lines = numbered.split("\n")
    assert [line.startswith("<mark>") for line in lines] == [False, True, False, False]
    assert all(line.count("<span") == line.count("</span>") for line in lines)
    assert _plain(numbered) == source


def test_a_message_marks_the_line_that_it_quotes() -> None:
    """The line has to begin as the message says: the number alone may be another cell's."""
    source = "def f(x):\n    return x.missing\n"
    raised = "`f` raised AttributeError: missing (line 2: `return x.missing`)"
    assert marked_lines(source, [raised]) == {2}
    assert marked_lines(source, ["raised NameError (line 2: `return x`)", "(line 2)", "(line 1: ``)"]) == frozenset()
    assert marked_lines(source, ["(line 99: `return x.missing`)", "(line 0: `def f(x):`)"]) == frozenset()


def test_a_quotation_may_be_cut_and_hold_backticks() -> None:
    """Where a long line is quoted in part, its beginning tells."""
    source = 'x = 1\nassert x == 2, f"`x` is {x}, and that is not what was asked for by anybody in this course"'
    assert marked_lines(source, ['raised AssertionError: no (line 2: `assert x == 2, f"`x` is {x}, and that`)']) == {2}


def test_a_syntax_error_of_the_cell_itself_marks_its_line() -> None:
    """Its message quotes nothing, but is about this cell."""
    assert marked_lines("x = 1\ny = (", [], ["SyntaxError: '(' was never closed (line 2)", "(line 7)"]) == {2}
