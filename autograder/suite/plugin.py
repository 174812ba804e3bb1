"""The pytest plugin that turns a suite's functions into `CheckResult` records.

Who is blamed for what, decided in one hook, `pytest_runtest_makereport`:

===================================================== ==================================================
what the check did                                    outcome
===================================================== ==================================================
raised nothing                                        PASSED
`AssertionError`                                      FAILED, its message is the student's feedback
`SubmissionError` (from `submission`, also in a       FAILED, with the error's sentence
fixture)
either of these, while the stub is as it was released NOT_ATTEMPTED
was skipped because a check in ``needs`` did not pass NOT_RUN, naming the check
anything else, or no result at all                    ERROR: the suite's or the machine's fault, a person
                                                      looks, nothing is scored
===================================================== ==================================================

An exception inside student code arrives as `StudentCodeRaised`, so it cannot be taken for one of the suite's.
pytest's assertion rewriting stays off: it would put compared values, and so hidden ones, into messages. The
message of an assertion that was not written in the suite (NumPy's ``assert_allclose``, say) is for staff only,
for the same reason. A message that `ModelView.marked` made brings the student's model with it, the place marked.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.errors import AssignmentError, SubmissionError
from autograder.models.picture import Marked
from autograder.records import AssignmentId, CheckId, CheckResult, GradeId, ModelPicture, Outcome
from autograder.secret import CourseSecret
from autograder.suite import marks
from autograder.suite.evaluation import Evaluate, EvaluationPort
from autograder.suite.order import another_order
from autograder.suite.submission import Submission
from autograder.suite.training import Train, Trainer


@dataclass(frozen=True)
class Check:
    """One function of a suite, as it was collected."""

    id: CheckId
    question: GradeId
    question_title: str
    title: str
    points: float
    hint: str
    needs: tuple[CheckId, ...]
    trains: bool
    evaluates: bool
    path: Path


@dataclass(frozen=True)
class SuiteContext:
    """What the checks of one submission are given."""

    assignment: AssignmentId
    secret: CourseSecret
    submission: Submission
    train: Trainer
    evaluation: EvaluationPort | None = None
    untouched: frozenset[GradeId] = frozenset()
    """Questions whose stub is as it was released."""
    passed_before: frozenset[CheckId] = frozenset()
    """Checks of which is known that they pass, and all that they need: they are not asked."""
    on_check: Callable[[Check], None] = lambda check: None
    order: int | None = None
    """A seed for another order of the checks, in which what they need still comes first; None for the suite's own."""


@dataclass
class Results:
    """What a run of the plugin found, by check."""

    checks: dict[CheckId, Check] = field(default_factory=dict)
    outcomes: dict[CheckId, CheckResult] = field(default_factory=dict)
    seconds: dict[CheckId, float] = field(default_factory=dict)


class SuitePlugin:
    """Collects checks, gives them their fixtures, and classifies how they end.

    Parameters
    ----------
    folder
        The suite's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._context: SuiteContext | None = None
        self._described: dict[str, Check] = {}
        self.checks: dict[CheckId, Check] = {}
        """Those that were collected, in the order in which they run."""
        self.problems: list[str] = []
        """What is wrong with the suite, in sentences."""
        self.results = Results()

    def begin(
        self, items: Collection[pytest.Item], context: SuiteContext, only: Collection[CheckId] | None = None
    ) -> list[pytest.Item]:
        """Take what a submission's checks are given, and return the items that are to be run, in their order.

        Parameters
        ----------
        items
            As they were collected.
        only
            The checks that are wanted; None for all.
        """
        wanted = self._wanted(only)
        passed = {name: result(wanted[name], Outcome.PASSED) for name in wanted if name in context.passed_before}
        self._context, self.results = context, Results(checks=wanted, outcomes=passed)
        found = {self._described[item.nodeid].id: item for item in items}
        order = tuple(name for name in wanted if name not in passed)
        if context.order is not None:
            order = another_order({name: wanted[name].needs for name in order}, context.order)
        return [found[name] for name in order]

    def unknown_needs(self, only: Collection[CheckId] | None = None) -> list[str]:
        """Return in sentences what checks, or those of `only`, need although it was not collected."""
        return [
            f"{check.path.name}: {check.id} needs {need}, but there is no such check"
            for check in self._wanted(only).values()
            for need in check.needs
            if need not in self.checks
        ]

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make our marks known."""
        for mark in (marks.POINTS, marks.QUESTION):
            config.addinivalue_line("markers", mark)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the marks of every check; what is wrong with them is a problem of the suite."""
        for item in items:
            try:
                check = self._described[item.nodeid] = describe(item)
                _ = item.location  # looked up once, for all that are forked from here
            except AssignmentError as error:
                self.problems.append(error.message)
                continue
            if check.id in self.checks:
                self.problems.append(f"{check.path.name}: there are two checks {check.id}")
            self.checks[check.id] = check

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file of the suite that cannot be imported."""
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext[-2000:]}")

    @pytest.fixture(scope="session")
    def submission(self) -> Submission:
        """Typed access to what the notebook defined; one for all checks, so that a fixture may keep answers."""
        return self._given.submission

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers of this course and this check: nobody can prepare for them, a regrade sees them again."""
        check = self._described[request.node.nodeid]
        return np.random.default_rng(self._given.secret.seed("check", self._given.assignment, check.id))

    @pytest.fixture
    def train(self, request: pytest.FixtureRequest) -> Train:
        """Train a model as a recipe says: ``train(model)``; see `suite.training`."""
        check = self._described[request.node.nodeid]
        return Train(self._given.train, check.id, check.question)

    @pytest.fixture
    def evaluate(self, request: pytest.FixtureRequest) -> Evaluate:
        """Judge a training by the student's own function, or weights of the student's; see `suite.evaluation`."""
        return Evaluate(self._evaluation, self._given.submission, self._described[request.node.nodeid].question)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check whose dependency did not pass."""
        check = self._described[item.nodeid]
        self._given.on_check(check)
        if self._unmet(check):
            pytest.skip("a check that this one depends on did not pass")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Classify how a check ended; the first phase that raises decides."""
        report = yield
        check = self._described[item.nodeid]
        self.results.seconds[check.id] = self.results.seconds.get(check.id, 0.0) + call.duration
        raised = call.excinfo
        if raised is not None and (check.id not in self.results.outcomes or call.when == "teardown"):
            self.results.outcomes[check.id] = self._classify(check, raised.value)
        elif call.when == "call":
            self.results.outcomes[check.id] = result(check, Outcome.PASSED)
        return report

    def _wanted(self, only: Collection[CheckId] | None) -> dict[CheckId, Check]:
        return {name: check for name, check in self.checks.items() if only is None or name in only}

    @property
    def _evaluation(self) -> EvaluationPort:
        if self._given.evaluation is None:
            raise AssignmentError("nothing of the student's own is judged here")
        return self._given.evaluation

    @property
    def _given(self) -> SuiteContext:
        if self._context is None:
            raise AssignmentError("checks that are only collected have no submission")
        return self._context

    def _unmet(self, check: Check) -> tuple[CheckId, ...]:
        outcomes = self.results.outcomes
        return tuple(n for n in check.needs if n not in outcomes or outcomes[n].outcome is not Outcome.PASSED)

    def _classify(self, check: Check, error: BaseException) -> CheckResult:
        untouched = check.question in self._given.untouched
        failed = Outcome.NOT_ATTEMPTED if untouched else Outcome.FAILED
        if isinstance(error, pytest.skip.Exception) and self._unmet(check):
            if untouched:
                return result(check, Outcome.NOT_ATTEMPTED)
            return result(check, Outcome.NOT_RUN, waits_for=self._unmet(check))
        if isinstance(error, SubmissionError):
            return result(check, failed, error.message, staff_note=error.staff_note)
        if type(error) is AssertionError:
            at = traceback.extract_tb(error.__traceback__)[-1].filename
            if Path(at).is_relative_to(self._folder) and str(error):
                said = error.args[0]
                shown = said.picture if isinstance(said, Marked) and failed is Outcome.FAILED else None
                return result(check, failed, str(error), model=shown)
            return result(check, failed, f"This does not hold: {check.title}", staff_note=str(error)[:2000])
        staff_note = "".join(traceback.format_exception(error))[-4000:]
        return result(check, Outcome.ERROR, ERROR_SENTENCE, staff_note=staff_note)


ERROR_SENTENCE = "This check could not be carried out, which is not your fault. A person will look at it."


def describe(item: Any) -> Check:
    """Return a collected function as a check.

    Raises
    ------
    AssignmentError
        If it has no docstring, no points or no question.
    """
    path = Path(str(item.path))
    where = f"{path.name}: {item.name}"
    question, points = item.get_closest_marker(marks.QUESTION), item.get_closest_marker(marks.POINTS)
    if question is None or points is None:
        raise AssignmentError(f"{where} has no {'question(...)' if question is None else '@points(...)'}")
    title = _first_line(inspect.getdoc(item.obj))
    if not title:
        raise AssignmentError(f"{where} has no docstring: it is the title that students read")
    grade_id = GradeId(question.args[0])
    name = getattr(item, "originalname", None) or item.name
    return Check(
        id=CheckId(f"{grade_id}.{item.name.removeprefix('test_')}"),
        question=grade_id,
        question_title=_first_line(item.module.__doc__).rstrip(".") or grade_id,
        title=title,
        points=points.args[0],
        hint=points.kwargs["hint"],
        needs=tuple(_need(grade_id, need, name) for need in points.kwargs["needs"]),
        trains="train" in item.fixturenames,
        evaluates="evaluate" in item.fixturenames,
        path=path,
    )


def _need(grade_id: GradeId, need: str, name: str) -> CheckId:
    if need == name:
        raise AssignmentError(f"{grade_id}: {name} needs itself")
    return CheckId(f"{grade_id}.{need.removeprefix('test_')}")


def _first_line(text: str | None) -> str:
    return text.strip().partition("\n")[0].strip() if text else ""


def result(
    check: Check,
    outcome: Outcome,
    message: str = "",
    *,
    waits_for: tuple[CheckId, ...] = (),
    staff_note: str = "",
    model: ModelPicture | None = None,
) -> CheckResult:
    """Return a check's result; the hint is for students whose answer failed it."""
    return CheckResult(
        check_id=check.id,
        question=check.question,
        title=check.title,
        outcome=outcome,
        max_points=check.points,
        message=message,
        hint=check.hint if outcome is Outcome.FAILED else "",
        waits_for=waits_for,
        staff_note=staff_note,
        model=model,
    )


def complete(results: Results) -> tuple[CheckResult, ...]:
    """Return one result for every check that was collected: what has none is an ERROR."""
    return tuple(
        results.outcomes.get(check.id)
        or result(check, Outcome.ERROR, ERROR_SENTENCE, staff_note="pytest gave no result for this check")
        for check in results.checks.values()
    )


def points_by_question(checks: Mapping[CheckId, Check]) -> dict[GradeId, float]:
    """Return the sum of each question's points, in the order of the suite."""
    sums: dict[GradeId, float] = {}
    for check in checks.values():
        sums[check.question] = sums.get(check.question, 0.0) + check.points
    return sums
