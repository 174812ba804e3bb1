"""`autograder check`: what a student runs on their own machine before they hand in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from autograder.errors import UsageError

FAILED = 1
INTERRUPTED = 130


@click.command("check", short_help="Check your notebook before you hand it in.")
@click.argument("notebook", type=click.Path(path_type=Path), metavar="NOTEBOOK")
@click.option(
    "--release",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder that you were given, with check.toml; else that of the notebook, else the current one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything that was found, as JSON.")
def command(notebook: Path, folder: Path | None, as_json: bool) -> int:
    """Check NOTEBOOK on your own machine, as it is checked when it is graded.

    The notebook is put in order, its cells run from top to bottom, and the public checks asked. Of the other checks
    only the points are told. What can make a notebook work here and fail there is named: cells that were run in
    another order, names that no cell defines, old outputs, other versions of packages.

    The notebook runs with your own rights, as in Jupyter: check your own work, not other people's. It runs in a
    temporary folder with the assignment's files; your file is not changed.

    The exit code is 0 where all public checks pass, 1 where one does not or the file cannot be read, 2 where the
    command was wrong or a file of the assignment is missing, and 4 where Python or TensorFlow cannot be started.
    """
    if not notebook.is_file():
        raise UsageError(f"there is no file {notebook}: name the notebook that you are working on")
    from autograder.checking import released

    release = released.read(released.find(notebook, folder))
    from autograder.checking.checker import check
    from autograder.cli.console import harmless_json
    from autograder.records import to_json

    try:
        with _progress() as on_step:
            found = check(notebook, release, on_step)
    except KeyboardInterrupt:
        click.echo("autograder: interrupted; nothing was changed", err=True)
        return INTERRUPTED
    if as_json:
        click.echo(harmless_json(to_json(found)), nl=False)
    else:
        from autograder.cli.selfcheck import print_self_check

        print_self_check(found, notebook.name)
    return 0 if found.has_passed else FAILED


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Yield what is told of each step: a line that changes, or a line for each stage where nobody watches."""
    from autograder.cli.console import progress, shown

    console = progress()
    if console.is_terminal:
        with console.status("") as status:
            yield lambda text: status.update(shown(text))
        return
    told: list[str] = []

    def on_step(text: str) -> None:
        stage = text.partition(" cell ")[0].partition(" ")[0]
        if told[-1:] != [stage]:
            told.append(stage)
            console.print(shown(text), soft_wrap=True, markup=False)

    yield on_step
