"""Makes zip archives for tests, good ones and bad ones."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Iterable, Mapping

DATE = (2026, 2, 1, 10, 20, 30)


def notebook(answer: str = "x = 1") -> bytes:
    """Return a notebook with one cell."""
    cell = {"cell_type": "code", "source": answer, "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(
    entries: Mapping[str, bytes] | Iterable[tuple[str | zipfile.ZipInfo, bytes]],
    date: tuple[int, int, int, int, int, int] = DATE,
) -> bytes:
    """Return an archive of entries: names, or `zipfile.ZipInfo` for what is odd about them, with contents."""
    file = io.BytesIO()
    pairs = entries.items() if isinstance(entries, Mapping) else entries
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice, which is what some tests are about
        for name, content in pairs:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, date)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return file.getvalue()
