"""Runs pytest in this process: to list the checks of a suite, or to judge one submission with them."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.errors import AssignmentError
from autograder.records import CheckId, CheckResult
from autograder.suite.plugin import Check, Results, SuiteContext, SuitePlugin, complete

# Plugins of pytest that a suite does not need; each costs time at every start.
_WITHOUT = (
    "cacheprovider",
    "doctest",
    "faulthandler",
    "junitxml",
    "legacypath",
    "logging",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
    "threadexception",
    "unittest",
    "unraisableexception",
)


def collect(folder: Path) -> dict[CheckId, Check]:
    """Return the checks of a suite, in the order in which they run.

    Raises
    ------
    AssignmentError
        If a file cannot be imported, or a check lacks its marks, its title or what it needs.
    """
    if not _files(folder):
        raise AssignmentError(f"{folder} holds no suite: there should be test_*.py files in it")
    plugin = SuitePlugin(folder)
    code, printed = _pytest([*_files(folder), "--collect-only"], plugin)
    problems = plugin.results.problems
    if problems or code is not pytest.ExitCode.OK:
        what = "\n".join(problems) or f"pytest ended with {code!r}: {printed[-2000:]}"
        raise AssignmentError(f"the suite in {folder} cannot be used: {what}")
    return plugin.results.checks


def judge(folder: Path, context: SuiteContext) -> tuple[tuple[CheckResult, ...], Results]:
    """Ask every check of a suite about one submission.

    Raises
    ------
    AssignmentError
        If the suite cannot be collected.
    """
    plugin = SuitePlugin(folder, context)
    code, printed = _pytest(_files(folder), plugin)
    if plugin.results.problems or not plugin.results.checks:
        what = "\n".join(plugin.results.problems) or f"pytest ended with {code!r}: {printed[-2000:]}"
        raise AssignmentError(f"the suite in {folder} cannot be used: {what}")
    return complete(plugin.results), plugin.results


def warm() -> None:
    """Run pytest once on a check that passes: the first run of a process loads what the next ones share."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_warm.py").write_text(
            "from autograder.suite import points, question\n"
            "@question('warm')\n@points(1)\ndef test_warm():\n    'Warm.'\n    assert True, 'never'\n"
        )
        collect(folder)
    sys.modules.pop("test_warm", None)


def _files(folder: Path) -> tuple[str, ...]:
    """Return the files of a suite; those that students get as well come first."""
    return tuple(str(path) for pattern in ("public_*.py", "test_*.py") for path in sorted(folder.glob(pattern)))


def _pytest(arguments: tuple[str, ...] | list[str], plugin: SuitePlugin) -> tuple[int | pytest.ExitCode, str]:
    """Run pytest without autoloaded plugins, configuration files or output of its own."""
    options = ["-q", "-q", "--no-header", "--assert=plain", "--tb=no", "--import-mode=importlib", "-c", os.devnull]
    options += ["--rootdir", str(Path(arguments[0]).parent), "--noconftest", "-W", "ignore"]
    for name in _WITHOUT:
        options += ["-p", f"no:{name}"]
    printed = io.StringIO()
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = pytest.main([*options, *arguments], plugins=[plugin])
    finally:
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before
    return code, printed.getvalue()
