"""A folder of a release is found, read and held together, or a sentence says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from courses import POINTS, make_course

from autograder.checking import released
from autograder.checking.released import Release
from autograder.errors import UsageError
from autograder.notebooks import cells
from autograder.notebooks.release import make_release, write_release


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The release of a small course."""
    course, assignment = make_course(tmp_path / "course")
    write_release(assignment, make_release(course, assignment, POINTS))
    return assignment.release


def wrong(folder: Path) -> str:
    """Return what is said of a folder."""
    with pytest.raises(UsageError) as caught:
        released.read(folder)
    return caught.value.message


def test_a_release_is_read_as_it_was_written(folder: Path) -> None:
    """Notebook, public checks, files and pins come back; that the student's notebook has changed does not matter."""
    (folder / "practical.ipynb").write_text("{}")
    found = released.read(folder)
    assert isinstance(found, Release)
    assert cells.question_points(found.notebook) == {"area": 2.0, "total": 1.5, "why": 3.0}
    assert found.files == {"data/words.txt": b"one two three"}
    assert list(found.public) == ["public_area.py"]
    assert "keras==" in found.requirements


def test_it_is_looked_for_beside_the_notebook_and_then_here(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notebook may have any name and lie elsewhere; a folder that is named is the only one."""
    monkeypatch.chdir(tmp_path)
    assert released.find(folder / "my_copy (1).ipynb") == folder
    with pytest.raises(UsageError, match="--release"):
        released.find(tmp_path / "practical.ipynb")
    assert released.find(tmp_path / "practical.ipynb", folder) == folder
    with pytest.raises(UsageError, match="check.toml"):
        released.find(folder / "practical.ipynb", tmp_path)
    monkeypatch.chdir(folder)
    assert released.find(tmp_path / "practical.ipynb") == folder


@pytest.mark.parametrize("name", ["check.toml", "released.json", "public_area.py", "data/words.txt"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    """Each of them is needed."""
    (folder / name).unlink()
    assert str(folder / name) in wrong(folder)
    assert "take it from there again" in wrong(folder)


def test_a_check_file_of_another_version_says_what_to_install(folder: Path) -> None:
    """A setting that is not known here comes from a newer autograder, or from the student."""
    path = folder / "check.toml"
    path.write_text("novelty = 1\n" + path.read_text())
    assert "novelty" in wrong(folder)
    assert "pip install -r requirements.txt" in wrong(folder)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"title = "])
def test_a_check_file_that_is_none_is_named(folder: Path, data: bytes) -> None:
    """Whatever lies there is no traceback."""
    (folder / "check.toml").write_bytes(data)
    assert "is not understood by autograder" in wrong(folder)


@pytest.mark.parametrize("text", ["", "{}", "[3]", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'])
def test_another_notebook_in_the_place_of_the_released_one(folder: Path, text: str) -> None:
    """Cells are put back from this file: only the right one may do that."""
    (folder / "released.json").write_text(text)
    assert "not the one that was released" in wrong(folder)


def test_files_of_two_releases_are_told_apart(folder: Path) -> None:
    """A student who copies half of a newer release is told so."""
    path = folder / "check.toml"
    found = released.read(folder)
    path.write_text(path.read_text().replace(found.about.release_id, "0123456789abcdef"))
    assert "0123456789abcdef" in wrong(folder)
