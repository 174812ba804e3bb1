"""What a submission may still use, and in which words it is told that it used more."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.sandbox.asking import ChildOutOfCpu, ChildTooSlow
from autograder.settings import WALL_PER_CPU, Limits

_SIGNS = {
    "MemoryError": "memory",
    "Cannot allocate memory": "memory",
    "ResourceExhaustedError": "memory",
    "bad_alloc": "memory",
    "No space left on device": "disk",
    "Disk quota exceeded": "disk",
    "File too large": "file",
    "can't start new thread": "processes",
    "Resource temporarily unavailable": "processes",
}
"""By what the kernel's refusal reads in an exception: the limit that it comes from."""


@dataclass(frozen=True)
class Budget:
    """Seconds that something may take: of CPU time, and of the wall clock, which is wider."""

    cpu_s: float
    wall_s: float

    @classmethod
    def of(cls, cpu_s: float) -> Budget:
        """Return the budget that goes with a number of CPU seconds."""
        return cls(cpu_s, WALL_PER_CPU * cpu_s)

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left of either."""
        return self.cpu_s <= 0 or self.wall_s <= 0

    def at_most(self, other: Budget) -> Budget:
        """Return the smaller of two budgets."""
        return Budget(min(self.cpu_s, other.cpu_s), min(self.wall_s, other.wall_s))

    def told(self, whole: Budget) -> str:
        """Return which part of a whole budget is used up, in words."""
        return f"{whole.cpu_s:g} s of CPU time" if self.cpu_s <= 0 else f"{whole.wall_s:g} s"


def allowed(limits: Limits, hit: str) -> str:
    """Return in a student's words that more was needed than a limit allows.

    Parameters
    ----------
    hit
        ``memory``, ``processes``, ``disk`` or ``file``.
    """
    return {
        "memory": f"more memory than the {limits.memory_mib:,} MiB that are allowed",
        "processes": f"more processes and threads than the {limits.processes} that are allowed",
        "disk": f"more disk than the {limits.disk_mib:,} MiB in {limits.inodes:,} files that are allowed",
        "file": f"a file larger than the {limits.file_mib:,} MiB that are allowed",
    }.get(hit, f"more {hit} than is allowed")


def limit_of(error: str) -> str:
    """Return which limit an exception's text comes from, in a word; empty for any other."""
    return next((limit for sign, limit in _SIGNS.items() if sign in error), "")


def time_used_up(error: ChildTooSlow, budget: Budget) -> str:
    """Return in words which part of a budget was used up."""
    return f"{budget.cpu_s:.3g} s of CPU time" if isinstance(error, ChildOutOfCpu) else f"{budget.wall_s:.3g} s"
