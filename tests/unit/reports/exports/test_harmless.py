"""Text of students cannot command what reads an export."""

from __future__ import annotations

import html
import re

import pytest
from hostile_reports import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.reports.exports.harmless import for_cell, for_command, for_markdown, for_property, for_xml
from autograder.reports.visible import one_line


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r\n=1", "  =1", "\uff1d1", "=cmd|' /C calc'!A0"]
)
def test_a_formula_becomes_text(text: str) -> None:
    """What a spreadsheet would compute begins with an apostrophe."""
    assert for_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["ada", "3.5", "a=b", "", "1-2"])
def test_other_cells_stay(text: str) -> None:
    """What is no formula is not changed."""
    assert for_cell(text) == text


def test_a_cell_is_one_line() -> None:
    """No line end, no control character."""
    assert re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", for_cell(HOSTILE)) is None


_SIGNS = st.text(alphabet=st.sampled_from(list(" !\"#$%&'()*+,-./0123:;<=>?@[\\]^_`abw{|}~\n")), max_size=60)


@pytest.mark.parametrize(
    ("before", "after", "tags"),
    [("x", "x", "p"), ("", "", "p"), ("> ", "", "blockquote p"), ("## ", "", "h2"), ("|a|\n|---|\n| ", " |", "table")],
)
@given(text=st.text(max_size=60) | _SIGNS)
def test_markdown_shows_any_text_as_it_is(before: str, after: str, tags: str, text: str) -> None:
    """Wherever it stands, a parser finds the text and no markup of its own in it."""
    line = one_line(text, 2000)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rendered = parser.render(f"{before}{for_markdown(text)}{after}")
    found = re.findall(r"<([a-z0-9]+)", rendered)
    allowed = {*tags.split(), *({"thead", "tbody", "tr", "th", "td"} if tags == "table" else ())}
    assert set(found) <= allowed
    shown = html.unescape(re.sub(r"<!-- -->|</?[a-z0-9]+>", "", rendered))
    expected = f"{before.lstrip('#> ')}{line}{after}" if tags == "p" else line
    assert shown.removeprefix("\n\n\na\n").strip() == expected.strip()


def test_markdown_holds_no_link_mention_or_column() -> None:
    """GitHub finds no address, nobody to mention and no end of a table's cell."""
    text = for_markdown(HOSTILE)
    assert re.search(r"(?<!\\)://|www(?<!\\)\.", text) is None
    assert re.search(r"@\w", text) is None
    assert re.search(r"(?<!\\)\|", text) is None
    assert "\n" not in text


@given(st.text(max_size=40))
def test_a_command_of_a_runner_is_one_line(text: str) -> None:
    """Neither message nor property can end the line, and a property not the properties."""
    assert not {"\r", "\n"} & set(for_command(text) + for_property(text))
    assert not {":", ","} & set(for_property(text))
    assert re.search(r"%(?!25|0A|0D|3A|2C)", for_property(text)) is None


def test_xml_has_no_forbidden_characters() -> None:
    """Only characters that XML 1.0 allows are left."""
    assert re.fullmatch("[\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", for_xml(HOSTILE))
