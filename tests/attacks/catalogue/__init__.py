"""Every attack, by what it is after."""

from __future__ import annotations

from attacks.attack import Attack
from attacks.catalogue import (
    daemons,
    escapes,
    exhaustion,
    files,
    filling,
    forgeries,
    harm,
    leftovers,
    privileges,
    reads,
    secrets,
    sockets,
    spying,
    steering,
)

ATTACKS: tuple[Attack, ...] = (
    *reads.ATTACKS,
    *spying.ATTACKS,
    *forgeries.ATTACKS,
    *harm.ATTACKS,
    *exhaustion.ATTACKS,
    *filling.ATTACKS,
    *daemons.ATTACKS,
    *leftovers.ATTACKS,
    *escapes.ATTACKS,
    *sockets.ATTACKS,
    *privileges.ATTACKS,
    *secrets.ATTACKS,
    *steering.ATTACKS,
    *files.ATTACKS,
)
