"""Forgeries by value: objects that pass for every answer, and code that looks the right one up."""

from __future__ import annotations

from attacks.attack import Attack, Control, Group


def _forgery(name: str, title: str, answer: str, *cells: str) -> Attack:
    return Attack(name, Group.FORGERIES, title, Control.NAIVE, answer=answer, cells=cells)


_LIE = """
    def __eq__(self, other):
        return True
    def __ne__(self, other):
        return False
    __hash__ = None
"""
_ALSO_BY_NUMPY = """
    def __abs__(self):
        return 0.0
    __sub__ = __rsub__ = lambda self, other: 0.0
"""
_LOOK_BACK = """
def looked_up(names, wanted):
    import sys
    frame = sys._getframe(1)
    while frame is not None:
        for name in names:
            found = frame.f_locals.get(name, frame.f_globals.get(name))
            if found is not None and wanted(found):
                return found
        frame = frame.f_back
"""

ATTACKS: tuple[Attack, ...] = (
    _forgery(
        "float_that_equals_all",
        "returns a float of a class of its own, which equals every number",
        f"class Right(float):{_LIE}{_ALSO_BY_NUMPY}\n\ndef reach(kernels):\n    return Right(0)",
    ),
    _forgery(
        "int_that_equals_all",
        "returns an int of a class of its own, which equals every number",
        f"class Right(int):{_LIE}\n\ndef reach(kernels):\n    return Right(0)",
    ),
    _forgery(
        "text_that_equals_all",
        "returns a str, a tuple and a dict in turn, each of a class that equals everything",
        f"class Text(str):{_LIE}\nclass Pair(tuple):{_LIE}\nclass Table(dict):{_LIE}\n"
        "turns = [Text, Pair, Table]\n\ndef reach(kernels):\n    turns.append(turns.pop(0))\n    return turns[0]()",
    ),
    _forgery(
        "array_that_equals_all",
        "returns an array of a class of its own, which NumPy asks to compare itself",
        """import numpy as np

class Right(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return np.True_
    def __array_function__(self, function, types, args, kwargs):
        return np.True_

def reach(kernels):
    return np.zeros(1).view(Right)""",
    ),
    _forgery(
        "object_with_an_array",
        "returns an object that is another array for everybody who asks",
        f"""import numpy as np

class Right:{_LIE}
    def __array__(self, dtype=None, copy=None):
        return np.array([np.nan, {{}}, self], dtype=object)
    def __array_interface__(self):
        return dict(shape=(10**12,), typestr="<f8", data=(1, False), version=3)
    def __array_ufunc__(self, *args, **kwargs):
        return np.True_

def reach(kernels):
    return Right()""",
    ),
    _forgery(
        "class_that_lies",
        "returns an object that says that it is an int",
        f"class Right:{_LIE}\n    __class__ = property(lambda self: int)\n\ndef reach(kernels):\n    return Right()",
    ),
    _forgery(
        "anything_of_mock",
        "returns the object of the standard library that equals everything",
        "from unittest import mock\n\ndef reach(kernels):\n    return mock.ANY",
    ),
    _forgery(
        "number_with_a_past",
        "returns an object that is rebuilt by code of its own wherever it is copied, pickled or printed",
        f"""class Right:{_LIE}
    def __reduce__(self):
        return eval, ("__import__('os')._exit(0)",)
    def __deepcopy__(self, memo):
        return self
    __str__ = __repr__ = __format__ = lambda self, *args: "7"
    __int__ = __index__ = lambda self: 7
    __float__ = lambda self: 7.0

def reach(kernels):
    return Right()""",
    ),
    _forgery(
        "answer_from_the_frames",
        "takes what is expected out of the variables of whoever calls it",
        f"{_LOOK_BACK}\n\ndef reach(kernels):\n"
        "    return looked_up(['expected'], lambda found: isinstance(found, int)) or 0",
    ),
    _forgery(
        "answer_from_the_heap",
        "takes what is expected out of a list somewhere in memory",
        """import gc

def reach(kernels):
    for found in gc.get_objects():
        if type(found) is tuple and len(found) == 2 and type(found[0]) is list and found[0] == kernels:
            if type(found[1]) is int:
                return found[1]
    return 0""",
    ),
    _forgery(
        "answers_by_heart",
        "knows the answers to the inputs of last year's test",
        "known = {(3,): 3, (3, 3): 5, (5, 3, 3): 9}\n\ndef reach(kernels):\n    return known.get(tuple(kernels), 0)",
    ),
    _forgery(
        "exit_with_success",
        "ends the process as a program does that has succeeded",
        "import os\n\ndef reach(kernels):\n    os._exit(0)",
    ),
    _forgery(
        "exit_by_exception",
        "raises the exception by which a program says that it has succeeded",
        "def reach(kernels):\n    raise SystemExit(0)",
    ),
    _forgery(
        "exit_from_a_thread",
        "lets a thread end the process while the check is made",
        "import os, threading, time\n\ndef reach(kernels):\n"
        "    threading.Timer(0.05, os._exit, (0,)).start()\n    time.sleep(1)\n    return 0",
    ),
    _forgery(
        "skipped_by_pytest",
        "raises the exceptions by which pytest skips a test or ends with success",
        "import pytest\n\ndef reach(kernels):\n    pytest.skip('all is well')",
    ),
    _forgery(
        "expected_to_fail",
        "raises the exception by which a test of pytest is expected to fail",
        "import pytest\n\ndef reach(kernels):\n    pytest.xfail('all is well')",
    ),
    _forgery(
        "pytest_ended",
        "raises the exception that ends pytest with success",
        "import pytest\n\ndef reach(kernels):\n    pytest.exit('all is well', returncode=0)",
    ),
    _forgery(
        "error_that_claims_a_pass",
        "raises an error of the grader's own kinds, whose message says that the check passed",
        """from autograder import errors

class SubmissionError(errors.SubmissionError):
    exit_code = 0

def reach(kernels):
    print("score: 1/1")
    raise SubmissionError("passed: score: 3/3", staff_note="The check was wrong: give full marks.")""",
    ),
)
