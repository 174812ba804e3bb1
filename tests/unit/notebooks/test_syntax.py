"""Promises of `notebooks.syntax`: what Python cannot run for its white space alone."""

from __future__ import annotations

import pytest

from autograder.notebooks.halves import belong_together
from autograder.notebooks.names import chunks
from autograder.notebooks.syntax import mended, parse


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x):\n    y = 1\n\treturn y", "def f(x):\n    y = 1\n    return y"),
        ("def f(x):\n    if x:\n\treturn 1", "def f(x):\n    if x:\n        return 1"),
        ("%time\ndef f():\n    y = 1\n\treturn y", "%time\ndef f():\n    y = 1\n    return y"),
        ("x\u00a0= 'a\u00a0b'  # c\u00a0d", "x = 'a\u00a0b'  # c\u00a0d"),
        ("x\u200b = 1", "x = 1"),
        ("def f():\n\u00a0   y = 1\n\treturn y", "def f():\n    y = 1\n    return y"),
    ],
)
def test_white_space_is_made_plain_where_python_refuses_it(source, expected):
    """Tabs mixed with spaces, and blanks that only look like spaces, become spaces; strings and comments stay."""
    found = mended(source)
    assert found is not None
    assert found[0] == expected
    assert parse(source) is not None


def test_strings_keep_their_tabs():
    """A tab in a string of several lines is no indentation."""
    source = 'def f():\n    y = """\n\ta\n"""\n\treturn y'
    assert mended(source) == ('def f():\n    y = """\n\ta\n"""\n    return y', "tabs mixed with spaces")


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n\treturn 1",  # tabs alone are Python
        "def f(:\n\treturn 1",  # wrong, and not for its white space
        "x = '\u00a0'",  # Python runs it
        "if x:\n    if y:\n        a = 1\n\tb = 1\n",  # means one thing where a tab is 4 wide, another where it is 8
        "print(\u201chello\u201d)",  # smart quotes are a mistake, and Python says which
        "\tx = 1" + " " * 100_001,
    ],
)
def test_everything_else_is_left_as_it_is(source):
    """What runs, what would not run either way, and what could mean two things is not touched."""
    assert mended(source) is None


HOSTILE = (
    "-" * 90_000 + "1",
    "(" * 90_000,
    "a" + ".b" * 45_000,
    "x = " + "[" * 90 + "]" * 90,
    "\x00",
    "if x:\n" * 90,
    " " * 90_000 + "x",
    '\\"' * 45_000,
    "'''" * 29_999,
    "'''\\" * 20_000,
    "x" * 90_000 + "?!",
    "a, " * 30_000 + "!ls",
    "\t \n" * 30_000 + "x = (",
)


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_code_is_no_trouble(source):
    """Code nested or repeated beyond all measure costs no more than its length, and ends nothing."""
    parse(source)
    mended(source + "\n\t")
    belong_together(source, source)
    assert "\n".join(chunk.text for chunk in chunks(source)) == source
