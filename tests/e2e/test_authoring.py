"""What docs/authoring.md does in an empty folder works as it says, from the first command to the pages."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from notebooks import answer, check, locked

from autograder.cli.main import main

DOCUMENT = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text()
NOTEBOOK = Path("assignments/first_steps/first_steps.ipynb")


@dataclass(frozen=True)
class Block:
    """A block of the page, and the comment before it, which says where its text goes."""

    comment: str
    language: str
    text: str

    @property
    def commands(self) -> list[tuple[str, list[str]]]:
        """Each command, with the lines that are shown of what it prints."""
        found: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
        return found


BLOCKS = [
    Block(*found)
    for found in re.findall(r"(?:<!-- (.*?) -->\n)?```(\w+)\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
]


def test_every_block_is_a_file_a_cell_or_commands() -> None:
    """Nothing on the page is left out by the test below."""
    assert len(BLOCKS) == DOCUMENT.count("\n```") // 2
    for block in BLOCKS:
        is_known = block.comment.partition(": ")[0] in ("file", "cell")
        assert is_known is (block.language != "console"), block


def test_the_options_are_known() -> None:
    """Every command of the page can be parsed, also those in the text."""
    typed = [command for block in BLOCKS if block.language == "console" for command, _ in block.commands]
    typed += re.findall(r"`(autograder [^`]+)`", DOCUMENT)
    ours = [command for command in typed if command.startswith("autograder ")]
    assert len(ours) > 12
    for command in ours:
        assert main([*shlex.split(command)[1:], "--help"]) == 0, command


@pytest.mark.slow
def test_the_page_can_be_followed(tmp_path: Path) -> None:
    """Its files, cells and commands, in order in an empty folder, give what the page shows."""
    folder = tmp_path
    for block in BLOCKS:
        what, _, where = block.comment.partition(": ")
        if what == "file":
            (folder / where).write_text(block.text)
        elif what == "cell":
            add_cell(folder / NOTEBOOK, *where.split(", "), block.text.rstrip("\n"))
        for command, shown in block.commands if block.language == "console" else ():
            if command.startswith("cd "):
                folder /= command.removeprefix("cd ")
                continue
            code = int(block.comment.removeprefix("exit code ") or 0)
            assert_shown(shown, typed(command, folder, code), command)


def add_cell(path: Path, name: str, kind: str, text: str) -> None:
    """Write a cell at the end of a notebook, as JupyterLab does with nbgrader's panel."""
    makers = {"read-only": locked, "autograded answer": answer, "autograded tests": check}
    notebook = nbformat.read(path, 4)
    notebook.cells.append(nbformat.from_dict({"id": name, **makers[kind](name.removeprefix("test_"), text)}))
    nbformat.write(notebook, path)


def typed(command: str, folder: Path, code: int) -> str:
    """Run a command in a shell, and return what it prints; it ends with this exit code."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name != "AUTOGRADER_SECRET"}
    done = subprocess.run(
        ["bash", "-ec", command],
        cwd=folder,
        env={**environment, "PATH": path, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def assert_shown(shown: list[str], printed: str, command: str) -> None:
    """Every line that is shown stands in what was printed, in this order; white space aside."""
    rest = " ".join(printed.split())
    for line in shown:
        wanted = " ".join(line.split())
        assert wanted in rest, f"{command}\n{line}\n\n{printed}"
        rest = rest.partition(wanted)[2]
