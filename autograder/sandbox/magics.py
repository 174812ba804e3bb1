"""IPython's magics while a notebook is graded: what is run, what does nothing, and what is skipped with a note.

A cell never fails for a magic that only makes sense on a student's own screen, machine or network, nor for one that is
not known here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.magic import needs_local_scope, no_var_expand
from IPython.utils.text import LSString, SList

from autograder.sandbox.commands import skipped
from autograder.sandbox.notes import Notes, quoted

INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv")
SILENT = ("matplotlib", "autoreload", "aimport", "gui", "pdb", "reload_ext")
"""What does nothing, and takes nothing from a notebook that is run once, from top to bottom."""
SCRIPTS = ("bash", "sh", "script", "cmd", "powershell", "perl", "ruby", "python", "python2", "python3", "pypy")
"""Cells that are programs of their own."""
UNFIT = (
    "debug",
    "edit",
    "killbgscripts",
    "load",
    "loadpy",
    "logstart",
    "logstop",
    "macro",
    "notebook",
    "recall",
    "rep",
    "rerun",
    "save",
    "store",
    "tensorboard",
)
"""What asks for a person, a past or a screen, none of which are there."""
_EXTENSIONS = {"autoreload"}
_TIMEIT_OPTION = re.compile(r"\s*-(?:[nrp]\s*\d+|[tcqov]+)(?=\s|$)")
_COUNT = re.compile(r"\s*-[nr]")

Magic = Callable[..., Any]


def install(shell: Any, notes: Notes) -> None:
    """Give a shell these magics in the place of IPython's.

    Parameters
    ----------
    shell
        An `IPython.core.interactiveshell.InteractiveShell`.
    """
    lines: dict[str, Magic] = {
        **dict.fromkeys(SILENT, _nothing),
        **{name: _installer(name, notes) for name in INSTALLERS},
        **{name: _unfit(name, notes) for name in UNFIT},
        "cd": _Folder(shell, notes).change,
        "load_ext": _extension(notes),
        "tensorflow_version": _version(notes),
        "timeit": _timed_once(shell, notes),
    }
    cells: dict[str, Magic] = {
        **{name: _script(name, notes) for name in SCRIPTS},
        "debug": _unfit("debug", notes, mark="%%"),
        "timeit": lines["timeit"],
    }
    for name, function in lines.items():
        shell.register_magic_function(function, "line", name)
    for name, function in cells.items():
        shell.register_magic_function(function, "cell", name)
    _skip_shell_lines(shell, notes)


def unknown_line(name: str, line: str, notes: Notes) -> None:
    """Note that a line magic is not known here; nothing of it is run."""
    notes(f"{quoted(f'%{name} {line}')} was skipped: there is no such magic where notebooks are graded.")


def unknown_cell(name: str, notes: Notes) -> None:
    """Note that a cell magic is not known here; nothing of its cell is run."""
    notes(f"The cell begins with `%%{name}`, which is not known where notebooks are graded: nothing of it was run.")


def _nothing(line: str) -> None:
    """Do nothing."""


def _installer(name: str, notes: Notes) -> Magic:
    def skip(line: str) -> None:
        notes(skipped(f"{name} {line}"))

    return skip


def _unfit(name: str, notes: Notes, mark: str = "%") -> Magic:
    def skip(line: str, cell: str | None = None) -> None:
        notes(f"{quoted(f'{mark}{name} {line}')} was skipped: it does nothing while a notebook is graded.")

    return skip


def _script(name: str, notes: Notes) -> Magic:
    def skip(line: str, cell: str) -> None:
        notes(f"The cell is a `%%{name}` program, which does not run while a notebook is graded.")

    return skip


def _extension(notes: Notes) -> Magic:
    def load_extension(line: str) -> None:
        if line.strip() not in _EXTENSIONS:
            notes(f"{quoted(f'%load_ext {line}')} was skipped: no extensions are loaded while a notebook is graded.")

    return load_extension


def _version(notes: Notes) -> Magic:
    def tensorflow_version(line: str) -> None:
        import tensorflow

        if not tensorflow.__version__.startswith(line.strip()[:1]):
            notes(
                f"{quoted(f'%tensorflow_version {line}')} was skipped: TensorFlow {tensorflow.__version__} runs here."
            )

    return tensorflow_version


def _timed_once(shell: Any, notes: Notes) -> Magic:
    """Return `%timeit` and `%%timeit` that run their code once: seven times a million would be a limit."""
    original = shell.find_line_magic("timeit")

    @no_var_expand
    @needs_local_scope
    def timeit(line: str, cell: str | None = None, local_ns: Any = None) -> Any:
        options, position = ["-n1", "-r1"], 0
        while found := _TIMEIT_OPTION.match(line, position):
            position = found.end()
            if not _COUNT.match(found[0]):
                options.append(found[0].strip())
        notes("`%timeit` runs its code once while a notebook is graded.")
        return original(f"{' '.join(options)} {line[position:]}", cell, local_ns)

    return timeit


class _Folder:
    """`%cd`, which stays in the folder of the notebook: the files of the assignment lie there."""

    def __init__(self, shell: Any, notes: Notes) -> None:
        self._shell = shell
        self._notes = notes
        self._before: Path | None = None

    def change(self, line: str) -> None:
        """Change to a folder below the notebook's own, or note that it was skipped."""
        asked = " ".join(part for part in line.split() if part not in ("-q", "-b")).strip("\"'")
        own, here = Path(self._shell.starting_dir).resolve(), Path.cwd()
        known = {"": own, "~": own, "-": self._before or here}
        target = known[asked] if asked in known else (here / asked).resolve()
        if target.is_dir() and target.is_relative_to(own):
            os.chdir(target)
            self._before = here
            return
        self._notes(f"{quoted(f'%cd {line}')} was skipped: a notebook is graded in its own folder, beside its files.")


def _skip_shell_lines(shell: Any, notes: Notes) -> None:
    def system(command: str) -> None:
        notes(skipped(command))
        shell.user_ns["_exit_code"] = 0

    def get_output(command: str, split: bool = True, depth: int = 0) -> Any:
        notes(skipped(command))
        return SList() if split else LSString()

    shell.system = shell.system_raw = shell.system_piped = system
    shell.getoutput = get_output
