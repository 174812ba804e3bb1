"""Command lines of a notebook, by what they are for: nothing of them is run while it is graded."""

from __future__ import annotations

import re

from autograder.sandbox.notes import quoted

_BEFORE = r"^\s*(?:yes\s*\|\s*)?(?:sudo\s+)?(?:-\w+\s+)*(?:\S*[\\/])?(?:python[\w.]*\s+(?:-\w+\s+)*-m\s*)?"
_PROGRAM = _BEFORE + r"(?:{})(?:\.exe)?(?=\s|$)"
_INSTALLER = re.compile(
    _PROGRAM.format(r"pip[\d.]*|conda|mamba|micromamba|uv|poetry|easy_install|apt|apt-get|aptitude|brew|yum|dnf|npm")
)
_DOWNLOADER = re.compile(_PROGRAM.format(r"wget|curl|gdown|git|kaggle|gsutil|aria2c|hf|huggingface-cli"))


def installs(command: str) -> bool:
    """Whether a command line installs packages, or lists them."""
    return _INSTALLER.match(command) is not None


def skipped(command: str) -> str:
    """Return what a student reads of a command line that was not run.

    Examples
    --------
    >>> skipped("pip install seaborn")
    '`pip install seaborn` was skipped: packages are fixed while a notebook is graded, `requirements.txt` lists them.'
    >>> skipped("wget https://example.com/cats.zip")
    '`wget https://example.com/cats.zip` was skipped: there is no network while a notebook is graded.'
    >>> skipped("ls -l")
    '`ls -l` was skipped: shell lines do not run while a notebook is graded.'
    """
    if installs(command):
        why = "packages are fixed while a notebook is graded, `requirements.txt` lists them"
    elif _DOWNLOADER.match(command):
        why = "there is no network while a notebook is graded"
    else:
        why = "shell lines do not run while a notebook is graded"
    return f"{quoted(command)} was skipped: {why}."
