"""Classes with attacks in them, each graded once for all tests that look at the result."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import course, harness, traces
from attacks.attack import Control
from attacks.catalogue import ATTACKS
from attacks.harness import OTHERS, PRESENT, UNPROTECTED, Graded, Profile, Refused


@pytest.fixture(
    scope="session",
    params=[PRESENT, *(pytest.param(each, marks=pytest.mark.slow) for each in OTHERS)],
    ids=lambda profile: profile.name,
)
def profile(request: pytest.FixtureRequest) -> Profile:
    """Who grades, and behind which wall."""
    chosen: Profile = request.param
    if reason := harness.why_not(chosen):
        pytest.skip(reason)
    return chosen


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder that every user can reach; pytest's own are closed to others."""
    base = Path(tempfile.mkdtemp(prefix="fortress-"))
    try:
        yield base
    finally:
        traces.remove(base)


@pytest.fixture(scope="session")
def graded(profile: Profile) -> Iterator[Graded]:
    """All attacks, graded with their neighbours."""
    with _folder() as base:
        try:
            result = harness.grade(profile, ATTACKS, base)
        except Refused as error:
            if profile.name != "user-namespaces":
                raise
            pytest.skip(f"ordinary users get no namespaces here: {error}")
        yield result
        traces.clean(result.left)


@pytest.fixture(scope="session")
def unprotected() -> Iterator[Graded]:
    """The attacks that work where nothing keeps them from it, with no wall around them and no limit to meet."""
    if reason := harness.why_not(UNPROTECTED):
        pytest.skip(reason)
    is_root = os.getuid() == 0
    chosen = [each for each in ATTACKS if each.control is Control.NO_WALL and (is_root or not each.needs_root)]
    with _folder() as base:
        result = harness.grade(UNPROTECTED, chosen, base, course.NO_LIMITS)
        yield result
        traces.clean(result.left)
