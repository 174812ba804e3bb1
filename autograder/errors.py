"""Every exception raised on purpose, and who is to blame for it.

::

    AutograderError
    ├── UsageError            the operator asked for something impossible         exit 2
    ├── AssignmentError       an instructor's notebook, suite or setting is wrong exit 3
    ├── SubmissionError       the student's work; never escapes grading: FAILED
    │   ├── NotDefined        the notebook does not define the name
    │   ├── WrongKind         the name is defined, but holds something else
    │   ├── StudentCodeRaised the student's code raised when it was called
    │   ├── LimitExceeded     the student's code ran into a limit
    │   ├── NotebookEnded     the student's code ended its own process
    │   └── ModelRefused      the model cannot be described, or not be rebuilt by us
    └── InfrastructureError   a process, a disk or a machine failed               exit 4
        ├── OutOfMemory       a device or a machine had no memory left
        └── WireError         what arrived is no message of ours

The message of a `SubmissionError` is a sentence for the student. What only staff should read goes into
`staff_note`. The message of the others is for the operator or the instructor, says what, where and what
to do, and ends with what was received.
"""

from __future__ import annotations


class AutograderError(Exception):
    """Base of everything this package raises on purpose.

    Parameters
    ----------
    message
        One sentence for the person who is to act.
    staff_note
        What staff may need beside it; never shown to a student.
    """

    exit_code = 4

    def __init__(self, message: str, *, staff_note: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.staff_note = staff_note


class UsageError(AutograderError):
    """The operator asked for something impossible."""

    exit_code = 2


class AssignmentError(AutograderError):
    """An instructor's notebook, suite, corpus or setting is wrong."""

    exit_code = 3


class SubmissionError(AutograderError):
    """The student's work is absent, of the wrong kind, raising or too slow."""

    exit_code = 1


class NotDefined(SubmissionError):
    """The notebook does not define the name that a check asks for."""


class WrongKind(SubmissionError):
    """The name is defined, but does not hold what the question asks for."""


class StudentCodeRaised(SubmissionError):
    """The student's code raised an exception when it was called."""


class LimitExceeded(SubmissionError):
    """The student's code ran into a limit; the message says which."""


class NotebookEnded(SubmissionError):
    """The student's code ended its own process, so nothing can be asked any more."""


class ModelRefused(SubmissionError):
    """The student's model cannot be described as data, or is outside what is rebuilt."""


class InfrastructureError(AutograderError):
    """A process, a disk or a machine failed: nobody's mark may depend on it."""

    exit_code = 4


class OutOfMemory(InfrastructureError):
    """The device that trains, or the machine, had no memory left."""


class WireError(InfrastructureError):
    """The bytes that arrived are not a message that this codec makes."""
