"""What children leave on disk is removed, and nothing that somebody else put in its place."""

import os
import tempfile
from pathlib import Path

import pytest

from autograder.sandbox.isolation import disk, warden

DEAD = 4_194_305
"""More than any process has for its number."""
OURS = (os.geteuid(),)


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """The folder for temporary files, where everybody may write."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


@pytest.fixture
def precious(tmp_path):
    """A folder of the operator's with a file in it."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    (tmp_path / "precious").chmod(0o750)
    return tmp_path / "precious"


def untouched(precious: Path) -> bool:
    """Whether the operator's folder is as it was."""
    return (precious / "thesis.txt").read_text() == "years of work" and precious.stat().st_mode & 0o777 == 0o750


def test_a_folder_is_removed_whatever_is_in_it(shared, precious):
    """Closed folders and links go, what the links lead to stays."""
    box = shared / "box"
    (box / "closed" / "deeper").mkdir(parents=True)
    (box / "link").symlink_to(precious)
    (box / "closed").chmod(0)
    box.chmod(0)
    disk.remove(box, OURS)
    assert not os.path.lexists(box)
    assert untouched(precious)


def test_folders_deeper_than_the_stack_are_removed(shared):
    """More folders in folders than Python can go down are removed too."""
    box = shared / "box"
    box.mkdir()
    here = os.open(box, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    disk.remove(box, OURS)
    assert not box.exists()


def test_a_link_in_its_place_is_left_alone(shared, precious):
    """A link is neither followed nor removed."""
    (shared / "box").symlink_to(precious)
    disk.remove(shared / "box", OURS)
    assert (shared / "box").is_symlink()
    assert untouched(precious)


def test_what_belongs_to_another_is_left_alone(shared):
    """A folder is removed for its owner only."""
    (shared / "box").mkdir()
    disk.remove(shared / "box", (os.geteuid() + 1,))
    assert (shared / "box").is_dir()


def test_a_file_in_its_place_is_left_alone(shared):
    """What is no folder was not made by us."""
    (shared / "box").write_text("a file")
    disk.remove(shared / "box", OURS)
    assert (shared / "box").read_text() == "a file"


def test_what_a_machine_that_went_down_left_is_removed(shared):
    """The folder of a warden that is gone is removed, that of a living process stays."""
    stale, living = warden.folder_of(DEAD), warden.folder_of(os.getpid())
    (stale / "work").mkdir(parents=True)
    living.mkdir()
    warden.remove_stale()
    assert not stale.exists()
    assert living.is_dir()


def test_a_planted_link_survives_the_start(shared, precious):
    """A link under a stale folder's name is left alone, and so is what it leads to."""
    warden.folder_of(DEAD).symlink_to(precious)
    warden.remove_stale()
    assert warden.folder_of(DEAD).is_symlink()
    assert untouched(precious)


@pytest.mark.parametrize("name", ["", "1x", "x", "-1", "1.5", "²", "9" * 200, "0{pid}", "00"])
def test_a_name_that_is_no_process_is_no_error(shared, name):
    """Folders that only look like ours are left alone, and a living process keeps its own."""
    folder, living = shared / f"autograder-box-{name.format(pid=os.getpid())}", warden.folder_of(os.getpid())
    folder.mkdir()
    living.mkdir()
    warden.remove_stale()
    assert folder.is_dir()
    assert living.is_dir()


def test_what_is_gone_already_is_no_error(shared):
    """A folder that vanished meanwhile needs no removing."""
    warden.clean_up(DEAD)
    disk.remove(shared / "absent", OURS)
