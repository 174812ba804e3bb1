"""What the runs of the reference and of the untouched release show."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.corpus import reference_sources
from autograder.grading import Graded
from autograder.linting.findings import Finding, found
from autograder.linting.material import Material
from autograder.linting.trials import Trials, results
from autograder.notebooks import cells, names
from autograder.notebooks.cells import CellKind
from autograder.notebooks.syntax import parse
from autograder.records import CellStatus, CheckId, CheckResult, Outcome

SLOW_S = 5.0
"""Seconds from which on a check is slow; a class waits for it as often as it has students."""


def find(material: Material, trials: Trials) -> Iterator[Finding]:
    """Yield checks that are unsteady or slow, and cells that fail."""
    for name in results(trials.reference[0]):
        yield from _about(name, material, trials)
    yield from _slow(material, trials)
    yield from _raising(material, trials)


def _about(name: CheckId, material: Material, trials: Trials) -> Iterator[Finding]:
    """Yield how a check ends otherwise than in the first run, or that it fails in all of them."""
    path = material.path(material.checks[name].path)
    first, *others = (results(graded)[name] for graded in trials.reference)
    for place, other in enumerate(others, 1):
        if Outcome.NOT_RUN in (first.outcome, other.outcome):
            continue  # the check that it needs is the one to look at
        if other.outcome is not first.outcome:
            again, in_order = (results(graded)[name].outcome for graded in _further(trials, place))
            rule, why = "depends-on-chance", "with other random numbers: keep to inputs that no right answer misses"
            if again is first.outcome:
                why = "once: does it depend on time, or on numbers that are drawn without a seed?"
            elif in_order is first.outcome:
                rule, why = (
                    "depends-on-order",
                    "in another order: let it take from fixtures or `needs` what it relies on",
                )
            ended = f"for the reference it {_words(first)} at first and {_words(other)}"
            yield found(rule, name, f"{ended} {why}", path=path)
            return
    if first.outcome not in (Outcome.PASSED, Outcome.NOT_RUN):
        yield found("reference-fails", name, f"for the reference it {_words(first)}: one of both is wrong", path=path)


def _further(trials: Trials, place: int) -> tuple[Graded, Graded]:
    """Return the same run again, and the one in the suite's own order."""
    doubt = trials.doubts[place]
    return doubt.again, doubt.in_order


def _words(result: CheckResult) -> str:
    said = result.staff_note.strip().splitlines()[-1:] if result.outcome is Outcome.ERROR else [result.message]
    about = f" ({said[0]})" if said and said[0] else ""
    words = {Outcome.PASSED: "passed", Outcome.ERROR: "ended in an error", Outcome.FAILED: "failed"}
    return f"{words.get(result.outcome, f'was {result.outcome.value}')}{about}"


def _slow(material: Material, trials: Trials) -> Iterator[Finding]:
    for name, check in material.checks.items():
        seconds = [graded.run.check_seconds[name] for graded in trials.reference if name in graded.run.check_seconds]
        if seconds and min(seconds) > SLOW_S:
            message = (
                f"it took {min(seconds):.1f} s at best for the reference, more than {SLOW_S:g} s: "
                "ask once in a fixture for what several checks look at, with smaller inputs"
            )
            yield found("check-slow", name, message, path=material.path(check.path))


def _raising(material: Material, trials: Trials) -> Iterator[Finding]:
    """Yield cells that fail though nothing is missing: for the reference, or in a release without a need of answers."""
    if material.released is None:
        return
    path = material.release_path(material.assignment.source.name)
    failed = {}
    for run in trials.reference[0].report.cells:
        if run.status is not CellStatus.OK:
            failed[run.index] = run.message
            cell = material.released.cells[run.index]
            message = f"with the reference in all answers it fails: {run.message}"
            yield found("cell-raises", cells.grade_id(cell) or f"cell {run.index + 1}", message, path=path)
    depending = _depending(material)
    for run in trials.untouched.report.cells:
        cell = material.released.cells[run.index]
        is_ours = cells.kind(cell) in (CellKind.LOCKED, CellKind.PLAIN)
        if run.status is not CellStatus.OK and is_ours and run.index not in depending and run.index not in failed:
            name = cells.grade_id(cell) or f"cell {run.index + 1}"
            message = f"it fails in the release, and uses nothing that students define: {run.message}"
            yield found("locked-cell-raises", name, message, path=path)


def _depending(material: Material) -> frozenset[int]:
    """Return the cells that use what answers define, or what such cells define in turn."""
    answers = reference_sources(material.assignment)
    taken: set[str] = set()
    found_cells = set()
    for index, cell in enumerate(material.released.cells if material.released else ()):
        if cell.cell_type != "code":
            continue
        name = cells.grade_id(cell)
        source = cell.source if name is None else answers.get(name, cell.source)
        tree = parse(source)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree is not None else set()
        if cells.kind(cell).is_answer or used & taken:
            found_cells.add(index)
            taken |= names.defined_names(source)
    return frozenset(found_cells)
