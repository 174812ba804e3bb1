"""What an attack gets from graders that share a process with the notebook, or believe a word or a file from it."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from attacks.attack import Attack, Facts
from attacks.course import REACH_POINTS, TINY_POINTS

FULL_MARKS = REACH_POINTS + TINY_POINTS
_FOLDERS = (Path(__file__).parents[1], Path(__file__).parents[2])


def grade(attack: Attack) -> float:
    """Return the points that an attack gets from the naive grader that is best for it, at most `FULL_MARKS`.

    What it answers honestly has its points already.
    """
    return float(_asked(attack)["points"])


def believed_by(attack: Attack) -> str:
    """Return the name of a grader that gives an attack full marks, and of the check; empty where there is none."""
    return str(_asked(attack)["by"])


def _asked(attack: Attack) -> dict[str, object]:
    told = {
        "cells": [each.replace("@loot@", Facts.LOOT) for each in attack.cells],
        "answer": attack.answer,
        "model": attack.model,
        "files": {name: text.decode() for name, text in attack.files.items()},
        "raw": None if attack.raw is None else attack.raw.decode(),
    }
    ask, answers = _graders()
    ask.write(json.dumps(told) + "\n")
    ask.flush()
    answer: dict[str, object] = json.loads(answers.readline())
    return answer


@functools.cache
def _graders() -> tuple[IO[str], IO[str]]:
    """Start the process that grades, which has Keras imported: that takes seconds.

    Attacks really succeed there, and write wherever graders look: it works deep in a folder of its own.
    """
    base = Path(tempfile.mkdtemp(prefix="naive-"))
    folders = {"HOME": base / "home", "TMPDIR": base / "tmp"}
    for folder in (*folders.values(), base / "a" / "b"):
        folder.mkdir(parents=True)
    environment = {
        **os.environ,
        **{name: str(folder) for name, folder in folders.items()},
        "PYTHONPATH": os.pathsep.join(map(str, _FOLDERS)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "attacks.naive_server", str(base)],
        cwd=base / "a" / "b",
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def end() -> None:
        process.stdin.close()  # type: ignore[union-attr]
        process.stdout.close()  # type: ignore[union-attr]
        process.wait()
        shutil.rmtree(base, ignore_errors=True)

    atexit.register(end)
    return process.stdin, process.stdout
