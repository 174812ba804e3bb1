"""The `autograder` command: finds the command that was asked for, and turns what goes wrong into an exit code.

======  =======================================================================
code    meaning
======  =======================================================================
0       done, and nothing is left for a person to put right
1       done, but something needs a person: ERROR rows, a stale release, a wrong suite
2       the command was wrong
3       the assignment is wrong
4       the machine failed, or autograder itself
130     interrupted
======  =======================================================================
"""

from __future__ import annotations

import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from autograder import __version__
from autograder.cli import quiet
from autograder.errors import AutograderError
from autograder.reports.visible import visible

NEEDS_PERSON = 1
BROKEN = 4
INTERRUPTED = 130
COMMANDS = (
    "init",
    "release",
    "lint",
    "calibrate",
    "verify",
    "collect",
    "grade",
    "report",
    "formgrader",
    "explain",
    "export",
    "cache",
    "demo",
    "doctor",
    "check",
)
"""In the order in which an instructor meets them; each is the module of that name beside this one."""


class _LazyGroup(click.Group):
    """Imports the module of a command only when that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"autograder.cli.{cmd_name}").command
        if all(parameter is not quiet.OPTION for parameter in command.params):
            command.params.append(quiet.OPTION)
        return command


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--course",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder in the course; else the current one.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, folder: Path | None) -> None:
    """Grade deep-learning notebooks with hidden pytest suites.

    Run it in a course folder: one that holds assignments/ and nbgrader_config.py. `autograder init` makes one.
    """
    context.obj = folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        Without the program's name; by default those of this process.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 gets question marks, not a traceback
    try:
        code = cli.main(args=arguments, prog_name="autograder", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted; what was finished is kept, and the same command goes on from there")
        return INTERRUPTED
    except AutograderError as error:
        _say(error.message)
        return error.exit_code
    except BrokenPipeError:  # `autograder ... | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the last place that can say whose fault it is
        traceback.print_exc()
        _say("this is a fault of autograder itself; please report the lines above")
        return BROKEN
    return code if isinstance(code, int) else 0


def _say(message: str) -> None:
    click.echo(f"autograder: {visible(message)}", err=True)
