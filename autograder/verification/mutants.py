"""Grades mutants of the reference, and says what became of each.

Asked are the checks of its own question: a mistake should be noticed where it is made. A mutant is *caught* where one
of them fails it. One that no check fails is

* *left to training*, where its question has a check that trains: every other check of the question holds for it, and
  mutants are never trained. Whether such models learn enough is what calibrated floors decide;
* *equivalent*, where it does what the reference does (`mutation.equivalence`), or where the instructor says so, with a
  reason, in ``solutions/<id>/equivalent.toml``;
* a *survivor* otherwise: a mistake that the suite gives full marks for.
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.corpus import Variant, fill
from autograder.errors import AssignmentError
from autograder.mutation import Mutant, make_mutants, make_rewrites
from autograder.mutation.mutants import difference
from autograder.notebooks import cells
from autograder.pool.events import Finished, Listener
from autograder.records import CheckId, GradeReport, Outcome, Record
from autograder.reports.mutation import MutantResult, MutantState, MutationReport
from autograder.rubric import Rubric
from autograder.verification.completing import all_passed, completed
from autograder.verification.scopes import Scopes
from autograder.verification.series import Answer, Series

PREFIX = "mutant."
REWRITE_PREFIX = "rewrite."
MAX_LISTED = 0.05
"""The share of mutants that may be called equivalent by hand."""
_FILE = "equivalent.toml"
_CAUGHT = (Outcome.FAILED, Outcome.NOT_ATTEMPTED)


class Listed(Record, frozen=True, kw_only=True):
    """A mutant that a person calls equivalent."""

    name: str
    reason: str


class _ListedFile(Record, frozen=True, kw_only=True):
    mutant: tuple[Listed, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A mutant or a rewrite that is to be graded, and what is compared with the reference if no check fails it.

    `reference` is the answer that it was made from, `asked` the names of that answer that checks ask for.
    """

    mutant: Mutant
    is_rewrite: bool
    answer: Answer
    reference: str
    asked: frozenset[str]

    @property
    def name(self) -> str:
        """The name that it is graded under."""
        return self.answer.name


def find_candidates(rubric: Rubric, reference: Variant, only: str = "*") -> tuple[Candidate, ...]:
    """Return the mutants and rewrites of the answers that checks are about, as far as a pattern matches their names."""
    questions = {check.question for check in rubric.checks.values()}
    notebook = fill(rubric.released, reference.sources)
    code = {name: cell.source for name, cell in cells.answers(notebook) if cell.cell_type == "code"}
    scopes = Scopes(notebook, rubric.checks)
    asked = {name: source for name, source in code.items() if name in questions}
    found = [(PREFIX, mutant) for mutant in make_mutants(asked)]
    found += [(REWRITE_PREFIX, mutant) for mutant in make_rewrites(asked)]
    return tuple(
        Candidate(
            mutant,
            prefix == REWRITE_PREFIX,
            _answer(rubric, scopes, reference, prefix, mutant),
            asked[mutant.question],
            scopes.asked_names(mutant.question),
        )
        for prefix, mutant in found
        if fnmatch.fnmatchcase(prefix + mutant.name, only)
    )


def _answer(rubric: Rubric, scopes: Scopes, reference: Variant, prefix: str, mutant: Mutant) -> Answer:
    sources = {**reference.sources, mutant.question: mutant.source}
    own = frozenset(name for name, check in rubric.checks.items() if check.question == mutant.question)
    return Answer(prefix + mutant.name, sources, scopes.asking(_without_training(rubric, own), sources))


def _without_training(rubric: Rubric, names: frozenset[CheckId]) -> frozenset[CheckId]:
    """Return the checks of some that do not train, nor need one that does."""
    left = {name for name in names if not (rubric.checks[name].trains or rubric.checks[name].evaluates)}
    while blocked := {name for name in left if not left.issuperset(rubric.checks[name].needs)}:
        left -= blocked
    return frozenset(left)


def read_listed(path: Path) -> dict[str, str]:
    """Return the reasons of mutants that are called equivalent by hand, by name.

    Raises
    ------
    AssignmentError
        If the file cannot be read.
    """
    if not path.exists():
        return {}
    try:
        found = msgspec.convert(tomllib.loads(path.read_text()), _ListedFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise AssignmentError(f"{path}: {error}") from error
    return {each.name: each.reason for each in found.mutant}


def grade_mutants(
    series: Series,
    rubric: Rubric,
    reference: Variant,
    candidates: Sequence[Candidate],
    *,
    on_event: Listener,
) -> MutationReport:
    """Grade mutants and rewrites, and say what became of each.

    Raises
    ------
    AssignmentError
        If the list of equivalent mutants cannot be read, or the reference cannot be compared with a mutant.
    """
    listed = read_listed(rubric.assignment.solutions / _FILE)
    known = {each.name: each for each in candidates}
    reports: dict[str, GradeReport] = {}
    rest = all_passed(rubric)
    for answer, report in series.grade([each.answer for each in candidates], on_event=on_event):
        reports[answer.name] = report
        on_event(Finished(student=report.student, report=completed(report, rubric, rest)))
    trained = {check.question for check in rubric.checks.values() if check.trains}
    survivors = [
        each
        for each in candidates
        if not each.is_rewrite and each.mutant.question not in trained and _survives(reports[each.name])
    ]
    compared = dict(
        series.compare(reference.sources, [(each.answer, each.asked) for each in survivors], on_event=on_event)
    )
    results = [_result(known[name], reports[name], compared.get(name), listed) for name in known]
    return MutationReport(
        assignment=rubric.assignment.id,
        results=tuple(results),
        checks=tuple(dict.fromkeys(check.check_id for report in reports.values() for check in report.checks)),
        problems=tuple(_problems(results, listed)),
    )


def _survives(report: GradeReport) -> bool:
    return all(check.outcome is Outcome.PASSED for check in report.checks)


def _result(candidate: Candidate, report: GradeReport, compared: str | None, listed: Mapping[str, str]) -> MutantResult:
    """Say what became of one; `compared` is in what it differs from the reference, None where nobody looked."""
    mutant = candidate.mutant
    caught_by = tuple(check.check_id for check in report.checks if check.outcome in _CAUGHT)
    remark = next((check.message for check in report.checks if check.outcome in _CAUGHT), compared or "")
    if candidate.is_rewrite:
        state = MutantState.KEPT if _survives(report) else MutantState.REJECTED
    elif any(check.outcome is Outcome.ERROR for check in report.checks):
        state = MutantState.ERROR
        remark = next(check.staff_note for check in report.checks if check.outcome is Outcome.ERROR)
    elif caught_by:
        state = MutantState.CAUGHT
    elif compared == "":
        state = MutantState.EQUIVALENT
    elif mutant.name in listed:
        state, remark = MutantState.LISTED, listed[mutant.name]
    else:
        state = MutantState.TRAINING if compared is None else MutantState.SURVIVED
    return MutantResult(
        name=mutant.name,
        question=mutant.question,
        operator=mutant.operator,
        line=mutant.line,
        state=state,
        caught_by=caught_by,
        remark=remark,
        difference=difference(candidate.reference, mutant.source),
    )


def _problems(results: Sequence[MutantResult], listed: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong beside survivors."""
    for result in results:
        if result.state is MutantState.REJECTED:
            yield f"{REWRITE_PREFIX}{result.name} is the reference in another style, and loses points: {result.remark}"
        if result.state is MutantState.ERROR:
            yield f"{PREFIX}{result.name} ended in an error: {result.remark.strip().splitlines()[-1]}"
    by_name = {result.name: result for result in results}
    for name in listed:
        if name in by_name and by_name[name].state is not MutantState.LISTED:
            yield f"{_FILE} calls {name} equivalent, but it is {by_name[name].state.value}: take it out"
    num_listed = sum(result.state is MutantState.LISTED for result in results)
    num_mutants = sum(not result.is_rewrite for result in results)
    if num_listed > MAX_LISTED * num_mutants:
        yield f"{_FILE} names {num_listed} of {num_mutants} mutants, more than {MAX_LISTED:.0%}"
