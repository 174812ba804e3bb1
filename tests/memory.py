"""Measures the memory that Python takes meanwhile."""

import contextlib
import tracemalloc
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """Give a function that returns, afterwards too, the most bytes that were in use at a time within."""
    peak = 0
    tracemalloc.start()
    try:
        yield lambda: peak or tracemalloc.get_traced_memory()[1]
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
