"""Text of whatever origin, made harmless for the program that reads an export.

`visible` comes first everywhere: no export holds a control character that a terminal or a parser obeys.
"""

from __future__ import annotations

import re
import unicodedata

from autograder.reports.visible import one_line, visible

LONGEST_MESSAGE = 2000
"""Characters of a message that an export holds."""
_NO_CHARACTERS = re.compile(r"[\ufffe\uffff]")
_FORMULA = frozenset("=+-@\t\r")
_MARKUP = re.compile(
    r"[\\`*_\[\]#|~$]"  # emphasis, code, links, headings, columns, formulas
    r"|:(?=\S)"  # addresses, names of emoji
    r"|(?<=[wW]{3})\."
    r"|^[-+=>]|^(?P<number>\d+)(?P<sign>[.)])"  # at the beginning: quotes, lists, lines
)
_COMMAND_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_COMMAND_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def for_xml(text: str) -> str:
    """Return text of which every character is allowed in XML 1.0; what writes the XML escapes its signs."""
    return _NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text))


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a cell for a formula, as soon as somebody opens the file in one."""
    return unicodedata.normalize("NFKC", text.lstrip(" ")[:1]) in _FORMULA  # a full-width sign counts too


def for_cell(text: str, width: int = LONGEST_MESSAGE) -> str:
    """Return text as one line for a cell of CSV: what looks like a formula begins with an apostrophe."""
    line = one_line(text, width)
    return f"'{line}" if is_formula(line) else line


def for_markdown(text: str, width: int = LONGEST_MESSAGE) -> str:
    """Return text as one line of Markdown that shows it as it is: no markup, HTML, link, mention or column in it."""
    escaped = _MARKUP.sub(_escaped, one_line(text, width))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("@", "@<!-- -->")


def _escaped(found: re.Match[str]) -> str:
    return f"{found['number']}\\{found['sign']}" if found["sign"] else f"\\{found[0]}"


def for_command(text: str) -> str:
    """Return text as the message of a command of GitHub's runner."""
    return visible(text).translate(_COMMAND_DATA)


def for_property(text: str) -> str:
    """Return text as a property of a command of GitHub's runner."""
    return visible(text).translate(_COMMAND_PROPERTY)
