"""Options that say where a class is graded: on this machine, or on a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import click

from autograder.course import Course
from autograder.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.pool.base import Pool

_Command = TypeVar("_Command", bound="Callable[..., Any]")


class PoolKind(StrEnum):
    """What maps grading over submissions."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True)
class PoolOptions:
    """What the operator asks for; `address` is None where nothing was said."""

    kind: PoolKind = PoolKind.LOCAL
    address: str | None = None

    @contextlib.contextmanager
    def opened(self, course: Course, isolation: str, workers: int | None) -> Iterator[Pool | None]:
        """Yield the cluster that grades; None for this machine.

        Raises
        ------
        UsageError
            If there is no such cluster, or what is needed for one is not installed.
        """
        if self.kind is PoolKind.LOCAL:
            yield None
            return
        try:
            from autograder.pool.ray import ANYWHERE, RayPool
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "ray":
                raise
            raise UsageError("--pool ray needs Ray, on each machine: `pip install 'autograder[ray]'`") from None
        with RayPool(course, address=self.address or ANYWHERE, isolation=isolation, workers=workers) as pool:
            yield pool


def pool_options(command: _Command) -> _Command:
    """Give a command where it grades, as `pool`: `PoolOptions`."""

    def check(context: click.Context, parameter: click.Parameter, address: str | None) -> None:
        kind = PoolKind(context.params.pop("pool_kind"))
        if address is not None and kind is not PoolKind.RAY:
            raise UsageError("--address is that of a cluster: say --pool ray too")
        context.params["pool"] = PoolOptions(kind, address)

    for option in (
        click.option(
            "--address",
            callback=check,
            expose_value=False,
            metavar="HOST:PORT",
            help="The head of the Ray cluster; else the one that this machine belongs to.",
        ),
        click.option(
            "--pool",
            "pool_kind",
            type=click.Choice([each.value for each in PoolKind]),
            default=PoolKind.LOCAL.value,
            show_default=True,
            is_eager=True,
            help="Where a class is graded: on this machine, or on a Ray cluster.",
        ),
    ):
        command = option(command)
    return command
