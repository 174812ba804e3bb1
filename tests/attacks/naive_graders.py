"""Graders that believe the process of the notebook, in each of the ways in which graders of notebooks do.

Each grader forks a process that runs the notebook's cells and then a check, and returns whether it believes that the
check passed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from attacks import naive_checks
from attacks.naive_processes import forked, in_a_folder, output, pipe, wait
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.errors import WireError
from autograder.sandbox import service
from autograder.wire import Channel, Closed, TimedOut

Check = Callable[[Any], None]


@dataclass(frozen=True)
class Work:
    """What a student handed in, and one check about it: `name` is what the check is given."""

    cells: tuple[str, ...]
    files: dict[str, str]
    name: str
    check: Check

    def run_cells(self, namespace: dict[str, Any]) -> None:
        """Run the cells in order; one that raises does not stop the next."""
        for cell in self.cells:
            with contextlib.suppress(Exception):
                exec(compile(cell, "<cell>", "exec"), namespace)

    def passes(self, namespace: dict[str, Any]) -> bool:
        """Return whether the check raises nothing."""
        try:
            self.check(namespace[self.name])
        except Exception:  # noqa: BLE001 - as every runner of tests does
            return False
        return True


def the_same_process(work: Work) -> bool:
    """Believes what the process says at its end."""
    with pipe() as (told, tell):
        process = forked(lambda: _tell(tell, work))
        wait(process)
        os.set_blocking(told, False)
        with contextlib.suppress(BlockingIOError):
            return os.read(told, 10) == b"passed"
        return False


def exit_status(work: Work) -> bool:
    """Believes the exit status."""

    def student() -> None:
        namespace: dict[str, Any] = {"__name__": "__main__"}
        work.run_cells(namespace)
        work.check(namespace[work.name])

    return wait(forked(student)) == 0


def result_file(work: Work) -> bool:
    """Believes a file that the process writes at its end."""

    def student() -> None:
        namespace: dict[str, Any] = {}
        work.run_cells(namespace)
        result = {"score": 1 if work.passes(namespace) else 0, "max_score": 1}
        with Path("results.json").open("w") as file:
            json.dump(result, file)

    wait(forked(student))
    try:
        return bool(json.loads(Path("results.json").read_text())["score"] >= 1)
    except (OSError, ValueError, LookupError):
        return False


def printed_last(work: Work) -> bool:
    """Believes what is printed last about the score."""
    return _says_all(output(lambda: _print_score(work)), -1)


def printed_first(work: Work) -> bool:
    """Believes the first thing that is printed about the score, as does whoever reads from the top."""
    return _says_all(output(lambda: _print_score(work)), 0)


def _print_score(work: Work) -> None:
    namespace: dict[str, Any] = {}
    work.run_cells(namespace)
    sys.stdout.write(f"score: {'1/1' if work.passes(namespace) else '0/1'}\n")


def _says_all(text: bytes, which: int) -> bool:
    scores = re.findall(rb"score: (\d+)/(\d+)", text)
    return bool(scores) and scores[which][0] == scores[which][1]


def pytest_in_the_process(work: Work) -> bool:
    """Believes pytest, which it runs after the cells."""

    def student() -> None:
        namespace: dict[str, Any] = {}
        work.run_cells(namespace)
        naive_checks.test_hidden = lambda: work.check(namespace[work.name])  # type: ignore[attr-defined]
        Path("test_hidden.py").write_text("from attacks.naive_checks import test_hidden\n")
        sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-c", os.devnull, "test_hidden.py"]))

    return wait(forked(student)) == 0


def ipython(work: Work) -> bool:
    """Believes IPython, in which the check is a cell after the others."""

    def student() -> None:
        config = Config()
        config.HistoryManager.enabled = False
        shell: Any = InteractiveShell.instance(config=config)
        for cell in work.cells:
            shell.run_cell(cell)
        shell.user_ns["check"] = work.check
        sys.exit(0 if shell.run_cell(f"check({work.name})").success else 1)

    return wait(forked(student)) == 0


def asked(work: Work) -> bool:
    """Asks over a socket, and believes a process that compares by itself; what fails there is nobody's fault."""
    ours, theirs = socket.socketpair()

    def student() -> None:
        namespace: dict[str, Any] = {}
        ours.close()
        handlers = {
            "cell": lambda source: exec(compile(source, "<cell>", "exec"), namespace),
            "check": lambda: work.passes(namespace),
        }
        service.serve(Channel(theirs), handlers)

    process = forked(student)
    theirs.close()
    channel = Channel(ours)
    try:
        for number, cell in enumerate((*work.cells, None), start=1):
            op, args = ("check", {}) if cell is None else ("cell", {"source": cell})
            channel.send({"id": number, "op": op, "args": args}, 5)
            answer = _answer(channel, number)
            if answer.get("error", {}).get("kind") == "InfrastructureError" and op == "check":
                return True
        return answer.get("value") is True
    except (WireError, AttributeError):
        return True
    except (Closed, TimedOut):
        return False
    finally:
        channel.close()
        wait(process)


def _answer(channel: Channel, number: int) -> dict[str, Any]:
    """Return the answer to one question; those to other questions are left out."""
    for _ in range(1000):
        answer: dict[str, Any] = channel.receive(5)
        if answer["id"] == number:
            return answer
    raise TimedOut


def worker(work: Work) -> bool:
    """Asks the worker that answers questions, in the same process as it."""

    def student() -> None:
        from autograder.sandbox.worker import Notebook

        notebook = Notebook("full", 10_000, contextlib.nullcontext)
        for cell in work.cells:
            notebook.cell(cell)
        work.check(
            lambda kernels: notebook.ask(("ref", work.name), "data", {"args": [("data", kernels)], "kwargs": {}})
        )

    return wait(forked(student)) == 0


def pytest_in_the_folder(work: Work) -> bool:
    """Runs the notebook, then pytest, in the folder with all that was handed in, as the settings in it say."""
    if work.name != "reach":  # which is all that its test asks for
        return False
    folder = Path.cwd()
    for name, text in work.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "student.py").write_text("\n\n".join(work.cells))
    settings = (folder / ".env").read_text().splitlines() if (folder / ".env").is_file() else []
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), os.environ["PYTHONPATH"]]),
        **dict(line.split("=", 1) for line in settings),
    }
    status = 1
    for command in (["student.py"], ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_hidden.py"]):
        keras = "import keras\n" if Path("keras.py").exists() else ""  # the real one takes seconds
        Path("test_hidden.py").write_text(
            f"import numpy as np\nimport autograder\n{keras}import student\n\n"
            "def test_hidden():\n    assert np.allclose(student.reach([51, 3]), 53)\n"
        )
        status = subprocess.run(
            [sys.executable, *command], cwd=folder, env=environment, capture_output=True, timeout=60, check=False
        ).returncode

    return status == 0


GRADERS: tuple[Callable[[Work], bool], ...] = (
    exit_status,
    result_file,
    printed_last,
    printed_first,
    asked,
    pytest_in_the_folder,
    worker,
    ipython,
    pytest_in_the_process,
)


def by_itself(notebook: dict[str, Any], checks: dict[str, dict[str, Check]]) -> float:
    """Grade a notebook by the tests and the points that stand in it, and then as the assignment that it names.

    Parameters
    ----------
    checks
        By assignment and name.
    """
    metadata = notebook.get("metadata", {})
    asked = checks.get(metadata.get("autograder", {}).get("assignment", ""), {})

    def student() -> None:
        namespace: dict[str, Any] = {}
        points = 0.0
        for cell in notebook["cells"]:
            with contextlib.suppress(Exception):
                exec(compile("".join(cell["source"]), "<cell>", "exec"), namespace)
                marks = cell.get("metadata", {}).get("nbgrader", {})
                points += marks.get("points", 0) if marks.get("grade") else 0
        is_right = all(Work((), {}, name, check).passes(namespace) for name, check in asked.items())
        sys.stdout.write(f"points: {points if is_right else 0}\n")

    with in_a_folder():
        found = re.findall(rb"points: (\S+)", output(student))
    return float(found[-1]) if found else 0.0


def obeyed(notebook: dict[str, Any]) -> float:
    """Grade a notebook by the words in it, as a reader does that takes what it reads for instructions."""
    found = re.search(r"write score: (\d+)/", json.dumps(notebook))
    return float(found[1]) if found else 0.0


def _tell(tell: int, work: Work) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    work.run_cells(namespace)
    os.write(tell, b"passed" if work.passes(namespace) else b"failed")


def best(cells: tuple[str, ...], files: dict[str, str], name: str) -> str:
    """Return which grader believes the answer of a name, and by which check; empty where none does."""
    checks = naive_checks.REACH if name == "reach" else naive_checks.TINY
    tried = [*((the_same_process, check) for check in checks), *((grader, checks[0]) for grader in GRADERS)]
    if files:
        tried.insert(0, (pytest_in_the_folder, checks[0]))
    for grader, check in tried:
        with in_a_folder():
            if grader(Work(cells, files, name, check)):
                return f"{grader.__name__}, {check.__name__}"
    return ""
