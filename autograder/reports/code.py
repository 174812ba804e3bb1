"""A student's code in colours, as HTML whose every character is escaped."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable

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
_PLACE = re.compile(r"\(line (\d{1,5}): `([^\n]*)")
_NUMBER = re.compile(r"\(line (\d{1,5})\)")
_BEGINNING = 20
"""Characters of a quoted line that are compared: where the quotation ends is not known, it may hold backticks."""
_LONG_GAP = re.compile(r"\s{200}")


def numbered_code(source: str, marked: Collection[int] = ()) -> Markup:
    """Return the same with each line in a span that a page can number; the lines in `marked`, from 1, stand out."""
    lines = code_html(source).split("\n")  # no span of Pygments goes on from one line to the next
    plain, standing_out = Markup("<span>{}</span>"), Markup("<mark>{}</mark>")
    return Markup("\n").join(
        (standing_out if number in marked else plain).format(line) for number, line in enumerate(lines, 1)
    )


def marked_lines(source: str, messages: Iterable[str], own_messages: Iterable[str] = ()) -> frozenset[int]:
    """Return the lines of a student's code, from 1, that messages of exceptions speak of.

    A message says the line's number and how the line begins: ``(line 3: `x = f(``. A line that does not begin so
    belongs to another cell. `own_messages` are known to be about this source, and their number alone is enough.
    """
    lines = visible(source).rstrip().split("\n")
    found = set()
    for message in messages:
        for said in _PLACE.finditer(visible(message)):
            number = int(said[1])
            line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
            if line and said[2].startswith(f"{line}`"[:_BEGINNING]):
                found.add(number)
    for message in own_messages:
        found.update(int(number) for number in _NUMBER.findall(message) if int(number) <= len(lines))
    return frozenset(found - {0})


@functools.lru_cache(maxsize=1024)
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
