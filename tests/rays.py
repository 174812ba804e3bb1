"""Starts real Ray clusters of several nodes on this machine, for tests."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.isolation import processes

START_S = 120
_WITHOUT_NAMESPACES = """
import errno, os, sys
from autograder.sandbox.isolation import kernel, seccomp, syscalls
calls = seccomp._Program()
calls.load(seccomp._NUMBER)
calls.if_equal(syscalls.DENIED["unshare"], seccomp._error(errno.EPERM))
calls.end(seccomp._ALLOW)
kernel.forbid_new_privileges()
kernel.filter_calls(calls.packed())
os.execv(sys.argv[1], sys.argv[1:])
"""


class RayNode:
    """A node as `ray start --block` makes it: a process with all of the node's own below it."""

    def __init__(self, arguments: list[str], folder: Path, *, has_namespaces: bool = True) -> None:
        ray = str(Path(sys.executable).with_name("ray"))
        closed = [] if has_namespaces else [sys.executable, "-c", _WITHOUT_NAMESPACES]
        command = [*closed, ray, "start", *arguments, "--num-gpus=0", "--block"]
        self._log = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the node
        self.process = subprocess.Popen(
            [*command, "--object-store-memory=80000000", "--disable-usage-stats"],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_raylet_start_wait_time_s": str(START_S)},
            start_new_session=True,
        )

    def raylet(self) -> int | None:
        """Return the pid of the node's raylet; None where it is gone."""
        return next((pid for pid in self._pids() if _command(pid).partition(" ")[0].endswith("/raylet")), None)

    def head(self) -> int:
        """Return the pid of what makes the node the head of the cluster."""
        (found,) = (pid for pid in self._pids() if _command(pid).partition(" ")[0].endswith("/gcs_server"))
        return found

    def servers(self, module: str = "") -> list[int]:
        """Return the pids on the node of fork servers, of one module or of any, and of their children."""
        return [pid for pid in self._pids() if f"autograder.{module}" in _command(pid)]

    def wait(self) -> None:
        """Wait until the node says that it runs."""
        deadline = time.monotonic() + START_S
        while "Ray runtime started" not in (said := self._said()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"a node of Ray does not start: {said[-500:]}")
            time.sleep(0.2)

    def _said(self) -> str:
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")  # the offset is the node's too

    def close(self) -> None:
        """End the node, and wait until nothing is left of it."""
        below = self._pids()
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        for pid in (self.process.pid, *below):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()

    def _pids(self) -> list[int]:
        return processes.descendants(self.process.pid)


class RayCluster:
    """A head, and the nodes that were added to it; `address` is the head's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as another:
            port, clients = free.getsockname()[1], another.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        head = ["--head", f"--port={port}", f"--temp-dir={folder}", "--include-dashboard=false"]
        self.nodes = [RayNode([*head, "--num-cpus=1", f"--ray-client-server-port={clients}"], folder)]

    def add(self, *, has_namespaces: bool = True) -> RayNode:
        """Start another node; it may take some seconds until it belongs to the cluster."""
        node = RayNode([f"--address={self.address}", "--num-cpus=1"], self.folder, has_namespaces=has_namespaces)
        self.nodes.append(node)
        return node

    def wait_for(self, count: int) -> None:
        """Wait until so many raylets are there and known to the head."""
        for node in self.nodes:
            node.wait()
        counted = subprocess.run(
            [sys.executable, "-c", _COUNT, self.address, str(count)], capture_output=True, check=False, timeout=START_S
        )
        assert counted.returncode == 0, counted.stderr.decode()

    def remove(self, node: RayNode) -> None:
        """End a node, and wait until the head knows."""
        node.close()
        self.nodes.remove(node)
        self.wait_for(len(self.nodes))

    def drop_dead(self) -> None:
        """Remove what is left of nodes whose raylet is gone."""
        for node in [each for each in self.nodes if each.raylet() is None]:
            self.remove(node)

    def close(self) -> None:
        """End all nodes, the head last."""
        for node in reversed(self.nodes):
            node.close()


_COUNT = """
import logging, sys, time, ray
ray.init(address=sys.argv[1], logging_level=logging.CRITICAL, log_to_driver=False)
while sum(node["Alive"] for node in ray.nodes()) != int(sys.argv[2]):
    time.sleep(0.2)
"""


@contextlib.contextmanager
def ray_cluster(nodes: int) -> Iterator[RayCluster]:
    """Yield a cluster of so many nodes with a CPU each."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="ray-", ignore_cleanup_errors=True) as folder,  # short: sockets
        contextlib.closing(RayCluster(Path(folder))) as cluster,
    ):
        cluster.wait_for(1)
        for _ in range(nodes - 1):  # one after the other: two that start at once take the same sockets
            cluster.add().wait()
        cluster.wait_for(nodes)
        yield cluster


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
