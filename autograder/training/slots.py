"""Lets only so many trainings run at a time on one machine, whatever started them, and the quick ones first.

On a CPU a training takes all the cores that it can get, so two at once finish no earlier than one after the other, and
twice as much memory is needed: there is one slot. On GPUs there are as many as the operator says.

A slot is a locked file, and so is the ticket of everyone who waits for one. The kernel frees both when their holder
ends, however it ends. Of those who wait, whoever has the ticket whose name sorts first takes the next free slot.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from autograder.training.devices import CPU, MOST_SLOTS, Place

POLL_S = 0.1
"""How often somebody who waits looks for a free slot: nothing beside the seconds that a training takes."""
_numbers = itertools.count()


def machine_folder() -> Path:
    """Return where the slots of this machine lie, for all courses of one user."""
    return Path(tempfile.gettempdir()) / f"autograder-{os.getuid()}"


class Slots:
    """The slots of some places.

    Parameters
    ----------
    folder
        Where the locks lie; it is made when it is first needed.
    places
        Where trainings run, all on one kind of device.
    """

    def __init__(self, folder: Path, places: Sequence[Place]) -> None:
        self._folder = folder
        self._places = tuple(places)

    @contextlib.contextmanager
    def taken(self, *, attempt: int = 0, work: float = 0.0) -> Iterator[Place]:
        """Hold one slot; wait until one is free and nobody waits who goes before.

        Parameters
        ----------
        attempt
            Further attempts of anybody wait for the first ones of all.
        work
            How long the training takes beside others, in any unit: less goes first.
        """
        self._make_folder()
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_lock_file(self._folder, place)) for place in self._places]
            with self._ticket(attempt, work) as ticket:
                while not self._is_first(ticket) or (place := self._free(files)) is None:
                    time.sleep(POLL_S)
            yield place

    @contextlib.contextmanager
    def alone(self, place: Place) -> Iterator[Place]:
        """Hold all slots of a place's card; wait until each is free. None of them must be held here already."""
        self._make_folder()
        whole = place.alone()
        slots = [whole] if place.device == CPU else [_numbered(whole, slot) for slot in range(MOST_SLOTS)]
        with contextlib.ExitStack() as stack:
            for slot in slots:  # all who want a card for themselves take its slots in this order
                fcntl.flock(stack.enter_context(_lock_file(self._folder, slot)), fcntl.LOCK_EX)
            yield whole

    def _free(self, files: Sequence[IO[str]]) -> Place | None:
        """Take the first slot that is free."""
        taken = (place for place, file in zip(self._places, files, strict=True) if _is_taken_now(file))
        return next(taken, None)

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def _ticket(self, attempt: int, work: float) -> Iterator[Path]:
        """Wait in the queue; the name of the ticket is one's place in it."""
        folder = self._folder / f"waiting-{self._places[0].device}"
        folder.mkdir(mode=0o700, exist_ok=True)
        unique = f"{time.monotonic_ns():020d}-{os.getpid()}-{next(_numbers)}"
        path = folder / f"{attempt:02d}-{int(min(work, 1e19)):020d}-{unique}"
        hidden = folder / f".{path.name}"
        with hidden.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            hidden.replace(path)  # only now: who sees a ticket that is not locked takes its owner for dead
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    def _is_first(self, ticket: Path) -> bool:
        """Whether nobody who is alive waits with an earlier ticket; those of the dead are removed."""
        for name in sorted(each.name for each in ticket.parent.glob("[0-9]*") if each.name < ticket.name):
            other = ticket.with_name(name)
            with contextlib.suppress(FileNotFoundError), other.open("r+") as file:
                if not _is_taken_now(file):
                    return False
                other.unlink(missing_ok=True)
        return True


def _numbered(place: Place, slot: int) -> Place:
    return Place(backend=place.backend, device=place.device, card=place.card, slot=slot)


def _lock_file(folder: Path, place: Place) -> IO[str]:
    name = "cpu" if place.device == CPU else f"{place.device}-{place.card}-{place.slot}"
    return (folder / f"slot-{name}.lock").open("w")


def _is_taken_now(file: IO[str]) -> bool:
    """Try to lock a file; whether that worked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
