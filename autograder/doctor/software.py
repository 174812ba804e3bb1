"""Whether what is installed is what autograder was tested with; nothing of it is imported."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from autograder.doctor.remarks import Condition, Remark

SHOWN = ("tensorflow", "keras", "numpy", "nbgrader")
"""Told in any case; of all others only what is wrong."""
COMPILED = ("tensorflow", "keras", "matplotlib", "IPython")
"""Packages whose start takes seconds where they have to be compiled each time."""
MOSTLY = 0.8
_INSTALL = "`make setup`, or `pip install 'autograder[course]'`, in an environment of its own"


def versions() -> tuple[Remark, ...]:
    """Return Python's version and those of the packages, against what pyproject.toml asks for."""
    about = metadata.metadata("autograder")
    supported = about["Requires-Python"]
    fits = SpecifierSet(supported).contains(platform.python_version(), prereleases=True)
    remarks = [
        Remark(
            "python",
            Condition.GOOD if fits else Condition.BAD,
            platform.python_version() if fits else f"{platform.python_version()}, but {supported} is supported",
            "" if fits else "make an environment with another: `make setup PYTHON=python3.12`",
        )
    ]
    for text in metadata.requires("autograder") or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": "course"}):
            remark = package(requirement)
            if remark.condition is not Condition.GOOD or requirement.name in SHOWN:
                remarks.append(remark)
    return tuple(remarks)


def bytecode(packages: Sequence[str] = COMPILED) -> Remark:
    """Return whether packages are compiled: the processes that grade never write what they compile."""
    have = total = 0
    found = [importlib.util.find_spec(name) for name in packages]
    folders = [Path(folder) for spec in found if spec for folder in spec.submodule_search_locations or ()]
    for folder in folders:
        for source in folder.rglob("*.py"):
            total += 1
            have += Path(importlib.util.cache_from_source(str(source))).exists()
    if not total:
        return Remark("bytecode", Condition.BAD, "no package is here to be compiled", _INSTALL)
    if have >= MOSTLY * total:
        return Remark("bytecode", Condition.GOOD, "packages are compiled, so that a batch starts in seconds")
    where = sorted({str(folder.parent) for folder in folders})
    return Remark(
        "bytecode",
        Condition.BAD,
        f"{total - have:,} of {total:,} modules are not compiled: each batch starts some 15 s later",
        f"`python -m compileall -q -j 0 {' '.join(where)}`",
    )


def package(requirement: Requirement) -> Remark:
    """Return how a package that is asked for is here."""
    name = requirement.name
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Remark(name, Condition.BAD, "not installed", _INSTALL)
    if requirement.specifier.contains(version, prereleases=True):
        return Remark(name, Condition.GOOD, version)
    return Remark(name, Condition.BAD, f"{version}, but {requirement.specifier} is supported", _INSTALL)
