"""`autograder lint` prints findings for people and programs, and its exit code says whether errors are left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from courses import make_course

from autograder.cli.main import main


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with errors, warnings and advice in it."""
    return make_course(tmp_path)[0].root


def run(course: Path, *arguments: str) -> int:
    """Lint without running anything."""
    return main(["--course", str(course), "lint", "practical", "--quick", *arguments])


def accept_all_but(course: Path, severity: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Accept every finding of another severity."""
    run(course, "--json")
    findings = json.loads(capsys.readouterr().out)["findings"]
    keys = {f"{each['rule']}:{each['where']}" for each in findings if each["severity"] != severity}
    path = course / "assignments" / "practical" / "assignment.toml"
    path.write_text(path.read_text() + "[lint.accept]\n" + "".join(f'"{key}" = "known"\n' for key in keys))


def test_a_pipe_gets_a_line_for_each_finding(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line has file, severity, sentence and what it is accepted by; the last one counts."""
    assert run(course) == 3
    *lines, last = capsys.readouterr().out.splitlines()
    assert any(
        line.startswith("assignments/practical/practical.ipynb: error: no check belongs to it")
        and line.endswith("[question-without-checks:total]")
        for line in lines
    )
    assert last.startswith("practical: ")
    assert "4 errors" in last
    assert last.endswith("nothing was run")


def test_json_is_a_line_with_everything(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get the record, whatever the exit code."""
    assert run(course, "--json") == 3
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert record["format"] == "autograder/lint/v1"
    assert record["is_quick"] is True
    assert {"rule", "severity", "path", "line", "where", "message"} == set(record["findings"][0])


@pytest.mark.parametrize(("left", "code", "strict"), [("error", 3, 3), ("warning", 0, 3), ("advice", 0, 0)])
def test_the_exit_code_is_about_errors(
    course: Path, capsys: pytest.CaptureFixture[str], left: str, code: int, strict: int
) -> None:
    """Errors count always, warnings where it is strict, advice never."""
    accept_all_but(course, left, capsys)
    assert run(course) == code
    assert run(course, "--strict") == strict
    assert " accepted" in capsys.readouterr().out


def test_a_preview_finds_nothing(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Options that belong to the other use of the command are refused."""
    assert run(course, "--preview") == 2
    assert "leave --quick" in capsys.readouterr().err
    assert main(["--course", str(course), "lint", "practical", "--workers", "2"]) == 2
    assert "--workers is for --preview" in capsys.readouterr().err
