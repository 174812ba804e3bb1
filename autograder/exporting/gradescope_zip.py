"""An autograder for Gradescope: what its container needs to grade one assignment, and nothing else of the course.

============================= =====================================================================================
``setup.sh``                  makes the environment, once, when Gradescope builds the image
``run_autograder``            grades one submission, with `cli.grade`
``requirements.txt``          the versions that are installed here
``autograder-*.whl``          this package
``course/``                   settings, released notebook, declared files and suite of the assignment; its own secret
============================= =====================================================================================

There are no solutions: the released notebook stands in the place of the source. The secret is made from the course's
and tells nothing about it, so that held-out images in a container are others than those of the course.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import shlex
import sys
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import autograder
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.reports.exports.gradescope import Visibility

_EXTRAS = ("course",)
_DATE = (1980, 1, 1, 0, 0, 0)  # equal courses give equal archives
_CONFIG = '"""Marks a course; nothing here runs nbgrader."""\n'
_LEFT_OUT = ("__pycache__",)


def gradescope_zip(course: Course, assignment: Assignment, visibility: Visibility) -> bytes:
    """Return the archive to upload; `visibility` is that of every test that it reports.

    Raises
    ------
    AssignmentError
        If the assignment has no release, or no suite.
    """
    if not assignment.released_notebook.is_file():
        raise AssignmentError(f"{assignment.released_notebook} is missing: run `autograder release {assignment.id}`")
    if not assignment.suite.is_dir():
        raise AssignmentError(f"{assignment.suite} is missing: it is what Gradescope's container grades with")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("setup.sh", "run_autograder"):
            _put(archive, name, _script(name, assignment, visibility), 0o755)
        _put(archive, "requirements.txt", requirements())
        wheel_name, wheel = _wheel()
        _put(archive, wheel_name, wheel)
        for name, data in _course_files(course, assignment):
            _put(archive, f"course/{name}", data)
        secret = course.secret().seal(b"gradescope:" + assignment.id.encode())
        _put(archive, "course/.autograder/secret", secret.encode(), 0o600)
    return file.getvalue()


def requirements() -> bytes:
    """Return what this package needs for grading, each in the version that is installed here, sorted by name."""
    pins: dict[str, str] = {}
    todo: list[tuple[str, tuple[str, ...]]] = [("autograder", _EXTRAS)]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                continue
            needed = canonicalize_name(requirement.name)
            pins[needed] = importlib.metadata.version(needed)
            todo.append((needed, tuple(sorted(requirement.extras))))
    pins.pop("autograder", None)
    return "".join(f"{name}=={pins[name]}\n" for name in sorted(pins)).encode()


def _script(name: str, assignment: Assignment, visibility: Visibility) -> bytes:
    text = files("autograder.exporting").joinpath("gradescope", name).read_text(encoding="utf-8")
    values = {
        "@NAME@": shlex.quote(assignment.id),
        "@VISIBILITY@": visibility.value,
        "@PYTHON@": f"python{sys.version_info[0]}.{sys.version_info[1]}",
    }
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text.encode()


def _course_files(course: Course, assignment: Assignment) -> Iterator[tuple[str, bytes]]:
    """Yield paths in the course, and their contents."""
    folder = f"assignments/{assignment.id}"
    yield "nbgrader_config.py", _CONFIG.encode()
    yield f"{folder}/{assignment.source.name}", assignment.released_notebook.read_bytes()
    for name in ("assignment.toml", *assignment.settings.files):
        yield f"{folder}/{name}", (assignment.folder / name).read_bytes()
    for root in (assignment.release, assignment.suite):
        for path in sorted(root.rglob("*")):
            parts = path.relative_to(root).parts
            if path.is_file() and not any(part.startswith(".") or part in _LEFT_OUT for part in parts):
                yield path.relative_to(course.root).as_posix(), path.read_bytes()


def _wheel() -> tuple[str, bytes]:
    """Return name and contents of a wheel of this package as it runs here (PEP 427)."""
    distribution = importlib.metadata.distribution("autograder")
    stem = f"autograder-{distribution.version}"
    info = f"{stem}.dist-info"
    root = Path(autograder.__file__).parent
    contents = {
        f"autograder/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    contents[f"{info}/METADATA"] = (distribution.read_text("METADATA") or "").encode()
    contents[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents[f"{info}/entry_points.txt"] = (distribution.read_text("entry_points.txt") or "").encode()
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            _put(archive, name, data)
    return f"{stem}-py3-none-any.whl", file.getvalue()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _put(archive: zipfile.ZipFile, name: str, data: bytes, mode: int = 0o644) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
