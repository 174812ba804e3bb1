"""The page of the benchmarks, and the figures that README takes from it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "benchmarks" / "RESULTS.md"
RESULTS = sorted((ROOT / "benchmarks" / "results").glob("*.json"))
_SECTION = re.compile(r"^## (?:How fast it is|Speed)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?= ?(?:s|ms|MiB|MB|%|x|times)(?![A-Za-z]))")
SMALL = 200_000
"""Bytes that results and plots may take together."""

needs_results = pytest.mark.skipif(not RESULTS, reason="`make bench` has not been run yet: there are no results")


@needs_results
def test_the_page_is_made_of_the_results() -> None:
    """RESULTS.md is what `report.py` makes of results/*.json."""
    command = [sys.executable, "benchmarks/report.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run python benchmarks/report.py; {done.stderr}"


@needs_results
def test_the_plots_of_the_page_are_there_and_small() -> None:
    """Every picture that the page shows is beside it, and all of it is light."""
    pictures = [PAGE.parent / name for name in re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE.read_text())]
    assert pictures
    assert all(path.is_file() for path in pictures)
    assert sum(path.stat().st_size for path in [*pictures, *RESULTS]) < SMALL


@needs_results
def test_no_figure_is_of_a_quick_run() -> None:
    """What is committed was measured in full."""
    assert all(b'"quick": false' in path.read_bytes() for path in RESULTS)


@needs_results
def test_figures_of_readme_were_measured() -> None:
    """Every number with a unit in README's section about speed stands in RESULTS.md."""
    section = _SECTION.search((ROOT / "README.md").read_text())
    if section is None:
        pytest.skip("README has no section about speed")
    figures = _FIGURE.findall(section[1])
    measured = set(_FIGURE.findall(PAGE.read_text()))
    assert figures
    assert set(figures) <= measured, f"not in benchmarks/RESULTS.md: {sorted(set(figures) - measured)}"


def test_the_page_says_what_was_not_kept(tmp_path: Path) -> None:
    """A promise that was missed is said to be, and so is one that was not measured."""
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
import report, results
promises = [
    results.Promise("kept", 7, 6.95, "s", 1),
    results.Promise("missed", 30, 29.94, "x", 1, at_least=True),
    results.Promise("not there", 1, None, "s"),
]
columns = (results.Column("what"), results.Column("each", "s", 2))
table = results.Table("Numbers", columns, (("one", 0.314), ("two", None)))
folder = Path({str(tmp_path)!r})
results.save("some", title="Some", intro="", tables=[table], promises=promises, seconds=1, quick=False, folder=folder)
report.write(folder, folder / "page.md")
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    lines = (tmp_path / "page.md").read_text().splitlines()
    assert "| kept | at most 7.0 s | 7.0 s | yes |" in lines
    assert "| missed | at least 30.0 x | 29.9 x | no |" in lines
    assert "| not there | at most 1 s | – | not measured |" in lines
    assert {"| one | 0.31 s |", "| two | – |"} <= set(lines)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["structure", "with-fit"])
def test_a_class_of_the_benchmarks_is_diverse_and_trains_nothing(kind: str, tmp_path: Path) -> None:
    """No two submissions are equal, a release exists, and no check of the copied suite asks for a training."""
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
import classes
from autograder.rubric import Rubric
course = classes.make_course(Path({str(tmp_path)!r}), classes.KINDS[{kind!r}])
classes.hand_in(course, 40)
files = classes.first(course, 40)
assert len({{path.read_bytes() for path in files}}) == 40
answers = {{str(sorted(sources.items())) for _, sources in classes.answers(course, 40)}}
assert len(answers) > 20, len(answers)
rubric = Rubric.read(course.assignment(classes.ASSIGNMENT))
assert rubric.checks and not any(check.trains for check in rubric.checks.values())
text = files[0].read_text()
assert ("train(" in text) == ({kind!r} == "with-fit")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
