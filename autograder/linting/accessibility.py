"""The text of a notebook, for those who do not see it: pictures, headings, links and tables, as Markdown has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.linting.findings import Finding, found
from autograder.linting.material import Material, numbered
from autograder.notebooks import cells

_CODE = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1[`~]*[ \t]*$|(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL)
_FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$[^$\n]+\$", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]*)\]\s*[(\[]([^)\]]*)[)\]]")
_HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*("([^"]*)"|'([^']*)'|[^\s>"']+)""", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[([^\[\]]*)\]\(([^)\s]+)[^)]*\)")
_HTML_LINK = re.compile(r"<a\b[^>]*\bhref\b[^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*#*[ \t]*$", re.MULTILINE)
_RULER = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_HTML_TABLE = re.compile(r"<table\b.*?</table>", re.IGNORECASE | re.DOTALL)
_EMPTY_WORDS = frozenset(
    {"", "here", "click", "click here", "this", "this link", "link", "more", "read more", "see here"}
)
_PICTURES = (".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")
_EMPTY_ALT = frozenset({"", "image", "picture", "figure", "alt", "alt text", "screenshot"})


def find(material: Material) -> Iterator[Finding]:
    """Yield what cannot be followed without seeing the page."""
    level = 0
    for each in numbered(material.source):
        if not each.is_markdown or cells.kind(each.cell).is_answer:
            continue
        text = _FORMULA.sub(" ", _CODE.sub(_blank, each.source))
        where, path = each.name, material.source_path
        yield from (found("image-without-alt", where, said, path=path) for said in _images(text))
        yield from (found("link-without-words", where, said, path=path) for said in _links(text))
        yield from (found("table-without-header", where, said, path=path) for said in _tables(text))
        for marks, words in _HEADING.findall(text):
            if said := _about_heading(len(marks), words.strip(), after=level):
                yield found("heading-skips", where, said, path=path)
            level = len(marks)


def _blank(match: re.Match[str]) -> str:
    """Return as many lines without code; code in a line leaves a word."""
    return "\n" * match[0].count("\n") if match[1] else "code"


def _images(text: str) -> Iterator[str]:
    for alt, target in _IMAGE.findall(text):
        if _is_empty(alt, target):
            yield _about_image(target, alt)
    for tag in _HTML_IMAGE.findall(text):
        match = _ALT.search(tag)
        alt = "" if match is None else match[1].strip("\"'")
        if _is_empty(alt, tag):
            yield _about_image(tag, alt)


def _about_image(target: str, alt: str) -> str:
    has = f"nothing but {alt!r} as its alternative text" if alt.strip() else "no alternative text"
    return f"the picture {target[:60]} has {has}: say in a sentence what is to be seen on it"


def _is_empty(alt: str, target: str) -> bool:
    """Whether an alternative text says nothing: none, a word for any picture, or the name of the file."""
    name = alt.strip().lower()
    return name in _EMPTY_ALT or (name in target.lower() and name.endswith(_PICTURES))


def _links(text: str) -> Iterator[str]:
    for words, target in [*_LINK.findall(text), *((words, "") for words in _HTML_LINK.findall(text))]:
        if words.strip().strip("*_.").lower() in _EMPTY_WORDS:
            to = f" to {target[:60]}" if target else ""
            yield f"a link{to} reads {words.strip()!r}: let its words say where it leads"


def _about_heading(level: int, words: str, *, after: int) -> str:
    """Return what is wrong with a heading; `after` is the level of the one before, 0 where there is none."""
    if not words:
        return f"a heading of level {level} is empty: give it words, or delete it"
    if level > after + 1:
        before = f"after one of level {after}" if after else "at the beginning"
        return f"the heading {words!r} of level {level} comes {before}: use {'#' * (after + 1)}"
    return ""


def _tables(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for head, ruler in zip(["", *lines], lines, strict=False):
        if "|" in ruler and _RULER.match(ruler) and not head.replace("|", "").strip():
            yield "a table has an empty header: name its columns in the first line"
    for table in _HTML_TABLE.findall(text):
        if not re.search(r"<th\b", table, re.IGNORECASE):
            yield "a table has no <th>: name its columns in the first row"
