"""Only so many trainings run at a time on a machine, and a holder that dies blocks nobody."""

import subprocess
import sys
import time

from autograder.training.slots import slot

HOLD = (
    "import pathlib, sys, time\nfrom autograder.training.slots import slot\n"
    "with slot(pathlib.Path(sys.argv[1]), int(sys.argv[2])) as number:\n"
    "    print(number, flush=True)\n    time.sleep(60)"
)


def holder(folder, count):
    """Start a process that holds a slot, and wait until it does."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder), str(count)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    number = int(process.stdout.readline())
    process.stdout.close()
    return process, number


def test_two_slots_are_two(tmp_path):
    """The second process gets the other slot."""
    first, number = holder(tmp_path, 2)
    with slot(tmp_path, 2) as other:
        assert {number, other} == {0, 1}
    first.kill()
    first.wait()


def test_who_comes_late_waits_until_the_holder_is_gone(tmp_path):
    """One slot is held by one process; when that is killed, the next gets it."""
    first, _ = holder(tmp_path, 1)
    second = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), "1"], stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    assert second.poll() is None
    first.kill()
    first.wait()
    assert second.stdout is not None
    assert second.stdout.readline() == "0\n"
    second.stdout.close()
    second.kill()
    second.wait()
