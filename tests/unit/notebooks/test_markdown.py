"""What a student writes in Markdown is harmless in Formgrader's page, and reads as it did before."""

from __future__ import annotations

import warnings

import pytest
from notebooks import make_notebook, manual
from page import Page
from traitlets.config import Config

from autograder.notebooks.markdown import harmless

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</div><svg/onload=alert(1)>",
    "<!--> <script>alert(1)</script> -->",
    "<?php alert(1) ?><![CDATA[<script>alert(1)</script>]]>",
    "[a](javascript:alert(1))",
    "[a](JaVa\tScript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](java&Tab;script:alert(1))",
    "[a](<javascript:alert(1)>)",
    "[a]( \x01javascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a][b]\n\n[b]: javascript:alert(1)",
    "[b]\n\n[b]:\n javascript:alert(1)",
    "[a](vbscript:alert(1)) [a](file:///etc/passwd) [a](/formgrader/api/grade/1)",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    "![a][b]\n\n[b]: https://elsewhere.example/x.png",
    "![a](https://elsewhere.example/x.png)",
    '![a](x.png "t" onerror=alert(1))',
    "# h<svg/onload=alert(1)>\n\n# [x](javascript:alert(1))",
    "|a|\n|-|\n|<svg/onload=alert(1)>|",
    "$<img src=x onerror=alert(1)>$",
    "$$\n</script><script>alert(1)</script>\n$$",
    "\\begin{x}<img src=x onerror=alert(1)>\\end{x}",
    "`<script>alert(1)</script>`",
    "```\n</code><script>alert(1)</script>\n```",
    "&lt;script>alert(1)&lt;/script>",
    "[^1]\n\n[^1]: <b onclick=alert(1)>x</b> [a](javascript:alert(1))",
    "- [x] <input autofocus onfocus=alert(1)>",
    "\\\\<img src=x onerror=alert(1)>",
]


def rendered(text: str) -> Page:
    """Return what Formgrader makes of an answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what nbgrader's dependencies do that is deprecated is not ours to mend
        from nbconvert.exporters import HTMLExporter
        from nbgrader.server_extensions.formgrader.handlers import template_path
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name", "first_name")
    resources = {**dict.fromkeys((*names, "notebook_path"), ""), "index": 0, "total": 1}
    notebook = make_notebook([manual("why", text)])
    html, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources=resources)
    return Page(html[html.index('id="notebook-container"') :])


def dangers(page: Page) -> list[str]:
    """Return what in a page could act, or load from elsewhere."""
    found = []
    for tag, attributes in page.elements:
        found += [tag] if tag in ("script", "iframe", "object", "embed", "svg", "form", "meta", "base", "style") else []
        found += [f"{tag} {name}" for name in attributes if name.startswith("on")]
        links = [attributes.get(name, "") for name in ("href", "action", "formaction")]
        found += [link for link in links if link and not link.startswith(("http://", "https://", "mailto:", "#"))]
        source = attributes.get("src", "")
        found += [source] if source and not source.startswith("data:image/png") else []
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_acts_in_formgrader(text):
    """Neither script nor handler, no link but to the web, and nothing that is loaded from elsewhere."""
    assert not dangers(rendered(harmless(text)))


def test_without_it_scripts_run():
    """Formgrader itself takes tags and links over."""
    found = [danger for text in HOSTILE for danger in dangers(rendered(text))]
    assert {"script", "img onerror", "svg onload", "javascript:alert(1)"} <= set(found)


def test_commands_of_formulas_that_lead_elsewhere_are_broken():
    """MathJax makes links and styles of them."""
    text = harmless(r"$\href{javascript:alert(1)}{x} \style{a}{b} \class{a}{b} \cssId{a}{b} \require{html}$")
    assert r"\href" not in text
    assert not any(rf"\{name}" in text for name in ("style", "class", "cssId", "require"))


@pytest.mark.parametrize(
    "text",
    [
        "**bold** and *slanted*, a list:\n\n1. one\n2. two\n\n> quoted",
        "$a < b$ and $$\\frac{1}{2} \\le \\sum_i x_i$$",
        "`x = y < 3`\n\n```python\nif a <= b:\n    pass\n```",
        "[Keras](https://keras.io) and [below](#below), ![plot](data:image/png;base64,iVBORw0KGgo=)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "Größe ≥ 3 — naïve 日本語",
    ],
)
def test_what_people_write_is_left_alone(text):
    """Emphasis, lists, formulas, code, tables, links to the web and pasted pictures stay."""
    assert harmless(text) == text


def test_it_is_done_once():
    """Harmless text stays as it is."""
    for text in HOSTILE:
        assert harmless(harmless(text)) == harmless(text)
