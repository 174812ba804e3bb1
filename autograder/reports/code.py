"""A student's code in colours, as HTML whose every character is escaped."""

from __future__ import annotations

import re

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.reports.visible import clipped, visible

# A lexer is made of regular expressions: what is too long for them to be surely quick stays uncoloured. Runs of
# blanks and line ends are what Pygments' Python lexer takes quadratic time for.
_LONGEST_SHOWN = 20_000
_LONGEST_COLOURED = 8_000
_LONGEST_LINE = 500
_LONG_GAP = re.compile(r"\s{200}")


def code_html(source: str) -> Markup:
    """Return `source`, without blanks at its end, as the inside of a ``pre``: visible, escaped and coloured.

    What is too long is not coloured, and what is very long is cut, which its end says. The classes of the spans
    are Pygments' short names after ``py-``.
    """
    text = clipped(visible(source).rstrip(), _LONGEST_SHOWN)
    is_long = len(text) > _LONGEST_COLOURED or max(map(len, text.split("\n"))) > _LONGEST_LINE
    if is_long or _LONG_GAP.search(text):
        return escape(text)
    formatter = HtmlFormatter(nowrap=True, classprefix="py-")
    coloured = highlight(text, PythonLexer(stripnl=False, ensurenl=False), formatter).removesuffix("\n")
    return Markup(coloured)  # noqa: S704 - Pygments escapes
