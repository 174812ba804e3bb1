"""How the software of a student's machine differs from the course's."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator

from nbformat import NotebookNode
from packaging.requirements import InvalidRequirement, Requirement

from autograder.checking.findings import Remark, RemarkKind

_BACKEND = "tensorflow"


def remarks(requirements: str, notebook: NotebookNode) -> Iterator[Remark]:
    """Yield what is different here.

    Parameters
    ----------
    requirements
        The text of the release's `requirements.txt`, which pins what the course uses.
    notebook
        As it was handed over: it says which Python it was saved with.
    """
    differences = list(_differences(requirements))
    if differences:
        yield Remark(
            kind=RemarkKind.ENVIRONMENT,
            message=f"Other versions are installed here than the course uses: {'; '.join(differences)}. "
            "`pip install -r requirements.txt` installs the course's.",
        )
    backend = os.environ.get("KERAS_BACKEND", _BACKEND)
    if backend != _BACKEND:
        yield Remark(
            kind=RemarkKind.ENVIRONMENT,
            message=f"KERAS_BACKEND is {backend} here, and was set to {_BACKEND} for this check: grading uses that.",
        )
    saved = _saved_with(notebook)
    if saved and _minor(saved) != _minor(platform.python_version()):
        yield Remark(
            kind=RemarkKind.ENVIRONMENT,
            message=f"The notebook was last saved with Python {saved}, this check ran with Python "
            f"{platform.python_version()}: packages that it found there may be missing here.",
        )


def _differences(requirements: str) -> Iterator[str]:
    """Yield the packages of which another version is installed, or none."""
    for line in requirements.splitlines():
        try:
            wanted = Requirement(line.partition("#")[0].strip())
        except InvalidRequirement:  # a blank line, a comment, an option of pip
            continue
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        try:
            found = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            yield f"{wanted.name} is missing ({wanted.specifier})"
        else:
            if not wanted.specifier.contains(found, prereleases=True):
                yield f"{wanted.name} {found} ({wanted.specifier})"


def _saved_with(notebook: NotebookNode) -> str:
    """Return the version of Python that a notebook says; empty where it says none."""
    told = notebook.metadata.get("language_info", {})
    version = told.get("version") if told.get("name") in ("python", "ipython") else None
    return version if isinstance(version, str) and version[:1].isdigit() and len(version) < 20 else ""


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
