"""The page that an instructor reads about a graded class: one static HTML file.

It shows what the hidden suite and its staff notes say, so it lies with the reports, never with what students get. As on
every page all values are made visible and escaped. One small script of ours sorts and filters its tables, and the
content security policy allows that one alone, by its hash; without it the tables are as they are.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.records import CheckId, GradeId, GradeReport, Outcome, RunFacts, StudentId
from autograder.reports.class_statistics import ClassStatistics, TrainingStatistics
from autograder.reports.item_analysis import CheckStatistics, Distribution, automatic_score
from autograder.reports.pages import environment, own_script
from autograder.reports.summary import reason
from autograder.reports.waiting import Waiting, Why

FEWEST_TO_JUDGE = 20
"""Students below which a discrimination is mostly chance, and nothing is said about it."""
LOWEST_GOOD = 0.2
"""Below it an item is poor by the rule of thumb of Ebel and Frisbie, "Essentials of Educational Measurement", 1991."""
_MOST_SENTENCES = 20
_SLOWEST = 5


@dataclass(frozen=True)
class _Bar:
    """One bar of the histogram: scores from `low` to `high`, `height` in [0, 1] of the highest bar."""

    low: float
    high: float
    count: int
    height: float


@dataclass(frozen=True)
class _Student:
    """One row of the table of students; `words` are what its filter finds beside what is seen."""

    report: GradeReport
    link: str
    score: float
    counts: Mapping[Outcome, int]
    waiting: int
    lost_in: tuple[str, ...]
    reason: str
    seconds: float | None
    words: str


@dataclass(frozen=True)
class _Problem:
    """An error of ours that has to be looked at first, and whom it concerns."""

    note: str
    students: tuple[StudentId, ...]


@dataclass(frozen=True)
class _Dot:
    """One training on a line from 0 to 100 %, `at` in [0, 1]; dots at the same place are one, `count` of them."""

    at: float
    count: int
    reached: bool


@dataclass(frozen=True)
class _Training:
    """The trainings of a question, as dots."""

    record: TrainingStatistics
    title: str
    dots: tuple[_Dot, ...]
    median: float


@dataclass(frozen=True)
class _Times:
    """What grading took, in seconds."""

    total: float
    median: float
    longest: float
    steps: tuple[tuple[str, float], ...]
    checks: tuple[tuple[str, float], ...]


def render_class(
    found: ClassStatistics,
    *,
    title: str,
    reports: Sequence[GradeReport],
    runs: Sequence[RunFacts] = (),
    waiting: Sequence[Waiting] = (),
    not_graded: Sequence[StudentId] = (),
    links: Mapping[StudentId, str] | None = None,
) -> str:
    """Return the page about a class as one HTML document.

    Parameters
    ----------
    found
        The statistics of `reports`.
    title
        The assignment's.
    runs
        How long grading took, of those reports for which that is known.
    waiting
        What a person has to look at.
    not_graded
        Who handed in, and has no report.
    links
        Where each student's page lies, as an address relative to this page's.
    """
    script, allowed = own_script("tables.js")
    titles = {question.grade_id: question.title for question in found.questions}
    by_hand = Counter((each.title, each.why) for each in waiting if each.why is not Why.ERROR)
    page = environment().get_template("class.html.j2")
    return page.render(
        found=found,
        title=title,
        script=script,
        allowed=allowed,
        Why=Why,
        bars=tuple(_bars(found.distribution)) if found.distribution else (),
        students=tuple(_students(reports, runs, waiting, links or {})),
        problems=tuple(_problems(waiting)),
        by_hand=tuple((name, why, count) for (name, why), count in by_hand.items()),
        num_waiting=len({each.student for each in waiting}),
        not_graded=not_graded,
        links=links or {},
        titles=titles,
        questions=tuple((each, _remark(each.earned, each.discrimination, found)) for each in found.questions),
        checks=tuple((each, _remark(each.passed, each.discrimination, found)) for each in found.checks),
        sentences=found.sentences[:_MOST_SENTENCES],
        trainings=tuple(_training(each, titles) for each in found.trainings),
        times=_times(runs),
        mark=mark,
        signed=_signed,
        seconds=seconds_text,
        FEWEST=FEWEST_TO_JUDGE,
        LOWEST=LOWEST_GOOD,
    )


def hardest(found: ClassStatistics, count: int) -> tuple[CheckStatistics, ...]:
    """Return the checks that the smallest shares passed, at most `count`; none that everybody passed."""
    known = [(each.passed, each) for each in found.checks if each.passed is not None and each.passed < 1]
    return tuple(each for _, each in sorted(known, key=lambda pair: pair[0])[:count])


def seconds_text(seconds: float) -> str:
    """Return a length of time as people say it."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _bars(spread: Distribution) -> Iterator[_Bar]:
    width, most = spread.max_score / len(spread.bins), max(spread.bins)
    for number, count in enumerate(spread.bins):
        yield _Bar(number * width, (number + 1) * width, count, count / most)


def _students(
    reports: Sequence[GradeReport],
    runs: Sequence[RunFacts],
    waiting: Sequence[Waiting],
    links: Mapping[StudentId, str],
) -> Iterator[_Student]:
    seconds = {run.student: run.seconds for run in runs}
    person = Counter(each.student for each in waiting)
    for report in reports:
        not_passed = [check.check_id for check in report.checks if check.outcome is not Outcome.PASSED]
        lost_in = [q.title for q in report.questions if q.score is not None and q.score < q.max_score]
        yield _Student(
            report=report,
            link=links.get(report.student, ""),
            score=automatic_score(report),
            counts=Counter(check.outcome for check in report.checks),
            waiting=person[report.student],
            lost_in=tuple(lost_in),
            reason=reason(report),
            seconds=seconds.get(report.student),
            words=" ".join([*map(mark, not_passed), *lost_in]),
        )


def mark(check: CheckId) -> str:
    """Return the word by which the table of students is filtered for those who did not pass a check."""
    return f"not:{check}"


def _problems(waiting: Sequence[Waiting]) -> Iterator[_Problem]:
    """Yield what went wrong with us, the most frequent first."""
    whose: dict[str, list[StudentId]] = {}
    for each in waiting:
        for note in each.notes if each.why is Why.ERROR else ():
            whose.setdefault(note, []).append(each.student)
    for note, students in sorted(whose.items(), key=lambda item: -len(item[1])):
        yield _Problem(note, tuple(students))


def _remark(share: float | None, discrimination: float | None, found: ClassStatistics) -> str:
    """Return what an instructor should notice about an item, in a few words."""
    if share is None:
        return ""
    if share in (0, 1):
        return "nobody has it" if share == 0 else ""
    if discrimination is None or found.num_reports - len(found.unreadable) < FEWEST_TO_JUDGE:
        return ""
    if discrimination < 0:
        return "who has it does worse elsewhere: is it right?"
    return "tells little apart" if discrimination < LOWEST_GOOD else ""


def _training(record: TrainingStatistics, titles: Mapping[GradeId, str]) -> _Training:
    places = Counter(round(each.value, 2) for each in record.results)
    return _Training(
        record=record,
        title=titles.get(record.question, record.question),
        dots=tuple(_Dot(at, count, at >= record.floor) for at, count in sorted(places.items())),
        median=statistics.median(each.value for each in record.results),
    )


def _times(runs: Sequence[RunFacts]) -> _Times | None:
    if not runs:
        return None
    seconds = [run.seconds for run in runs]
    steps: Counter[str] = Counter()
    checks: dict[str, list[float]] = {}
    for run in runs:
        steps.update(run.seconds_by_step)
        for check, taken in run.check_seconds.items():
            checks.setdefault(check, []).append(taken)
    means = {check: statistics.fmean(taken) for check, taken in checks.items()}
    return _Times(
        total=math.fsum(seconds),
        median=statistics.median(seconds),
        longest=max(seconds),
        steps=tuple(steps.items()),
        checks=tuple(sorted(means.items(), key=lambda item: -item[1])[:_SLOWEST]),
    )


def _signed(value: float | None) -> str:
    """Return a correlation with its sign; a dash where there is none."""
    return "–" if value is None else f"{value:+.2f}".replace("-", "−")  # noqa: RUF001 - the sign
