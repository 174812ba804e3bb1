"""What trainings say about wrong verdicts: exact, and never better than it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.training.statistics import (
    SEEDS,
    false_fail,
    false_pass,
    interval,
    lower_limit,
    propose_floor,
    upper_limit,
)

counts = st.integers(1, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
accuracies = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 20, 0.0013, 0.2487),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (7, 50, 0.0582, 0.2674),
        (0, 30, 0.0, 0.1157),
    ],
)
def test_intervals_are_those_of_the_tables(events, trials, low, high):
    """The exact interval of Clopper and Pearson at 95 %, as published tables have it."""
    assert interval(events, trials) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize("trials", [1, 5, 30, 1000])
def test_without_an_event_the_limit_has_a_closed_form(trials):
    """Nothing happened: the limit p solves (1 - p)^n = 5 %."""
    assert upper_limit(0, trials) == pytest.approx(1 - 0.05 ** (1 / trials), rel=1e-9)
    assert lower_limit(trials, trials) == pytest.approx(0.05 ** (1 / trials), rel=1e-9)


def test_thirty_passes_and_three_attempts_fail_fewer_than_one_in_a_thousand():
    """The rule that floors rest on: with 30 seeds it holds, with 28 it does not."""
    assert false_fail(0, SEEDS, attempts=3).at_most < 0.001
    assert false_fail(0, 28, attempts=3).at_most > 0.001


def test_the_chance_of_a_verdict_is_that_of_its_attempts():
    """All attempts have to miss, one has to pass."""
    assert false_fail(1, 2, attempts=3).estimate == 0.125
    assert false_pass(1, 2, attempts=3).estimate == 0.875
    assert false_fail(1, 2, attempts=1).estimate == false_pass(1, 2, attempts=1).estimate == 0.5


@given(counts, st.integers(1, 5))
def test_an_interval_holds_its_estimate(count, attempts):
    """The limits stand in order around what was seen, whichever way the verdict goes."""
    for chance in (false_fail(*count, attempts=attempts), false_pass(*count, attempts=attempts)):
        assert 0 <= chance.low <= chance.estimate + 1e-12
        assert chance.estimate <= chance.at_most + 1e-12
        assert chance.at_most <= chance.high <= 1


@given(counts)
def test_more_events_never_make_a_probability_smaller(count):
    """Limits grow with the events, and shrink with trials that went well."""
    events, trials = count
    assert upper_limit(events, trials + 1) <= upper_limit(events, trials)
    assert lower_limit(events, trials + 1) <= lower_limit(events, trials)
    assert upper_limit(events, trials) <= upper_limit(events + 1, trials + 1) + 1e-12
    assert lower_limit(events, trials) <= lower_limit(events + 1, trials + 1) + 1e-12


@given(counts)
def test_more_attempts_fail_fewer_and_pass_more(count):
    """Another attempt can only help: the right answer, and the wrong one."""
    for few, more in ((1, 2), (2, 3)):
        assert false_fail(*count, attempts=more).high <= false_fail(*count, attempts=few).high
        assert false_pass(*count, attempts=more).high >= false_pass(*count, attempts=few).high


@given(counts, st.sampled_from([0.9, 0.95, 0.99]))
def test_the_limits_cover_what_they_promise(count, confidence):
    """At the upper limit, so few events are just as improbable as the confidence allows."""
    events, trials = count
    p = upper_limit(events, trials, confidence)
    if p < 1:
        tail = math.fsum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(events + 1))
        assert tail == pytest.approx(1 - confidence, rel=1e-6)


@given(accuracies, accuracies)
def test_a_proposed_floor_parts_the_models(must_pass, must_miss):
    """Every training on one side reaches it, none on the other, and it is a whole per cent."""
    floor = propose_floor(must_pass, must_miss)
    if floor is not None:
        assert max(must_miss) < floor <= min(must_pass)
        assert round(floor * 100) == pytest.approx(floor * 100)
    if min(must_pass) - max(must_miss) > 0.021:
        assert floor is not None


def test_a_floor_stands_in_the_middle():
    """Half way between the worst that must pass and the best that must miss."""
    assert propose_floor([0.70, 0.68], [0.20, 0.31]) == 0.49
    assert propose_floor([0.321], [0.316]) == 0.32


def test_without_both_sides_nothing_is_proposed():
    """Models that overlap, or that are all of one kind, give no floor."""
    assert propose_floor([0.3, 0.6], [0.4]) is None
    assert propose_floor([0.6], []) is None
    assert propose_floor([], [0.6]) is None


@pytest.mark.parametrize(("events", "trials", "confidence"), [(0, 0, 0.95), (3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_what_cannot_be_counted_is_refused(events, trials, confidence):
    """No trials, more events than trials, or certainty."""
    with pytest.raises(ValueError, match="have no interval"):
        upper_limit(events, trials, confidence)
