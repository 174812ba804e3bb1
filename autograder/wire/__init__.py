"""What crosses between processes: a JSON header and raw buffers, and nothing that could run.

A message is ``AGW2``, the header's length (u32, little endian), the header as JSON, then the bytes of the arrays
that it mentions, back to back and in that order. On a stream socket each message follows its length (u64, little
endian). Nothing that a sender names is imported, called or looked up. What arrives:

========================================= ====================================================================
what is sent                              what arrives
========================================= ====================================================================
None, bool, int, float, str, list, tuple, the same, with these exact types
dict
a lone surrogate in a string              U+FFFD: with it no file of ours could be written
an array of one of `DTYPES`, a NumPy      a fresh `numpy.ndarray`, whatever subclass it was
scalar, what has ``__array__``
`numpy.str_`                              str
a key: None, bool, float, string, int     the same; a NumPy scalar is the number that it holds
up to 2**53
any other key, NaN too                    an `Opaque` key: the entry is there, and nothing looks it up
anything else, subclasses of plain types, `Opaque`, which equals nothing
integers beyond 3,000 bits
========================================= ====================================================================

Used on both sides of the wall, so it imports only the standard library and NumPy. Every fault of a message is a
`WireError`.
"""

from autograder.wire.channel import Channel, Closed, TimedOut
from autograder.wire.decoding import decode
from autograder.wire.encoding import encode
from autograder.wire.plain import DEFAULT_CAPS, DTYPES, MAGIC, Caps, Opaque

__all__ = ["DEFAULT_CAPS", "DTYPES", "MAGIC", "Caps", "Channel", "Closed", "Opaque", "TimedOut", "decode", "encode"]
