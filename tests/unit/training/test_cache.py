"""Finished trainings are kept by content, and nothing torn, foreign, forged or half-written is ever believed."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.errors import InfrastructureError
from autograder.records import Measure, to_json
from autograder.secret import CourseSecret
from autograder.training.cache import Entry, TrainingCache
from autograder.training.evidence import Epoch, Guesses, WrongGuess

KEY, OTHER = "ab" * 32, "cd" * 32
SECRET = CourseSecret("s")
RACE = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from test_cache import SECRET, entry
from autograder.training.cache import TrainingCache
cache = TrainingCache(pathlib.Path(sys.argv[2]), SECRET, max_bytes=12_000)
keys = [f"{number % 7:02d}" * 32 for number in range(7)]
for turn in range(60):
    key = keys[(turn + int(sys.argv[3])) % 7]
    if turn % 3:
        found = cache.read(key)
        assert found is None or found == entry(key, found.attempt(found.measure).test), found
    else:
        cache.write(entry(key, (0.1 * int(sys.argv[3]),) * (1 + turn % 5)))
"""


def entry(key=KEY, accuracies=(0.5, 0.7), is_whole=True, image=b"png"):
    """Return a finished training."""
    accuracies = tuple(accuracies)
    guess = WrongGuess(place=7, label=1, predicted=2, confidence=0.9)
    return Entry(
        key=key,
        question="model",
        recipe="quick",
        seed=1,
        device="cpu",
        backend="tensorflow",
        is_whole=is_whole,
        epochs=tuple(
            Epoch(
                test={Measure.ACCURACY: each},
                train={Measure.ACCURACY: each},
                loss=each,
                guesses=Guesses(confusion=((1, 2), (3, 4)), wrong=(guess,)),
            )
            for each in accuracies
        ),
        images={7: image},
    )


@pytest.fixture
def cache(tmp_path):
    return TrainingCache(tmp_path, SECRET)


def files(folder):
    """Return the files of all entries."""
    return sorted((folder / "trainings").glob("*/*"))


def test_what_was_written_is_read(cache, tmp_path):
    """An entry comes back equal, pictures included; another key has none."""
    assert cache.read(KEY) is None
    cache.write(entry())
    assert TrainingCache(tmp_path, SECRET).read(KEY) == entry()
    assert cache.read(OTHER) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:40],
        lambda data: data[:-40],
        lambda data: data[: len(data) // 2] + b"\x00" * (len(data) - len(data) // 2),
        lambda data: b"\xff\xfe",
        lambda data: data.partition(b"\n")[2],
        lambda data: data.replace(b"0.7", b"0.9"),
        lambda data: (line := to_json(entry(OTHER))) and SECRET.seal(line).encode() + b"\n" + line,
        lambda data: (line := to_json(entry())) and CourseSecret("theirs").seal(line).encode() + b"\n" + line,
        lambda data: (line := b'{"format": "older"}') and SECRET.seal(line).encode() + b"\n" + line,
        lambda data: data + b" " * (17 << 20),
    ],
    ids=[
        "empty",
        "cut early",
        "cut late",
        "zeros",
        "binary",
        "no seal",
        "altered",
        "other key",
        "forged",
        "older",
        "huge",
    ],
)
def test_an_unsound_entry_is_dropped(cache, tmp_path, change):
    """A file that is not that key's entry, sealed by this course, is removed, and the training is made again."""
    cache.write(entry())
    (path,) = files(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    assert [listed.entry for listed in cache.entries()] == [None]
    assert cache.read(KEY) is None
    assert not path.exists()
    cache.write(entry())
    assert cache.read(KEY) == entry()


def test_a_link_is_dropped_and_what_it_leads_to_is_left(cache, tmp_path):
    """Neither a file nor a folder elsewhere is read, written or removed through a link, not even a sound entry."""
    elsewhere = TrainingCache(tmp_path / "elsewhere", SECRET)
    elsewhere.write(entry())
    (theirs,) = files(tmp_path / "elsewhere")
    (tmp_path / "trainings" / "ab").mkdir(parents=True)
    (tmp_path / "trainings" / "ab" / theirs.name).symlink_to(theirs)
    assert cache.read(KEY) is None
    cache.write(entry(accuracies=(0.1,)))
    assert elsewhere.read(KEY) == entry()
    cache.clear()
    (tmp_path / "trainings" / "ab").rmdir()
    (tmp_path / "trainings" / "ab").symlink_to(theirs.parent)
    assert cache.read(KEY) is None
    (tmp_path / "trainings" / "ab").symlink_to(theirs.parent)
    cache.write(entry(accuracies=(0.2,)))
    assert elsewhere.read(KEY) == entry()
    assert cache.read(KEY) == entry(accuracies=(0.2,))


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_dropped(cache, tmp_path, make):
    """A folder or a pipe in the place of an entry holds nothing up."""
    path = tmp_path / "trainings" / "ab" / f"{KEY}.entry"
    path.parent.mkdir(parents=True)
    make(path)
    assert cache.read(KEY) is None
    make(path)
    cache.write(entry())
    assert cache.read(KEY) == entry()


def test_a_stopped_training_answers_what_it_reached():
    """What was stopped at a floor answers floors up to that; a whole one answers all."""
    assert entry(is_whole=False).answers(Measure.ACCURACY, 0.7)
    assert not entry(is_whole=False).answers(Measure.ACCURACY, 0.71)
    assert entry(is_whole=True).answers(Measure.ACCURACY, 0.99)


def test_the_least_recently_used_go_first(tmp_path):
    """Beyond the cap entries go that were not used longest; what was read lately stays, whenever it was written."""
    size = len(to_json(entry())) + 65
    kept = TrainingCache(tmp_path, SECRET, max_bytes=5 * size)
    keys = [f"{number:02d}" * 32 for number in range(5)]
    for key in keys:
        kept.write(entry(key))
        time.sleep(0.02)
    assert all(kept.read(key) for key in keys[1:])
    kept.read(keys[0])
    kept.write(entry(KEY))
    assert kept.read(KEY)
    assert kept.read(keys[0])
    assert kept.read(keys[1]) is None
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 5 * size


def test_an_entry_that_is_too_large_alone_is_still_kept(tmp_path):
    """What was just written is never what goes."""
    small = TrainingCache(tmp_path, SECRET, max_bytes=10)
    small.write(entry())
    assert small.read(KEY) == entry()


def test_what_a_killed_writer_left_goes(cache, tmp_path):
    """A part of a file that nobody finishes is removed after a while, a fresh one is let be."""
    cache.write(entry())
    old, fresh = (tmp_path / "trainings" / "ab" / f"{name}.part" for name in ("old", "fresh"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    cache.write(entry(OTHER))
    assert not old.exists()
    assert fresh.exists()


def test_many_processes_read_write_and_make_room_at_once(tmp_path):
    """Whatever is read is whole and one that somebody wrote, while others write, replace and drop the same entries."""
    folder = str(Path(__file__).parent)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, folder, str(tmp_path), str(number)], stderr=subprocess.PIPE, text=True
        )
        for number in range(4)
    ]
    assert [(racer.communicate()[1], racer.returncode) for racer in racers] == [("", 0)] * 4
    sound = list(TrainingCache(tmp_path, SECRET).entries())
    assert sound
    assert all(listed.entry for listed in sound)
    assert not list(tmp_path.rglob("*.part"))


def test_clearing_drops_everything_but_the_locks(cache, tmp_path):
    """A lock that somebody holds stays theirs."""
    cache.write(entry())
    cache.write(entry(OTHER))
    with cache.locked(KEY):
        count, num_bytes = cache.clear()
        assert (count, num_bytes > 0) == (2, True)
        assert not files(tmp_path)
        assert (tmp_path / "locks" / "ab.lock").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """Grading is told why a training cannot be kept."""
    (tmp_path / "trainings").write_text("in the way")
    with pytest.raises(InfrastructureError, match="a finished training cannot be kept"):
        TrainingCache(tmp_path, SECRET).write(entry())


def test_a_lock_holds_against_other_processes(cache, tmp_path):
    """While one process holds a key, another waits; it is free when the holder is killed."""
    code = (
        "import pathlib, sys, time\nfrom autograder.course import CourseSecret\n"
        "from autograder.training.cache import TrainingCache\n"
        f"with TrainingCache(pathlib.Path({str(tmp_path)!r}), CourseSecret('s')).locked('k'):\n"
        "    print('held', flush=True)\n    time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with (tmp_path / "locks" / "k.lock").open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with cache.locked("k"):
        pass
