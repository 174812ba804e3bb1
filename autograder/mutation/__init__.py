"""Answers made from the reference's by changing its syntax: wrong ones, and right ones in another style.

A suite is worth what it notices. Each mutant differs from the reference in one place, as a slip of a student would; a
good suite fails it, unless it does the same by other words. Each rewrite says the same in another style; a good suite
cannot tell it from the reference. Nothing here runs them.
"""

from __future__ import annotations

from autograder.mutation.mutants import Mutant, make_mutants, make_rewrites

__all__ = ["Mutant", "make_mutants", "make_rewrites"]
