"""What every page of ours has in common: how templates are filled in, so that none of them can forget to be careful."""

from __future__ import annotations

import base64
import functools
import hashlib
import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.records import Outcome
from autograder.reports.code import code_html
from autograder.reports.summary import SYMBOLS, percent_text, points_text
from autograder.reports.visible import clipped, visible

_QUOTED = re.compile(r"`([^`\n]+)`")

OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.PASSED: "Passed",
    Outcome.FAILED: "Failed",
    Outcome.NOT_ATTEMPTED: "Not attempted",
    Outcome.NOT_RUN: "Not run",
    Outcome.ERROR: "Not decided",
}


@functools.cache
def environment() -> Environment:
    """Return what fills in the templates: every value is made visible (`reports.visible`) and escaped, whatever it is.

    Jinja2's `finalize` and autoescape see to it. Only `Markup` passes as it is, which functions of this package make.
    """
    made = Environment(
        loader=PackageLoader("autograder.reports"),
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) else visible(str(value)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"prose": prose, "points": points_text, "percent": percent_text, "code": code_html}
    made.globals |= {"SYMBOLS": SYMBOLS, "WORDS": OUTCOME_WORDS, "Outcome": Outcome}
    return made


def prose(text: str) -> Markup:
    """Return a sentence as HTML: escaped, and with what stands in backticks as code."""
    parts = _QUOTED.split(clipped(visible(text)))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def own_script(name: str) -> tuple[Markup, str]:
    """Return a script of ours, and the source by which a content security policy allows it and no other.

    Parameters
    ----------
    name
        Of a file among the templates; it is taken as it is.
    """
    loader = environment().loader
    text = loader.get_source(environment(), name)[0] if loader is not None else ""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"'sha256-{digest}'"  # noqa: S704 - it is ours
