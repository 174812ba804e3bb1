"""What students hand in is read, run and shown by the public command: heavy, broken and hostile files harm nobody."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import servers
from attacks import course as fortress
from attacks.catalogue.files import FORGED_LINE, SCRIPT, SEQUENCES
from attacks.course import HONEST, NAME, REACH, REACH_POINTS, TINY_POINTS, filled
from notebooks import code, text
from page import Page

from autograder.cli.main import main
from autograder.notebooks.reading import MAX_BYTES
from autograder.records import CellStatus, GradeReport, from_json

pytestmark = pytest.mark.attack
COMMANDS = "::set-output name=score::6\n##[set-output name=score]6\n##vso[task.complete result=Succeeded]"
HOSTILE_TEXT = SCRIPT + SEQUENCES + FORGED_LINE + COMMANDS
NAMES = {
    "=cmd|' calc'!A0": "=cmd|' calc'!A0",
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "a\n::set-output name=score::6": "a ::set-output name=score::6",
    "\x1b[2Jb": "\\u001b[2Jb",
    "a\u202eb": "a\\u202eb",
    os.fsdecode(b"a\xffb"): "a\\udcffb",
}
"""Names of folders that no student can have, and how they are shown."""
OBEYED = re.compile(r"^\s*::|##\[|##vso\[|[\x00-\x08\x0b-\x1f\x7f-\x9f]", re.MULTILINE)
"""What a terminal, or a runner that reads a log, would obey."""


@dataclass(frozen=True)
class Batch:
    """A graded class, and what the command printed."""

    root: Path
    code: int
    printed: str

    def report(self, student: str) -> GradeReport:
        """Return a student's report."""
        return from_json((self.root / "reports" / student / f"{NAME}.json").read_bytes(), GradeReport)

    def written(self, student: str) -> dict[str, bytes]:
        """Return the files that were written about a student."""
        folders = (self.root / name / student for name in ("reports", "feedback", "autograded"))
        return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def autograder(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a course."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=root,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """A folder that every user can reach, in which sockets' names are short."""
    folder = Path(tempfile.mkdtemp(prefix="files-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def built(base: Path) -> fortress.Fortress:
    """The course with its honest students, and everybody who hands in something else."""
    made = fortress.build(base)
    submitted = made.root / "submitted"
    honest = submitted / "ada" / NAME / f"{NAME}.ipynb"
    for student, data in contents(made).items():
        (submitted / student / NAME).mkdir(parents=True)
        (submitted / student / NAME / f"{NAME}.ipynb").write_bytes(data)
    for student, target in {
        "link_to_ada": honest,
        "link_to_passwords": "/etc/passwd",
        "link_to_gradebook": made.root / "gradebook.db",
        "link_to_zeros": "/dev/zero",
        "link_to_nowhere": "nowhere",
        "link_to_itself": f"{NAME}.ipynb",
    }.items():
        (submitted / student / NAME).mkdir(parents=True)
        (submitted / student / NAME / f"{NAME}.ipynb").symlink_to(target)
    (submitted / "folder_in_its_place" / NAME / f"{NAME}.ipynb").mkdir(parents=True)
    (submitted / "pipe_in_its_place" / NAME).mkdir(parents=True)
    os.mkfifo(submitted / "pipe_in_its_place" / NAME / f"{NAME}.ipynb")
    (submitted / "device_in_its_place" / NAME).mkdir(parents=True)
    with contextlib.suppress(PermissionError):  # only root makes devices
        os.mknod(submitted / "device_in_its_place" / NAME / f"{NAME}.ipynb", 0o20666, os.makedev(1, 5))
    (submitted / "file_for_a_folder").mkdir()
    (submitted / "file_for_a_folder" / NAME).write_text("{}")
    (submitted / "folder_of_ada").mkdir()
    (submitted / "folder_of_ada" / NAME).symlink_to(f"../ada/{NAME}")
    (submitted / "student_is_ada").symlink_to("ada")
    (submitted / "larger_than_allowed" / NAME).mkdir(parents=True)
    with (submitted / "larger_than_allowed" / NAME / f"{NAME}.ipynb").open("wb") as file:
        file.truncate(20 * MAX_BYTES)
    (submitted / "endless_timestamp" / NAME).mkdir(parents=True)
    shutil.copy(honest, submitted / "endless_timestamp" / NAME)
    (submitted / "endless_timestamp" / NAME / "timestamp.txt").symlink_to("/dev/zero")
    for name in NAMES:
        (submitted / name / NAME).mkdir(parents=True)
        shutil.copy(honest, submitted / name / NAME)
    return made


def contents(made: fortress.Fortress) -> dict[str, bytes]:
    """Return notebooks, by who hands them in."""
    answers = {"reach": REACH}
    honest = json.loads(filled(made.assignment, answers))

    def with_cells(*cells: dict[str, Any], **answers: str) -> bytes:
        notebook = json.loads(filled(made.assignment, {"reach": REACH, **answers}))
        notebook["cells"][1:1] = json.loads(json.dumps(cells))
        return json.dumps(notebook).encode()

    heavy_output = {"output_type": "stream", "name": "stdout", "text": "x" * (40 << 20)}
    attached = {**text("![x](attachment:x.png)"), "attachments": {"x.png": {"image/png": "A" * (8 << 20)}}}
    noise = "import matplotlib.pyplot as plt, numpy as np\nfor _ in range(12):\n    plt.figure(figsize=(7, 7))\n"
    noise += "    plt.figimage(np.random.rand(600, 600, 3))"
    return {
        "empty": b"",
        "blanks": b" \n" * 1000,
        "hundred_thousand_cells": json.dumps({**honest, "cells": 100_000 * [code("")]}).encode(),
        "five_million_values": b'{"nbformat": 4, "cells": [' + b"0," * 5_000_001 + b"0]}",
        "output_of_forty_mib": with_cells({**code("pass"), "outputs": [heavy_output]}),
        "attachment_of_eight_mib": with_cells(attached),
        "text_of_a_million_lines": with_cells(text('"\u00e4\n' * (1 << 20))),
        "pictures_of_noise": with_cells(*(code(noise) for _ in range(4))),
        "many_long_errors": with_cells(*(code("raise ValueError(500_000 * 'x')") for _ in range(40))),
        "many_long_outputs": with_cells(*(code("for _ in range(300): print(60_000 * 'x')") for _ in range(40))),
        "markup": with_cells(
            text(f"# {SCRIPT}\n\n[a](javascript:alert(1))"),
            {"cell_type": "raw", "source": SCRIPT, "metadata": {"raw_mimetype": "text/html"}},
            code(f"text = {HOSTILE_TEXT!r}\nprint(text)\nraise type(text, (Exception,), {{}})(text)"),
            tiny=f"def tiny():\n    '''{SCRIPT}'''\n    raise type(text, (Exception,), {{}})(text)",
        ),
    }


@pytest.fixture(scope="module")
def batch(built: fortress.Fortress) -> Batch:
    """All of it, graded."""
    done = autograder(built.root, "grade", NAME)
    return Batch(built.root, done.returncode, done.stdout + done.stderr)


UNREADABLE = (
    *("link_to_ada", "link_to_passwords", "link_to_gradebook", "link_to_zeros", "link_to_nowhere", "link_to_itself"),
    *("folder_in_its_place", "pipe_in_its_place", "device_in_its_place", "file_for_a_folder", "folder_of_ada"),
    *("student_is_ada", "larger_than_allowed", "empty", "blanks", "hundred_thousand_cells", "five_million_values"),
)
HEAVY = (
    *("output_of_forty_mib", "attachment_of_eight_mib", "text_of_a_million_lines", "pictures_of_noise"),
    *("many_long_errors", "many_long_outputs", "markup", "endless_timestamp"),
)


def test_the_batch_is_graded_to_its_end(batch: Batch) -> None:
    """Every student has a report, and the command says that a person has to look at folders it left out."""
    assert batch.code == 1, batch.printed[-3000:]
    students = sorted(path.name for path in (batch.root / "reports").iterdir() if path.is_dir())
    assert students == sorted([*HONEST, *UNREADABLE, *HEAVY])


def test_honest_students_have_their_points(batch: Batch) -> None:
    """Nobody beside them changes what they are worth."""
    assert [batch.report(student).score for student in HONEST] == [REACH_POINTS + TINY_POINTS, REACH_POINTS, 0]


@pytest.mark.parametrize("student", UNREADABLE)
def test_what_is_no_notebook_is_worth_nothing(batch: Batch, student: str) -> None:
    """The student reads why, and nothing of where a link leads is read."""
    report = batch.report(student)
    assert report.problem
    assert report.score == 0
    assert not report.has_errors
    assert not report.cells
    assert b"root:" not in b"".join(batch.written(student).values())


@pytest.mark.parametrize("student", HEAVY)
def test_heavy_notebooks_are_graded(batch: Batch, student: str) -> None:
    """Honest answers count, whatever lies around them."""
    report = batch.report(student)
    assert not report.problem
    assert not report.has_errors
    assert report.questions[0].score == REACH_POINTS


@pytest.mark.parametrize("student", set(HEAVY) - {"text_of_a_million_lines"})
def test_little_is_written(batch: Batch, student: str) -> None:
    """A report, a page and a notebook hold what a person can look at."""
    large = {path: len(data) for path, data in batch.written(student).items() if len(data) > 26 << 20}
    assert not large
    assert len((batch.root / "reports" / student / f"{NAME}.json").read_bytes()) < 1 << 20
    assert len((batch.root / "feedback" / student / NAME / f"{NAME}.html").read_bytes()) < 1 << 20


def test_long_errors_are_cut(batch: Batch) -> None:
    """A cell's sentence ends after some hundred characters."""
    cells = [cell for cell in batch.report("many_long_errors").cells if cell.status is CellStatus.RAISED]
    assert len(cells) == 40
    assert max(len(cell.message) for cell in cells) < 2000


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_that_others_would_obey_are_left_out(batch: Batch, name: str) -> None:
    """They have no report, and the operator reads that, in one line that can be seen."""
    assert not (batch.root / "reports" / name).exists()
    (line,) = [line for line in batch.printed.splitlines() if f"submitted/{NAMES[name]}:" in line]
    assert line.startswith("left out: ")


def test_nothing_printed_is_obeyed(batch: Batch) -> None:
    """Neither a terminal nor a runner finds a command in table, progress and remarks."""
    assert not OBEYED.findall(batch.printed)
    assert not [char for char in batch.printed if unicodedata.category(char) in ("Cf", "Cs", "Co")]


def test_nothing_printed_of_one_notebook_is_obeyed(
    batch: Batch, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same holds for a single report, in words of several lines, wherever those are wrapped, and as JSON."""
    file = batch.root / "submitted" / "markup" / NAME / f"{NAME}.ipynb"
    alone = ["--course", str(batch.root), "grade", NAME, "--submission", str(file)]
    with servers.shared():
        for columns in ("23", "78"):
            monkeypatch.setenv("COLUMNS", columns)
            assert main(alone) == 0
            out, err = capfd.readouterr()
            assert "owned" in out
            assert max(map(len, out.splitlines())) <= int(columns)
            assert not OBEYED.findall(out + err)
        assert main([*alone, "--json"]) == 0
    out, err = capfd.readouterr()
    assert not OBEYED.findall(out + err)
    written = (batch.root / "reports" / "markup" / f"{NAME}.json").read_bytes()
    assert json.loads(out)["checks"] == json.loads(written)["checks"]


def test_pages_hold_no_markup_of_students(batch: Batch) -> None:
    """The page of who wrote scripts everywhere runs and loads nothing, and shows them as text."""
    page = Page((batch.root / "feedback" / "markup" / NAME / f"{NAME}.html").read_text())
    assert "<script>alert('owned')" in page.text
    assert not page.all("script")
    assert not page.all("img")
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [link for link in page.all("a") if not link.get("href", "#").startswith("#")]


def test_executed_notebooks_hold_no_markup_of_students(batch: Batch) -> None:
    """Outputs are text and pictures, and Markdown is without tags."""
    notebook = json.loads((batch.root / "autograded" / "markup" / NAME / f"{NAME}.ipynb").read_text())
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    assert outputs
    assert {kind for output in outputs for kind in output.get("data", {})} <= {"text/plain", "image/png"}
    markdown = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    assert "< script>" in "".join(markdown)
    assert not [source for source in markdown if re.search(r"<[a-z/!]|\]\(j", source)]
    assert "\x1b" not in json.dumps(outputs, ensure_ascii=False)


def test_the_gradebook_knows_students_and_no_others(batch: Batch) -> None:
    """What a spreadsheet would take for a formula has no row."""
    with contextlib.closing(sqlite3.connect(batch.root / "gradebook.db")) as gradebook:
        names = {name for (name,) in gradebook.execute("select id from student")}
    assert names == {*HONEST, *UNREADABLE, *HEAVY}
