"""One submission's notebook, alive: its cells are run, then questions are asked of it.

Whatever student code does to its process is that submission's own matter. A cell that ends the process, or
cannot be stopped, is left out when the notebook is run again for the cells after it; a question that ends it
costs that question, and the next one meets a fresh run. A cell during which the process is killed, though no limit was
hit, is run once more before it is blamed: a machine that runs out of memory kills without asking whose fault that is.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.errors import (
    InfrastructureError,
    LimitExceeded,
    NotebookEnded,
    StudentCodeRaised,
    SubmissionError,
    WireError,
)
from autograder.records import CellRun, CellStatus, GradeId
from autograder.sandbox.asking import GRACE_S, KILLED, SERVER_GONE, Asked, ChildGone, ChildTooSlow, Source
from autograder.sandbox.budget import Budget, allowed, limit_of, time_used_up
from autograder.settings import Execution, Limits
from autograder.wire import Caps

MAX_RESTARTS = 4
_CALLING = ("ask", "train")
"""Questions that call student code."""
CAPS = Caps(num_bytes=128 << 20, header_bytes=8 << 20)
"""What one answer of student code may hold."""


@dataclass(frozen=True)
class Cell:
    """A code cell of the restored notebook, and where it stands."""

    index: int
    grade_id: GradeId | None
    source: str


@dataclass(frozen=True)
class ExecutedCell:
    """How a cell ran, and its outputs as the child told them (`sandbox.shell`): not to be trusted."""

    run: CellRun
    outputs: tuple[Any, ...] = ()


class NotebookSession:
    """The notebook of one submission in a process of its own; a context manager through `close`.

    Parameters
    ----------
    children
        Gives out the process that the notebook runs in.
    cells
        What to run, in order.
    surroundings
        The part of the process's spec that says where it runs: behind a wall it is `spec.walled`.
    seed
        Of the random generators that student code finds; see `draw_from`.
    on_cell
        Is told of each cell before it runs.
    """

    def __init__(
        self,
        children: Source,
        cells: Sequence[Cell],
        *,
        limits: Limits,
        execution: Execution,
        surroundings: Mapping[str, Any],
        seed: int = 0,
        on_cell: Callable[[Cell], None] = lambda cell: None,
    ) -> None:
        self._children = children
        self._cells = tuple(cells)
        self._limits = limits
        self._execution = execution
        self._surroundings = surroundings
        self._seed = seed
        self._next_seed: int | None = None
        self._on_cell = on_cell
        self._child: Asked | None = None
        self._left_out: set[int] = set()
        self._run_again: set[int] = set()
        self._restarts = 0
        self._spent = Budget(0.0, 0.0)
        self._used_cpu_s = 0.0  # by the child, when it was last looked

    def run(self) -> tuple[ExecutedCell, ...]:
        """Run every cell, and say of each how it went."""
        executed = []
        for position, cell in enumerate(self._cells):
            self._on_cell(cell)
            if self._restarts > MAX_RESTARTS:
                executed.append(_not_run(cell, "cells before this one ended the notebook's process too often"))
            elif (left := self._left).is_used_up:
                executed.append(_not_run(cell, f"the notebook took longer than {left.told(self._whole)}"))
            else:
                try:
                    executed.append(self._run_cell(position, cell))
                except NotebookEnded:  # it ended too often while it was run again for this cell
                    executed.append(_not_run(cell, "cells before this one ended the notebook's process too often"))
        return tuple(executed)

    def draw_from(self, seed: int) -> None:
        """Let the next question that calls student code begin with random generators of this seed.

        What was drawn before, in cells and for other questions, then makes no difference to its answer. It is told to
        Python's and NumPy's generators, of which Keras draws the seeds of new weights; TensorFlow's own go on.
        """
        self._next_seed = seed

    def ask(self, op: str, /, **args: Any) -> Any:
        """Ask a question of the notebook when it has run.

        Raises
        ------
        SubmissionError
            Whatever student code did.
        InfrastructureError
            If our side failed.
        """
        child = self._living()
        asked = Budget.of(self._limits.training_s if op == "train" else self._limits.request_s)
        budget = self._left.at_most(asked)
        if op in _CALLING:
            args["seed"], self._next_seed = self._next_seed, None
        try:
            with self._counting(child) as used_s:
                return child.ask(op, timeout_s=budget.wall_s, total_cpu_s=used_s + budget.cpu_s, **args)
        except ChildTooSlow as error:
            self._end_child()
            whole = self._whole if self._left.is_used_up else asked
            together = "the notebook and its checks" if self._left.is_used_up else "it"
            raise LimitExceeded(
                f"{together} took longer than the {time_used_up(error, whole)} that are allowed"
            ) from None
        except ChildGone:
            hit, note = child.limit_hit, child.how_it_ended()
            self._end_child()
            _require_server(note)
            if hit:
                raise LimitExceeded(f"it needed {allowed(self._limits, hit)}", staff_note=note) from None
            raise NotebookEnded("it ended the notebook's process", staff_note=note) from None
        except StudentCodeRaised as error:
            if hit := limit_of(error.message):
                raise LimitExceeded(f"{error.message}: it needed {allowed(self._limits, hit)}") from None
            raise
        except WireError as error:
            self._end_child()
            raise NotebookEnded("what came back was not readable", staff_note=error.message) from None
        except InfrastructureError as error:
            raise InfrastructureError(
                f"the notebook's process says that grading failed in it, which student code can forge: {error.message}"
            ) from None

    def close(self) -> None:
        """End the process, and with it all that it left."""
        self._end_child()

    @property
    def _whole(self) -> Budget:
        return Budget.of(self._limits.submission_s)

    @property
    def _left(self) -> Budget:
        return Budget(self._whole.cpu_s - self._spent.cpu_s, self._whole.wall_s - self._spent.wall_s)

    @contextlib.contextmanager
    def _counting(self, child: Asked) -> Iterator[float]:
        """Count the seconds of what is done meanwhile, and CPU seconds that were used since it was last looked.

        Yields the CPU seconds that the process had used by then.
        """
        started, before = time.monotonic(), self._used_cpu_s
        try:
            yield before
        finally:
            self._used_cpu_s = max(child.cpu_s, before)
            used = self._used_cpu_s - before
            self._spent = Budget(self._spent.cpu_s + used, self._spent.wall_s + time.monotonic() - started)

    def _run_cell(self, position: int, cell: Cell) -> ExecutedCell:
        child = self._living(position)
        budget = self._left.at_most(Budget.of(self._limits.cell_s))
        limit = ""
        try:
            with self._counting(child) as used_s:
                try:
                    total_s = used_s + budget.cpu_s
                    answer = child.ask("cell", timeout_s=budget.wall_s, total_cpu_s=total_s, source=cell.source)
                except ChildTooSlow as error:
                    limit = time_used_up(error, budget)
                    child.interrupt()
                    answer = child.answer(GRACE_S)
        except (ChildGone, ChildTooSlow, WireError) as error:
            is_gone = isinstance(error, ChildGone)
            hit, note = (child.limit_hit, child.how_it_ended()) if is_gone else ("", "")
            self._end_child()
            _require_server(note)
            if note == KILLED and not hit and not limit and position not in self._run_again:
                self._run_again.add(position)
                self._restarts -= 1  # nobody is blamed for this one
                return self._run_cell(position, cell)
            self._left_out.add(position)
            if hit:
                return _ended(cell, CellStatus.LIMIT, f"needed {allowed(self._limits, hit)}, and was ended")
            if limit:
                return _ended(cell, CellStatus.LIMIT, f"took longer than {limit} and had to be ended")
            return _ended(cell, CellStatus.ENDED, "ended the notebook's process" + (f" ({note})" if note else ""))
        except LimitExceeded as error:  # it ran, but shows more than a message may hold
            message = f"The cell shows more than can be kept, so nothing of it is: {error.message}"
            run = CellRun(index=cell.index, grade_id=cell.grade_id, status=CellStatus.LIMIT, message=message)
            return ExecutedCell(run)
        except (SubmissionError, InfrastructureError):  # a cell has no such outcome: student code answered for us
            self._left_out.add(position)
            self._end_child()
            return _ended(cell, CellStatus.ENDED, "sent something that is no answer")
        return _executed(cell, answer, self._limits, f"took longer than {limit} and was interrupted" if limit else "")

    def _living(self, position: int | None = None) -> Asked:
        """Return the child, in the state that it has before the cell at `position` (default: at the end)."""
        if self._child is not None:
            return self._child
        if self._restarts > MAX_RESTARTS:
            raise NotebookEnded("the notebook's process was ended too often")
        self._child = self._children.fork(self._spec(), caps=CAPS)
        self._used_cpu_s = self._child.cpu_s
        for earlier, cell in enumerate(self._cells[:position]):
            if earlier not in self._left_out:
                self._run_cell(earlier, cell)
                if earlier in self._left_out:  # it went differently this time
                    return self._living(position)
        return self._child

    def _spec(self) -> dict[str, Any]:
        return {
            "kind": "submission",
            **self._surroundings,
            "fit": self._execution.fit.value,
            "old_names": self._execution.old_names.value,
            "max_output_chars": self._limits.output_kib * 1024,
            "seed": self._seed,
        }

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
            self._restarts += 1


def _require_server(note: str) -> None:
    """Raise `InfrastructureError` where a process is gone since its fork server is: nobody's notebook did that."""
    if note == SERVER_GONE:
        raise InfrastructureError("the fork server of the notebook's process ended: grade again")


def _executed(cell: Cell, answer: Any, limits: Limits, limit: str) -> ExecutedCell:
    """Return a cell's outcome from the child's answer, of which nothing is believed but its kind."""
    match answer:
        case {
            "outputs": list(outputs),
            "notes": list(notes),
            "error": None | str() as error,
            "was_interrupted": bool(),
        }:
            status = CellStatus.OK if error is None else CellStatus.RAISED
            message = "" if error is None else f"The cell raised {error}"
            if limit:
                status, message = CellStatus.LIMIT, f"The cell {limit}."
            elif hit := limit_of(error or ""):
                status, message = CellStatus.LIMIT, f"{message}: it needed {allowed(limits, hit)}."
            kept = tuple(str(note)[:300] for note in notes[:20])
            run = CellRun(index=cell.index, grade_id=cell.grade_id, status=status, message=message, notes=kept)
            return ExecutedCell(run, tuple(outputs))
    return _ended(cell, CellStatus.ENDED, "sent something that is no answer")


def _ended(cell: Cell, status: CellStatus, what: str) -> ExecutedCell:
    message = f"The cell {what}. It is left out, the cells after it were run without it."
    return ExecutedCell(CellRun(index=cell.index, grade_id=cell.grade_id, status=status, message=message))


def _not_run(cell: Cell, why: str) -> ExecutedCell:
    run = CellRun(index=cell.index, grade_id=cell.grade_id, status=CellStatus.NOT_RUN, message=f"Not run: {why}.")
    return ExecutedCell(run)
