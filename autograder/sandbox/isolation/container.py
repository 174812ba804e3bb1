"""Containers: docker or podman starts one for each submission, from an image with this package in it.

Nothing of the machine's files is shown to it. The files that an assignment declares are sent in over the job channel
before student code runs: a mount would need rights, labels and paths that fit, and fails where the engine's daemon
is on another machine or in another container. The engine's command line is the only thing that is asked of an
engine, so that both of them will do; no image is ever fetched.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from autograder.errors import InfrastructureError, WireError
from autograder.sandbox.child import END_S, Child
from autograder.sandbox.client import START_S
from autograder.sandbox.isolation.engine import IMAGE, MEMORY_STATUS, Engine
from autograder.sandbox.isolation.settings import Wall
from autograder.sandbox.spec import clean_environment
from autograder.wire import DEFAULT_CAPS, Caps, Channel, Closed, TimedOut

HOME = "/home/student"
NOBODY = 65534
"""User and group id that student code runs as."""
OVERHEAD_MIB = 256
"""Memory of TensorFlow and Keras themselves, which the other walls share among all submissions."""
_CHUNK = 16 << 20
_ENGINE_FAILED = 125
_ENVIRONMENT = (
    "CUDA_VISIBLE_DEVICES",
    "KERAS_BACKEND",
    "LANG",
    "MPLBACKEND",
    "OPENBLAS_NUM_THREADS",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_ENABLE_ONEDNN_OPTS",
)
"""What of a child's environment holds in a container, too: no paths."""
_PROXIES = tuple(
    name for word in ("http", "https", "ftp", "all", "no") for name in (f"{word}_proxy", f"{word.upper()}_PROXY")
)


def command_line(engine: Engine, image: str, name: str, wall: Wall) -> list[str]:
    """Return the command that runs one submission's container, from the job on its stdin and stdout.

    Options are spelt ``--name=value`` throughout. What is not said is the engine's default, its seccomp filter and
    its AppArmor or SELinux profile among them.

    Parameters
    ----------
    name
        Of the container, which it is killed by.
    """
    environment = {key: value for key, value in wall.environment.items() if key in _ENVIRONMENT}
    environment.update(HOME=HOME, TMPDIR="/tmp", KERAS_HOME=f"{HOME}/.keras", MPLCONFIGDIR=f"{HOME}/.mpl")  # noqa: S108 - its own
    environment.update(dict.fromkeys(_PROXIES, ""))  # the engine adds the operator's, with their passwords
    folder = f"rw,nosuid,nodev,noexec,mode=1777,size={wall.disk_mib}m"
    if not engine.is_podman:  # which knows no such option
        folder += f",nr_inodes={wall.inodes}"
    memory = f"{wall.memory_mib + OVERHEAD_MIB}m"
    only = ["--read-only-tmpfs=false", "--http-proxy=false"] if engine.is_podman else []
    return [
        engine.path,
        "run",
        "--rm",
        "--interactive",
        "--init",
        "--pull=never",
        f"--name={name}",
        "--label=autograder",
        "--log-driver=none",  # it would keep every byte of the channel on the disk
        "--network=none",
        "--hostname=sandbox",
        "--ipc=private",
        "--shm-size=64m",
        "--read-only",
        *only,
        f"--tmpfs={HOME}:{folder}",
        f"--tmpfs=/tmp:{folder}",
        f"--workdir={HOME}",
        f"--user={NOBODY}:{NOBODY}",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        f"--memory={memory}",
        f"--memory-swap={memory}",  # both together: no swap
        f"--pids-limit={wall.processes}",
        "--ulimit=core=0",
        "--ulimit=nofile=1024",
        f"--ulimit=fsize={wall.file_mib << 20}",
        f"--ulimit=cpu={wall.cpu_s}",
        *(f"--env={key}={value}" for key, value in sorted(environment.items())),
        "--entrypoint=python",
        image,
        "-s",
        "-P",
        "-m",
        "autograder.sandbox.contained",
    ]


@dataclass(frozen=True)
class ContainerEngine:
    """Gives out children as a fork server's control socket does, each in a container of its own."""

    engine: Engine
    image: str = IMAGE

    def fork(self, spec: Mapping[str, Any], *descriptors: int, caps: Caps = DEFAULT_CAPS) -> ContainerChild:
        """Start a container, and be answered by what the spec says.

        Parameters
        ----------
        spec
            As for a fork server: JSON, with the `Wall` as ``wall``, whose files are sent in.
        descriptors
            None: they do not reach into a container.
        caps
            What is accepted from the child.

        Raises
        ------
        InfrastructureError
            If the container does not start, or cannot be made ready.
        """
        if descriptors:
            raise InfrastructureError(f"a container gets no descriptors: {len(descriptors)} were given")
        wall = msgspec.convert(spec["wall"], Wall)
        wall = msgspec.structs.replace(wall, environment={**clean_environment(), **wall.environment})
        name = f"autograder-{secrets.token_hex(8)}"
        child = ContainerChild.start(self.engine, name, command_line(self.engine, self.image, name, wall), caps)
        try:
            child.settle(spec, wall)
        except BaseException:
            child.close()
            raise
        return child


class ContainerChild(Child):
    """A process in a container that answers questions; a context manager.

    CPU seconds cannot be counted from here, so that wall clock decides about a cell; the kernel ends a process of
    the container that uses more of them than a whole submission may.
    """

    def __init__(self, engine: Engine, name: str, process: subprocess.Popen[bytes], channel: Channel) -> None:
        super().__init__(channel, channel.sock)
        self.pid = process.pid
        self.name = name
        self._engine = engine
        self._process = process
        self._is_closed = False

    @classmethod
    def start(cls, engine: Engine, name: str, command: Sequence[str], caps: Caps) -> ContainerChild:
        """Start the engine's command, with the job channel as its stdin and stdout."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    command,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise InfrastructureError(f"{engine.path} cannot be run: {error}") from error
        return cls(engine, name, process, Channel(ours, caps))

    def settle(self, spec: Mapping[str, Any], wall: Wall) -> None:
        """Wait until everything is imported, then send files and spec in.

        Raises
        ------
        InfrastructureError
            If the container ends, is too slow, or says what failed.
        """
        try:
            self._expect("ready")
            for path, source in wall.files.items():
                self._send_file(path, Path(source))
            inside = msgspec.structs.replace(wall, read_only=(), files={}, environment={})
            self.channel.send({"spec": {**spec, "wall": msgspec.to_builtins(inside)}}, START_S)
            self._expect("settled")
        except (Closed, TimedOut, WireError) as error:
            raise InfrastructureError(
                f"a container did not start ({type(error).__name__}): {self._last_words()}"
            ) from error

    def wait_until_ready(self) -> None:
        """Return at once: `settle` has waited."""

    def interrupt(self) -> None:
        """Send SIGINT, which the container's init hands on, as Jupyter's stop button does."""
        self._engine.run("kill", "--signal=INT", self.name)

    @property
    def answering_pid(self) -> int:
        """Always 0: the process that answers may be on another machine."""
        return 0

    @property
    def cpu_s(self) -> float:
        """Always 0.0: nobody outside counts."""
        return 0.0

    @property
    def limit_hit(self) -> str:
        """``memory`` where the kernel ended it for want of that; empty otherwise, or where it still runs."""
        return "memory" if self._code == MEMORY_STATUS else ""

    def how_it_ended(self) -> str:
        """Return for staff how a container that is gone ended; empty where that is not known."""
        code = self._code
        if code is None:
            return ""
        if code == MEMORY_STATUS:
            return "ended by the kernel: the container's memory was used up"
        if code == _ENGINE_FAILED:
            return f"the engine failed: {self._last_words()}"
        if code > 128:
            with contextlib.suppress(ValueError):
                return f"killed by {signal.Signals(code - 128).name}"
        return f"exit status {code}"

    def wait(self, timeout_s: float) -> bool:
        """Return whether the container has ended, waiting at most `timeout_s` seconds for it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_s)
        return self._process.poll() is not None

    def close(self) -> None:
        """Kill and remove the container, and wait until it is gone."""
        if self._is_closed:
            return
        self._is_closed = True
        self.channel.close()
        try:
            self._engine.remove(self.name)
        finally:
            if not self.wait(END_S):
                self._process.kill()
                self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()

    @property
    def _code(self) -> int | None:
        """The exit status of the engine's command, which is the container's; waits for it a moment."""
        self.wait(END_S)
        return self._process.returncode

    def _expect(self, word: str) -> None:
        match self.channel.receive(START_S):
            case {"failed": str(why)}:
                raise InfrastructureError(f"a container could not be made ready: {why[:2000]}")
            case {"said": said} if said == word:
                return
        raise WireError(f"{word!r} was expected")

    def _send_file(self, path: str, source: Path) -> None:
        try:
            with source.open("rb") as file:
                chunk = file.read(_CHUNK)
                while True:
                    self.channel.send({"file": path, "data": np.frombuffer(chunk, np.uint8)}, START_S)
                    chunk = file.read(_CHUNK)
                    if not chunk:
                        return
        except OSError as error:
            raise InfrastructureError(f"{source} cannot be read: {error}") from error

    def _last_words(self) -> str:
        """Return what the engine printed last; at most what a pipe holds, for nobody reads it before."""
        stream = self._process.stderr
        if stream is None or stream.closed:
            return ""
        os.set_blocking(stream.fileno(), False)
        data = stream.read(1 << 16) or b""
        return data[-2000:].decode(errors="replace").strip() or "it printed nothing"
