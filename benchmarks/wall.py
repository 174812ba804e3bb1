"""What the wall costs: the start of a child, its memory, its end, and a class with attacks in it.

Run it from the repository's root, on a quiet machine::

    python benchmarks/wall.py
    python benchmarks/wall.py --starts 50 --without-class

It prints medians for each tier that holds here: milliseconds from asking for a child to the end of its first cell,
private memory of the child when it waits, and seconds from the limit of a cell that ignores every signal until
nothing of it is left. Then it grades a class of 20, ten of which are attacks that run into limits, by the command.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.errors import InfrastructureError
from autograder.sandbox.client import ControlSocket, ForkServer
from autograder.sandbox.isolation.choice import look_at
from autograder.sandbox.isolation.processes import descendants
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.session import Cell, NotebookSession
from autograder.sandbox.spec import clean_environment, walled
from autograder.settings import WALL_PER_CPU, Execution, Limits

TESTS = Path(__file__).parents[1] / "tests"
TARGET_MS = {Tier.NAMESPACES: 60, Tier.LANDLOCK: 40}
NUM_ATTACKS, NUM_HONEST = 10, 10
STUBBORN = """
import signal
for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=30, metavar="N", help="children to start behind each wall")
    parser.add_argument("--without-class", action="store_true", help="leave out the class with attacks")
    options = parser.parse_args()
    print(f"{'tier':<12}{'first cell':>12}{'target':>10}{'private':>12}{'gone after':>12}{'grace':>8}")
    with (
        tempfile.TemporaryDirectory() as folder,
        ForkServer("autograder.sandbox.zygote", clean_environment()) as server,
    ):
        for tier in (Tier.NAMESPACES, Tier.LANDLOCK):
            found = look_at(server.control, Path(folder), tier)
            if not found.holds:
                print(f"{tier:<12}does not hold here: {found.problem}")
                continue
            milliseconds, mebibytes = measure_starts(server.control, tier, options.starts)
            gone_s = measure_end(server.control, tier)
            print(
                f"{tier:<12}{milliseconds:>9.0f} ms{TARGET_MS[tier]:>7} ms"
                f"{mebibytes:>8.1f} MiB{gone_s:>10.2f} s{'1 s':>8}"
            )
    if not options.without_class:
        grade_class()


def measure_starts(zygote: ControlSocket, tier: Tier, count: int) -> tuple[float, float]:
    """Return milliseconds to the end of the first cell and private MiB then, medians over some children."""
    spec = {"kind": "submission", **walled(tier, Limits()), "fit": "skip", "old_names": "explain"}
    spec |= {"max_output_chars": 1000, "seed": 1}
    milliseconds, mebibytes = [], []
    for _ in range(count):
        started = time.perf_counter()
        with zygote.fork(spec) as child:
            child.ask("cell", source="x = 1", timeout_s=30)
            milliseconds.append(1000 * (time.perf_counter() - started))
            mebibytes.append(_private_mib(descendants(child.pid)[-1]))
    return statistics.median(milliseconds), statistics.median(mebibytes)


def measure_end(zygote: ControlSocket, tier: Tier) -> float:
    """Return seconds from its limit until a cell that ignores every signal is gone with all that it was."""
    limits = Limits(cell_s=0.5)
    cells, surroundings = [Cell(0, None, STUBBORN)], walled(tier, limits)
    session = NotebookSession(zygote, cells, limits=limits, execution=Execution(), surroundings=surroundings)
    started = time.perf_counter()
    session.run()
    session.close()
    return time.perf_counter() - started - limits.cell_s


def grade_class() -> None:
    """Grade honest students and attacks on limits together, and compare with the sum of the limits."""
    sys.path.insert(0, str(TESTS))
    from attacks import course
    from attacks.catalogue.harm import ATTACKS

    attacks = [attack for attack in ATTACKS if attack.limits][:NUM_ATTACKS]
    with tempfile.TemporaryDirectory() as folder:
        fortress = course.build(Path(folder))
        submitted = fortress.root / "submitted"
        for number in range(len(course.HONEST), NUM_HONEST):
            shutil.copytree(submitted / "ada", submitted / f"honest{number}")
        marks = dict.fromkeys(
            ("course", "neighbour", "home_canary", "tcp_port", "unix_socket", "victim_pid", "marker", "loot"), "0"
        )
        for attack in attacks:
            course.hand_in_attack(fortress, attack, marks)
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "autograder", "grade", course.NAME, "--json", "--course", str(fortress.root)],
            capture_output=True,
            env={**os.environ, "HOME": folder},
            check=False,
        )
        seconds = time.perf_counter() - started
    if done.returncode not in (0, 1):
        raise InfrastructureError(done.stderr.decode())
    rows = len(done.stdout.splitlines())
    bound = len(attacks) * WALL_PER_CPU * course.LIMITS["cell_s"]
    print(
        f"\na class of {NUM_HONEST + len(attacks)} with {len(attacks)} attacks: {rows} rows in {seconds:.1f} s; "
        f"the sum of the attacks' limits is {bound} s"
    )


def _private_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kib = sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))
    return kib / 1024


if __name__ == "__main__":
    main()
