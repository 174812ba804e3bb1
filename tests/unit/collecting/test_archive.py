"""An archive's names and numbers may lie: what is read is regular, bounded, and stays where it is put."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
from pathlib import PurePosixPath

import pytest
from archives import zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.collecting import archive as archives
from autograder.collecting.archive import Archive, Budget, Unreadable, safe_path

MIB = 1 << 20


def opened(data: bytes, budget: Budget | None = None) -> Archive:
    """Open an archive from its bytes."""
    return Archive(io.BytesIO(data), "test.zip", budget or Budget())


def content(archive: Archive, path: str, max_bytes: int = 10 * MIB) -> bytes:
    """Return what an entry inflates to."""
    (entry,) = (entry for entry in archive.entries if entry.path == PurePosixPath(path))
    file = io.BytesIO()
    entry.copy_to(file, max_bytes)
    return file.getvalue()


def entry(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    """Return an entry with a mode of Unix."""
    info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def test_files_are_read_and_folders_passed_over():
    """What is regular comes out as it went in."""
    archive = opened(zipped({"ada/": b"", "ada/a.txt": b"first", "b.txt": b"second" * 1000}))
    assert [str(each.path) for each in archive.entries] == ["ada/a.txt", "b.txt"]
    assert content(archive, "ada/a.txt") == b"first"
    assert content(archive, "b.txt") == b"second" * 1000
    assert archive.refused == ()


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "a/../../outside.txt",
        "/etc/passwd",
        "\\\\server\\share\\x",
        "..\\outside.txt",
        "C:\\x.txt",
        "c:x.txt",
        "a/..",
        "a\x1b[31m.txt",
        "a\nb.txt",
        "a\u202etxt.ipynb",
        "a\u200b.txt",
        "\x00",
        "a.ipynb\x00.txt",
        "a" * 256,
        "/".join("a" * 17),
        "/".join(["a" * 250] * 5),
        ".",
        "./.",
    ],
    ids=ascii,
)
def test_a_name_that_is_not_ordinary_is_refused(name):
    """No path leads out of the archive, hides anything or is beyond what disks take; each is listed."""
    info = zipfile.ZipInfo("placeholder", (2026, 1, 1, 0, 0, 0))
    info.filename = info.orig_filename = name
    archive = opened(zipped([(info, b"x"), ("good.txt", b"y")]))
    assert [str(each.path) for each in archive.entries] == ["good.txt"]
    assert len(archive.refused) == 1
    with pytest.raises(Unreadable):
        safe_path(name)


def test_names_are_nfc_with_slashes():
    """A decomposed accent is composed, a backslash of Windows is a slash, a dot is nothing."""
    assert safe_path("e\u0301\\./a//b.txt") == PurePosixPath("\u00e9/a/b.txt")


def test_utf8_that_is_not_declared_is_understood():
    """Many programs write UTF-8 names without saying so."""
    data = zipped({"\u00e9.txt": b"x"})
    undeclared = data.replace(struct.pack("<H", 0x800), struct.pack("<H", 0))
    assert undeclared != data
    assert [str(each.path) for each in opened(undeclared).entries] == ["\u00e9.txt"]


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (0o120777, "link"),
        (0o020666, "ordinary"),
        (0o060666, "ordinary"),
        (0o010644, "ordinary"),
        (0o140755, "ordinary"),
    ],
)
def test_what_is_no_regular_file_is_refused(mode, reason):
    """Links, devices, pipes and sockets are not read."""
    archive = opened(zipped([(entry("a", mode), b"/etc/passwd"), (entry("b"), b"x")]))
    assert [str(each.path) for each in archive.entries] == ["b"]
    assert reason in archive.refused[0].reason


@pytest.mark.parametrize(
    "names",
    [
        ["a.ipynb", "a.ipynb"],
        ["a.ipynb", "A.ipynb"],
        ["stra\u00dfe.txt", "STRASSE.txt"],
        ["\u00e9.txt", "e\u0301.txt"],
        ["x/a.txt", "X/A.TXT"],
        ["a.txt", "./a.txt"],
        ["a\\b.txt", "a/b.txt"],
    ],
    ids=ascii,
)
def test_twins_are_both_refused(names):
    """Of two entries that are one file on some disk, neither is preferred."""
    archive = opened(zipped([*((name, b"x") for name in names), ("other.txt", b"y")]))
    assert [str(each.path) for each in archive.entries] == ["other.txt"]
    assert len(archive.refused) == 2


def test_a_file_that_is_a_folder_too_is_refused():
    """A path is one or the other."""
    archive = opened(zipped([("A", b"x"), ("a/b.txt", b"y")]))
    assert [str(each.path) for each in archive.entries] == ["a/b.txt"]
    assert "folder" in archive.refused[0].reason


def test_an_entry_is_no_larger_than_asked_for():
    """What claims to be larger is not inflated, what is larger than it claims ends there."""
    data = zipped({"a": b"x" * 1000})
    with pytest.raises(Unreadable, match="at most"):
        content(opened(data), "a", 999)
    assert content(opened(data), "a", 1000) == b"x" * 1000
    lying = data.replace(struct.pack("<I", 1000), struct.pack("<I", 10))
    with pytest.raises(Unreadable, match="damaged"):
        content(opened(lying), "a", 100)


def test_a_bomb_is_refused_by_its_ratio():
    """Nothing that anybody writes shrinks to a thousandth."""
    data = zipped({"a": bytes(50 * MIB), "b": bytes(MIB)})
    with pytest.raises(Unreadable, match="times its size"):
        content(opened(data), "a", 100 * MIB)
    assert len(content(opened(data), "b")) == MIB


def test_entries_that_share_their_bytes_meet_the_budget():
    """However many entries inflate the same bytes, a run inflates so much and no more."""
    budget = Budget(num_bytes=5000)
    archive = opened(zipped({"a": b"x" * 1000}), budget)
    for _ in range(5):
        content(archive, "a")
    with pytest.raises(Unreadable, match="one run"):
        content(archive, "a")


def test_damage_is_told():
    """A wrong checksum, a wrong offset or a broken stream make an entry unreadable, and nothing else."""
    data = bytearray(zipped({"a": bytes(range(256)) * 50}))
    data[60] ^= 0xFF
    with pytest.raises(Unreadable, match="damaged"):
        content(opened(bytes(data)), "a")


@pytest.mark.parametrize(
    ("field", "value", "reason"), [("flag_bits", 1, "encrypted"), ("compress_type", 14, "compressed")]
)
def test_encryption_and_odd_compressions_are_refused(field, value, reason):
    """Only what is stored or deflated is read: LZMA and bzip2 expand without bound."""
    data = bytearray(zipped({"a": b"x", "b": b"y"}))
    start = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, start + (8 if field == "flag_bits" else 10), value)
    archive = opened(bytes(data))
    assert [str(each.path) for each in archive.entries] == ["b"]
    assert reason in archive.refused[0].reason


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04" + bytes(100), b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_said(data):
    """Whatever is wrong with it, there is one kind of error."""
    with pytest.raises(Unreadable, match="no zip archive"):
        opened(data)


def test_a_directory_without_end_is_not_read(monkeypatch):
    """The list of entries is bounded in bytes before it is parsed, and in number after."""
    many = zipped({f"{number:05}": b"" for number in range(2000)})
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 50_000)
    with pytest.raises(Unreadable, match="directory is too large"):
        opened(many)
    monkeypatch.setattr(archives, "MAX_DIRECTORY", MIB)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 1999)
    with pytest.raises(Unreadable, match="2,000 entries"):
        opened(many)


SEEDS = [zipped({"ada/a.ipynb": b"{}" * 100, "b.txt": b"x", "\u00e9": b""}), zipped({}), zipped({"a": bytes(3000)})]


@settings(max_examples=300)
@given(st.sampled_from(SEEDS), st.data())
def test_any_bytes_are_read_or_refused(seed, data):
    """An archive with any bytes changed raises nothing but Unreadable, when it is opened and when it is read."""
    damaged = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(damaged)))
        damaged[start : start + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        archive = opened(bytes(damaged), Budget(num_bytes=100_000))
    except Unreadable:
        return
    for each in archive.entries:
        assert not each.path.is_absolute()
        assert ".." not in each.path.parts
        with contextlib.suppress(Unreadable):
            each.copy_to(io.BytesIO(), 50_000)


@given(st.text(max_size=60) | st.lists(st.sampled_from(["..", ".", "", "a", "C:", "\\"])).map("/".join))
def test_a_safe_path_is_below_where_it_is_put(name):
    """Whatever the name, the path has visible parts, none of which leads upwards, and stays as it is."""
    try:
        path = safe_path(name)
    except Unreadable:
        return
    assert path.parts
    assert not path.is_absolute()
    assert all(part not in ("", ".", "..") and part.isprintable() and "\\" not in part for part in path.parts)
    assert safe_path(str(path)) == path
