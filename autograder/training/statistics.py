"""What a few trainings say about the chance of a wrong verdict, and where a floor belongs.

A training misses its floor or reaches it, so misses of n trainings are binomial, and their probability has the exact
interval of Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934), pages 404 to 413: a value is in it unless it makes what was seen, or more of it, improbable.

In grading, a model passes when one of several attempts reaches the floor. Attempts of one course differ in initial
weights, order and dropout, and share their images. Their results are taken as independent here. As far as it is the
images that make a model miss, they are not: a right answer then fails no more often than a single attempt misses,
whose interval is the same function of the same numbers with `attempts` 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from autograder.records import Record

CONFIDENCE = 0.95
SEEDS = 30
"""Trainings of the reference: where all of them pass, it fails in fewer than one of a thousand gradings."""
OTHER_SEEDS = 5
"""Trainings of each other model."""
STEP = 0.01
"""Floors are whole per cents: nobody can dispute decimals."""


class Chance(Record, frozen=True, kw_only=True):
    """A probability, as far as it is known; all values in [0, 1].

    `estimate` is the likeliest value and ``low..high`` the interval that holds the true one with a confidence of
    `CONFIDENCE`. `at_most` is the limit that it stays under with that confidence, where only too large a value would
    matter: smaller than `high`, which leaves room on both sides.
    """

    estimate: float
    low: float
    high: float
    at_most: float


def upper_limit(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return the largest probability under which so few events are not improbable.

    Parameters
    ----------
    events, trials
        How often it happened, 0..trials, and how often it could have.
    confidence
        In (0, 1): were the probability larger, `events` or fewer would happen less often than ``1 - confidence``.

    Raises
    ------
    ValueError
        If there were no trials, more events than trials, or the confidence is none.
    """
    _require(events, trials, confidence)
    if events == trials:
        return 1.0
    return _crossing(lambda p: _at_most(events, trials, p) > 1 - confidence)


def lower_limit(events: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return the smallest probability under which so many events are not improbable; see `upper_limit`."""
    return 1.0 - upper_limit(trials - events, trials, confidence)


def interval(events: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact interval of a probability (Clopper and Pearson): each side errs with half of what is left.

    Raises
    ------
    ValueError
        As `upper_limit` does.
    """
    each_side = (1 + confidence) / 2
    return lower_limit(events, trials, each_side), upper_limit(events, trials, each_side)


def false_fail(misses: int, trials: int, attempts: int) -> Chance:
    """Return the chance that a model which has to pass does not: all attempts miss.

    Parameters
    ----------
    misses, trials
        Trainings under the floor, and all of them.
    attempts
        How many seeds are tried before a miss stands, at least 1.
    """
    return _chance(misses, trials, lambda p: p**attempts)


def false_pass(passes: int, trials: int, attempts: int) -> Chance:
    """Return the chance that a model which has to miss does not: one attempt or more reaches the floor.

    Parameters
    ----------
    passes, trials
        Trainings that reached the floor, and all of them.
    attempts
        How many seeds are tried before a miss stands, at least 1.
    """
    return _chance(passes, trials, lambda p: 1 - (1 - p) ** attempts)


def propose_floor(must_pass: Sequence[float], must_miss: Sequence[float]) -> float | None:
    """Return the floor in the middle between the models that must pass and those that must miss, in whole per cents.

    Parameters
    ----------
    must_pass
        The best epoch's accuracy, in [0, 1], of every training of a model that must pass.
    must_miss
        The same of those that must miss: the largest of all seeds counts, which is no less than the best of three.

    Returns
    -------
    A floor that every training of the first reaches, and none of the second; None where there is no such per cent, or
    nothing on one of the sides.
    """
    if not must_pass or not must_miss:
        return None
    lowest, highest = min(must_pass), max(must_miss)
    down = math.floor((lowest + highest) / 2 / STEP + 1e-9)
    for steps in (down, down + 1):
        floor = round(steps * STEP, 6)
        if highest < floor <= lowest:
            return floor
    return None


def _chance(events: int, trials: int, of_attempts: Callable[[float], float]) -> Chance:
    """Carry what is known of one attempt over to several: a function that grows keeps intervals exact."""
    low, high = interval(events, trials)
    return Chance(
        estimate=of_attempts(events / trials),
        low=of_attempts(low),
        high=of_attempts(high),
        at_most=of_attempts(upper_limit(events, trials)),
    )


def _at_most(events: int, trials: int, p: float) -> float:
    """Return the probability of so many events or fewer, each of them having probability `p` in (0, 1)."""
    logs = (
        math.lgamma(trials + 1)
        - math.lgamma(count + 1)
        - math.lgamma(trials - count + 1)
        + count * math.log(p)
        + (trials - count) * math.log1p(-p)
        for count in range(events + 1)
    )
    return math.fsum(math.exp(each) for each in logs)


def _crossing(holds: Callable[[float], bool]) -> float:
    """Return where in [0, 1] something that holds to the left ceases to hold, to the last bit."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high


def _require(events: int, trials: int, confidence: float) -> None:
    if not 0 <= events <= trials or trials < 1 or not 0 < confidence < 1:
        raise ValueError(f"{events} events of {trials} trials at a confidence of {confidence} have no interval")
