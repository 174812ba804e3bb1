"""Attacks that forge: points that were not earned, in every place where a grader might believe them."""

from __future__ import annotations

from attacks.attack import Attack
from attacks.catalogue import claims, frames, models, objects, patches

ATTACKS: tuple[Attack, ...] = (
    *objects.ATTACKS,
    *frames.ATTACKS,
    *patches.ATTACKS,
    *models.ATTACKS,
    *claims.ATTACKS,
)
