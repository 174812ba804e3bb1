"""Another order of a suite's checks, to see that none depends on what ran before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from autograder.records import CheckId


def another_order(needs: Mapping[CheckId, Iterable[CheckId]], seed: int) -> tuple[CheckId, ...]:
    """Return the checks in another order, each after those that it needs.

    Parameters
    ----------
    needs
        What has to come before each check. Where checks need each other in a circle, any of them may be first.
    seed
        0 turns the suite's own order round, as far as needs allow; from others an order is drawn.
    """
    names = list(needs)
    places = np.random.default_rng(seed).permutation(len(names)) if seed else range(len(names))[::-1]
    waiting = [names[place] for place in places]
    ordered: list[CheckId] = []
    while waiting:
        missing = set(waiting)
        ready = next((name for name in waiting if missing.isdisjoint(needs[name])), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
    return tuple(ordered)
