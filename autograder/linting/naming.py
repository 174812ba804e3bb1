"""People and machines that a release names: in metadata of notebooks and pictures, and as absolute paths."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from autograder.linting.findings import Finding, found
from autograder.linting.material import Material, numbered, parse
from autograder.notebooks import cells

_PATH = re.compile(r"(?<![\w./~])(/(?:home|Users)/[\w.-]+(?:/[\w.-]+)*|[A-Za-z]:\\+Users\\+[\w.-]+)")
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")
_PEOPLE = ("author", "authors", "creator", "owner", "user", "username", "email", "last_modified_by", "displayName")
_TEXTS = (".py", ".txt", ".md", ".toml", ".csv", ".json", ".yml", ".yaml", ".cfg", ".html", ".svg")


def find(material: Material) -> Iterator[Finding]:
    """Yield the released files in which somebody is named."""
    for name, data in material.release_files.items():
        path = material.release_path(name)
        if name.endswith(".ipynb"):
            for where, said in _in_notebook(data):
                message = f"{said}: take it out of the file that is released"
                yield found("person-or-path", f"{name}/{where}", message, path=path)
        elif name.endswith(_TEXTS):
            for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
                for match in _PATH.finditer(line):
                    message = (
                        f"it names the folder {match[0]} of somebody's machine: use a path from the notebook's folder"
                    )
                    yield found("person-or-path", name, message, path=path, line=number)


def _in_notebook(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the cell, or ``metadata``, and what it says of somebody."""
    try:
        notebook = parse(data)
    except ValueError:
        return
    for said in _in_metadata(dict(notebook.metadata)):
        yield "metadata", said
    for each in numbered(notebook):
        for said in _in_metadata({k: v for k, v in each.cell.get("metadata", {}).items() if k != "nbgrader"}):
            yield each.name, said
        shown = [each.source, *(json.dumps(output) for output in each.cell.get("outputs", ()))]
        for match in _PATH.finditer("\n".join(shown)):
            yield each.name, f"it names the folder {match[0]} of somebody's machine"


def _in_metadata(value: object, key: str = "") -> Iterator[str]:
    """Yield what metadata says of people and paths, however deep."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in _PEOPLE and each and name != cells.METADATA_KEY:
                yield f"its metadata say `{name}`: {json.dumps(each, ensure_ascii=False)[:80]}"
            else:
                yield from _in_metadata(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _in_metadata(each, key)
    elif isinstance(value, str) and (match := _PATH.search(value) or _MAIL.search(value)):
        yield f"its metadata name {match[0]} in `{key}`"
