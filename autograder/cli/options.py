"""Options and arguments that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.sandbox.isolation.tiers import AUTO, WANTED, Tier
from autograder.settings import Device
from autograder.training.devices import TrainingOptions


def _find(context: click.Context, parameter: click.Parameter, folder: Path | None) -> Course:
    return Course.find(folder or context.obj or Path.cwd())


course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    callback=_find,
    metavar="DIR",
    help="A folder in the course; else the current one.",
)
"""Gives a command the course that it is about, as `course`."""

workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Submissions that are worked on at a time; else one per core.",
)


_Command = TypeVar("_Command", bound=Callable[..., object])


def isolation_options(command: _Command) -> _Command:
    """Give a command the wall around student code, as `isolation`: a tier's name or ``auto``."""

    def check(context: click.Context, parameter: click.Parameter, is_unsafe: bool) -> None:
        wanted = context.params.setdefault("isolation", AUTO)
        if is_unsafe and wanted not in (AUTO, Tier.NONE):
            raise UsageError(f"--unsafe-no-isolation and --isolation {wanted} contradict each other: leave one out")
        if wanted == Tier.NONE and not is_unsafe:
            raise UsageError(
                "without a wall a notebook can read your files and use your network: say --unsafe-no-isolation too, "
                "and only for notebooks of your own"
            )
        if is_unsafe:
            context.params["isolation"] = Tier.NONE.value

    for option in (
        click.option(
            "--unsafe-no-isolation",
            is_flag=True,
            expose_value=False,
            callback=check,
            help="Run notebooks without a wall: only for your own.",
        ),
        click.option(
            "--isolation",
            type=click.Choice(WANTED),
            default=AUTO,
            is_eager=True,
            metavar="TIER",
            help=f"The wall around student code: {', '.join(WANTED)}. Else the strongest that holds here.",
        ),
    ):
        command = option(command)
    return command


def training_options(command: Callable[..., object]) -> Callable[..., object]:
    """Give a command what trains, as `options`: a `TrainingOptions`."""

    @click.option(
        "--device",
        type=click.Choice([each.value for each in Device]),
        default=Device.AUTO.value,
        show_default=True,
        help="What trains models; auto takes a GPU where there is one. KERAS_BACKEND chooses the library.",
    )
    @click.option(
        "--seed",
        type=click.IntRange(min=0),
        metavar="N",
        help="Train with this seed, not with the recipe's: other initial weights and another order of the images.",
    )
    @click.option(
        "--gpus",
        type=click.IntRange(min=1),
        metavar="N",
        help="Trainings at a time on GPUs; those on one card share its memory. Else one per card.",
    )
    @functools.wraps(command)
    def with_options(*args: Any, device: str, seed: int | None, gpus: int | None, **kwargs: Any) -> object:
        return command(*args, options=TrainingOptions(device=Device(device), seed=seed, slots=gpus), **kwargs)

    return with_options


def chosen(course: Course, names: Sequence[str]) -> tuple[Assignment, ...]:
    """Return the named assignments; every one of the course where none is named.

    Raises
    ------
    UsageError
        If the course has no assignment of a name, or none at all.
    """
    found = tuple(course.assignment(name) for name in names or course.assignments)
    if not found:
        raise UsageError(
            f"{course.root} has no assignments: one is a folder assignments/<name> with assignment.toml in it"
        )
    return found
