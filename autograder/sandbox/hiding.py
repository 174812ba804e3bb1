"""Keeps libraries from importing each other only because they are installed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Let imports of packages fail for a while, but for those that are loaded already.

    Keras and TensorFlow import scikit-learn, JAX and SciPy where they find them, and use them for nothing here: that
    takes seconds of every start, and a hundred megabytes.
    """
    hiding = [name for name in packages if name not in sys.modules]
    for name in hiding:
        sys.modules[name] = None  # type: ignore[assignment]  # what an import of it then finds missing
    try:
        yield
    finally:
        for name in hiding:
            del sys.modules[name]
