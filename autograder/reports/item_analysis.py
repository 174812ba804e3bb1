"""How hard each question and each check is for a class, and how well it tells apart who does well elsewhere.

Everything is a pure function of reports. What cannot be known from them is None, never 0.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from autograder.records import CheckId, GradeId, GradeReport, Outcome, QuestionKind, Record, StudentId

NUM_BINS = 10
_FEWEST = 3
"""Students below which a correlation says nothing at all: through two points there is always a line."""
_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)


class Distribution(Record, frozen=True, kw_only=True):
    """How the points that checks decide are spread over a class.

    `bins` counts the scores in `NUM_BINS` parts of [0, `max_score`], each with its lower end; the last has both ends.
    `deviation` is the standard deviation of the class itself (divided by the number of students).
    """

    max_score: float
    mean: float
    median: float
    deviation: float
    lowest: float
    highest: float
    bins: tuple[int, ...]


class CheckStatistics(Record, frozen=True, kw_only=True):
    """One check in a class.

    Attributes
    ----------
    counts
        How many students had each outcome.
    passed
        The share that passed of those for whom it was decided, in [0, 1]; the difficulty of classical test theory,
        where 1 is the easiest. None where it was decided for nobody.
    discrimination
        As `discrimination` returns it.
    """

    check_id: CheckId
    question: GradeId
    title: str
    max_points: float
    counts: dict[Outcome, int]
    passed: float | None
    discrimination: float | None


class QuestionStatistics(Record, frozen=True, kw_only=True):
    """One question that checks decide.

    `earned` is the mean share of its points, in [0, 1], over those that have a score; `full` of them have all points,
    and `none` have no point. `discrimination` is that of its points against those of all other questions.
    """

    grade_id: GradeId
    title: str
    max_score: float
    earned: float | None
    full: int
    none: int
    waiting: int
    discrimination: float | None


def distribution(reports: Sequence[GradeReport]) -> Distribution | None:
    """Return how the points that checks gave are spread; None without reports."""
    if not reports:
        return None
    scores = [automatic_score(report) for report in reports]
    most = max(report.max_automatic_score for report in reports)
    bins = [0] * NUM_BINS
    for score in scores:
        share = score / most if most else 0.0
        bins[min(max(int(share * NUM_BINS + 1e-9), 0), NUM_BINS - 1)] += 1
    return Distribution(
        max_score=most,
        mean=statistics.fmean(scores),
        median=statistics.median(scores),
        deviation=statistics.pstdev(scores),
        lowest=min(scores),
        highest=max(scores),
        bins=tuple(bins),
    )


def questions(reports: Sequence[GradeReport]) -> tuple[QuestionStatistics, ...]:
    """Return every question that checks decide, in the order of the reports, which is the notebook's."""
    totals = _known_totals(reports)
    found = []
    for grade_id, mine in _grouped(reports, lambda report: report.questions, lambda each: each.grade_id).items():
        first = mine[0][1]
        if first.kind is QuestionKind.MANUAL:
            continue
        scores = [(report.student, each.score) for report, each in mine if each.score is not None]
        known = [(score, totals[student] - score) for student, score in scores if student in totals]
        shares = [score / first.max_score for _, score in scores] if first.max_score else []
        found.append(
            QuestionStatistics(
                grade_id=grade_id,
                title=first.title,
                max_score=first.max_score,
                earned=statistics.fmean(shares) if shares else None,
                full=sum(score >= first.max_score for _, score in scores),
                none=sum(score <= 0 for _, score in scores),
                waiting=len(mine) - len(scores),
                discrimination=discrimination([item for item, _ in known], [rest for _, rest in known]),
            )
        )
    return tuple(found)


def checks(reports: Sequence[GradeReport]) -> tuple[CheckStatistics, ...]:
    """Return every check, in the order of the reports."""
    totals = _known_totals(reports)
    found = []
    for check_id, mine in _grouped(reports, lambda report: report.checks, lambda each: each.check_id).items():
        first = mine[0][1]
        counts = Counter(check.outcome for _, check in mine)
        decided = len(mine) - counts[Outcome.ERROR]
        known = [
            (float(check.outcome is Outcome.PASSED), totals[report.student] - check.points)
            for report, check in mine
            if report.student in totals
        ]
        found.append(
            CheckStatistics(
                check_id=check_id,
                question=first.question,
                title=first.title,
                max_points=first.max_points,
                counts={outcome: counts[outcome] for outcome in Outcome},
                passed=counts[Outcome.PASSED] / decided if decided else None,
                discrimination=discrimination([item for item, _ in known], [rest for _, rest in known]),
            )
        )
    return tuple(found)


def discrimination(items: Sequence[float], rests: Sequence[float]) -> float | None:
    """Return the item-rest correlation, in [-1, 1]: how well an item tells apart who does well in the rest.

    It is Pearson's correlation of the points for the item with the sum of the points for all others; for an item that
    is passed or not, this is the point-biserial correlation. The item itself is not in the sum, or it would correlate
    with itself (J. P. Guilford, "The correlation of an item with a composite of the remaining items in a test",
    Educational and Psychological Measurement 13, 1953, pp. 87-93).

    Parameters
    ----------
    items, rests
        A value for each student.

    Returns
    -------
    float or None
        None for fewer than three students, and where items or rests are all the same: nothing can be told apart then.
    """
    if len(items) < _FEWEST or _is_constant(items) or _is_constant(rests):
        return None
    return min(max(statistics.correlation(items, rests), -1.0), 1.0)


def automatic_score(report: GradeReport) -> float:
    """Return the points that checks gave."""
    scores = (q.score for q in report.questions if q.kind is QuestionKind.AUTOMATIC)
    return math.fsum(score for score in scores if score is not None)


def _known_totals(reports: Sequence[GradeReport]) -> dict[StudentId, float]:
    """Return the points of every student of whom no check ended in an ERROR."""
    return {report.student: automatic_score(report) for report in reports if not report.has_errors}


def _is_constant(values: Sequence[float]) -> bool:
    """Whether values differ by no more than what adding them up in another order changes."""
    return all(math.isclose(value, values[0], rel_tol=1e-9, abs_tol=1e-9) for value in values)


def _grouped(
    reports: Iterable[GradeReport], of: Callable[[GradeReport], Iterable[_T]], key: Callable[[_T], _K]
) -> dict[_K, list[tuple[GradeReport, _T]]]:
    """Return everything that reports hold by its key, in the order in which keys first occur."""
    found: dict[_K, list[tuple[GradeReport, _T]]] = {}
    for report in reports:
        for each in of(report):
            found.setdefault(key(each), []).append((report, each))
    return found
