"""Lets ``python -m autograder`` do what the command ``autograder`` does."""

from __future__ import annotations

import sys

from autograder.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
