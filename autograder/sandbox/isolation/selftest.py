"""Finds out whether a wall holds, by trying to break out of it: nothing else is believed."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import InfrastructureError
from autograder.sandbox.child import Child
from autograder.sandbox.client import Children
from autograder.sandbox.isolation import namespaces
from autograder.sandbox.isolation.fixes import advice
from autograder.sandbox.isolation.probe import CANARY
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.spec import walled
from autograder.settings import Limits

_PROBE_S = 20.0
_LIMITS = Limits(cell_s=20, request_s=20, submission_s=20, memory_mib=256, processes=64, disk_mib=16, inodes=1000)


@dataclass(frozen=True)
class Finding:
    """One attempt to break out: what it was, whether the wall held, and what the kernel said."""

    what: str
    held: bool
    detail: str


@dataclass(frozen=True)
class Examined:
    """What is known of a tier on this machine.

    `problem` says why it cannot be used (empty: it can), `fix` what to type so that it can.
    """

    tier: Tier
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    fix: str = ""

    @property
    def holds(self) -> bool:
        """Whether student code can be run behind it."""
        return not self.problem


def examine(children: Children, course_root: Path, tier: Tier) -> Examined:
    """Start two processes behind a wall, and have one try to reach the course, the machine and the other.

    Parameters
    ----------
    course_root
        Where a canary is put for a moment, under ``.autograder``.
    """
    try:
        findings, unfit = _probed(children, course_root, tier)
    except (InfrastructureError, OSError) as error:
        message = error.message if isinstance(error, InfrastructureError) else str(error)
        return Examined(tier, problem=message, fix=advice(tier, message))
    broken = [finding.what for finding in findings if not finding.held]
    if broken:
        problem = f"student code {', '.join(broken)}"
        return Examined(tier, findings, problem, advice(tier, problem))
    return Examined(tier, findings, unfit, advice(tier, unfit) if unfit else "")


def _probed(children: Children, course_root: Path, tier: Tier) -> tuple[tuple[Finding, ...], str]:
    """Return what came of each attempt, and what an honest notebook could not do (empty: nothing)."""
    canary = course_root / ".autograder" / f"canary-{secrets.token_hex(8)}"
    canary.parent.mkdir(exist_ok=True)
    spec = {"kind": "probe", **walled(tier, _LIMITS)}
    try:
        canary.write_text("canary")
        canary.chmod(0o644)
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            children.fork(spec) as other,
            children.fork(spec) as probe,
        ):
            settled = other.ask("settle", timeout_s=_PROBE_S)
            tried = probe.ask(
                "attempt",
                timeout_s=_PROBE_S,
                secret=str(canary),
                port=server.getsockname()[1],
                pid=os.getpid(),
                others=_seen_from_outside(other, settled),
            )
            unfit = probe.ask("live", timeout_s=_PROBE_S)
    finally:
        canary.unlink(missing_ok=True)
    return tuple(Finding(*each) for each in tried), unfit and f"an honest notebook cannot run: {unfit}"


def _seen_from_outside(child: Child, settled: str) -> list[str]:
    """Return where the canary that a process left in its own folder might be found by another."""
    inside = f"{namespaces.HOME}/{CANARY}"
    return [settled, f"/proc/{child.answering_pid}/root{settled}", f"/proc/{child.answering_pid}/root{inside}"]
