"""What a child is asked to be: its wall and limits, and the environment that a fork server starts in."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from autograder.errors import InfrastructureError
from autograder.sandbox.isolation.settings import Wall, readable
from autograder.sandbox.isolation.tiers import Tier
from autograder.settings import Limits


def walled(tier: Tier, limits: Limits, files: Mapping[str, Path] | None = None) -> dict[str, Any]:
    """Return the part of a spec that says which wall and limits the child gets.

    Parameters
    ----------
    files
        What it finds in its folder, by relative path.
    """
    wall = Wall(
        tier=tier,
        read_only=readable(),
        files={name: str(path.resolve()) for name, path in (files or {}).items()},
        environment=clean_environment(),
        memory_mib=limits.memory_mib,
        processes=limits.processes,
        file_mib=limits.file_mib,
        disk_mib=limits.disk_mib,
        inodes=limits.inodes,
        cpu_s=math.ceil(2 * limits.submission_s),
    )
    return {"wall": msgspec.to_builtins(wall)}


def clean_environment(**extra: str) -> dict[str, str]:
    """Return the environment of a fork server: what libraries read at import, and nothing of the operator's."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "autograder"
    try:
        for name in ("matplotlib", "ipython", "keras"):
            (cache / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InfrastructureError(
            f"{cache} cannot be made ({error}): set XDG_CACHE_HOME to a folder of yours"
        ) from None
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "TMPDIR": tempfile.gettempdir(),
        "PYTHONHASHSEED": "0",  # sets and dicts of strings iterate alike in every grading
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its pool would be a second thread before the fork
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1"),
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "IPYTHONDIR": str(cache / "ipython"),
        "KERAS_HOME": str(cache / "keras"),
        **extra,
    }
