r"""Makes the Markdown that a student wrote harmless where it is rendered as HTML.

Formgrader turns every Markdown cell of an executed notebook into HTML with all tags in it, in a page that may set
scores: a script there would act for the person who grades. Tags, links and formulas that lead anywhere but to the
web lose their meaning by one blank each; emphasis, lists, tables, code and formulas stay as they were.

Nothing here parses Markdown: each pattern is one that no parser can see a tag, a link or a command without.
"""

from __future__ import annotations

import re

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_PICTURE = re.compile(r"!\[(?![^\[\]\n]*\]\(data:image/(?:png|jpe?g|gif);base64,)")
_LINK = re.compile(r"\](?=[(:\[])(?!\((?:https?://|mailto:|#|data:image/(?:png|jpe?g|gif);base64,))")
_COMMAND = re.compile(r"\\(?=(?:href|style|class|cssId|require)(?![A-Za-z]))")


def harmless(text: str) -> str:
    """Return Markdown without tags, without pictures from elsewhere, and without links but to the web.

    Parameters
    ----------
    text
        Of one cell.
    """
    text = _TAG.sub("< ", text)
    text = _PICTURE.sub("! [", text)
    text = _LINK.sub("] ", text)
    return _COMMAND.sub(r"\\ ", text)
