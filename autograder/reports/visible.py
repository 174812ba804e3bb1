"""Text that students wrote, made harmless to the eye: nothing in it can hide, reorder or command.

Escaping for HTML is another thing, and the template's: this is about characters that a page or a terminal
obeys rather than shows.
"""

from __future__ import annotations

import re
import unicodedata

# Letters and marks that draw nothing, beside the categories below: they serve to smuggle and to imitate.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(c) for c in range(0xE0100, 0xE01F0)}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_CLIPPED_AT = 4000
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class _Escapes(dict[int, str]):
    """Maps a character to itself or to its escape, working each out once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        unseen = char in _BLANK or unicodedata.category(char) in _UNSEEN
        self[code] = (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}") if unseen else char
        return self[code]


_ESCAPES = _Escapes({ord("\n"): "\n", ord("\t"): "\t"})


def visible(text: str) -> str:
    r"""Return `text` with every control, bidirectional, zero-width and other unseen character as ``\uXXXX``.

    Line ends become ``\n``; they and tabs stay.
    """
    return text.replace("\r\n", "\n").translate(_ESCAPES)


def one_line(text: str, width: int) -> str:
    """Return `text` in one visible line of at most `width` characters, an ellipsis saying that more was there."""
    line = " ".join(visible(text).split())
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def clipped(text: str, limit: int = _CLIPPED_AT) -> str:
    """Return at most `limit` characters of `text`, and say how many are left out."""
    left = len(text) - limit
    return text if left <= 0 else f"{text[:limit]}… ({left:,} more characters)"


def steady(text: str, limit: int = _CLIPPED_AT) -> str:
    """Return at most `limit` characters of what student code made somebody say, the same in every run.

    Of any length that student code chose it would fill disks, pages and gradebook, and memory addresses would differ.
    Keras writes its errors in bold, which nothing but a terminal understands: styles are left out.
    """
    return _ADDRESS.sub("0x…", clipped(_STYLE.sub("", text), limit))
