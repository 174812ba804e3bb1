"""Runs pytest in this process: to list the checks of a suite, or to judge one submission with them."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from autograder.errors import AssignmentError
from autograder.records import CheckId, CheckResult
from autograder.suite.plugin import Check, Results, SuiteContext, SuitePlugin, complete

_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
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


def judge(
    folder: Path, context: SuiteContext, *, only: Collection[Check] | None = None
) -> tuple[tuple[CheckResult, ...], Results]:
    """Ask every check of a suite about one submission, or those of `only`, which depend on no others.

    Raises
    ------
    AssignmentError
        If the suite cannot be collected.
    """
    if only is not None and not only:
        return (), Results()
    wanted = None if only is None else {str(check.path) for check in only}
    paths = tuple(path for path in _files(folder) if wanted is None or path in wanted)
    plugin = SuitePlugin(folder, context, None if only is None else {check.id for check in only})
    code, printed = _pytest(paths, plugin)
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


def _files(folder: Path) -> tuple[str, ...]:
    """Return the files of a suite; those that students get as well come first."""
    return tuple(str(path) for pattern in ("public_*.py", "test_*.py") for path in sorted(folder.glob(pattern)))


def _pytest(arguments: tuple[str, ...] | list[str], plugin: SuitePlugin) -> tuple[int | pytest.ExitCode, str]:
    """Run pytest without autoloaded plugins, configuration files or output of its own."""
    options = ["-q", "-q", "--no-header", "--assert=plain", "--tb=no", "--import-mode=importlib", "-c", os.devnull]
    folder = Path(arguments[0]).parent
    # Without a folder to stop at, pytest lists every folder above the suite as well.
    options += ["--rootdir", str(folder), "--confcutdir", str(folder), "--noconftest", "-W", "ignore"]
    for name in _WITHOUT:
        options += ["-p", f"no:{name}"]
    printed = io.StringIO()
    with _as_first_run(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = pytest.main([*options, *arguments], plugins=[plugin])
    return code, printed.getvalue()


@contextlib.contextmanager
def _as_first_run(folder: Path) -> Iterator[None]:
    """Run pytest as if it were the first time in this process, and as if no other pytest were running.

    A suite's modules would else be taken from the last run, and the hook of an outer pytest would rewrite their
    assertions, which puts hidden values into messages.
    """
    finders = list(sys.meta_path)
    plugins = os.environ.get(_AUTOLOAD)
    sys.meta_path[:] = [finder for finder in finders if type(finder).__name__ != "AssertionRewritingHook"]
    os.environ[_AUTOLOAD] = "1"
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        inside = f"{folder}{os.sep}"
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(inside):
                del sys.modules[name]
        if plugins is None:
            del os.environ[_AUTOLOAD]
        else:
            os.environ[_AUTOLOAD] = plugins
