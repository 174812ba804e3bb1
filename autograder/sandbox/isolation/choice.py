"""Chooses the wall for a batch: the strongest that holds, or the one that was asked for, and never a weaker one."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import InfrastructureError
from autograder.sandbox.client import Children, ControlSocket
from autograder.sandbox.isolation.container import ContainerEngine
from autograder.sandbox.isolation.engine import usable
from autograder.sandbox.isolation.fixes import advice
from autograder.sandbox.isolation.selftest import Examined, examine
from autograder.sandbox.isolation.tiers import AUTO, BY_STRENGTH, Tier


def choose(zygote: ControlSocket, course_root: Path, wanted: str) -> Tier:
    """Return the tier to grade behind.

    Parameters
    ----------
    wanted
        A tier's name, or ``auto`` for the strongest that holds.

    Raises
    ------
    InfrastructureError
        If the tier that was asked for does not hold, or none does; the message says what to type.
    """
    if wanted == Tier.NONE:
        return Tier.NONE
    examined = []
    for tier in BY_STRENGTH if wanted == AUTO else (Tier(wanted),):
        found = look_at(zygote, course_root, tier)
        if found.holds:
            return tier
        examined.append(found)
    reasons = "; ".join(f"{found.tier}: {found.problem}. {found.fix}".strip() for found in examined)
    raise InfrastructureError(
        f"no wall around student code holds here ({reasons}). `autograder doctor` shows all of it; "
        "notebooks of your own can be graded with --unsafe-no-isolation"
    )


def look_at(zygote: ControlSocket, course_root: Path, tier: Tier) -> Examined:
    """Return what is known of one tier on this machine."""
    try:
        return examine(children(zygote, tier), course_root, tier)
    except InfrastructureError as error:  # there is no engine
        return Examined(tier, problem=error.message, fix=advice(tier, error.message))


def children(zygote: ControlSocket, tier: Tier) -> Children:
    """Return what gives out children behind a wall.

    Raises
    ------
    InfrastructureError
        For containers, where no engine answers that has the image.
    """
    return ContainerEngine(usable()) if tier is Tier.CONTAINER else zygote
