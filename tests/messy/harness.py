"""Grades a class of messy notebooks by the public command, and keeps what the command printed and wrote."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from messy.course import NAME, hand_in

from autograder.course import Course
from autograder.records import GradeReport, from_json


@dataclass(frozen=True, repr=False)
class Graded:
    """What grading a class gave.

    `handed_in` are the files, and `reports` what the command printed of each, by student; `code` is its exit code and
    `said` its other words.
    """

    course: Course
    handed_in: Mapping[str, bytes]
    code: int
    reports: Mapping[str, GradeReport]
    said: str

    def left(self, student: str) -> bytes:
        """Return what lies now where a student's file was put."""
        return (self.course.root / "submitted" / student / NAME / f"{NAME}.ipynb").read_bytes()


def grade(course: Course, files: Mapping[str, bytes]) -> Graded:
    """Hand files in, by student, and grade them."""
    for student, data in files.items():
        hand_in(course, student, data)
    command = [sys.executable, "-m", "autograder", "grade", NAME, "--json"]
    done = subprocess.run(command, cwd=course.root, capture_output=True)
    reports = [from_json(line, GradeReport) for line in done.stdout.splitlines()]
    return Graded(course, files, done.returncode, {each.student: each for each in reports}, done.stderr.decode())
