"""Where people read: what rich prints goes through one of these consoles.

rich leaves colours and moving parts away where the output is no terminal or ``NO_COLOR`` is set. Text from
students is wrapped in `rich.text.Text` after `visible`, so that neither the terminal nor rich's markup obeys it.
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from autograder.records import Outcome
from autograder.reports.visible import one_line

STYLES: dict[Outcome, str] = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.NOT_ATTEMPTED: "default",
    Outcome.NOT_RUN: "default",
    Outcome.ERROR: "yellow",
}
LONGEST_LINE = 400


def results() -> Console:
    """Return the console for what was asked for."""
    return Console(file=sys.stdout, highlight=False)


def progress() -> Console:
    """Return the console for what happens meanwhile."""
    return Console(file=sys.stderr, highlight=False)


def plain(text: str, style: str = "") -> Text:
    """Return text of whatever origin as one harmless line."""
    return Text(one_line(text, LONGEST_LINE), style=style, no_wrap=True, overflow="ellipsis")
