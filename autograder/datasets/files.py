"""Data sets that are files of the world, read from one plain `.npz` file each.

``AUTOGRADER_DATA`` may name a folder with ``cifar10.npz`` and ``fashion_mnist.npz``, whose arrays are called
``train_images``, ``train_labels``, ``test_images`` and ``test_labels``. Without it they are made once from what
``keras.datasets`` downloads, by a process of its own (`autograder.datasets.download`), and kept in the user's
cache folder. Nothing is unpickled here.

Beside a file may lie its checksum, as ``sha256sum cifar10.npz > cifar10.npz.sha256`` writes it; the files that are made
here have one. A file that is not what its checksum says is refused.
"""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograder.errors import UsageError

FOLDER_VARIABLE = "AUTOGRADER_DATA"


@dataclass(frozen=True)
class FileSet:
    """What is known of a set without its file: the shape of one image, and what the labels stand for."""

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]


SETS = {
    "cifar10": FileSet(
        (32, 32, 3), ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    ),
    "fashion_mnist": FileSet(
        (28, 28, 1),
        (
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
    ),
}
ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
Part = tuple[NDArray[np.uint8], NDArray[np.int64]]


def read(name: str) -> tuple[Part, Part]:
    """Return training and test images (n, h, w, c) uint8, each with labels (n,) int64.

    Raises
    ------
    UsageError
        If the file cannot be had, or is not what its name says.
    """
    path = _path(name)
    digest(name)
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            train_images, train_labels, test_images, test_labels = (file[key] for key in ARRAYS)
        return _part(name, train_images, train_labels), _part(name, test_images, test_labels)
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path} is no {name} file ({error}): it holds the arrays {', '.join(ARRAYS)}; "
            "put a right one there, or delete it to have it downloaded"
        ) from error


@functools.cache
def digest(name: str) -> str:
    """Return the hash of a set's file, compared with the checksum beside it.

    Raises
    ------
    UsageError
        If the file cannot be had, or is not what its checksum says.
    """
    path = _path(name)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    checksum = path.with_name(f"{path.name}.sha256")
    if checksum.is_file():
        said = checksum.read_text(errors="replace").split()[:1]
        if said != [found]:
            raise UsageError(
                f"{path} is not what {checksum.name} says (its SHA-256 is {found}): put the right file there, or "
                "delete both to have it downloaded"
            )
    return found


def _path(name: str) -> Path:
    """Return where a set's file lies, made if need be."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        path = Path(folder) / f"{name}.npz"
        if not path.is_file():
            raise UsageError(f"{path} is missing: {FOLDER_VARIABLE} names the folder that data sets are read from")
        return path
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = cache / "autograder" / "datasets" / f"{name}.npz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _download(name, path)
    return path


def _download(name: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autograder.datasets.download", name, str(path)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise UsageError(
            f"{name} cannot be downloaded ({why[0][:300]}): put {name}.npz with the arrays {', '.join(ARRAYS)} "
            f"into a folder and name that in {FOLDER_VARIABLE}, or choose a recipe on the data set 'shapes'"
        )


def _part(name: str, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Part:
    known = SETS[name]
    images = images.reshape(len(images), *known.image_shape)
    labels = labels.reshape(len(images)).astype(np.int64)
    if images.dtype != np.uint8:
        raise ValueError(f"its images are of type {images.dtype}, uint8 was expected")
    if not set(np.unique(labels)) <= set(range(len(known.class_names))):
        raise ValueError(
            f"its labels are {labels.min()} to {labels.max()}, 0 to {len(known.class_names) - 1} was expected"
        )
    return images, labels
