"""What contract tests share."""

from __future__ import annotations

from interrupts import interruptible

__all__ = ["interruptible"]
