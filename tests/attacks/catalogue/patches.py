"""Forgeries by replacement: what graders compare, run, time and write with, changed in the process of the notebook."""

from __future__ import annotations

import json
from typing import Any

from attacks.attack import Attack, Control, Group

from autograder.records import GradeReport

WRONG = "def reach(kernels):\n    return 0"


def _forgery(name: str, title: str, *cells: str, answer: str = WRONG) -> Attack:
    return Attack(name, Group.FORGERIES, title, Control.NAIVE, answer=answer, cells=cells)


STOPPED_CLOCK = "import time\ntime.monotonic = time.perf_counter = time.process_time = time.time = lambda: 0.0"
ENDLESS = "def reach(kernels):\n    while True:\n        pass"


def _clock_decides_inside() -> None:
    """A loop that watches the clock in its own process goes on for ever where that stands still."""
    namespace: dict[str, Any] = {}
    exec(STOPPED_CLOCK.replace("import time", "import types\ntime = types.SimpleNamespace()"), namespace)
    clock = namespace["time"].monotonic
    deadline = clock() + 1e-9
    assert all(clock() < deadline for _ in range(100_000))


def _is_stopped(report: GradeReport) -> None:
    """The student reads that it took too long."""
    assert all("longer" in check.message for check in report.checks if check.question == "reach")


_REPORT = json.dumps(
    {
        "format": "autograder/report/v1",
        "assignment": "fortress",
        "questions": [{"grade_id": "reach", "max_score": 3, "score": 3}],
        "checks": [{"check_id": "reach.of_one", "outcome": "passed", "max_points": 3}],
    }
)

ATTACKS: tuple[Attack, ...] = (
    _forgery(
        "numpy_that_agrees",
        "replaces every way in which NumPy compares",
        """
import numpy as np
agree = lambda *args, **kwargs: True
for name in ("allclose", "isclose", "array_equal", "array_equiv", "all", "equal"):
    setattr(np, name, agree)
for name in ("assert_allclose", "assert_array_equal", "assert_equal", "assert_almost_equal"):
    setattr(np.testing, name, agree)""",
    ),
    _forgery(
        "builtins_that_agree",
        "replaces built-in functions",
        """
import builtins, math
builtins.all = lambda *args: True
builtins.isinstance = lambda *args: True
builtins.abs = lambda value: 0
builtins.print = builtins.repr = builtins.len = builtins.sum = lambda *args, **kwargs: 0
math.isclose = math.isfinite = lambda *args, **kwargs: True""",
    ),
    _forgery(
        "unittest_that_agrees",
        "replaces what the standard library asserts with",
        """
import unittest
for name in dir(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, lambda *args, **kwargs: None)""",
    ),
    _forgery(
        "pytest_that_agrees",
        "replaces what pytest runs tests and compares with",
        """
import pytest, _pytest.python
_pytest.python.Function.runtest = lambda self: None
pytest.approx = lambda *args, **kwargs: type("All", (), {"__eq__": lambda *args: True, "__hash__": None})()""",
    ),
    _forgery(
        "ipython_that_agrees",
        "replaces how IPython runs a cell and says whether it went through",
        """
import IPython.core.interactiveshell as ipython
ipython.ExecutionResult.success = property(lambda self: True)
ipython.ExecutionResult.raise_error = lambda self: None
ipython.InteractiveShell.showtraceback = lambda *args, **kwargs: None""",
    ),
    _forgery(
        "functions_rewritten",
        "puts other code into every function whose name sounds like a check",
        """
import builtins, gc, types
agree = (lambda *args, **kwargs: True).__code__
for each in gc.get_objects():
    if type(each) is types.FunctionType and each.__name__ in ("equal", "close", "known", "compare", "check", "judge"):
        try:
            each.__code__ = agree
        except ValueError:
            pass""",
    ),
    _forgery(
        "json_that_agrees",
        "replaces what a result is written with",
        """
import json
full = '{"score": 1, "max_score": 1, "tests": [{"status": "passed"}]}'
json.dumps = lambda *args, **kwargs: full
json.dump = lambda value, file, *args, **kwargs: file.write(full)
json.JSONEncoder.encode = json.JSONEncoder.iterencode = lambda *args, **kwargs: full
try:
    import msgspec
    msgspec.json.encode = lambda *args, **kwargs: full.encode()
except ImportError:
    pass""",
    ),
    _forgery(
        "exit_that_succeeds",
        "replaces what a program ends with, so that it always says that it has succeeded",
        """
import os, sys
end = os._exit
os._exit = lambda status: end(0)
sys.exit = lambda status=0: end(0)
sys.excepthook = lambda *args: end(0)""",
        answer="import sys\n\ndef reach(kernels):\n    sys.exit(1)",
    ),
    _forgery(
        "result_at_exit",
        "writes the result when the process ends, after the grader wrote its own",
        """
import atexit, pathlib
atexit.register(lambda: pathlib.Path("results.json").write_text('{"score": 1, "max_score": 1}'))""",
    ),
    _forgery(
        "result_beforehand",
        "writes the files that graders read results from, and ends the process before the grader writes its own",
        """
import os, pathlib
for name in ("results.json", "report.json", "results/results.json", "junit.xml", ".pytest_cache/v/cache/lastfailed"):
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"score": 1, "max_score": 1}')""",
        answer="import os\n\ndef reach(kernels):\n    os._exit(3)",
    ),
    _forgery(
        "report_on_the_screen",
        "prints what looks like the grader's own report, results of a test runner, and commands to a runner",
        f'''
report = """{_REPORT}"""
print("score: 3/3", flush=True)
print(report, flush=True)
print("::set-output name=score::3\\n::stop-commands::x\\n##[set-output name=score]3\\n##vso[task.complete]")
print('<testsuite tests="1" failures="0"><testcase name="reach"/></testsuite>')
print("\\x1b[2J\\x1b[H\\x1b[32m3 passed\\x1b[0m")
raise RuntimeError("::set-output name=score::3\\n##[set-output name=score]3\\n\\x1b[2K\\rada 6/6")''',
    ),
    _forgery(
        "report_at_exit",
        "prints a result when the process ends, as the last line",
        "import atexit\natexit.register(lambda: print('score: 1/1', flush=True))",
    ),
    _forgery(
        "worker_that_knows",
        "replaces the functions by which the worker answers, and looks for what is expected where they are called",
        """
import sys
import autograder.sandbox.service, autograder.sandbox.worker as worker

def knows(*args, **kwargs):
    frame = sys._getframe(1)
    while frame is not None:
        if isinstance(frame.f_locals.get("expected"), int):
            return frame.f_locals["expected"]
        frame = frame.f_back
    return True

worker.Notebook.ask = worker._student = worker._sentence = worker._plain = knows
worker.Notebook._as_data = worker.Notebook._argument = knows
autograder.sandbox.service.describe = lambda error: {"kind": "", "message": "passed", "staff_note": ""}""",
    ),
    Attack(
        "clock_that_stands_still",
        Group.FORGERIES,
        "stops the clocks of its process, and never returns",
        Control.OWN,
        answer=ENDLESS,
        cells=(STOPPED_CLOCK,),
        expects=_is_stopped,
        succeeds=_clock_decides_inside,
    ),
)
