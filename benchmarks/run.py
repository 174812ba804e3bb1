"""Runs the benchmarks that README's figures rest on, one after the other, and makes RESULTS.md: `make bench`.

Run it from the repository's root, on a quiet machine::

    python benchmarks/run.py
    python benchmarks/run.py --quick
    python benchmarks/run.py --only peers cold

Each benchmark is a process of its own and writes its results when it ends, so what an interrupted run has finished is
kept. A quick run shows in some minutes that everything works; its results and page go to build/bench, and RESULTS.md
stays as it is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import report
from results import FOLDER, FOLDER_VARIABLE

HERE = Path(__file__).parent
BENCHMARKS = {
    "peers": "peers.py",
    "cold": "cold.py",
    "scaling": "scaling.py",
    "training": "training_rows.py",
    "demos": "demos.py",
}
BUSY = 0.5
"""Load on each core from which on a machine is called busy."""


def main() -> int:
    """Run what is asked for; return how many failed."""
    parser = argparse.ArgumentParser(description="Runs the benchmarks and makes benchmarks/RESULTS.md.")
    parser.add_argument("--quick", action="store_true", help="small classes: whether everything works, no figures")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), help="some of them")
    options = parser.parse_args()
    environment = dict(os.environ)
    folder, target = FOLDER, report.TARGET
    if options.quick:
        folder, target = HERE.parent / "build" / "bench", HERE.parent / "build" / "bench" / "RESULTS.md"
        environment[FOLDER_VARIABLE] = str(folder)
    if (load := os.getloadavg()[0]) > BUSY * (os.cpu_count() or 1):
        print(f"bench: something else runs here (load {load:.1f}); what is measured now will be slow", flush=True)
    begin = time.monotonic()
    failed = []
    for name in options.only:
        print(f"bench: {name} (after {time.monotonic() - begin:.0f} s)", flush=True)
        command = [sys.executable, str(HERE / BENCHMARKS[name]), *(["--quick"] if options.quick else [])]
        if subprocess.run(command, cwd=HERE.parent, env=environment, check=False).returncode:
            failed.append(name)
            print(f"bench: {name} failed; what it found before stays", flush=True)
        else:
            report.write(folder, target)
    print(f"bench: {time.monotonic() - begin:.0f} s; see {target}", flush=True)
    return len(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("bench: interrupted; what was finished is in results/")
