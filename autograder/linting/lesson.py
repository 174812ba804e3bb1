"""The notebook as a lesson: each answer has a text before it, each question a title of its own."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.linting.findings import Finding, found
from autograder.linting.material import Material, numbered
from autograder.notebooks import cells
from autograder.notebooks.cells import CellKind


def find(material: Material) -> Iterator[Finding]:
    """Yield questions that nobody asks, and those that pages cannot name."""
    yield from _prompts(material)
    yield from _titles(material)


def _prompts(material: Material) -> Iterator[Finding]:
    """Yield answers between which and the question before no text stands."""
    has_text = False
    for each in numbered(material.source):
        kind = cells.kind(each.cell)
        if kind.is_answer:
            if not has_text:
                message = "no text stands between it and the answer before: say in a Markdown cell what is asked for"
                yield found("stub-without-prompt", each.name, message, path=material.source_path)
            has_text = False
        elif each.is_markdown and kind is not CellKind.TEST and each.source.strip():
            has_text = True


def _titles(material: Material) -> Iterator[Finding]:
    """Yield questions whose title is their id, or another question's."""
    titles = {check.question: check.question_title for check in material.checks.values()}
    files = {check.question: check.path for check in material.checks.values()}
    firsts: dict[str, str] = {}
    for question, title in titles.items():
        do = "the first line of the docstring of its test_*.py is the title that students read"
        path = material.path(files[question])
        first = firsts.setdefault(title, question)
        if title == question:
            yield found("question-without-title", question, f"it has no title: {do}", path=path)
        elif first != question:
            message = f"it has the title of {first}, {title!r}: {do}"
            yield found("question-without-title", question, message, path=path)
