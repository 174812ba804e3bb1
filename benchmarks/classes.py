"""Classes of submissions to `convnets`, for benchmarks: a course in a folder of its own, as large as is asked for.

Nothing is trained after execution in these courses: the three checks `generalises` are taken out of the suite, because
a training takes the same time whatever asks for it. Images are noise in the format of CIFAR-10, so that nothing is
downloaded, with every tool. No two submissions are equal: each begins with the reference or an accepted variant, has up
to two known mistakes, and a cell of its own.
"""

from __future__ import annotations

import ast
import itertools
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from measuring import Job
from nbformat import NotebookNode

from autograder.corpus import Variant, VariantKind, fill, read_corpus, reference_sources
from autograder.course import Course
from autograder.errors import InfrastructureError
from autograder.models.answers import AnswerCache
from autograder.notebooks import cells
from autograder.notebooks.release import read_release

ASSIGNMENT = "convnets"
ROOT = Path(__file__).parents[1]
WORKERS = 2
REFERENCE = "student0000"
"""The student who hands in the reference."""
TRAINED = frozenset({"train_classifier", "test_performance"})
ASK_ALL = '\n[grading]\nsame_code = "asked"\n'
"""Settings with which every check is asked of every notebook."""
RUNS = frozenset({"training_run", "comparison"})
DATA = """rng = np.random.default_rng(0)
all_images, all_labels = rng.integers(0, 256, (4_000, 32, 32, 3), dtype="uint8"), np.arange(4_000)[:, np.newaxis] % 10
test_images, test_labels = rng.integers(0, 256, (1_000, 32, 32, 3), dtype="uint8"), np.arange(1_000)[:, np.newaxis] % 10
class_names = [f"class {number}" for number in range(10)]"""
PARAMETERS = "NUM_IMAGES = 500\nNUM_TEST = 200\nEPOCHS = 1\nBATCH_SIZE = 32\nCOMPARE = False"
MODELS = (
    *("convolutional_part", "classifier", "fully_convolutional_model", "batchnorm_model", "residual_block"),
    *("residual_model",),
)


@dataclass(frozen=True)
class Kind:
    """What of the assignment a class is asked for.

    `questions` are those that are kept, all where it is None; `cells` are left out beside the other questions'.
    """

    name: str
    title: str
    questions: tuple[str, ...] | None = None
    without_fit: bool = True

    def keeps(self, question: str) -> bool:
        """Whether a question is asked."""
        return not (self.without_fit and question in TRAINED) and (self.questions is None or question in self.questions)


STRUCTURE = Kind("structure", "the six questions about models", MODELS)
WITHOUT_FIT = Kind("without-fit", "every question that needs no `fit`")
WITH_FIT = Kind("with-fit", "every question, and the cells that call `fit`", without_fit=False)
KINDS = {kind.name: kind for kind in (STRUCTURE, WITHOUT_FIT, WITH_FIT)}


def make_course(folder: Path, kind: Kind, *, settings: str = "") -> Course:
    """Make a course with the assignment as `kind` leaves it, released; nothing is handed in.

    `settings` are lines for the end of its assignment.toml.

    Raises
    ------
    InfrastructureError
        If `autograder release` fails.
    """
    origin = Course(ROOT).assignment(ASSIGNMENT)
    assignment = folder / "assignments" / ASSIGNMENT
    shutil.copytree(origin.folder, assignment, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    shutil.copytree(origin.solutions, folder / "solutions" / ASSIGNMENT, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    notebook = source_notebook(kind)
    (assignment / origin.source.name).write_bytes(cells.to_bytes(notebook))
    _copy_suite(origin.suite, folder / "tests" / "suites" / ASSIGNMENT, kind)
    with (assignment / "assignment.toml").open("a") as file:
        file.write(settings)
    command = [sys.executable, "-m", "autograder", "release", ASSIGNMENT, "--course", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InfrastructureError(f"the benchmark's course cannot be released: {done.stdout}{done.stderr}")
    return Course(folder)


def source_notebook(kind: Kind) -> NotebookNode:
    """Return the instructor's notebook with what `kind` leaves, on noise in place of CIFAR-10."""
    notebook: NotebookNode = nbformat.read(Course(ROOT).assignment(ASSIGNMENT).source, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if _stays(cell, kind)]
    for cell in notebook.cells:
        if cells.grade_id(cell) == "data":
            cell.source = DATA
        elif cell.cell_type == "code" and cell.source.startswith("NUM_IMAGES"):
            cell.source = PARAMETERS
    return notebook


def answers(course: Course, count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield students and what each answers: the same for every course, with the reference first."""
    assignment = course.assignment(ASSIGNMENT)
    released = read_release(assignment)
    asked = {name for name, _ in cells.answers(released)}
    reference = reference_sources(assignment)
    corpus = read_corpus(Course(ROOT).assignment(ASSIGNMENT))
    accepted = [each for each in corpus if each.kind is VariantKind.ACCEPTED and _changes(each, asked, reference)]
    mistakes = [each for each in corpus if each.kind is VariantKind.MISTAKE and _changes(each, asked, reference)]
    yield REFERENCE, dict(reference)
    for number in range(1, count):
        chance = random.Random(number)  # noqa: S311 - made-up students, no secrets
        sources = dict(chance.choice([reference, *(dict(each.sources) for each in accepted)]))
        for mistake in chance.sample(mistakes, chance.choice((0, 0, 1, 1, 2))):
            sources |= {name: mistake.sources[name] for name in _changes(mistake, asked, reference)}
        yield f"student{number:04}", sources


def hand_in(course: Course, count: int) -> None:
    """Write the submissions of `count` students."""
    released = read_release(course.assignment(ASSIGNMENT))
    for student, sources in answers(course, count):
        path = course.root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cells.to_bytes(submission(released, student, sources)))


def submission(released: NotebookNode, student: str, sources: dict[str, str]) -> NotebookNode:
    """Return a released notebook with a student's answers, and a cell that no other student has."""
    notebook = fill(released, sources)
    own = nbformat.v4.new_code_cell(f'student = "{student}"\nlucky_number = {int(student[-4:])}')
    own.id = f"own-{student}"
    notebook.cells.append(own)
    return notebook


def grade_job(course: Course, *options: str, workers: int = WORKERS) -> Job:
    """Return the command that grades a class of ours, with everything that it writes."""
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--workers", str(workers), *options]
    return Job(command, course.root)


def forget(course: Course) -> None:
    """Drop what is known of models, as if nobody had ever handed one in."""
    AnswerCache(course.cache, course.secret()).clear()


def num_models(course: Course) -> int:
    """Return how many different models were met."""
    return AnswerCache(course.cache, course.secret()).size()[0]


def num_answers(course: Course, count: int) -> tuple[int, int]:
    """Return how many different answers a class of `count` gives, and how many answers."""
    asked = {name for name, _ in cells.answers(read_release(course.assignment(ASSIGNMENT)))}
    given = [(name, sources[name]) for _, sources in answers(course, count) for name in sorted(asked & set(sources))]
    return len(set(given)), len(given)


def report_of(course: Course, student: str) -> dict[str, Any]:
    """Return a student's report."""
    found: dict[str, Any] = json.loads((course.root / "reports" / student / f"{ASSIGNMENT}.json").read_bytes())
    return found


def reference_score(course: Course) -> tuple[float, float]:
    """Return the points of the first student, who hands in the reference, and those that there are.

    Raises
    ------
    SystemExit
        If they are not the same: something is broken, and what was measured means nothing.
    """
    asked = [each for each in report_of(course, REFERENCE)["questions"] if each["kind"] == "automatic"]
    points, total = (sum(each[name] or 0 for each in asked) for name in ("score", "max_score"))
    if points != total:
        raise SystemExit(f"the reference earns {points:g} of {total:g} points: nothing can be measured")
    return points, total


def _stays(cell: NotebookNode, kind: Kind) -> bool:
    name = cells.grade_id(cell) or ""
    if name in RUNS and kind.without_fit:
        return False
    suite = Course(ROOT).assignment(ASSIGNMENT).suite
    questions = {path.stem.removeprefix("test_") for path in suite.glob("test_*.py")}
    question = name if name in questions else name.removeprefix("test_")
    if question in questions:
        return kind.keeps(question)
    return kind.questions is None or name in ("", "setup", "data")


def _changes(variant: Variant, asked: Collection[str], reference: dict[str, str]) -> set[str]:
    """Return the questions of the course that a variant answers otherwise than the reference."""
    return {name for name in asked if variant.sources.get(name) != reference.get(name) and name in variant.sources}


def _copy_suite(origin: Path, target: Path, kind: Kind) -> None:
    target.mkdir(parents=True)
    for path in sorted(origin.glob("*.py")):
        if not path.name.startswith("test_") or kind.keeps(path.stem.removeprefix("test_")):
            (target / path.name).write_text(_cut(path.read_text(), kind))


def _cut(text: str, kind: Kind) -> str:
    """Return a suite file without the checks that train, and without those of questions that are left out."""
    lines = text.splitlines(keepends=True)
    gone: set[int] = set()
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        marks = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
        named = [mark.args[0].value for mark in marks if ast.unparse(mark.func) == "question"]
        trains = any(argument.arg == "train" for argument in node.args.args)
        if trains or not all(kind.keeps(str(name)) for name in named):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            gone |= set(range(first - 1, node.end_lineno or first))
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def first(course: Course, count: int) -> list[Path]:
    """Return the files of the first students of a class."""
    found = sorted((course.root / "submitted").glob(f"*/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"))
    return list(itertools.islice(found, count))
