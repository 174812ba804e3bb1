"""What linting says, as records, and every rule that it knows.

A rule's name never changes: settings accept findings by it. `Finding.where` is chosen so that it survives edits of
other places: a cell's ``grade_id``, a check, a function of the suite or a path, never a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from autograder.records import AssignmentId, Record

LINT_FORMAT = "autograder/lint/v1"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Students would be harmed: an answer is given away, or scores are wrong."""
    WARNING = "warning"
    """Something is missing or misleading."""
    ADVICE = "advice"
    """Worth a look; it may well be as it should be."""


class Family(StrEnum):
    """What a rule is about; `RUNS` are the rules that need the reference to be run."""

    FILES = "files"
    LEAKS = "leaks"
    POINTS = "points"
    CHECKS = "checks"
    RUNS = "runs"
    CODE = "code"
    TEXT = "text"
    LESSON = "lesson"
    SETTINGS = "settings"


class Rule(Record, frozen=True):
    """One thing that linting looks for; `meaning` says when it is found."""

    severity: Severity
    family: Family
    meaning: str


_E, _W, _A = Severity.ERROR, Severity.WARNING, Severity.ADVICE

RULES: Mapping[str, Rule] = {
    "source-unusable": Rule(_E, Family.FILES, "the source notebook cannot be read"),
    "suite-unusable": Rule(_E, Family.FILES, "the suite cannot be collected"),
    "corpus-unusable": Rule(_E, Family.FILES, "solutions/ cannot be read"),
    "release-impossible": Rule(_E, Family.FILES, "`autograder release` refuses the assignment"),
    "release-stale": Rule(_E, Family.FILES, "what lies in release/ is not what the assignment gives"),
    "answer-in-release": Rule(_E, Family.LEAKS, "text of an answer or of a hidden check stands in a released file"),
    "picture-of-answer": Rule(_E, Family.LEAKS, "a released picture is one of an answer"),
    "attachment-of-answer": Rule(_E, Family.LEAKS, "a cell for an answer is released with attachments"),
    "output-in-release": Rule(_E, Family.LEAKS, "a released notebook holds outputs"),
    "region-misspelt": Rule(_E, Family.LEAKS, "a line is meant to mark a region, but nbgrader does not know it"),
    "person-or-path": Rule(_W, Family.LEAKS, "a released file names a person or a folder of somebody's machine"),
    "points-unbalanced": Rule(_E, Family.POINTS, "a released cell is worth something else than its checks"),
    "points-in-text": Rule(_E, Family.POINTS, "the text of a question says other points than it has"),
    "question-without-points": Rule(_E, Family.POINTS, "a question is worth nothing"),
    "points-odd": Rule(_A, Family.POINTS, "a question is worth much more or less than the others, or a fraction"),
    "question-without-checks": Rule(_E, Family.CHECKS, "no check belongs to a cell for an answer"),
    "check-without-mistake": Rule(_E, Family.CHECKS, "no known mistake fails a check"),
    "check-asks-nothing": Rule(_E, Family.CHECKS, "a check asks nothing of the submission"),
    "check-asks-anything": Rule(_A, Family.CHECKS, "a check may ask for any name, so no cell can be left out for it"),
    "check-without-message": Rule(_W, Family.CHECKS, "an assert has no message"),
    "message-for-staff": Rule(_W, Family.CHECKS, "what NumPy asserts is never shown to students"),
    "message-tells-answer": Rule(_A, Family.CHECKS, "a message seems to show what was expected"),
    "check-without-hint": Rule(_A, Family.CHECKS, "a check has no hint"),
    "title-repeated": Rule(_W, Family.CHECKS, "two checks of a question have the same title"),
    "random-without-seed": Rule(_W, Family.CHECKS, "the suite draws random numbers that differ from run to run"),
    "public-imports": Rule(_E, Family.CHECKS, "a public check imports what students do not have"),
    "suite-imports-keras": Rule(_E, Family.CHECKS, "the suite imports TensorFlow, Keras or their like"),
    "floor-unused": Rule(_W, Family.CHECKS, "a floor belongs to no question whose model a check trains"),
    "unused": Rule(_W, Family.CODE, "something in the suite is used nowhere"),
    "deprecated": Rule(_W, Family.CODE, "a name is gone, or going"),
    "reference-fails": Rule(_E, Family.RUNS, "the reference loses a check"),
    "depends-on-order": Rule(_E, Family.RUNS, "a check ends otherwise when the checks run in another order"),
    "depends-on-chance": Rule(_E, Family.RUNS, "a check ends otherwise with other random numbers"),
    "check-slow": Rule(_A, Family.RUNS, "a check takes long"),
    "cell-raises": Rule(_E, Family.RUNS, "a cell fails although everything is answered"),
    "locked-cell-raises": Rule(_E, Family.RUNS, "a locked cell of the release fails, whatever students answer"),
    "image-without-alt": Rule(_W, Family.TEXT, "a picture has no alternative text"),
    "heading-skips": Rule(_W, Family.TEXT, "a heading skips a level"),
    "link-without-words": Rule(_W, Family.TEXT, "the words of a link do not say where it leads"),
    "table-without-header": Rule(_W, Family.TEXT, "a table has no header"),
    "stub-without-prompt": Rule(_W, Family.LESSON, "no text stands before a cell for an answer"),
    "question-without-title": Rule(_W, Family.LESSON, "a question has no title of its own"),
    "accepted-in-vain": Rule(_W, Family.SETTINGS, "an accepted finding does not occur"),
}


class Finding(Record, frozen=True, kw_only=True):
    """One thing that was found.

    Attributes
    ----------
    rule
        A key of `RULES`.
    path
        The file, from the course's folder.
    line
        In that file; 0 where lines mean nothing, as in a notebook.
    where
        A cell's ``grade_id``, a check, a function or a path: what stays when other things change.
    message
        What was found, and what to do.
    """

    rule: str
    severity: Severity
    path: str
    line: int = 0
    where: str
    message: str

    @property
    def key(self) -> str:
        """What `assignment.toml` accepts it by."""
        return f"{self.rule}:{self.where}"

    @property
    def place(self) -> str:
        """Path and line, as editors and runners take them."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Accepted(Record, frozen=True, kw_only=True):
    """A finding that the instructor has accepted, with the reason that `assignment.toml` gives."""

    finding: Finding
    reason: str


class Linted(Record, frozen=True, kw_only=True):
    """Everything that was found about an assignment, what matters most first.

    `is_quick` says that nothing was run, so that rules of the family `RUNS` could not find anything.
    """

    format: str = LINT_FORMAT
    assignment: AssignmentId
    is_quick: bool
    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...] = ()

    def count(self, severity: Severity) -> int:
        """Return how many findings of a severity are not accepted."""
        return sum(finding.severity is severity for finding in self.findings)

    def is_clean(self, *, strict: bool = False) -> bool:
        """Whether nothing has to be put right: no error, and where `strict` no warning either."""
        return not self.count(Severity.ERROR) and not (strict and self.count(Severity.WARNING))


def found(rule: str, where: str, message: str, *, path: str, line: int = 0) -> Finding:
    """Return a finding, as severe as its rule is."""
    return Finding(rule=rule, severity=RULES[rule].severity, path=path, line=line, where=where, message=message)
