"""Attacks on what decides scores: the course's secret, the training cache, labels, seeds, the suite's text."""

from __future__ import annotations

import os

from attacks.attack import Attack, Control, Facts, Group
from attacks.catalogue.tools import attack, run_plainly

from autograder.secret import CourseSecret

WEAK = ("", "secret", "password", "autograder", "letmein", "changeme", "fortress", "admin", "1234", "test")
_LABELS = """
def looked_up(wanted):
    frame = sys._getframe(1)
    while frame is not None:
        for name in ("expected", "labels", "test_labels", "y_test", "held_out"):
            if name in frame.f_locals and wanted(frame.f_locals[name]):
                return frame.f_locals[name]
        frame = frame.f_back
"""


def _secret_is_guessed() -> None:
    """Where the course's secret is one that people think of, the seed of a notebook tells which."""
    seed = CourseSecret("changeme").seed("check", "fortress", "reach.of_many")
    told = f"class Request:\n    spec = {{'seed': {seed}}}\n\nkept = [Request()]"
    assert Facts.LOOT in run_plainly(_after(told, SECRET_GUESSED), {}, os.environ)


def _objects_are_found() -> None:
    """A process that holds the course's secret finds it, and what is derived from it."""
    held = "from autograder.course import CourseSecret\n\nkept = CourseSecret('abc')"
    assert Facts.LOOT in run_plainly(_after(held, OBJECTS_SEARCHED), {}, os.environ)


def _suite_is_found() -> None:
    """A process that has imported a suite finds its functions, with what they promise and compare with."""
    check = 'def test_of_one(submission):\n    """One convolution reaches as far as its kernel is wide."""\n'
    assert Facts.LOOT in run_plainly(_after(check, SUITE_SEARCHED), {}, os.environ)


def _after(cell: str, attack: Attack) -> Attack:
    """Return an attack that finds what another cell made."""
    return Attack(attack.name, attack.group, attack.title, attack.control, cells=(cell, *attack.cells))


SECRET_GUESSED = attack(
    "guesses_the_secret",
    Group.SECRETS,
    "tries secrets that people think of against the seeds that it finds in its own memory",
    f"""
import gc
from autograder.secret import CourseSecret

def numbers():
    for each in gc.get_objects():
        spec = getattr(each, "spec", None) if type(each).__name__ == "Request" else each
        if type(spec) is dict and type(spec.get("seed")) is int:
            yield spec["seed"]

def guessed():
    seeds = set(numbers())
    for guess in {WEAK!r}:
        for purpose in (("check", "fortress", "reach.of_many"), ("data", "shapes"), ("submission", "")):
            if CourseSecret(guess).seed(*purpose) in seeds:
                return guess

attempt(guessed)
""",
    control=Control.OWN,
    succeeds=_secret_is_guessed,
)

OBJECTS_SEARCHED = attack(
    "searches_for_the_graders_objects",
    Group.SECRETS,
    "searches its memory for the secret, the suite's context, held-out images and gradebooks",
    """
import gc

WANTED = {"CourseSecret", "SuiteContext", "SuitePlugin", "TrainingService", "TrainingCache", "Grader", "Rubric",
          "Images", "DataSet", "Gradebook", "Course", "Assignment"}

def found():
    return [type(each).__module__ for each in gc.get_objects()
            if type(each).__name__ in WANTED and type(each).__module__.partition(".")[0] in ("autograder", "nbgrader")]

attempt(found)
""",
    control=Control.OWN,
    succeeds=_objects_are_found,
)

SUITE_SEARCHED = attack(
    "searches_for_the_suite",
    Group.SECRETS,
    "searches modules, functions, frames and tracebacks for the text of the hidden suite",
    """
import gc, inspect, linecache, traceback, types

PHRASE = "reaches as far as " + "its kernel is wide"

def of_functions():
    for each in gc.get_objects():
        if type(each) is types.FunctionType and PHRASE in (each.__doc__ or ""):
            return each.__name__

def of_tracebacks():
    try:
        raise RuntimeError
    except RuntimeError:
        told = "".join(traceback.format_stack()) + "".join(map(str, linecache.cache.values()))
        frame = sys._getframe()
        while frame is not None:
            told += repr(frame.f_code.co_consts)
            frame = frame.f_back
        return PHRASE in told

def of_modules():
    return [name for name, module in list(sys.modules.items()) if "suites/fortress" in str(module)]

attempt(of_functions, of_tracebacks, of_modules)
""",
    control=Control.OWN,
    succeeds=_suite_is_found,
)

ATTACKS: tuple[Attack, ...] = (
    attack(
        "reads_the_secret",
        Group.SECRETS,
        "reads the course's secret, by its path and by links to it",
        """
def linked():
    os.symlink("@course@/.autograder", "secrets")
    return read("secrets/secret")

def hard_linked():
    os.link("@course@/.autograder/secret", "copy")
    return read("copy")

attempt(
    lambda: read("@course@/.autograder/secret"),
    lambda: os.listdir("@course@/.autograder"),
    linked,
    hard_linked,
)
""",
    ),
    attack(
        "writes_the_secret",
        Group.SECRETS,
        "writes the course's secret, so that it knows it",
        """
def written():
    with open("@course@/.autograder/secret", "r+b") as file:
        text = file.read()
        file.seek(0)
        return file.write(text)  # the same: what counts is that it could

attempt(written)
""",
    ),
    attack(
        "poisons_the_training_cache",
        Group.SECRETS,
        "puts a finished training of a hundred per cent into the cache, and lists those of others",
        """
import json

def poisoned():
    key = "ab" + 62 * "0"
    os.stat("@course@/nbgrader_config.py")  # another file system may have a folder of that name too
    folder = "@course@/.autograder/cache/trainings/ab"
    os.makedirs(folder, exist_ok=True)
    epoch = {"test": {"accuracy": 1.0}, "train": {"accuracy": 1.0}, "loss": 0.0}
    entry = {"format": "autograder/training/v3", "key": key, "seed": 1, "epochs": [epoch], "device": "cpu",
             "backend": "tensorflow", "is_whole": True}
    with open(f"{folder}/{key}.json", "w") as file:
        return file.write(json.dumps(entry))

attempt(poisoned, lambda: glob.glob("@course@/.autograder/cache/*"))
""",
    ),
    attack(
        "forges_the_last_grading",
        Group.SECRETS,
        "writes a report with full marks, as if it had been graded before and nothing had changed since",
        """
import hashlib, json

def forged():
    data = open("@course@/submitted/forges_the_last_grading/fortress/fortress.ipynb", "rb").read()
    os.makedirs("@course@/reports/forges_the_last_grading", exist_ok=True)
    report = json.loads(open("@course@/reports/ada/fortress.json").read())
    report["student"] = "forges_the_last_grading"
    report["submission_sha256"] = hashlib.sha256(data).hexdigest()
    with open("@course@/reports/forges_the_last_grading/fortress.json", "w") as file:
        return file.write(json.dumps(report))

attempt(forged)
""",
    ),
    attack(
        "writes_the_gradebook",
        Group.SECRETS,
        "writes the gradebook that scores are kept in",
        """
import sqlite3

def written():
    with sqlite3.connect("file:@course@/gradebook.db?mode=rw", uri=True) as gradebook:
        return gradebook.execute("update student set first_name = first_name").rowcount

attempt(written)
""",
    ),
    Attack(
        "takes_the_labels",
        Group.SECRETS,
        "predicts by looking for the labels where its model is evaluated",
        Control.NAIVE,
        cells=(f"import sys\nimport keras\nimport numpy as np\n{_LABELS}",),
        model="""class Cheat(keras.Sequential):
    def count_params(self):
        return 15
    def predict(self, rows, *args, **kwargs):
        found = looked_up(lambda found: len(found) == len(rows))
        return found if found is not None else np.zeros((len(rows), 3))
    def evaluate(self, *args, **kwargs):
        return [0.0, 1.0]

def tiny():
    return Cheat([keras.Input((4,)), keras.layers.Dense(3, use_bias=False, kernel_initializer="zeros")])""",
    ),
    SECRET_GUESSED,
    OBJECTS_SEARCHED,
    SUITE_SEARCHED,
)
