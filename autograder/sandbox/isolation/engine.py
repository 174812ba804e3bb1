"""docker and podman: which of them is here, answers and has our image, and what is asked of them in the same words."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from autograder import __version__
from autograder.errors import InfrastructureError

IMAGE = f"autograder:{__version__}"
"""What ``container/Dockerfile`` is built as."""
MEMORY_STATUS = 86
"""What `autograder.sandbox.contained` exits with where the kernel ended student code for want of memory."""
NAMES = ("docker", "podman")
ENGINE_S = 30.0
"""How long an engine may take over a question."""


@dataclass(frozen=True)
class Engine:
    """A program that runs containers.

    Parameters
    ----------
    path
        The executable.
    is_podman
        Whether it is podman, whatever its name: a few options are spelt otherwise.
    """

    path: str
    is_podman: bool

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the engine's to its end.

        Raises
        ------
        InfrastructureError
            If it cannot be started, or takes longer than `ENGINE_S`.
        """
        try:
            return subprocess.run(
                [self.path, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=ENGINE_S,
                check=False,
            )
        except OSError as error:
            raise InfrastructureError(f"{self.path} cannot be run: {error}") from error
        except subprocess.TimeoutExpired:
            raise InfrastructureError(f"{self.path} {arguments[0]} did not end in {ENGINE_S:g} s") from None

    def problem(self, image: str = IMAGE) -> str:
        """Return why no container can be started from an image; empty where one can."""
        name = Path(self.path).name
        try:
            asked = self.run("info")
            if asked.returncode:
                return f"{name} does not answer: {_last_line(asked.stderr or asked.stdout)}"
            if self.run("image", "inspect", image).returncode:
                return f"{name} has no image {image}"
        except InfrastructureError as error:
            return error.message
        return ""

    def remove(self, name: str) -> None:
        """Kill and remove a container; one that is gone already is fine.

        Raises
        ------
        InfrastructureError
            If it may still be running.
        """
        self.run("kill", "--signal=KILL", name)  # podman's rm would ask it to stop, and wait
        done = self.run("rm", "--force", "--volumes", name)
        said = done.stderr.lower()
        if done.returncode and "no such container" not in said and "already in progress" not in said:
            raise InfrastructureError(
                f"a container could not be removed: type `{Path(self.path).name} rm --force {name}`; "
                f"the engine said: {_last_line(done.stderr)}"
            )


def engines() -> tuple[Engine, ...]:
    """Return the engines that are installed, docker first."""
    found = []
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            with contextlib.suppress(InfrastructureError):  # what cannot even tell its version is no engine
                said = Engine(path, is_podman=False).run("--version").stdout
                found.append(Engine(path, is_podman="podman" in said.lower()))
    return tuple(found)


def usable(image: str = IMAGE) -> Engine:
    """Return the first engine that answers and has an image.

    Raises
    ------
    InfrastructureError
        If there is none; the message says what each of them lacks.
    """
    problems = []
    for engine in engines():
        problem = engine.problem(image)
        if not problem:
            return engine
        problems.append(problem)
    raise InfrastructureError("; ".join(problems) or "no engine: neither docker nor podman is on the PATH")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip()[:500] if lines else "nothing"
