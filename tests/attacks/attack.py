"""What an attack is: a hostile submission, and what shows that it would have worked without its defence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from autograder.records import GradeReport


class Group(StrEnum):
    """What an attack is after."""

    READS = "reads"
    FORGERIES = "forgeries"
    HARM = "harm"
    LEFTOVERS = "leftovers"
    ESCAPES = "escapes"
    SECRETS = "secrets"
    STEERING = "steering"
    FILES = "files"


class Control(StrEnum):
    """How the attack is shown to work where its defence is taken away."""

    NO_WALL = "no wall"
    """Graded with ``--unsafe-no-isolation`` its last cell prints `Facts.LOOT`, which the wall never lets it print."""
    NAIVE = "naive grader"
    """A grader that runs the tests in the notebook's own process (`naive.grade`) gives it full marks."""
    OWN = "its own"
    """`Attack.succeeds` shows it on the defence's own function."""
    UNSAFE = "cannot be shown safely"
    """It would harm the machine that runs the tests; `Attack.why_no_control` says how."""


@dataclass(frozen=True)
class Facts:
    """What the attacker is told: the worst case, everything but the secrets themselves."""

    LOOT = "L00T:"
    """An attack prints this, followed by what it got, when it got something that it must not have."""

    course: str
    """The course folder."""
    neighbour: str
    """The path of another student's submission."""
    home_canary: str
    """A file in the operator's home folder that holds a canary."""
    tcp_port: int
    """A server of the operator's that listens on 127.0.0.1."""
    unix_socket: str
    """A socket of the operator's in the file system, such as an engine's."""
    victim_pid: int
    """A process of the operator's, with a canary in its environment and its memory."""
    marker: str
    """A word that an attack puts into the name of whatever it leaves behind, so that it is found."""


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Parameters
    ----------
    name
        An identifier, which is the student's name too.
    title
        What it tries, in a sentence.
    answer
        The cell that answers the question `reach`; the honest answer where None.
    model
        The cell that answers the question `tiny`; the stub as it was released where None.
    cells
        Further cells, run before the answers, in order. ``@course@``, ``@neighbour@``, ``@home_canary@``,
        ``@tcp_port@``, ``@unix_socket@``, ``@victim_pid@``, ``@marker@`` and ``@loot@`` are replaced by what `Facts`
        says, in all sources and in `raw`. ``@loot@`` belongs into an ordinary string literal: it becomes an escape
        there, so that the source itself does not hold the word that is looked for in outputs.
    files
        What lies beside the notebook in the submission's folder, by relative path.
    raw
        The notebook's file itself, where it is not made from cells.
    expects
        A further promise about the report, as a function that asserts.
    succeeds
        For `Control.OWN`: asserts that without the defence the attack works.
    limits
        Names of limits (`harness.WORDS`), one of which its cells or checks must be said to have hit.
    trace
        What follows the marker in the name of the process or file that it leaves behind; without the wall it is found.
    needs_root
        Whether only root can do it, wall or not: its control needs root.
    """

    name: str
    group: Group
    title: str
    control: Control
    answer: str | None = None
    model: str | None = None
    cells: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    raw: bytes | None = None
    expects: Callable[[GradeReport], None] | None = None
    succeeds: Callable[[], None] | None = None
    why_no_control: str = ""
    limits: tuple[str, ...] = ()
    trace: str = ""
    needs_root: bool = False
