"""Messages over a stream socket, each after its length (u64, little endian).

What becomes of a message that is not whole:

* It is late: `TimedOut`. What has arrived of it is kept, and the next `Channel.receive` goes on from there. The
  deadline is that of the whole message, however slowly its bytes come.
* The other side goes before its end: `Closed`.
* Its length is beyond the caps: `WireError`, and `Closed` from then on, for where the next one starts is not known.
* It was sent in part only: `TimedOut`, and `Closed` from then on.

Memory is taken for bytes that have arrived, not for those that were announced.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from typing import Any

from autograder.errors import WireError
from autograder.wire.decoding import decode
from autograder.wire.encoding import encode
from autograder.wire.plain import DEFAULT_CAPS, Caps

_LENGTH = struct.Struct("<Q")
_PIECE = 1 << 20


class TimedOut(Exception):
    """No whole message arrived, or left, before the deadline."""


class Closed(Exception):
    """The other side is gone, or the stream can be used no more."""


class Channel:
    """Messages over a connected stream socket.

    Parameters
    ----------
    sock
        Owned by the channel from now on.
    caps
        What is accepted from the other side.
    """

    def __init__(self, sock: socket.socket, caps: Caps = DEFAULT_CAPS) -> None:
        self.sock = sock
        self.caps = caps
        self._arrived = bytearray()  # of the next message, its length included
        self._is_torn = False

    def send(
        self, value: Any, timeout_s: float | None = None, *, caps: Caps = DEFAULT_CAPS, only_plain: bool = False
    ) -> None:
        """Send one value, waiting at most `timeout_s` seconds for the other side to read it.

        Parameters
        ----------
        value, caps, only_plain
            See `encode`.
        timeout_s
            None waits for ever.

        Raises
        ------
        TimedOut, Closed
        WireError
            If the value cannot be sent; nothing of it was, and the channel can be used on.
        """
        message = encode(value, caps, only_plain=only_plain)
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._require_whole()
        self._is_torn = True  # until all of it has left
        for part in (_LENGTH.pack(len(message)), message):
            try:
                self.sock.settimeout(_left(deadline))
                self.sock.sendall(part)
            except TimeoutError:
                raise TimedOut from None
            except OSError:
                raise Closed from None
        self._is_torn = False

    def receive(self, timeout_s: float | None = None) -> Any:
        """Return the next value, waiting at most `timeout_s` seconds for the whole of it.

        Raises
        ------
        TimedOut, Closed, WireError
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._require_whole()
        self._wait_for(_LENGTH.size, deadline)
        (length,) = _LENGTH.unpack_from(self._arrived)
        if length > self.caps.num_bytes:
            self._is_torn = True
            raise WireError(f"a message of {length:,} bytes, at most {self.caps.num_bytes:,} are accepted")
        self._wait_for(_LENGTH.size + length, deadline)
        message, self._arrived = self._arrived, bytearray()
        return decode(memoryview(message)[_LENGTH.size :], self.caps)

    def has_unread(self) -> bool:
        """Return whether anything has arrived that was not received; False where the other side is gone."""
        if self._arrived:
            return True
        with contextlib.suppress(OSError):
            self.sock.setblocking(False)
            return bool(self.sock.recv(1, socket.MSG_PEEK))
        return False

    def close(self) -> None:
        """Close the socket; the other side notices."""
        self.sock.close()

    def _require_whole(self) -> None:
        if self._is_torn:
            raise Closed

    def _wait_for(self, count: int, deadline: float | None) -> None:
        """Receive until so many bytes of the message are there."""
        while len(self._arrived) < count:
            try:
                self.sock.settimeout(_left(deadline))
                piece = self.sock.recv(min(count - len(self._arrived), _PIECE))
            except TimeoutError:
                raise TimedOut from None
            except OSError:
                raise Closed from None
            if not piece:
                raise Closed
            self._arrived += piece


def _left(deadline: float | None) -> float | None:
    """Return the seconds until a deadline.

    Raises
    ------
    TimedOut
        If there are none.
    """
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimedOut
    return left
