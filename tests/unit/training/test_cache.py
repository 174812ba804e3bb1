"""Finished trainings are kept by content, and nothing torn, foreign or half-written is ever believed."""

import subprocess
import sys

import pytest

from autograder.records import Attempt, to_json
from autograder.training import cache
from autograder.training.cache import Entry, TrainingCache

KEY = "ab" * 32


def entry(key=KEY, accuracies=(0.5, 0.7), is_whole=True):
    """Return a finished training."""
    attempt = Attempt(
        seed=1, test_accuracy=accuracies, train_accuracy=accuracies, loss=tuple(1 - a for a in accuracies)
    )
    return Entry(key=key, attempt=attempt, device="cpu", is_whole=is_whole)


def test_what_was_written_is_read(tmp_path):
    """An entry comes back equal; another key has none."""
    kept = TrainingCache(tmp_path)
    assert kept.read(KEY) is None
    kept.write(entry())
    assert TrainingCache(tmp_path).read(KEY) == entry()
    assert kept.read("cd" * 32) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"{", to_json(entry())[:40], b"\xff\xfe", to_json(entry(key="cd" * 32)), b'{"format": "other"}'],
    ids=["empty", "torn", "cut", "binary", "foreign", "other"],
)
def test_an_unsound_entry_is_dropped(tmp_path, data):
    """A file that is not that key's entry is removed, and the training is made again."""
    kept = TrainingCache(tmp_path)
    kept.write(entry())
    (path,) = (tmp_path / "trainings").rglob("*.json")
    path.write_bytes(data)
    assert kept.read(KEY) is None
    assert not path.exists()


def test_a_stopped_training_answers_what_it_reached():
    """What was stopped at a floor answers floors up to that; a whole one answers all."""
    assert entry(is_whole=False).answers(0.7)
    assert not entry(is_whole=False).answers(0.71)
    assert entry(is_whole=True).answers(0.99)


def test_the_cache_does_not_grow_for_ever(tmp_path, monkeypatch):
    """Beyond the cap the entries that were not used longest go."""
    monkeypatch.setattr(cache, "MAX_ENTRIES", 4)
    kept = TrainingCache(tmp_path)
    keys = [f"{number:02d}" * 32 for number in range(9)]
    for key in keys:
        kept.write(entry(key=key))
    assert kept.read(keys[-1]) is not None
    assert len(list((tmp_path / "trainings").rglob("*.json"))) <= 4


def test_a_lock_holds_against_other_processes(tmp_path):
    """While one process holds a key, another waits; it is free when the holder is killed."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import pathlib, sys, time\nfrom autograder.training.cache import TrainingCache\n"
            f"with TrainingCache(pathlib.Path({str(tmp_path)!r})).locked('k'):\n"
            "    print('held', flush=True)\n    time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    import fcntl

    with (tmp_path / "locks" / "k.lock").open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with TrainingCache(tmp_path).locked("k"):
        pass
