"""Where people read: what rich prints goes through one of these consoles.

rich leaves colours and moving parts away where the output is no terminal or ``NO_COLOR`` is set. Text from
students is wrapped in `rich.text.Text` after `shown`, so that neither the terminal, nor a runner that reads the log,
nor rich's markup obeys it.
"""

from __future__ import annotations

import re
import sys

from rich.console import Console
from rich.text import Text

from autograder.cli.quiet import is_quiet
from autograder.records import Outcome
from autograder.reports.visible import one_line, visible

STYLES: dict[Outcome, str] = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.NOT_ATTEMPTED: "default",
    Outcome.NOT_RUN: "default",
    Outcome.ERROR: "yellow",
}
LONGEST_LINE = 400
_COMMAND = re.compile(r":(?=:)|#(?=#\[|#vso\[)")
_NOT_PLAIN = re.compile(r"[^\x00-\x7e]|#")


def results() -> Console:
    """Return the console for what was asked for."""
    return Console(file=sys.stdout, highlight=False)


def progress() -> Console:
    """Return the console for what happens meanwhile: one that says nothing where ``--quiet`` was given."""
    return Console(file=sys.stderr, highlight=False, quiet=is_quiet())


def shown(text: str) -> str:
    """Return text of whatever origin with nothing in it that a terminal, or a runner that reads a log, obeys.

    GitHub's and Azure's runners take ``::name::`` at the start of a line, and ``##[name]`` anywhere, for a command.
    """
    return _COMMAND.sub(lambda found: f"{found[0]} ", visible(text))


def harmless_json(data: bytes) -> str:
    """Return the same JSON, its strings written so that neither a terminal nor a runner finds a command in them."""
    return _NOT_PLAIN.sub(lambda found: _escaped(found[0]), data.decode())


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def plain(text: str, style: str = "") -> Text:
    """Return text of whatever origin as one harmless line."""
    return Text(shown(one_line(text, LONGEST_LINE)), style=style, no_wrap=True, overflow="ellipsis")
