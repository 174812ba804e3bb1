"""The option ``--quiet``, which every command has."""

from __future__ import annotations

import click

_KEY = "autograder.quiet"


def _hush(context: click.Context, parameter: click.Parameter, is_quiet: bool) -> None:
    if is_quiet:
        context.meta[_KEY] = True


OPTION = click.Option(
    ["-q", "--quiet"],
    is_flag=True,
    expose_value=False,
    callback=_hush,
    help="Show no progress: only results, and what is wrong.",
)


def is_quiet() -> bool:
    """Return whether the command that runs was asked to be quiet."""
    context = click.get_current_context(silent=True)
    return context is not None and _KEY in context.meta
