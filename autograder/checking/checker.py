"""Checks one notebook here: restored, run and asked as when it is graded, by the public checks alone.

The chain is grading's own: `notebooks.restore`, the worker with its policy, the suite's plugin and the model view. Only
what surrounds it is another: the notebook and the models are in plain processes (`checking.process`), nothing is
trained, random inputs come from a public seed, and nothing is written.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import numpy as np
from nbformat import NotebookNode
from numpy.typing import NDArray

from autograder.checking import environment, memory, order
from autograder.checking.findings import CheckedQuestion, SelfCheck
from autograder.checking.process import Spawned, Spawner
from autograder.checking.released import Release
from autograder.errors import SubmissionError
from autograder.notebooks import cells as notebook_cells
from autograder.notebooks.reading import read_file, read_notebook
from autograder.notebooks.restore import restore_file
from autograder.notebooks.stubs import untouched_answers
from autograder.records import CheckId, CheckResult, Evidence, GradeId, Measure, Outcome, QuestionKind, TrainingRecord
from autograder.reports.visible import steady
from autograder.sandbox.handed_in import HandedIn, find
from autograder.sandbox.session import Cell, NotebookSession
from autograder.secret import CourseSecret
from autograder.suite import runner
from autograder.suite.plugin import Check, SuiteContext
from autograder.suite.submission import Submission

SECRET = CourseSecret("public")
"""In the place of the course's: the random inputs of public checks are other ones when the notebook is graded."""
SEED = 0
LATER = "Your model is trained when your work is graded; here nothing is trained, so this is decided then."
_RUNTIME_S = 120.0

OnStep = Callable[[str], None]


class DecidedLater(SubmissionError):
    """A check asks for a training, which is not made here."""


def check(path: Path, release: Release, on_step: OnStep = lambda text: None) -> SelfCheck:
    """Return what is found in a notebook.

    Parameters
    ----------
    path
        The student's file; it is not changed.
    release
        What the student was given.
    on_step
        Is told in a few words what is being done.

    Raises
    ------
    InfrastructureError
        If no process can be started here, or a package is missing.
    """
    about = release.about
    found = SelfCheck(assignment=about.assignment, title=about.title, release_id=about.release_id)
    try:
        data = read_file(path)
        submitted = read_notebook(data)
    except SubmissionError as error:
        return msgspec.structs.replace(found, problem=error.message)
    restored = restore_file(data, release.notebook)
    untouched = untouched_answers(restored.notebook, release.notebook)
    weights = find(path.parent, about.weights)
    with contextlib.ExitStack() as stack:
        on_step("starting Python and Keras")
        runtime = _Runtime(stack)
        cells = _code_cells(restored.notebook)
        session = _session(release, cells, weights, on_step)
        stack.callback(session.close)
        executed = session.run()
        on_step("asking the public checks")
        sources = {name: cell.source for name, cell in notebook_cells.answers(restored.notebook)}
        submission = Submission(
            session, lambda: runtime, sources, {**dict.fromkeys(weights.files, ""), **weights.problems}
        )
        checks = _judged(release, submission, untouched, on_step)
        remarks = [
            *order.remarks(saved := order.saved_cells(data)),
            *memory.remarks(
                cells,
                [each.run for each in executed],
                saved,
                is_defined=lambda name: _defines(submission, name),
                released=frozenset(cell.source for cell in release.notebook.cells),
            ),
            *environment.remarks(release.requirements, submitted),
        ]
    return msgspec.structs.replace(
        found,
        questions=_questions(release, checks, untouched),
        checks=checks,
        cells=tuple(msgspec.structs.replace(each.run, message=steady(each.run.message, 1000)) for each in executed),
        repairs=tuple(msgspec.structs.replace(repair, staff_note="") for repair in restored.repairs),
        remarks=tuple(msgspec.structs.replace(each, message=steady(each.message)) for each in remarks),
    )


class _Runtime:
    """A process of ours that holds models: started at once, for it takes seconds, and waited for when it is asked."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._process = stack.enter_context(Spawned.start({"kind": "runtime"}, {}))

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        self._process.wait_until_ready()
        return self._process.ask(op, timeout_s=timeout_s or _RUNTIME_S, **args)


def _code_cells(notebook: NotebookNode) -> list[Cell]:
    return [
        Cell(index, notebook_cells.grade_id(cell), cell.source)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]


def _session(release: Release, cells: list[Cell], weights: HandedIn, on_step: OnStep) -> NotebookSession:
    number = {cell.index: place for place, cell in enumerate(cells, start=1)}
    handed_in = {name: path.read_bytes() for name, path in weights.files.items()}
    return NotebookSession(
        Spawner({**release.files, **handed_in}),
        cells,
        limits=release.about.limits,
        execution=release.about.execution,
        surroundings={},
        seed=SEED,
        on_cell=lambda cell: on_step(f"running cell {number[cell.index]} of {len(cells)}"),
    )


def _defines(submission: Submission, name: str) -> bool:
    """Return whether the notebook defines a name; True where its process cannot say any more."""
    try:
        return submission.defines(name)
    except SubmissionError:
        return True


def _judged(
    release: Release, submission: Submission, untouched: frozenset[GradeId], on_step: OnStep
) -> tuple[CheckResult, ...]:
    """Return the results of the public checks."""
    if not release.public:
        return ()
    current: list[CheckId] = []
    waiting: set[CheckId] = set()

    def begin(check: Check) -> None:
        current[:] = [check.id]
        on_step(f"checking {check.question}")

    def later() -> NoReturn:
        waiting.update(current)
        raise DecidedLater(LATER)

    with _suite(release.public) as folder:
        context = SuiteContext(
            assignment=release.about.assignment,
            secret=SECRET,
            submission=submission,
            train=lambda asked: later(),
            evaluation=_Untrained(later),
            untouched=untouched,
            on_check=begin,
        )
        results, _ = runner.judge(folder, context)
    return tuple(_told(result, is_waiting=result.check_id in waiting) for result in results)


def _told(result: CheckResult, *, is_waiting: bool) -> CheckResult:
    """Return a result as a student reads it; notes for staff are kept where only staff can do something."""
    if is_waiting and result.outcome is Outcome.FAILED:
        return msgspec.structs.replace(result, outcome=Outcome.NOT_RUN, message=LATER, hint="", staff_note="")
    note = steady(result.staff_note) if result.outcome is Outcome.ERROR else ""
    return msgspec.structs.replace(result, message=steady(result.message), staff_note=note)


@contextlib.contextmanager
def _suite(public: Mapping[str, bytes]) -> Iterator[Path]:
    """Yield a folder with the public checks alone: a student's may hold tests of another kind."""
    with tempfile.TemporaryDirectory(prefix="autograder-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        for file, data in public.items():
            (folder / file).write_bytes(data)
        yield folder


class _Untrained:
    """Stands where trainings by the student, and weights, are judged: nothing of that is done here."""

    def __init__(self, later: Callable[[], NoReturn]) -> None:
        self._later = later

    def training_data(self, recipe: str | None) -> Mapping[str, NDArray[Any]]:
        self._later()

    def held_out(self, recipe: str | None) -> NDArray[np.float32]:
        self._later()

    def judge(
        self,
        returned: Sequence[np.ndarray],
        question: GradeId,
        evidence: Evidence,
        recipe: str | None,
        measure: Measure | None,
    ) -> TrainingRecord:
        self._later()


def _questions(
    release: Release, checks: tuple[CheckResult, ...], untouched: frozenset[GradeId]
) -> tuple[CheckedQuestion, ...]:
    """Return what is known of each question, in the notebook's order."""
    return tuple(
        CheckedQuestion(
            grade_id=each.grade_id,
            kind=each.kind,
            points=each.points,
            public_points=sum(result.max_points for result in checks if result.question == each.grade_id)
            if each.kind is QuestionKind.AUTOMATIC
            else 0.0,
            is_answered=each.grade_id not in untouched,
        )
        for each in release.about.questions
    )
