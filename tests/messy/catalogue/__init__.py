"""Every messy notebook, by what happened to it."""

from __future__ import annotations

from messy.case import Case
from messy.catalogue import arrangement, cells, formats, marks, releases, running, surroundings, years

CASES: tuple[Case, ...] = (
    *cells.CASES,
    *arrangement.CASES,
    *marks.CASES,
    *releases.CASES,
    *formats.CASES,
    *surroundings.CASES,
    *running.CASES,
    *years.CASES,
)
