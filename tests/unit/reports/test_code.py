"""A student's code in colours."""

from __future__ import annotations

import html
import re
import time

import pytest

from autograder.reports.code import code_html

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
