"""Takes the pictures of README from the pages that ``make demo`` has written.

Run it from the repository's root, where there is Chromium::

    make demo
    python docs/screenshots.py

It writes ``docs/images/feedback.png`` and ``docs/images/class.png``: what a student and an instructor see.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome")
PAGES = {
    "class": ("reports/{assignment}.html", 1000, 900),
    "feedback": ("feedback/{student}/{assignment}/{assignment}.html", 1000, 900),
}
"""Pages in the demo's folder, with the width and height of the window."""


def main() -> int:
    """Take the pictures; the exit code is 2 where there is no demo or no browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, default=ROOT / "demo", help="the folder of the demo")
    parser.add_argument("--student", default="edsger", help="whose page is shown")
    parser.add_argument("--assignment", default="convnets")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    browser = next((path for name in NAMES if (path := shutil.which(name))), None)
    if browser is None:
        print("there is no Chromium here: on Debian and Ubuntu the package chromium has it", file=sys.stderr)
        return 2
    options.into.mkdir(parents=True, exist_ok=True)
    for name, (pattern, width, height) in PAGES.items():
        page = options.demo / pattern.format(student=options.student, assignment=options.assignment)
        if not page.is_file():
            print(f"there is no {page}: run `make demo` first", file=sys.stderr)
            return 2
        picture = options.into / f"{name}.png"
        with tempfile.TemporaryDirectory() as profile:
            command = [browser, "--headless=new", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"]
            command += ["--no-sandbox"] if os.geteuid() == 0 else []
            command += [f"--window-size={width},{height}", f"--screenshot={picture.resolve()}", page.resolve().as_uri()]
            subprocess.run(command, check=True, capture_output=True, timeout=120)
        print(f"{picture}: {picture.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
