"""One submission's notebook, alive: its cells are run, then questions are asked of it.

Whatever student code does to its process is that submission's own matter. A cell that ends the process, or
cannot be stopped, is left out when the notebook is run again for the cells after it; a question that ends it
costs that question, and the next one meets a fresh run.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import LimitExceeded, NotebookEnded, WireError
from autograder.records import CellRun, CellStatus, GradeId
from autograder.sandbox.client import GRACE_S, Child, ChildGone, ChildTooSlow, ControlSocket, clean_environment
from autograder.settings import Execution, Limits
from autograder.wire import Caps

MAX_RESTARTS = 4
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
    control
        The zygote's control socket.
    cells
        What to run, in order.
    files
        Copied beside the notebook before it runs, by the path that they have there.
    seed
        Of the random generators that student code finds.
    """

    def __init__(
        self,
        control: ControlSocket,
        cells: Sequence[Cell],
        *,
        limits: Limits,
        execution: Execution,
        files: Mapping[str, Path] | None = None,
        seed: int = 0,
    ) -> None:
        self._control = control
        self._cells = tuple(cells)
        self._limits = limits
        self._execution = execution
        self._files = dict(files or {})
        self._seed = seed
        self._folder = Path(tempfile.mkdtemp(prefix="autograder-"))
        self._child: Child | None = None
        self._left_out: set[int] = set()
        self._restarts = 0
        self._spent_s = 0.0

    def run(self) -> tuple[ExecutedCell, ...]:
        """Run every cell, and say of each how it went."""
        executed = []
        for position, cell in enumerate(self._cells):
            if self._restarts > MAX_RESTARTS:
                executed.append(_not_run(cell, "cells before this one ended the notebook's process too often"))
            elif self._left_s <= 0:
                executed.append(_not_run(cell, f"the notebook took longer than {self._limits.submission_s:g} s"))
            else:
                executed.append(self._run_cell(position, cell))
        return tuple(executed)

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
        timeout_s = min(self._limits.request_s, self._left_s)
        started = time.monotonic()
        try:
            return child.ask(op, timeout_s=timeout_s, **args)
        except ChildTooSlow:
            self._end_child()
            if timeout_s < self._limits.request_s:
                raise LimitExceeded(
                    f"the notebook and its checks took longer than {self._limits.submission_s:g} s together"
                ) from None
            raise LimitExceeded(f"it took longer than the {timeout_s:g} s that are allowed") from None
        except ChildGone:
            note = child.how_it_ended()
            self._end_child()
            raise NotebookEnded("it ended the notebook's process", staff_note=note) from None
        except WireError as error:
            self._end_child()
            raise NotebookEnded("what came back was not readable", staff_note=error.message) from None
        finally:
            self._spent_s += time.monotonic() - started

    def close(self) -> None:
        """End the process and remove its folder."""
        self._end_child()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _left_s(self) -> float:
        return self._limits.submission_s - self._spent_s

    def _run_cell(self, position: int, cell: Cell) -> ExecutedCell:
        child = self._living(position)
        timeout_s = min(self._limits.cell_s, self._left_s)
        started = time.monotonic()
        late = False
        try:
            try:
                answer = child.ask("cell", timeout_s=timeout_s, source=cell.source)
            except ChildTooSlow:
                late = True
                child.interrupt()
                answer = child.answer(GRACE_S)
        except (ChildGone, ChildTooSlow, WireError) as error:
            self._left_out.add(position)
            note = child.how_it_ended() if isinstance(error, ChildGone) else ""
            self._end_child()
            if late:
                return _ended(cell, CellStatus.LIMIT, f"took longer than {timeout_s:g} s and had to be ended")
            return _ended(cell, CellStatus.ENDED, "ended the notebook's process" + (f" ({note})" if note else ""))
        finally:
            self._spent_s += time.monotonic() - started
        return _executed(cell, answer, f"took longer than {timeout_s:g} s and was interrupted" if late else "")

    def _living(self, position: int | None = None) -> Child:
        """Return the child, in the state that it has before the cell at `position` (default: at the end)."""
        if self._child is not None:
            return self._child
        if self._restarts > MAX_RESTARTS:
            raise NotebookEnded("the notebook's process was ended too often")
        child = self._child = self._control.fork(self._spec(), caps=CAPS)
        for earlier, cell in enumerate(self._cells[:position]):
            if earlier not in self._left_out:
                self._run_cell(earlier, cell)
                if self._child is not child:  # it went differently this time
                    return self._living(position)
        return child

    def _spec(self) -> dict[str, Any]:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700)
        for name, file in self._files.items():
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, self._folder / name)
        return {
            "kind": "submission",
            "folder": str(self._folder),
            "environment": clean_environment(HOME=str(self._folder), TMPDIR=str(self._folder)),
            "fit": self._execution.fit.value,
            "max_output_chars": self._limits.output_kib * 1024,
            "seed": self._seed,
        }

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
            self._restarts += 1


def _executed(cell: Cell, answer: Any, limit: str) -> ExecutedCell:
    """Return a cell's outcome from the child's answer, of which nothing is believed but its kind."""
    match answer:
        case {
            "outputs": list(outputs),
            "notes": list(notes),
            "error": None | str() as error,
            "was_interrupted": bool(),
        }:
            status = CellStatus.LIMIT if limit else CellStatus.OK if error is None else CellStatus.RAISED
            message = f"The cell {limit}." if limit else "" if error is None else f"The cell raised {error}"
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
