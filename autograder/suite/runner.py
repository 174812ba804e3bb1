"""Runs pytest in this process: to list the checks of a suite, or to judge one submission with them.

To collect a suite takes as long as to ask many of its checks. A fork server collects it once (`prepare`), and what it
forks only runs it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from _pytest.config import _prepareconfig  # `pytest.main` ends a session before somebody could fork it

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
    "warnings",
)


def collect(folder: Path) -> dict[CheckId, Check]:
    """Return the checks of a suite, in the order in which they run.

    Raises
    ------
    AssignmentError
        If a file cannot be imported, or a check lacks its marks, its title or what it needs.
    """
    with contextlib.closing(_Suite(folder, _files(folder))) as suite:
        return suite.checks


def prepare(folder: Path, digest: str) -> None:
    """Collect a suite for the next `judge` of this process, and of each that is forked from it.

    Parameters
    ----------
    digest
        Of its files: nothing is done where they are the ones that were collected.

    Raises
    ------
    AssignmentError
        As `collect` does.
    """
    if folder in _prepared:
        if _prepared[folder][0] == digest:
            return
        _prepared.pop(folder)[1].close()
    _prepared[folder] = digest, _Suite(folder, _files(folder))


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
    names = None if only is None else {check.id for check in only}
    _, suite = _prepared.pop(folder, ("", None))  # once: what its modules keep is not for the next submission
    if suite is None:
        wanted = None if only is None else {str(check.path) for check in only}
        suite = _Suite(folder, [path for path in _files(folder) if wanted is None or path in wanted], names)
    with contextlib.closing(suite):
        results = suite.run(context, names)
    return complete(results), results


def warm() -> None:
    """Run pytest once on a check that passes: the first run of a process loads what the next ones share."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_warm.py").write_text(
            "from autograder.suite import points, question\n"
            "@question('warm')\n@points(1)\ndef test_warm():\n    'Warm.'\n    assert True, 'never'\n"
        )
        collect(folder)


_ENDS = (pytest.exit.Exception, pytest.Session.Interrupted, KeyboardInterrupt)
"""What ends pytest itself."""
_prepared: dict[Path, tuple[str, _Suite]] = {}
"""Suites that were collected and not run yet, with a digest of their files, by folder."""


class _Suite:
    """A suite that pytest has collected, to be run once, and closed.

    Parameters
    ----------
    files
        Those of its files that are collected.
    only
        The checks that are going to be asked, which need no others; None for all.

    Raises
    ------
    AssignmentError
        If there are no files, or something in them is wrong.
    """

    def __init__(self, folder: Path, files: Collection[str], only: Collection[CheckId] | None = None) -> None:
        if not files:
            raise AssignmentError(f"{folder} holds no suite: there should be test_*.py files in it")
        self._folder = folder
        self._modules: dict[str, ModuleType] = {}
        self._plugin = SuitePlugin(folder)
        with self._alone():
            self._config = _prepareconfig([*_options(folder), *files], [self._plugin])
            self._config._do_configure()  # noqa: SLF001 - as above
            self._config.pluginmanager.unregister(name="terminalreporter")
            self._session = pytest.Session.from_config(self._config)
            why = self._collect()
        problems = [*self._plugin.problems, *self._plugin.unknown_needs(only)]
        if problems or not self.checks:
            self.close()
            what = "\n".join(problems) or why
            raise AssignmentError(f"the suite in {folder} cannot be used: {what}")

    @property
    def checks(self) -> dict[CheckId, Check]:
        """Those that were collected, in the order in which they run."""
        return self._plugin.checks

    def run(self, context: SuiteContext, only: Collection[CheckId] | None) -> Results:
        """Ask its checks, or those of `only`.

        A check that ends pytest itself leaves those after it without a result.
        """
        with self._alone():
            self._session.items = self._plugin.begin(self._session.items, context, only)
            with contextlib.suppress(*_ENDS):
                self._config.hook.pytest_runtestloop(session=self._session)
        return self._plugin.results

    def close(self) -> None:
        """Let pytest undo what it did for this suite."""
        with self._alone():
            self._config.hook.pytest_sessionfinish(session=self._session, exitstatus=pytest.ExitCode.OK)
            self._config._ensure_unconfigure()  # noqa: SLF001 - as above

    def _collect(self) -> str:
        """Collect, and return why nothing was, where the plugin does not know."""
        try:
            self._config.hook.pytest_sessionstart(session=self._session)
            self._config.hook.pytest_collection(session=self._session)
        except (pytest.UsageError, SystemExit, *_ENDS) as error:  # whatever a file does when it is imported
            return f"pytest ended with {error!r}"
        return "there is no check in it"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let pytest work as if it were the first time in this process, and as if no other pytest were running.

        A suite's modules would else be taken from the last run, and the hook of an outer pytest would rewrite their
        assertions, which puts hidden values into messages.
        """
        finders = list(sys.meta_path)
        plugins = os.environ.get(_AUTOLOAD)
        sys.meta_path[:] = [finder for finder in finders if type(finder).__name__ != "AssertionRewritingHook"]
        os.environ[_AUTOLOAD] = "1"
        sys.modules.update(self._modules)
        printed = io.StringIO()
        try:
            with (
                contextlib.redirect_stdout(printed),
                contextlib.redirect_stderr(printed),
                warnings.catch_warnings(action="ignore"),
            ):
                yield
        finally:
            sys.meta_path[:] = finders
            inside = f"{self._folder}{os.sep}"
            for name, module in list(sys.modules.items()):
                if (getattr(module, "__file__", None) or "").startswith(inside):
                    self._modules[name] = sys.modules.pop(name)
            if plugins is None:
                del os.environ[_AUTOLOAD]
            else:
                os.environ[_AUTOLOAD] = plugins


def _files(folder: Path) -> tuple[str, ...]:
    """Return the files of a suite; those that students get as well come first."""
    return tuple(str(path) for pattern in ("public_*.py", "test_*.py") for path in sorted(folder.glob(pattern)))


def _options(folder: Path) -> list[str]:
    """Return options of pytest: without autoloaded plugins, configuration files or output of its own."""
    options = ["-q", "-q", "--no-header", "--assert=plain", "--tb=no", "--import-mode=importlib", "-c", os.devnull]
    # Without a folder to stop at, pytest lists every folder above the suite as well.
    # Nor does it catch what is printed: the processes that are forked would share the file that it writes to.
    options += ["--capture=no", "--rootdir", str(folder), "--confcutdir", str(folder), "--noconftest"]
    for name in _WITHOUT:
        options += ["-p", f"no:{name}"]
    return options
