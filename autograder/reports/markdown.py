"""Text in Markdown as HTML that holds no link, no picture and nothing of the author's own HTML."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

from autograder.reports.visible import clipped, visible

_MATH = re.compile(r"\$\$(?P<shown>[^$]+)\$\$|\$(?P<plain>[^$\s](?:[^$]*[^$\s])?)\$(?!\d)")
_LONGEST = 10_000


@functools.lru_cache(maxsize=256)  # a class is asked the same questions
def markdown_html(text: str) -> Markup:
    """Return a text as HTML: paragraphs, lists, emphasis, code and tables.

    Every character is visible and escaped, HTML is shown as it is written, of links and pictures only the words stay,
    headings are bold lines (a page has an outline of its own), and formulas stand as they are written in TeX.
    """
    html = _parser().render(clipped(visible(text), _LONGEST))
    return Markup(visible(html))  # noqa: S704 - it escapes; made visible again, for entities stand for characters, too


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("autolink")
    parser.inline.ruler.before("escape", "math", _math)
    rules: dict[str, Callable[..., str]] = {
        "link_open": _nothing,
        "link_close": _nothing,
        "image": _words_of_picture,
        "math": _formula,
        "heading_open": _begin_bold,
        "heading_close": _end_bold,
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _math(state: StateInline, silent: bool) -> bool:
    """Take a formula between dollars as one token, so that its underscores and stars mean nothing."""
    found = _MATH.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("math", "", 0).content = found["shown"] or found["plain"]
    state.pos = found.end()
    return True


def _formula(self: object, tokens: Sequence[Token], place: int, *others: object) -> str:
    return f'<code class="math">{escape(tokens[place].content.strip())}</code>'


def _words_of_picture(self: object, tokens: Sequence[Token], place: int, *others: object) -> str:
    return str(escape(tokens[place].content))


def _nothing(self: object, *others: object) -> str:
    return ""


def _begin_bold(self: object, *others: object) -> str:
    return "<p><strong>"


def _end_bold(self: object, *others: object) -> str:
    return "</strong></p>\n"
