"""Runs commands, and measures them from outside: time, CPU and memory of everything that they start.

CPU seconds are those in which the machine was not idle: what a process used is not told by the kernel where it is
killed before anybody waits for it, as whatever stands behind a wall is. So nothing else may run meanwhile. Memory is
read from /proc/<pid>/smaps_rollup now and then: the proportional set size (PSS) counts a page that several processes
share once between them, private memory counts pages that one process alone has.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.sandbox.isolation.processes import children, descendants

LOOK_S = 0.02
"""Seconds between two looks whether a command has ended."""
PATIENCE_S = 10.0
"""Seconds for what a killed command has started to notice that, and to end by itself."""
_FIELDS = (b"Rss:", b"Pss:", b"Private_Clean:", b"Private_Dirty:")


@dataclass(frozen=True)
class Memory:
    """What a tree of processes holds at one moment, in MiB.

    `root` is the resident memory of the command itself, `pss` that of everything together, and `below` the private
    memory of all processes but the command and its own children: with `autograder grade` those children are the fork
    servers, and below them is what is there for the submissions in work alone.
    """

    second: float
    root: float
    pss: float
    below: float


@dataclass(frozen=True)
class Job:
    """A command with what it needs."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What some commands took together: `seconds` of wall clock, CPU seconds, memory over time, and how they ended.

    `began` is the time of day, as files have it, in seconds since the epoch.
    """

    began: float
    seconds: float
    cpu_s: float
    memory: tuple[Memory, ...]
    codes: tuple[int, ...]
    output: str

    @property
    def peak_mib(self) -> float:
        """The largest PSS of everything."""
        return max((each.pss for each in self.memory), default=float("nan"))


@dataclass
class _Running:
    process: subprocess.Popen[bytes]
    output: Path


def run(
    jobs: Sequence[Job],
    *,
    at_a_time: int = 1,
    limit_s: float = 900,
    each_s: float = 3.0,
    stop: Callable[[float], bool] | None = None,
) -> Measured:
    """Run commands, so many at a time, and measure them.

    Parameters
    ----------
    limit_s
        Seconds for all; what is left then is killed with all that it started, and counts as ended by SIGKILL.
    each_s
        Seconds between two looks at the memory; a look takes some ten milliseconds for each process with TensorFlow.
    stop
        Is called with the seconds since the start at each look; where it says True, the commands are killed, and they
        alone: what they have started has to end by itself.

    Raises
    ------
    RuntimeError
        If something is left after a command that was killed.
    """
    waiting, running = list(jobs), list[_Running]()
    codes: list[int] = []
    texts: list[str] = []
    memory: list[Memory] = []
    orphans: list[int] = []
    looked = -each_s
    with tempfile.TemporaryDirectory() as folder:
        began, start, busy = time.time(), time.perf_counter(), _busy_s()
        try:
            while waiting or running:
                while waiting and len(running) < at_a_time:
                    running.append(_start(waiting.pop(0), Path(folder) / f"{len(waiting)}.txt"))
                for each in list(running):
                    ended, status = os.waitpid(each.process.pid, os.WNOHANG)
                    if ended:
                        each.process.returncode = os.waitstatus_to_exitcode(status)
                        codes.append(each.process.returncode)
                        texts.append(each.output.read_text(errors="replace"))
                        running.remove(each)
                second = time.perf_counter() - start
                if running and second - looked >= each_s:
                    looked = second
                    memory.append(_look(second, [each.process.pid for each in running]))
                    if second > limit_s:
                        waiting.clear()
                        _kill_all(running)
                    elif stop is not None and stop(second):
                        waiting.clear()
                        orphans += _kill(running)
                time.sleep(LOOK_S)
            seconds, cpu_s = time.perf_counter() - start, _busy_s() - busy
            _wait_for(orphans)
        finally:
            _kill_all(running)
            for each in running:
                each.process.wait()
    return Measured(began, seconds, cpu_s, tuple(memory), tuple(codes), "\n".join(texts))


def _busy_s() -> float:
    """Return the seconds that this machine's processors have been at work (proc_stat(5): all but idle and iowait)."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _start(job: Job, output: Path) -> _Running:
    with output.open("wb") as file:
        process = subprocess.Popen(
            list(job.command),
            cwd=job.folder,
            env={**os.environ, **job.environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _Running(process, output)


def _kill(running: Sequence[_Running]) -> list[int]:
    """Kill commands, and return what they have started."""
    below = [pid for each in running for pid in descendants(each.process.pid)]
    for each in running:
        os.kill(each.process.pid, signal.SIGKILL)
    return below


def _kill_all(running: Sequence[_Running]) -> None:
    for each in running:
        for pid in (each.process.pid, *descendants(each.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _wait_for(pids: Sequence[int]) -> None:
    """Wait until processes that are no children of ours have ended."""
    deadline = time.monotonic() + PATIENCE_S
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes {left} are left of a command that was killed")
        time.sleep(LOOK_S)


def _look(second: float, roots: Sequence[int]) -> Memory:
    root = pss = below = 0.0
    for pid in roots:
        near = {pid, *children(pid)}
        for each in (pid, *descendants(pid)):
            found = _rollup(each)
            root += found[b"Rss:"] if each == pid else 0.0
            pss += found[b"Pss:"]
            below += 0.0 if each in near else found[b"Private_Clean:"] + found[b"Private_Dirty:"]
    return Memory(second, root, pss, below)


def _rollup(pid: int) -> dict[bytes, float]:
    """Return fields of a process's smaps_rollup, in MiB; zeros where it is gone."""
    found = dict.fromkeys(_FIELDS, 0.0)
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            name, *values = line.split()
            if name in found:
                found[name] = int(values[0]) / 1024
    return found
