"""Fork servers that many tests share: importing TensorFlow takes seconds, a fork of what has it a moment.

A fork server keeps nothing of the children that it forked, so one that served another batch is as good as a new one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from autograder.sandbox.client import ForkServer

ZYGOTE = "autograder.sandbox.zygote"
"""Leaves the folder that it was started in, so that it serves whoever asks from wherever."""

_UNREAD = ("PYTEST_CURRENT_TEST", "COLUMNS")
"""Variables that no server reads, although it is given them."""


class _Lent(ForkServer):
    """A server that whoever got it may close as their own: it goes on serving others."""

    def __init__(self, server: ForkServer) -> None:
        self.__dict__ = server.__dict__

    def close(self) -> None:
        """Leave it running."""


class KeptServers:
    """Stands where `ForkServer` is called: the first server of a module is kept, and lent to all who ask for its like.

    Who asks for another environment, or from another folder, gets a server of their own. One that was killed is
    followed by a new one.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, ForkServer]] = {}

    def __call__(self, module: str, environment: Mapping[str, str]) -> ForkServer:
        """Return a server that is to be closed after use."""
        own = {name: value for name, value in environment.items() if name not in _UNREAD}
        like = own, None if module == ZYGOTE else Path.cwd()
        kept_like, server = self._kept.get(module, (like, None))
        if kept_like != like:
            return ForkServer(module, environment)
        if server is None or not server.is_alive:
            if server is not None:
                server.close()
            server = ForkServer(module, environment)
            self._kept[module] = like, server
        return _Lent(server)

    def close(self) -> None:
        """End those that are kept."""
        for _, server in self._kept.values():
            server.close()


@contextlib.contextmanager
def shared() -> Iterator[KeptServers]:
    """Let whatever this process grades, lints and verifies meanwhile share its fork servers."""
    kept = KeptServers()
    with pytest.MonkeyPatch.context() as patched, contextlib.closing(kept):
        for place in ("pool.servers", "verification.series", "linting.trials"):
            patched.setattr(f"autograder.{place}.ForkServer", kept)
        yield kept
