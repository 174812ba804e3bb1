"""The text of a file, whatever wrote it: notebooks are UTF-8, and most editors know it."""

from __future__ import annotations

import codecs
import json

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
    (codecs.BOM_UTF8, "UTF-8 with a byte order mark"),
)


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file of JSON, and the name of its encoding; empty where it is plain UTF-8.

    What is no Unicode, but starts as a notebook does, is taken for Windows-1252.

    Raises
    ------
    UnicodeDecodeError
        If it is nothing of these.
    """
    codec = json.detect_encoding(data)
    name = next((name for mark, name in _MARKS if data.startswith(mark)), "" if codec == "utf-8" else codec[:6].upper())
    try:
        return data.decode(codec, "surrogatepass"), name
    except UnicodeDecodeError:
        if b"\x00" in data or not data.lstrip().startswith(b"{"):
            raise
    return data.decode("cp1252", "replace"), "Windows-1252"
