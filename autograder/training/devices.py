"""What trains: the library behind Keras, the kind of device, and how many trainings at a time.

The operator chooses the library as for any program of Keras, with ``KERAS_BACKEND``, and the device with ``--device``;
a recipe can require one too. What is asked for and not there is refused, never replaced. Nothing here imports a
library that trains: where a GPU may be, a process of its own looks (`find` starts it).
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec

from autograder.errors import UsageError
from autograder.records import Record
from autograder.settings import Device, Recipe

BACKEND = "tensorflow"
"""What trains where nobody says otherwise."""
BACKENDS = {"tensorflow": "autograder", "jax": "autograder[jax]", "torch": "torch"}
"""What can train, and what to install for it."""
CPU, GPU = "cpu", "gpu"
MOST_SLOTS = 16
"""Trainings that can share a card."""
_DEVICE_FILES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
_LOOK_S = 120.0
_RESERVED = 0.08  # of a card's memory: for the driver, and for what each process holds beside its tensors

_LOOK = "from autograder.training.libraries import num_gpus; print(num_gpus())"


class TrainingOptions(Record, frozen=True, kw_only=True):
    """What the operator asks for.

    `slots` is the number of trainings at a time on GPUs, one per card where None; `seed` takes the place of the
    recipe's where it is not None.
    """

    device: Device = Device.AUTO
    seed: int | None = None
    slots: int | None = None


class Setup(Record, frozen=True, kw_only=True):
    """What trains on a machine.

    Attributes
    ----------
    backend, device
        Keras's name of the library; ``cpu`` or ``gpu``.
    cards
        GPUs that are used; 0 on a CPU.
    card_mib
        Memory of the smallest of them; 0 where that is not known.
    first_card
        The number of the first of them.
    slots
        Trainings at a time, over all cards.
    seed
        Takes the place of the recipe's seed where it is not None.
    """

    backend: str = BACKEND
    device: str = CPU
    cards: int = 0
    card_mib: int = 0
    first_card: int = 0
    slots: int = 1
    seed: int | None = None

    @property
    def identity(self) -> str:
        """All of it that a result depends on."""
        return f"{self.backend}={version(self.backend)} {self.device} {'' if self.seed is None else self.seed}"

    def places(self) -> tuple[Place, ...]:
        """Return where trainings run, one place for each slot: neighbours are on different cards."""
        if self.device == CPU:
            return (Place(backend=self.backend),)
        return tuple(
            Place(
                backend=self.backend,
                device=self.device,
                card=self.first_card + slot % self.cards,
                slot=slot // self.cards,
                share=1 / len(range(slot % self.cards, self.slots, self.cards)),
                card_mib=self.card_mib,
            )
            for slot in range(self.slots)
        )

    @property
    def share(self) -> float:
        """The part of a card, in (0, 1], that each training gets at least."""
        return min(place.share for place in self.places())

    def on_card(self, card: int, card_mib: int) -> Setup:
        """Return the same for one card of a machine, with that number and so many MiB (0: not known)."""
        slots = round(1 / self.share)
        return msgspec.structs.replace(self, cards=1, first_card=card, card_mib=card_mib, slots=slots)

    def applied(self, recipe: Recipe) -> Recipe:
        """Return the recipe with the seed that was asked for."""
        return recipe if self.seed is None else msgspec.structs.replace(recipe, seed=self.seed)


class Place(Record, frozen=True, kw_only=True):
    """Where one training runs.

    `share` is the part of the card's memory, in (0, 1], that it may take; `slot` tells apart those on one card.
    """

    backend: str = BACKEND
    device: str = CPU
    card: int = 0
    slot: int = 0
    share: float = 1.0
    card_mib: int = 0

    @property
    def memory_share(self) -> float:
        """Part of the card's memory that tensors may take."""
        return self.share * (1 - _RESERVED)

    @property
    def memory_mib(self) -> int:
        """The same in MiB; 0 where the card's memory is not known."""
        return int(self.card_mib * self.memory_share)

    def alone(self) -> Place:
        """Return the whole of the same card."""
        return msgspec.structs.replace(self, slot=0, share=1.0)

    def environment(self) -> dict[str, str]:
        """Return what the environment of a process says that trains here.

        On a GPU sums come out in one order, and so alike in every run: these are the libraries' own switches for it.
        """
        if self.device == CPU:
            return {"KERAS_BACKEND": self.backend, "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
        return {
            "KERAS_BACKEND": self.backend,
            "CUDA_VISIBLE_DEVICES": str(self.card),
            "TF_DETERMINISTIC_OPS": "1",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "XLA_FLAGS": "--xla_gpu_deterministic_ops=true",
            "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{self.memory_share:.3f}",
            "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        }


Look = Callable[[str], tuple[int, int]]
"""Returns, for a backend, how many GPUs it sees and the MiB of the smallest, 0 where that is not known."""


def find(
    recipe_name: str,
    recipe: Recipe,
    options: TrainingOptions,
    *,
    environment: Mapping[str, str] = os.environ,
    look: Look | None = None,
) -> Setup:
    """Return what trains here.

    Parameters
    ----------
    environment
        Where ``KERAS_BACKEND`` may stand.
    look
        Looks for GPUs; by default as `look_for_gpus` does.

    Raises
    ------
    UsageError
        If what is asked for is not there, or cannot be had together.
    """
    backend = chosen_backend(environment)
    wanted = _wanted(recipe_name, recipe, options.device)
    cards = card_mib = 0
    if wanted is not Device.CPU:
        cards, card_mib = (look or look_for_gpus)(backend)
    if wanted is Device.GPU and not cards:
        why = f"the recipe {recipe_name!r} requires a GPU" if recipe.device is Device.GPU else "a GPU was asked for"
        raise UsageError(
            f"{why}, and {backend} sees none here: grade on a machine with one and with a {backend} that can use it "
            "(`pip install 'autograder[gpu]'`, or KERAS_BACKEND=jax with a JAX for CUDA), or choose another recipe "
            "with --recipe"
        )
    if not cards:
        if options.slots is not None:
            raise UsageError("--gpus says how trainings share GPUs, and none is used here: leave it out")
        return Setup(backend=backend, seed=options.seed)
    slots = options.slots or cards * min(MOST_SLOTS, int(1 / recipe.gpu_share))
    if slots > cards * MOST_SLOTS:
        raise UsageError(f"--gpus {slots}: at most {MOST_SLOTS} trainings can share a card, and there are {cards}")
    cards = min(cards, slots)
    return Setup(backend=backend, device=GPU, cards=cards, card_mib=card_mib, slots=slots, seed=options.seed)


def chosen_backend(environment: Mapping[str, str] = os.environ) -> str:
    """Return the library that ``KERAS_BACKEND`` names.

    Raises
    ------
    UsageError
        If it is none that trains, or is not installed.
    """
    backend = environment.get("KERAS_BACKEND") or BACKEND
    if backend not in BACKENDS:
        raise UsageError(f"KERAS_BACKEND={backend} cannot train: it can be {', '.join(BACKENDS)}")
    if importlib.util.find_spec(backend) is None:
        raise UsageError(f"KERAS_BACKEND={backend}, which is not installed: `pip install '{BACKENDS[backend]}'`")
    return backend


def look_for_gpus(backend: str) -> tuple[int, int]:
    """Return how many GPUs a library sees, and the MiB of the smallest one, 0 where that is not known.

    It is only asked where the machine has a device file of a GPU's driver: importing it takes seconds.
    """
    if not any(Path(file).exists() for file in _DEVICE_FILES):
        return 0, 0
    told = subprocess.run(
        [sys.executable, "-c", _LOOK],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=_LOOK_S,
        env={**os.environ, "KERAS_BACKEND": backend, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"},
    )
    lines = told.stdout.strip().splitlines()
    cards = int(lines[-1]) if told.returncode == 0 and lines else 0
    return cards, smallest_mib() if cards else 0


def smallest_mib() -> int:
    """Return the memory of the smallest card that the driver names; 0 where it names none."""
    try:
        told = subprocess.run(
            ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"],  # noqa: S607 - where the driver put it
            capture_output=True,
            text=True,
            check=True,
            timeout=_LOOK_S,
        )
        return min(int(line) for line in told.stdout.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _wanted(recipe_name: str, recipe: Recipe, device: Device) -> Device:
    """Return what operator and recipe ask for together."""
    if device is Device.AUTO or recipe.device is Device.AUTO:
        return recipe.device if device is Device.AUTO else device
    if device is not recipe.device:
        raise UsageError(
            f"the recipe {recipe_name!r} requires device = {recipe.device.value!r}, and --device {device.value} was "
            "asked for: its floors hold for the one alone; choose another recipe with --recipe"
        )
    return device
