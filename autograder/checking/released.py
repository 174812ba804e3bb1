"""What a student's machine has of an assignment: the folder of a release, read and held together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder import __version__
from autograder.errors import UsageError
from autograder.notebooks import check_file
from autograder.notebooks.check_file import CheckFile

REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True)
class Release:
    """A release, as it was given out.

    Attributes
    ----------
    about
        What its `check.toml` says.
    notebook
        The notebook as it was released, whatever became of the student's copy.
    public
        The public checks: the text of each file, by its name.
    files
        What lies beside the notebook when it runs: the content, by relative path.
    requirements
        The text of its `requirements.txt`; empty where that is missing.
    """

    about: CheckFile
    notebook: NotebookNode
    public: Mapping[str, bytes]
    files: Mapping[str, bytes]
    requirements: str


def find(notebook: Path, named: Path | None = None) -> Path:
    """Return the folder of the release that a notebook belongs to: beside it, or else where the command was typed.

    Parameters
    ----------
    named
        The folder that the student names; then no other one is looked at.

    Raises
    ------
    UsageError
        If none of them holds a `check.toml`.
    """
    folders = (notebook.parent, Path.cwd()) if named is None else (named,)
    for folder in folders:
        if (folder / check_file.NAME).is_file():
            return folder
    looked = " and ".join(dict.fromkeys(str(folder.resolve()) for folder in folders))
    raise UsageError(
        f"there is no {check_file.NAME} in {looked}: it comes with the assignment, beside the notebook; "
        "name the folder that you were given with --release"
    )


def read(folder: Path) -> Release:
    """Return the release in a folder.

    Raises
    ------
    UsageError
        If a file of it is missing or was changed; the message says which, and what to do.
    """
    try:
        about = check_file.decode(_read(folder, check_file.NAME))
    except ValueError as error:
        raise UsageError(
            f"{folder / check_file.NAME} is not understood by autograder {__version__} ({error}): "
            f"`pip install -r {REQUIREMENTS}` installs the version that it was made for; "
            "if you have changed the file, take it from the assignment again"
        ) from error
    try:
        notebook = check_file.decode_released(_read(folder, check_file.RELEASED), about)
    except ValueError as error:
        raise UsageError(
            f"{folder / check_file.RELEASED} is not the one that was released ({error}): "
            "take both files from the assignment again"
        ) from error
    requirements = folder / REQUIREMENTS
    return Release(
        about=about,
        notebook=notebook,
        public={name: _read(folder, name) for name in about.public_checks},
        files={name: _read(folder, name) for name in about.files},
        requirements=requirements.read_text("utf-8", "replace") if requirements.is_file() else "",
    )


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{folder / name} cannot be read ({error.strerror}): it belongs to the assignment, take it from there again"
        ) from error
