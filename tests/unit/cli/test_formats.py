"""One graded file is printed for other programs, or written where it is asked for."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import sample_reports as sample
from hostile_reports import HOSTILE
from hostile_reports import report as hostile

from autograder.cli.formats import OF_A_FILE, Format, print_one, write
from autograder.errors import InfrastructureError, UsageError
from autograder.reports.exports.gradescope import Visibility

CLASSROOM = {
    "CLASSROOM": "dl",
    "ASSIGNMENT": "lab-3",
    "USERNAME": "ada",
    "SUBMISSION_TAG": "submit/1-a",
    "COMMIT_URL": "https://x.example/1",
    "RELEASE_URL": "https://x.example/2",
}
READERS = {
    Format.JSON: lambda text: json.loads(text)["student"],
    Format.CSV: lambda text: next(csv.DictReader(io.StringIO(text)))["student"],
    Format.JUNIT: lambda text: next(ET.fromstring(text).iter("property")).get("value"),
    Format.GITHUB: lambda text: text.splitlines()[0].rpartition(" ")[2],
    Format.GRADESCOPE: lambda text: json.loads(text)["tests"] and "ada",
    Format.CLASSROOM50: lambda text: json.loads(text)["owner"],
}


@pytest.fixture(autouse=True)
def runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in no step of GitHub's runner, and in one of Classroom 50."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    for name, value in CLASSROOM.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("kind", OF_A_FILE)
def test_each_format_can_be_read(kind: Format, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed and in a file alike, and nothing is printed where a file is asked for."""
    print_one(sample.report(), kind, None, Visibility.VISIBLE)
    printed = capsys.readouterr().out
    print_one(sample.report(), kind, tmp_path / "new" / "out", Visibility.VISIBLE)
    assert READERS[kind](printed) == READERS[kind]((tmp_path / "new" / "out").read_text()) == "ada"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", OF_A_FILE)
def test_nothing_that_is_printed_is_a_command(kind: Format, capsys: pytest.CaptureFixture[str]) -> None:
    """A runner that reads the log, and a terminal, find nothing in it that they would obey."""
    assert "\n::error" in HOSTILE
    print_one(hostile(), kind, None, Visibility.VISIBLE)
    out = capsys.readouterr().out
    assert not any(line.lstrip().startswith("::") for line in out.splitlines())
    assert "##[" not in out
    assert not {"\x00", "\x1b", "\u202e"} & set(out)


def test_classroom50_says_what_its_runner_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable; a tag of another kind is refused too."""
    monkeypatch.delenv("COMMIT_URL")
    with pytest.raises(UsageError, match="COMMIT_URL"):
        print_one(sample.report(), Format.CLASSROOM50, None, Visibility.VISIBLE)
    monkeypatch.setenv("COMMIT_URL", "https://x.example/1")
    for name, value in (("SUBMISSION_TAG", "v1"), ("SUBMITTED_AT", "yesterday"), ("MODE", "pairs")):
        monkeypatch.setenv(name, value)
        with pytest.raises(UsageError, match=value):
            print_one(sample.report(), Format.CLASSROOM50, None, Visibility.VISIBLE)
        monkeypatch.setenv(name, {"SUBMISSION_TAG": "submit/1-a", "SUBMITTED_AT": "2026-02-01T10:20:30Z"}.get(name, ""))


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file where a folder is needed is no traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(InfrastructureError, match="cannot be written"):
        write(tmp_path / "file" / "out", b"")
