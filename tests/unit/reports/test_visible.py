"""Text of students cannot hide, reorder or command anything."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports.visible import clipped, one_line, steady, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\u001b[2J"),
        ("\x9b31m", r"\u009b31m"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\x00", r"\u0000"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\u3164", r"\u3164"),
        ("\u2028", r"\u2028"),
    ],
)
def test_unseen_characters_are_shown_by_their_number(text: str, shown: str) -> None:
    """A control, bidirectional, zero-width, blank or broken character appears as its code."""
    assert visible(text) == shown


def test_ordinary_text_stays() -> None:
    """Letters of any script, accents, emoji, tabs and line ends are left alone."""
    assert visible("größer\t日本語 עברית 🙂\r\nx") == "größer\t日本語 עברית 🙂\nx"


@given(st.text(st.characters()))
def test_nothing_unseen_is_left(text: str) -> None:
    """Whatever comes in, only visible characters, tabs and line ends come out, and they encode."""
    result = visible(text)
    assert not [
        c for c in result if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    ]
    result.encode()


def test_one_line_is_one_line_of_the_width() -> None:
    """Line ends become blanks, and an ellipsis says that there was more."""
    assert one_line("a\n\n b\x1b", 20) == r"a b\u001b"
    assert one_line("abcdefgh", 5) == "abcd…"


def test_what_was_said_is_steady() -> None:
    """Addresses and the styles of a terminal are left out; other escapes are not taken for one."""
    assert steady("at 0x7f00deadbeef: \x1b[1mtoo \x1b[0;31msmall\x1b[0m.") == "at 0x…: too small."
    assert steady("\x1b[2J") == "\x1b[2J"


def test_clipped_says_how_much_is_missing() -> None:
    """A long text names the number of characters that are not shown."""
    assert clipped("x" * 1010, 10) == "x" * 10 + "… (1,000 more characters)"
    assert clipped("short", 10) == "short"
