"""Text in Markdown on a page."""

from __future__ import annotations

import pytest
from page import Page

from autograder.reports.markdown import markdown_html

TAGS = frozenset(
    ("p", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td")
)


def test_what_notebooks_use_is_laid_out() -> None:
    """Emphasis, code, lists and tables become elements; a heading is a bold line, for the page has its own outline."""
    html = markdown_html("## Title\n\n**a** *b* `c<d`\n\n* one\n* two\n\n| x | y |\n|---|---|\n| 1 | 2 |")
    assert "<p><strong>Title</strong></p>" in html
    assert "<strong>a</strong> <em>b</em> <code>c&lt;d</code>" in html
    assert html.count("<li>") == html.count("<td>") == 2


def test_formulas_are_left_as_they_are() -> None:
    """Underscores and stars of TeX are no emphasis; money is no formula."""
    html = markdown_html("$a_1 * b_2 * c$ and\n\n$$\\sum_{i} x_i$$\n\nit costs $5 and $6")
    assert '<code class="math">a_1 * b_2 * c</code>' in html
    assert '<code class="math">\\sum_{i} x_i</code>' in html
    assert "it costs $5 and $6" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1)) [y](https://example.org) <https://example.org>",
        '![x](https://example.org/x.png "t")',
        "[x]: javascript:alert(1)\n\n[x]",
        '```"onclick="alert(1)\nx\n```',
        "`</code><script>alert(1)</script>`",
        "$</code><script>alert(1)</script>$",
        "<b onclick=alert(1)>\n<style>*{}</style>",
        "&#x202e;&#0;&lt;script&gt;",
        "a\u202eb\u200b\x1b[2J\ud800",
    ],
)
def test_nothing_of_it_runs_or_leads_away(text: str) -> None:
    """No element but those of text, no attribute but classes, no character that hides."""
    html = str(markdown_html(text))
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= TAGS
    assert {name for _, attrs in page.elements for name in attrs} <= {"class"}
    assert not page.unbalanced
    assert not set("\u202e\u200b\x00\x1b\ud800") & set(html)


@pytest.mark.parametrize("unit", ["*a ", "[", "> ", "`", "$", "* a\n  ", "![](", "<a ", "|"])
def test_a_long_text_is_clipped(unit: str) -> None:
    """Whatever repeats without end, the page stays small."""
    assert len(markdown_html(unit * 100_000)) < 400_000
