"""Only so many trainings run at a time on a machine, the quick ones first, and who dies blocks nobody."""

import subprocess
import sys
import threading
import time

import pytest

from autograder.training.devices import Place, Setup
from autograder.training.slots import Slots

CPU = Setup().places()
HOLD = (
    "import pathlib, sys, time\nfrom autograder.training.devices import Setup\n"
    "from autograder.training.slots import Slots\n"
    "setup = Setup() if sys.argv[2] == 'cpu' else Setup(device='gpu', cards=1, slots=int(sys.argv[2]))\n"
    "with Slots(pathlib.Path(sys.argv[1]), setup.places()).taken() as place:\n"
    "    print(place.slot, flush=True)\n    time.sleep(60)"
)


def start(folder, slots):
    """Start a process that takes a slot, on a CPU or on a card with so many slots."""
    return subprocess.Popen([sys.executable, "-c", HOLD, str(folder), str(slots)], stdout=subprocess.PIPE, text=True)


def end(process):
    """Kill a process as hard as can be."""
    process.kill()
    process.wait()
    process.stdout.close()


def holder(folder, slots):
    """Start a process that holds a slot, and wait until it does."""
    process = start(folder, slots)
    return process, int(process.stdout.readline())


def test_two_slots_are_two(tmp_path):
    """The second process gets the other slot."""
    first, number = holder(tmp_path, 2)
    with Slots(tmp_path, Setup(device="gpu", cards=1, slots=2).places()).taken() as place:
        assert {number, place.slot} == {0, 1}
    end(first)


def test_who_comes_late_waits_until_the_holder_is_gone(tmp_path):
    """One slot is held by one process; when that is killed, the next gets it."""
    first, _ = holder(tmp_path, "cpu")
    second = start(tmp_path, "cpu")
    while not list(tmp_path.glob("waiting-cpu/*")):
        time.sleep(0.02)
    time.sleep(0.3)
    assert second.poll() is None
    end(first)
    assert second.stdout.readline() == "0\n"
    end(second)


def test_the_quick_and_the_first_attempts_go_first(tmp_path):
    """Of those who wait, first attempts come before second ones, and small models before large ones."""
    slots = Slots(tmp_path, CPU)
    order = []

    def wait(name, attempt, work):
        with slots.taken(attempt=attempt, work=work):
            order.append(name)

    asked = [("large", 0, 9e9), ("again", 1, 1.0), ("small", 0, 5e3), ("middle", 0, 2e7), ("huge", 0, 1e300)]
    with slots.taken():
        threads = [threading.Thread(target=wait, args=each) for each in asked]
        for thread in threads:
            thread.start()
        while len(list(tmp_path.glob("waiting-cpu/[0-9]*"))) < len(asked):
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert order == ["small", "middle", "large", "huge", "again"]


def test_the_ticket_of_the_dead_holds_nobody_up(tmp_path):
    """Whoever was killed while it waited has lost its place in the queue."""
    first, _ = holder(tmp_path, "cpu")
    waiting = start(tmp_path, "cpu")
    while not list(tmp_path.glob("waiting-cpu/[0-9]*")):
        time.sleep(0.02)
    end(waiting)
    assert list(tmp_path.glob("waiting-cpu/[0-9]*"))
    end(first)
    with Slots(tmp_path, CPU).taken(work=1e9):
        assert not list(tmp_path.glob("waiting-cpu/*"))


def test_alone_waits_for_all_others_on_the_card(tmp_path):
    """The whole card is had when nobody trains on it any more; another card is not waited for."""
    two_cards = Slots(tmp_path, Setup(device="gpu", cards=2, slots=4).places())
    first, _ = holder(tmp_path, 2)  # on card 0
    with two_cards.alone(Place(device="gpu", card=1, slot=1, share=0.5)) as place:
        assert (place.card, place.share) == (1, 1.0)
    had = threading.Event()

    def wait():
        with two_cards.alone(Place(device="gpu", card=0, slot=1, share=0.5)):
            had.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not had.wait(0.5)
    end(first)
    thread.join()
    assert had.is_set()


@pytest.mark.parametrize(
    ("cards", "slots", "expected"),
    [
        (1, 1, [(0, 0, 1.0)]),
        (1, 3, [(0, 0, 1 / 3), (0, 1, 1 / 3), (0, 2, 1 / 3)]),
        (2, 3, [(0, 0, 0.5), (1, 0, 1.0), (0, 1, 0.5)]),
        (2, 4, [(0, 0, 0.5), (1, 0, 0.5), (0, 1, 0.5), (1, 1, 0.5)]),
    ],
)
def test_slots_are_spread_over_the_cards(cards, slots, expected):
    """Neighbouring slots are on different cards, and those on one card share its memory."""
    places = Setup(device="gpu", cards=cards, slots=slots, card_mib=1000).places()
    assert [(place.card, place.slot, place.share) for place in places] == expected
    for card in range(cards):
        assert sum(place.memory_mib for place in places if place.card == card) <= 1000
    environments = [place.environment() for place in places]
    assert [each["CUDA_VISIBLE_DEVICES"] for each in environments] == [str(card) for card, _, _ in expected]
    assert all(0 < float(each["XLA_PYTHON_CLIENT_MEM_FRACTION"]) < 1 for each in environments)
