"""How strongly student code is walled in."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """A kind of wall; every report names the one that it was made behind."""

    NAMESPACES = "namespaces"
    """A root folder, process tree and (empty) network of its own: Linux, as root or with user namespaces."""
    LANDLOCK = "landlock"
    """The machine's files, but for a short list, are closed to it: in containers, and where namespaces are closed."""
    CONTAINER = "container"
    """A container of an engine's, one for each submission: macOS, Windows, and who trusts that more."""
    NONE = "none"
    """A process and limits, but no wall: for an author's own notebooks."""


BY_STRENGTH = (Tier.NAMESPACES, Tier.LANDLOCK, Tier.CONTAINER)
"""What ``auto`` tries, in this order."""
AUTO = "auto"
WANTED = (AUTO, *(tier.value for tier in Tier))
"""What an operator can ask for."""
