"""What the reports of a class say together."""

from __future__ import annotations

import math
import statistics

import pytest
import sample_reports as sample
from hypothesis import given
from hypothesis import strategies as st

from autograder.records import AssignmentId, GradeReport, Outcome, from_json, to_json
from autograder.reports.class_statistics import ClassStatistics, class_statistics
from autograder.reports.item_analysis import discrimination

PASSED, FAILED, ERROR, UNTOUCHED = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.NOT_ATTEMPTED
MESSAGE = "the shape is wrong"


def student(name: str, *outcomes: Outcome, message: str = MESSAGE, problem: str = "") -> GradeReport:
    """Return a report with one check of one point in each of the questions `q0`, `q1` and so on."""
    checks = tuple(
        sample.check(f"q{n}", "a", outcome, message=message if outcome is FAILED else "")
        for n, outcome in enumerate(outcomes)
    )
    questions = tuple(
        sample.question(f"q{n}", None if outcome is ERROR else float(outcome is PASSED), 1.0)
        for n, outcome in enumerate(outcomes)
    )
    return sample.report(name, questions=questions, checks=checks, cells=(), repairs=(), trainings=(), problem=problem)


def found(*reports: GradeReport) -> ClassStatistics:
    """Return the statistics of a class."""
    return class_statistics(AssignmentId("convnets"), reports)


def test_the_share_that_passed_is_the_difficulty() -> None:
    """What was not attempted was not passed; an ERROR decides nothing."""
    made = found(
        student("a", PASSED, PASSED),
        student("b", PASSED, FAILED),
        student("c", PASSED, UNTOUCHED),
        student("d", ERROR, ERROR),
    )
    assert [check.passed for check in made.checks] == [1.0, 1 / 3]
    assert made.checks[1].counts == {PASSED: 1, FAILED: 1, UNTOUCHED: 1, Outcome.NOT_RUN: 0, ERROR: 1}
    assert [question.earned for question in made.questions] == [1.0, 1 / 3]
    assert [(q.full, q.none, q.waiting) for q in made.questions] == [(3, 0, 1), (1, 2, 1)]


def test_a_check_that_errs_for_everybody_has_no_difficulty() -> None:
    """Nothing is known of it, which is not 0."""
    (check,) = found(student("a", ERROR)).checks
    assert check.passed is None
    assert check.discrimination is None


def test_discrimination_of_known_values() -> None:
    """An item passed by those with rests 3 and 4, failed by those with 1 and 2: 2 / sqrt(5)."""
    assert discrimination([0, 0, 1, 1], [1, 2, 3, 4]) == pytest.approx(2 / math.sqrt(5))
    assert discrimination([1, 1, 0, 0], [1, 2, 3, 4]) == pytest.approx(-2 / math.sqrt(5))
    assert discrimination([0, 1, 0, 1], [1, 1, 3, 3]) == pytest.approx(0)


@pytest.mark.parametrize(
    ("items", "rests"), [((), ()), ((0, 1), (0, 1)), ((1, 1, 1), (1, 2, 3)), ((0, 1, 1), (2, 2, 2))]
)
def test_what_cannot_be_told_apart_has_no_discrimination(items: tuple[float, ...], rests: tuple[float, ...]) -> None:
    """Too few students, or no difference between them."""
    assert discrimination(items, rests) is None


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 50).map(lambda n: n / 4)), min_size=3, max_size=40),
    st.floats(0.1, 10),
)
def test_discrimination_is_the_point_biserial_correlation(pairs: list[tuple[bool, float]], scale: float) -> None:
    """It is the textbook's formula of means and deviation, in [-1, 1], the same in any unit of points."""
    items, rests = [float(item) for item, _ in pairs], [rest for _, rest in pairs]
    value = discrimination(items, rests)
    if len(set(items)) == 1 or len(set(rests)) == 1:
        assert value is None
        return
    with_it = [rest for item, rest in pairs if item]
    without = [rest for item, rest in pairs if not item]
    share = len(with_it) / len(pairs)
    expected = (statistics.fmean(with_it) - statistics.fmean(without)) / statistics.pstdev(rests)
    assert value == pytest.approx(expected * math.sqrt(share * (1 - share)), abs=1e-6)
    assert value is not None
    assert -1 <= value <= 1
    assert discrimination(items, [scale * rest for rest in rests]) == pytest.approx(value, abs=1e-6)


def test_the_item_itself_is_not_in_the_rest() -> None:
    """A check that is passed at random among equals tells nothing apart, though it is part of their sums."""
    made = found(
        student("a", PASSED, PASSED, FAILED), student("b", FAILED, PASSED, FAILED),
        student("c", PASSED, FAILED, PASSED), student("d", FAILED, FAILED, PASSED),
    )  # fmt: skip
    assert made.checks[0].discrimination is None  # every rest is one point
    assert made.questions[0].discrimination is None


def test_reports_with_an_error_are_in_no_correlation() -> None:
    """Their sums are not known; the others' are as without them."""
    sound = [student("a", PASSED, PASSED), student("b", FAILED, FAILED), student("c", PASSED, FAILED)]
    alone, together = found(*sound), found(*sound, student("d", PASSED, ERROR))
    assert together.checks[0].discrimination == alone.checks[0].discrimination == pytest.approx(0.5)


def test_points_are_spread() -> None:
    """Mean, median and deviation of the class itself, and a bin for each tenth; the last has the full score."""
    spread = found(*(student(str(n), *[PASSED] * n, *[FAILED] * (4 - n)) for n in (0, 2, 2, 4))).distribution
    assert spread is not None
    assert (spread.mean, spread.median, spread.lowest, spread.highest) == (2, 2, 0, 4)
    assert spread.deviation == pytest.approx(math.sqrt(2))
    assert spread.bins == (1, 0, 0, 0, 0, 2, 0, 0, 0, 1)


@given(st.lists(st.lists(st.sampled_from([PASSED, FAILED, UNTOUCHED, ERROR]), min_size=3, max_size=3), max_size=12))
def test_everybody_is_counted_once(outcomes: list[list[Outcome]]) -> None:
    """Bins and counts sum to the class, whatever became of it, and the record survives its JSON."""
    made = found(*(student(f"s{n}", *each) for n, each in enumerate(outcomes)))
    if made.distribution is not None:
        assert sum(made.distribution.bins) == len(outcomes)
    assert all(sum(check.counts.values()) == len(outcomes) for check in made.checks)
    assert all(check.passed is None or 0 <= check.passed <= 1 for check in made.checks)
    assert from_json(to_json(made), ClassStatistics) == made


def test_what_could_not_be_read_says_nothing_about_checks() -> None:
    """It is named, and counts among the points alone."""
    made = found(student("a", PASSED), student("b", FAILED, problem="The file is no notebook."))
    assert made.unreadable == ("b",)
    assert made.checks[0].passed == 1
    assert made.distribution is not None
    assert made.distribution.lowest == 0


def test_sentences_are_counted_by_students() -> None:
    """The same words in two checks of a question are one sentence, and who reads alone is left out."""
    made = found(
        student("a", FAILED, FAILED),
        student("b", FAILED, FAILED, message="another"),
        student("c", FAILED, PASSED),
    )
    assert [(each.question, each.message, each.students) for each in made.sentences] == [("q0", MESSAGE, ("a", "c"))]


def test_who_failed_the_same_checks_is_together() -> None:
    """Groups are by question, the largest first; what most of them read is said."""
    made = found(
        student("a", FAILED, FAILED), student("b", FAILED, FAILED, message="rare"),
        student("c", FAILED, PASSED), student("d", PASSED, UNTOUCHED),
    )  # fmt: skip
    assert [(each.question, each.failed, each.students) for each in made.clusters] == [
        ("q0", ("q0.a",), ("a", "b", "c")),
        ("q1", ("q1.a",), ("a", "b")),
    ]
    assert made.clusters[0].message == MESSAGE


def test_trainings_are_held_against_their_floor() -> None:
    """One group for each question and floor, the lowest value first."""
    made = found(sample.report("ada"), sample.report("bob"))
    (training,) = made.trainings
    assert (training.question, training.floor, training.reached) == ("batchnorm_model", 0.62, 0)
    assert [(each.student, each.value, each.attempts) for each in training.results] == [
        ("ada", 0.5719, 2),
        ("bob", 0.5719, 2),
    ]


def test_checks_stand_in_the_order_of_the_questions() -> None:
    """A suite may run its checks in another order than the notebook has questions."""
    report = student("a", PASSED, FAILED, PASSED)
    shuffled = sample.report("a", questions=report.questions, checks=report.checks[::-1], trainings=())
    assert [check.question for check in found(shuffled).checks] == ["q0", "q1", "q2"]


def test_no_reports_are_no_statistics() -> None:
    """Nothing is divided by zero."""
    made = found()
    assert made.distribution is None
    assert made.checks == made.sentences == ()
