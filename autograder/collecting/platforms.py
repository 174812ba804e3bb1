"""Which platform made an archive, and what each of its entries is."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from autograder.collecting.archive import Archive, Entry, Unreadable
from autograder.collecting.gradescope import EXPORT, MAX_BYTES, METADATA, Submitted, gradescope, read_metadata
from autograder.collecting.names import READERS, HandedIn, Reading
from autograder.errors import UsageError

AUTO, GRADESCOPE, PLAIN = "auto", "gradescope", "plain"
NAMES = (AUTO, "moodle", "canvas", GRADESCOPE, "nbgrader", PLAIN)
_TOP = PurePosixPath()
_SUBMITTED = "submitted"
_IN_MEMORY = 8 << 20


def read_names(
    archive: Archive, entries: Sequence[Entry], platform: str, assignment: str, assignments: Collection[str]
) -> Iterator[tuple[Entry, HandedIn | str]]:
    """Yield each entry with whose file it is, or with the reason why it is nobody's.

    Parameters
    ----------
    entries
        Those of the archive that are looked at.
    platform
        One of `NAMES`.
    assignment, assignments
        The assignment that is collected, and all of the course.

    Raises
    ------
    UsageError
        If the archive is not one of the platform, or may be one of several.
    """
    paths = [entry.path for entry in entries]
    if platform == AUTO:
        platform = _recognised(archive, paths, assignment)
    if platform == GRADESCOPE:
        root = _beside_metadata(archive, paths)
        metadata = _metadata(archive, entries, root)
    else:
        root, metadata = _root(archive, paths, platform, assignment), {}
    for entry in entries:
        reading: Reading
        if not entry.path.is_relative_to(root):
            reading = None
        else:
            path = entry.path.relative_to(root)
            others = set(path.parts[1:2]) & (set(assignments) - {assignment}) if len(path.parts) > 2 else set()
            if platform == GRADESCOPE:
                reading = gradescope(path, metadata)
            elif platform == PLAIN and others:
                reading = f"it belongs to {', '.join(others)}"
            else:
                reading = READERS[platform](path, assignment)
        yield entry, f"its name is not one that {platform} gives" if reading is None else reading


def _recognised(archive: Archive, paths: Sequence[PurePosixPath], assignment: str) -> str:
    """Return the platform of which all names are, else `PLAIN`."""
    if any(path.name == METADATA and _is_export(path.parent) for path in paths):
        return GRADESCOPE
    for name, reader in READERS.items():
        if name == PLAIN:
            continue
        for root, where in ((_TOP, "of its names"), (_common_folder(paths), "of the names in its only folder")):
            inner = [path.relative_to(root) for path in paths]
            count = sum(reader(path, assignment) is not None for path in inner)
            if inner and count == len(inner) and root == _TOP:
                return name
            if count:
                raise UsageError(
                    f"{archive.name}: {count} of {len(inner)} {where} are {name}'s: say with --lms who made it"
                )
    return PLAIN


def _root(archive: Archive, paths: Sequence[PurePosixPath], platform: str, assignment: str) -> PurePosixPath:
    """Return the folder of the archive in which the platform's names begin."""
    common = _common_folder(paths)
    if common == _TOP:
        return _TOP
    if platform != PLAIN:
        return _TOP if any(READERS[platform](path, assignment) is not None for path in paths) else common
    if common.name == _SUBMITTED:
        return common
    inner = [path.relative_to(common) for path in paths]
    students = {path.parts[0] for path in inner}
    is_class = len(students) > 1 and assignment not in students and all(len(path.parts) > 1 for path in inner)
    return common if is_class and common.name == PurePosixPath(archive.name).stem else _TOP


def _common_folder(paths: Collection[PurePosixPath]) -> PurePosixPath:
    """Return the one folder that all paths lie in, which is the top where there is none."""
    tops = {path.parts[0] for path in paths}
    return PurePosixPath(*tops) if len(tops) == 1 and all(len(path.parts) > 1 for path in paths) else _TOP


def _is_export(folder: PurePosixPath) -> bool:
    """Return whether Gradescope's metadata may lie in a folder: a student's folder is none."""
    return folder == _TOP or (len(folder.parts) == 1 and EXPORT.fullmatch(folder.name) is not None)


def _beside_metadata(archive: Archive, paths: Sequence[PurePosixPath]) -> PurePosixPath:
    folders = sorted((path.parent for path in paths if path.name == METADATA), key=lambda folder: len(folder.parts))
    if not folders:
        raise UsageError(f"{archive.name} has no {METADATA}: it is no export of Gradescope")
    return folders[0]


def _metadata(archive: Archive, entries: Sequence[Entry], root: PurePosixPath) -> dict[str, Submitted]:
    (entry,) = (entry for entry in entries if entry.path == root / METADATA)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        try:
            entry.copy_to(file, MAX_BYTES)
        except Unreadable as error:
            raise UsageError(f"{archive.name}: {METADATA} cannot be read: {error}") from error
        file.seek(0)
        return read_metadata(file)
