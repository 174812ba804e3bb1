"""A course's secret: what held-out images and random inputs of suites are drawn from, so that nobody can prepare."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

SECRET_VARIABLE = "AUTOGRADER_SECRET"  # noqa: S105 - the name of the variable, not a secret
SHORTEST_SECRET = 16
"""Characters; what is shorter could be found by trying."""


@dataclass(frozen=True)
class CourseSecret:
    """What must never enter a sandbox, and what is derived from it."""

    _text: str

    @staticmethod
    def of(path: Path) -> CourseSecret:
        """Return the secret that the environment variable holds, else that of a file, which is made on first use.

        Raises
        ------
        UsageError
            If the variable holds too little to be a secret, or the file holds nothing.
        """
        text = os.environ.get(SECRET_VARIABLE, "")
        if text:
            if len(text) < SHORTEST_SECRET:
                raise UsageError(
                    f"{SECRET_VARIABLE} has {len(text)} characters, which can be guessed: "
                    f"set it to {SHORTEST_SECRET} or more, as `openssl rand -hex 32` prints, or unset it"
                )
            return CourseSecret(text)
        path.parent.mkdir(exist_ok=True)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
        text = path.read_text().strip()
        if not text:
            raise UsageError(f"{path} is empty: delete it, and a new secret is made (scores may move a little)")
        return CourseSecret(text)

    def __repr__(self) -> str:
        return f"CourseSecret({self.digest[:8]})"

    @property
    def digest(self) -> str:
        """A hash that may stand in cache keys."""
        return self._derive("digest").hex()

    def environment(self) -> dict[str, str]:
        """Return what the environment of a process of ours says that is to have this secret; never a sandbox's."""
        return {SECRET_VARIABLE: self._text}

    def seed(self, *purpose: str) -> int:
        """Return a seed in [0, 2**63) for a purpose; equal purposes give equal seeds."""
        return int.from_bytes(self._derive("seed", *purpose)[:8], "big") >> 1

    def seal(self, data: bytes) -> str:
        """Return a hash of data that nobody can make who does not know the secret."""
        key = hashlib.sha256(self._text.encode()).digest()
        return hashlib.blake2b(data, key=key, digest_size=32, person=b"seal").hexdigest()

    def _derive(self, *parts: str) -> bytes:
        key = hashlib.sha256(self._text.encode()).digest()
        return hashlib.blake2b("\x00".join(parts).encode(), key=key, digest_size=32).digest()
