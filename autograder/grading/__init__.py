"""Grade one submission: restore, execute, check, report.

`Grader.grade` never raises for what a student did: every submission ends as a `GradeReport`. What is the
suite's or the machine's fault ends as checks of outcome ERROR, which a person has to look at.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from autograder.course import Course, Submission
from autograder.errors import AssignmentError, AutograderError, SubmissionError, UsageError
from autograder.grading.facts import Facts, training_name
from autograder.grading.key import own_key, report_key
from autograder.grading.needed import Reading, needed_cells
from autograder.grading.passed import PassedChecks, code_keys, graded_by
from autograder.grading.scope import Scope
from autograder.models.answers import AnswerCache, RememberingRuntime
from autograder.models.view import RuntimePort
from autograder.notebooks import cells as notebook_cells
from autograder.notebooks.executed import with_outputs
from autograder.notebooks.reading import read_file
from autograder.notebooks.restore import Restored, restore_file
from autograder.records import (
    CellRun,
    CheckId,
    CheckResult,
    GradeReport,
    Outcome,
    RunFacts,
    TrainingRecord,
)
from autograder.reports.visible import steady
from autograder.rubric import Rubric
from autograder.sandbox import handed_in
from autograder.sandbox.client import ControlSocket
from autograder.sandbox.handed_in import HandedIn
from autograder.sandbox.isolation.choice import children
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.runtimes import open_runtime, open_trainer
from autograder.sandbox.session import Cell, ExecutedCell, NotebookSession
from autograder.sandbox.spec import walled
from autograder.secret import CourseSecret
from autograder.settings import Given, Recipe
from autograder.suite import plugin, runner
from autograder.suite.digests import whole
from autograder.suite.plugin import Check, SuiteContext
from autograder.suite.submission import Submission as SubmissionUnderTest
from autograder.suite.training import Trainer, TrainingAsked
from autograder.training.devices import Look, Setup, TrainingOptions, find
from autograder.training.evaluation import Evaluation
from autograder.training.jobs import Elsewhere
from autograder.training.recipes import judged_by, require_secret_labels
from autograder.training.service import TrainingService

UNREADABLE = "The file could not be read, so nothing could be checked."

OnStep = Callable[[str], None]
_Trained = dict[CheckId, tuple[TrainingRecord, ...]]


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave: the report, what is left out of it, and the executed notebook.

    `notebook` is the text of its file; None where the submission could not be read.
    """

    report: GradeReport
    run: RunFacts
    notebook: str | None = None


@dataclass(frozen=True)
class Grader:
    """Grades submissions of one assignment.

    Parameters
    ----------
    zygote
        Forks the processes of submissions and models.
    tier
        The wall around them.
    recipe_name
        Overrides the assignment's recipe.
    setup
        What trains.
    on_step
        Is told in a few words what is being done.
    train
        Takes the place of training, where somebody only wants to know what would be trained.
    scope
        The part that is run and asked; all of it where None. The report holds the checks of that part.
    open_runtime
        Gives the process that models are rebuilt in, in place of fresh ones for each submission.
    order
        A seed for another order of the checks, which must change nothing; see `SuiteContext`.
    elsewhere
        Gives finished trainings, in place of the course's cache and of what trains here.
    runs_all
        Whether all cells run, whatever the assignment says; else see `needed_cells`.
    asks_anew
        Whether checks are asked that passed for the same code before; see `grading.passed`.
    """

    course: Course
    rubric: Rubric
    zygote: ControlSocket
    tier: Tier
    recipe_name: str | None = None
    setup: Setup = field(default_factory=Setup)
    on_step: OnStep = field(default=lambda text: None)
    train: Trainer | None = None
    scope: Scope | None = None
    open_runtime: Callable[[], RuntimePort] | None = None
    order: int | None = None
    elsewhere: Elsewhere | None = None
    runs_all: bool = False
    asks_anew: bool = True

    def grade(self, submission: Submission) -> Graded:
        """Grade one submission; see the module."""
        facts = Facts(submission)
        try:
            data = read_file(submission.path)
        except SubmissionError as error:
            return unreadable(self.rubric, submission, error, self.tier)
        facts.own_key = own_key(self.course, self.rubric, submission, data, self.recipe_name, self.tier, self.setup)
        facts.rubric, facts.key = self.rubric.digest, report_key(facts.own_key, self.rubric)
        try:
            restored = restore_file(data, self.rubric.released)
        except SubmissionError as error:
            return Graded(self._unreadable(submission, data, error), facts.finish())
        facts.done("restore")
        trained: _Trained = {}
        secret = self.course.secret()
        with contextlib.ExitStack() as stack:
            weights = _weights(self.rubric, submission)
            reading = Reading.of(restored.notebook, self.rubric.released)
            running = self._running(restored, reading)
            session = self._session(running, secret, weights)
            stack.callback(session.close)
            self.on_step("running the cells")
            executed = session.run()
            facts.done("execute")
            keys = {} if self.asks_anew else self._keys(restored, reading, running)
            passed = PassedChecks(self.course.cache, secret, self._graded_by(weights))
            known = passed.known(keys)
            facts.passed_before = tuple(sorted(whole(known, self.rubric.checks)))
            context = self._context(restored, session, secret, weights, trained, facts, stack)
            only = None if self.scope is None else [self.rubric.checks[name] for name in self.scope.checks]
            checks, results = runner.judge(self.rubric.assignment.suite, context, only=only)
            if self.scope is not None and self.scope.shows_models:
                checks = _with_model(checks, context.submission)
            trained |= {name: known[name] for name in facts.passed_before}
            passed.keep(keys, {c.check_id: trained.get(c.check_id, ()) for c in checks if c.outcome is Outcome.PASSED})
            facts.done("check")
        report = GradeReport(
            assignment=self.rubric.assignment.id,
            student=submission.student,
            submission_sha256=hashlib.sha256(data).hexdigest(),
            release_id=restored.release_id,
            isolation=self.tier.value,
            questions=self.rubric.questions(checks, context.untouched),
            checks=tuple(_reported(check) for check in checks),
            cells=tuple(_cell_reported(each.run) for each in executed),
            repairs=restored.repairs,
            trainings=self._trainings(trained, facts),
        )
        is_whole_notebook = self.scope is None or self.scope.cells is None
        notebook = self._executed(restored, executed) if is_whole_notebook else None
        facts.done("report")
        return Graded(report, facts.finish(check_seconds=results.seconds), notebook)

    def _unreadable(self, submission: Submission, data: bytes, error: SubmissionError) -> GradeReport:
        checks = self.rubric.all_checks(Outcome.FAILED, UNREADABLE)
        return _report_without_run(self.rubric, submission, data, checks, self.tier, problem=error)

    def _running(self, restored: Restored, reading: Reading) -> list[Cell]:
        """Return the cells that are run, in their order."""
        wanted: Collection[int] = reading.sources
        if self.scope is not None and self.scope.cells is not None:
            wanted = self.scope.cells
        elif self.rubric.assignment.settings.execution.given is Given.NEEDED and not self.runs_all:
            wanted = needed_cells(reading, self.rubric.asked_names)
        return [
            Cell(index, notebook_cells.grade_id(restored.notebook.cells[index]), source)
            for index, source in reading.sources.items()
            if index in wanted
        ]

    def _keys(self, restored: Restored, reading: Reading, running: Sequence[Cell]) -> dict[CheckId, str]:
        answers = {name: cell.source for name, cell in notebook_cells.answers(restored.notebook)}
        return code_keys(self.rubric, reading, [cell.index for cell in running], answers)

    def _graded_by(self, weights: HandedIn) -> str:
        return graded_by(self.rubric, self.recipe_name, self.tier, self.setup, weights.digest)

    def _trainings(self, trained: _Trained, facts: Facts) -> tuple[TrainingRecord, ...]:
        """Return what the checks had trained, in their order; of equal trainings the last one that was asked for."""
        found: dict[str, TrainingRecord] = {}
        for check in self.rubric.checks:
            for record in trained.get(check, ()):
                facts.trained(check, record)
                found[training_name(record)] = record
        return tuple(found.values())

    def _session(self, cells: Sequence[Cell], secret: CourseSecret, weights: HandedIn) -> NotebookSession:
        assignment = self.rubric.assignment
        files = {**{name: assignment.folder / name for name in assignment.settings.files}, **weights.files}
        return NotebookSession(
            children(self.zygote, self.tier),
            cells,
            limits=assignment.settings.limits,
            execution=assignment.settings.execution,
            surroundings=walled(self.tier, assignment.settings.limits, files),
            seed=secret.seed("draws", assignment.id),
        )

    def _context(
        self,
        restored: Restored,
        session: NotebookSession,
        secret: CourseSecret,
        weights: HandedIn,
        trained: _Trained,
        facts: Facts,
        stack: contextlib.ExitStack,
    ) -> SuiteContext:
        def runtime() -> RuntimePort:
            opener = functools.partial(open_runtime, self.zygote, self.tier)
            return stack.enter_context(RememberingRuntime(opener, AnswerCache(self.course.cache, secret)))

        service = TrainingService(
            secret=secret,
            cache_folder=self.course.cache,
            cache_bytes=self.course.settings.cache_mib << 20,
            open_trainer=functools.partial(open_trainer, self.zygote, self.tier),
            setup=self.setup,
            on_state=self.on_step,
            elsewhere=self.elsewhere,
        )

        asking: list[CheckId] = []

        def now_asking(check: Check) -> None:
            asking[:] = [check.id]
            session.draw_from(secret.seed("draws", check.question))
            self.on_step(f"checking {check.question}")

        def keep(record: TrainingRecord) -> None:
            trained[asking[0]] = (*trained.get(asking[0], ()), record)

        def choose(name: str | None) -> tuple[str, Recipe]:
            return self.rubric.assignment.recipe(name or self.recipe_name)

        def train(asked: TrainingAsked) -> TrainingRecord:
            name, recipe = choose(asked.recipe)
            record = service.train(
                asked.graph,
                question=asked.question,
                recipe_name=name,
                recipe=recipe,
                measure=asked.measure,
                keeps_weights=asked.keeps_weights,
            )
            keep(record)
            return record

        sources = {name: cell.source for name, cell in notebook_cells.answers(restored.notebook)}
        return SuiteContext(
            assignment=self.rubric.assignment.id,
            secret=secret,
            submission=SubmissionUnderTest(
                session,
                self.open_runtime or functools.cache(runtime),
                sources,
                {**dict.fromkeys(weights.files, ""), **weights.problems},
            ),
            train=self.train or train,
            evaluation=Evaluation(service, choose, on_record=keep),
            untouched=self.rubric.untouched(restored.notebook),
            passed_before=frozenset(facts.passed_before),
            on_check=now_asking,
            order=self.order,
        )

    def _executed(self, restored: Restored, executed: tuple[ExecutedCell, ...]) -> str:
        limits = self.rubric.assignment.settings.limits
        outputs = {each.run.index: each.outputs for each in executed}
        notebook = with_outputs(
            restored.notebook,
            outputs,
            max_chars=limits.output_kib * 1024,
            max_figures=limits.figures,
            released=frozenset(cell.source for cell in self.rubric.released.cells),
        )
        return notebook_cells.to_bytes(notebook).decode()


def failed(rubric: Rubric, submission: Submission, error: AutograderError, tier: Tier) -> Graded:
    """Return the result of a submission that our side could not grade: every check is an ERROR."""
    checks = rubric.all_checks(Outcome.ERROR, plugin.ERROR_SENTENCE, error.message)
    try:
        data = read_file(submission.path)
    except SubmissionError:
        data = b""
    report = _report_without_run(rubric, submission, data, checks, tier)
    return Graded(report, Facts(submission).finish(key=""))


def unreadable(rubric: Rubric, submission: Submission, error: SubmissionError, tier: Tier) -> Graded:
    """Return the result of a file that cannot be read: no check could be made, and none is worth anything."""
    checks = rubric.all_checks(Outcome.FAILED, UNREADABLE)
    report = _report_without_run(rubric, submission, b"", checks, tier, problem=error)
    return Graded(report, Facts(submission).finish(key=""))


def _weights(rubric: Rubric, submission: Submission) -> HandedIn:
    return handed_in.find(submission.path.parent, rubric.assignment.settings.weights)


def find_setup(rubric: Rubric, recipe_name: str | None, options: TrainingOptions, *, look: Look | None = None) -> Setup:
    """Return what trains the models of an assignment here, or wherever `look` looks for GPUs.

    Raises
    ------
    UsageError
        If what the operator or the recipe asks for is not there, or the recipe that the operator chose cannot judge
        what is a student's own.
    AssignmentError
        If the assignment's own recipe cannot, or the task of one needs what its data set does not have.
    """
    checks = rubric.checks.values()
    if not any(check.trains or check.evaluates for check in checks):
        return Setup(seed=options.seed)
    for each in rubric.assignment.settings.recipes.items():
        judged_by(*each)
    name, recipe = rubric.assignment.recipe(recipe_name)
    if any(check.evaluates for check in checks):
        try:
            require_secret_labels(name, recipe)
        except AssignmentError as error:
            if recipe_name is None:
                raise
            raise UsageError(error.message) from error
    return find(name, recipe, options, look=look)


def _report_without_run(
    rubric: Rubric,
    submission: Submission,
    data: bytes,
    checks: tuple[CheckResult, ...],
    tier: Tier,
    problem: SubmissionError | None = None,
) -> GradeReport:
    """Return the report of what was not run: what cannot be read is worth nothing, the rest waits for a person."""
    return GradeReport(
        assignment=rubric.assignment.id,
        student=submission.student,
        submission_sha256=hashlib.sha256(data).hexdigest() if data else "",
        release_id="",
        isolation=tier.value,
        questions=rubric.questions(checks, None if problem else frozenset()),
        checks=checks,
        problem=problem.message if problem else "",
        staff_note=problem.staff_note if problem else "",
    )


def _reported(check: CheckResult) -> CheckResult:
    return msgspec.structs.replace(check, message=steady(check.message), staff_note=steady(check.staff_note))


def _with_model(checks: tuple[CheckResult, ...], submission: SubmissionUnderTest) -> tuple[CheckResult, ...]:
    """Return results with the model that was looked at last, where none is marked."""
    if submission.last_model is None:
        return checks
    picture = submission.last_model.picture(max_rows=None)
    return tuple(each if each.model is not None else msgspec.structs.replace(each, model=picture) for each in checks)


def _cell_reported(run: CellRun) -> CellRun:
    return msgspec.structs.replace(run, message=steady(run.message, 1000))
