"""What docs/suites.md shows works as it says: its answers, checks, examples and commands."""

from __future__ import annotations

import doctest
import re
import shlex
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import suite
from autograder.cli.main import main
from autograder.models.view import ModelView
from autograder.mutation.inputs import read_inputs
from autograder.records import AssignmentId, Attempt, CheckResult, GradeId, TrainingRecord
from autograder.sandbox.client import ControlSocket
from autograder.sandbox.runtimes import open_runtime
from autograder.secret import CourseSecret
from autograder.suite import runner
from autograder.suite.plugin import SuiteContext
from autograder.suite.submission import Submission
from autograder.suite.training import TrainingAsked

DOCUMENT = (Path(__file__).parents[2] / "docs" / "suites.md").read_text()
QUESTION = GradeId("small_network")
HEAD = """
'''A block of the document.'''
import numpy as np
import pytest
from autograder.suite import *

pytestmark = question("small_network")


@pytest.fixture(scope="module")
def model(submission):
    return submission.model("small_network")
"""


@dataclass(frozen=True)
class Block:
    """A block of code, and the comment before it, which says what it is."""

    comment: str
    language: str
    code: str


BLOCKS = [
    Block(*found)
    for found in re.findall(r"(?:<!-- (.*?) -->\n)?```(\w+)\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
]
ANSWERS = {
    block.comment.removeprefix("answer: "): block.code for block in BLOCKS if block.comment.startswith("answer: ")
}
(MISTAKE,) = [block.code for block in BLOCKS if block.comment == "mistake"]
(INPUTS,) = [block.code for block in BLOCKS if block.comment == "inputs"]
CHECKS = [
    block
    for block in BLOCKS
    if block.language == "python" and block.code not in (MISTAKE, INPUTS) and not block.comment.startswith("answer: ")
]
EXAMPLES = [block.code for block in BLOCKS if block.language == "pycon"]
NAMES = ["functional", "by_hand", "relu_first", "squares_only"]


def asked(block: Block, answer: str, num_checks: int) -> list[str]:
    """Return what the comment of a block says about each of its checks, for an answer; one word may do for all."""
    said = dict(re.findall(r"(\w+): ((?:[^;\"]|\"[^\"]*\")*)", block.comment))
    words = re.findall(r"(?:passed|failed|not run)(?: marked| \"[^\"]*\")?", said.get(answer) or said["others"])
    return words * num_checks if len(words) == 1 else words


def found(check: CheckResult, words: str) -> str:
    """Return how a check ended, in the words of the document."""
    more = " marked" if words.endswith("marked") and check.model is not None else ""
    return check.outcome.value + (f' "{check.message}"' if '"' in words else more)


@pytest.fixture
def opened(zygote: ControlSocket, tier: Any, session: Callable[..., Any]) -> Iterator[Callable[..., Submission]]:
    """Run the document's first answer, and after it others, as the cells of one notebook."""
    with open_runtime(zygote, tier) as runtime:

        def open_submission(*sources: str) -> Submission:
            notebook = session(ANSWERS["functional"], *sources)
            assert all(each.run.status == "ok" for each in notebook.run())
            return Submission(notebook, lambda: runtime, {QUESTION: ANSWERS["functional"]})

        yield open_submission


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[Submission], dict[str, CheckResult]]:
    """Judge a submission with every check of the document."""

    def judge(submission: Submission) -> dict[str, CheckResult]:
        for number, block in enumerate(CHECKS):
            head = "" if "pytestmark" in block.code else HEAD
            (tmp_path / f"test_{number:02}.py").write_text(head + "\n\n" + block.code)
        context = SuiteContext(AssignmentId("small"), CourseSecret("s"), submission, trained)
        results, _ = runner.judge(tmp_path, context)
        return {result.check_id.removeprefix(f"{QUESTION}."): result for result in results}

    return judge


def trained(asked: TrainingAsked) -> TrainingRecord:
    """Return what a training might give: enough for the floor, and less than some would like."""
    attempt = Attempt(seed=0, test=(0.7,), train=(0.8,), loss=(1.0,))
    return TrainingRecord(question=asked.question, recipe="quick", floor=0.62, attempts=(attempt,), device="cpu")


@pytest.mark.parametrize("answer", NAMES)
def test_checks_judge_as_the_document_says(
    answer: str, opened: Callable[..., Submission], judged: Callable[[Submission], dict[str, CheckResult]]
) -> None:
    """Right examples of checks and wrong ones pass and fail the answers that they are said to pass and fail."""
    submission = opened() if answer == "functional" else opened(ANSWERS[answer])
    results = judged(submission)
    for block in CHECKS:
        names = re.findall(r"^def test_(\w+)", block.code, re.MULTILINE)
        words = asked(block, answer, len(names))
        assert [found(results[name], word) for name, word in zip(names, words, strict=True)] == words, names
    assert not [result.staff_note for result in results.values() if result.outcome == "error"]


def test_the_mistake_fails_the_checks_that_it_names(
    opened: Callable[..., Submission], judged: Callable[[Submission], dict[str, CheckResult]]
) -> None:
    """The file of a mistake is one."""
    results = judged(opened(MISTAKE))
    (named,) = re.findall(r"^# fails: (.+)$", MISTAKE, re.MULTILINE)
    names = [name.removeprefix(f"{QUESTION}.") for name in named.split(", ")]
    assert [results[name].outcome for name in names] == ["failed"] * 3


def test_examples_give_what_stands_below_them(opened: Callable[..., Submission]) -> None:
    """Every line after `>>>` is run, one after the other, on the notebook of the document."""
    submission = opened(ANSWERS["functional, continued"])
    names = {"submission": submission, "np": np} | {name: getattr(suite, name) for name in suite.__all__}
    said: list[str] = []
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    runner_of_examples = doctest.DocTestRunner(optionflags=flags)
    for number, code in enumerate(EXAMPLES):
        example = doctest.DocTestParser().get_doctest(code, names, f"example {number}", "docs/suites.md", 0)
        runner_of_examples.run(example, out=said.append, clear_globs=False)
        names |= example.globs
    assert not said, "".join(said)


def test_everything_that_can_be_asked_has_an_example() -> None:
    """No query of a model, access of a submission or name of `autograder.suite` is left out."""
    code = "\n".join(block.code for block in BLOCKS)
    queries = {name for cls in ModelView.__mro__ for name in vars(cls) if not name.startswith("_")}
    accesses = {f"submission.{name}" for name in vars(Submission) if not name.startswith("_")}
    assert not {name for name in queries if f".{name}" not in code}
    assert not {name for name in accesses if name not in code}
    assert not {name for name in suite.__all__ if not re.search(rf"\b{name}\b", code)}


def test_there_are_ten_rules_each_with_a_right_and_a_wrong_example() -> None:
    """The wrong one is announced as such."""
    rules = re.split(r"^### \d+\. ", DOCUMENT.partition("## What a check is given")[0], flags=re.MULTILINE)[1:]
    assert len(rules) == 10
    for rule in rules:
        right, wrong = rule.split("\nWrong", 1)
        assert "```python" in right, rule
        assert "```python" in wrong, rule


def test_the_inputs_are_drawn(tmp_path: Path) -> None:
    """The file of inputs is read as the one of an assignment is, and draws matrices as its docstring says."""
    path = tmp_path / "inputs.py"
    path.write_text(INPUTS)
    ((name, draw),) = read_inputs(path).items()
    assert name == "max_pool"
    for seed in range(20):
        (matrix,) = draw(np.random.default_rng(seed)).args
        assert matrix.ndim == 2
        assert all(side % 2 == 0 for side in matrix.shape)


def test_every_block_is_run_by_a_test() -> None:
    """Blocks are answers, a mistake, inputs, checks, examples or commands; nothing else is there."""
    commands = [block for block in BLOCKS if block.language == "console"]
    assert len(ANSWERS) + 2 + len(CHECKS) + len(EXAMPLES) + len(commands) == len(BLOCKS) == DOCUMENT.count("\n```") // 2
    assert all(block.comment for block in CHECKS)
    for line in textwrap.dedent("".join(block.code for block in commands)).splitlines():
        assert main([*shlex.split(line.removeprefix("$ autograder ")), "--help"]) == 0, line
