"""The files of weights that a student handed in beside the notebook, as they are shown to its process.

Nothing here opens them but to hash them: whatever they hold is read behind the wall alone.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 64 << 20
"""Of one file: as arrays its weights have to fit into an answer of the student's process."""
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))  # where they are


@dataclass(frozen=True)
class HandedIn:
    """Files by the name that an assignment gives them.

    Attributes
    ----------
    files
        Those that are there.
    problems
        For each of the others a sentence for the student.
    digest
        Another one whenever a file is there that was not, or holds something else.
    """

    files: Mapping[str, Path]
    problems: Mapping[str, str]
    digest: str


def find(folder: Path, names: Iterable[str]) -> HandedIn:
    """Look for files in the folder that a notebook lies in; links are not followed."""
    files, problems = {}, {}
    digest = hashlib.sha256()
    for name in names:
        path = folder / name
        try:
            found = _digest(path)
        except FileNotFoundError:
            problems[name] = f"`{name}` was not handed in beside the notebook"
        except OSError:
            problems[name] = f"`{name}` is no ordinary file that can be read"
        except ValueError:
            problems[name] = f"`{name}` is larger than the {MAX_BYTES >> 20} MiB that are allowed"
        else:
            files[name] = path
            digest.update(f"{name}\0{found}\n".encode())
    return HandedIn(files, problems, digest.hexdigest())


def _digest(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(f"{path} is no ordinary file")
        if facts.st_size > MAX_BYTES:
            raise ValueError(f"{path} is too large")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        os.close(descriptor)
