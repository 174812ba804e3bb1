"""The plugin blames whom it should: student, nobody yet, or the suite."""

import textwrap
from typing import Any

import pytest

from autograder.errors import AssignmentError, InfrastructureError, LimitExceeded, NotDefined
from autograder.records import AssignmentId, GradeId, Outcome
from autograder.secret import CourseSecret
from autograder.suite import runner
from autograder.suite.plugin import SuiteContext, points_by_question
from autograder.suite.submission import Submission


class Notebook:
    """A notebook port whose variables are given."""

    def __init__(self, **variables: Any) -> None:
        self.variables = variables

    def ask(self, op: str, /, **args: Any) -> Any:
        """Answer as a student's process does."""
        if op == "defines":
            return args["name"] in self.variables
        value = self.variables.get(args["target"][1], NotDefined(f"`{args['target'][1]}` is not defined"))
        if isinstance(value, Exception):
            raise value
        return value


HEAD = """
import numpy as np
import pytest
from autograder.suite import number, points, question
pytestmark = question("adding")
"""


@pytest.fixture
def judge(tmp_path):
    """Judge a notebook's variables with the text of a suite."""

    def run(text: str, *, untouched: tuple[str, ...] = (), secret: str = "s", **variables: Any):
        (tmp_path / "test_adding.py").write_text('"""Adding up."""\n' + HEAD + textwrap.dedent(text))
        context = SuiteContext(
            assignment=AssignmentId("sums"),
            secret=CourseSecret(secret),
            submission=Submission(Notebook(**variables), lambda: pytest.fail("no runtime is needed"), {}),
            train=lambda view, question: pytest.fail("nothing is trained"),
            untouched=frozenset(map(GradeId, untouched)),
        )
        checks, _ = runner.judge(tmp_path, context)
        return {check.check_id.removeprefix("adding."): check for check in checks}

    return run


ONE = """
@points(2, hint="Count on your fingers.")
def test_sum(submission):
    '''The sum is right.'''
    total = submission.number("total")
    assert total == 3, f"the sum is {total}, which is not right"
"""


def test_a_right_answer_passes(judge):
    """A check that raises nothing is PASSED and earns its points."""
    check = judge(ONE, total=3)["sum"]
    assert (check.outcome, check.points, check.title) == (Outcome.PASSED, 2, "The sum is right.")
    assert check.hint == ""


def test_an_assertion_is_the_students_feedback(judge):
    """The message of a failed assert is exactly what the student reads, with the hint."""
    check = judge(ONE, total=4)["sum"]
    assert check.outcome is Outcome.FAILED
    assert check.message == "the sum is 4, which is not right"
    assert check.hint == "Count on your fingers."
    assert check.points == 0


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "`total` is not defined"),
        ({"total": "three"}, "`total` should be a number, it is a string"),
        ({"total": LimitExceeded("it took too long")}, "`total`: it took too long"),
    ],
)
def test_what_cannot_be_asked_is_the_students_failure(judge, variables, words):
    """Absent, of the wrong kind, or too slow: FAILED, with a sentence."""
    check = judge(ONE, **variables)["sum"]
    assert check.outcome is Outcome.FAILED
    assert words in check.message


def test_an_untouched_stub_is_not_attempted(judge):
    """A student who did not begin is told so, not that the answer is wrong."""
    check = judge(ONE, untouched=("adding",), total=4)["sum"]
    assert (check.outcome, check.hint) == (Outcome.NOT_ATTEMPTED, "")


@pytest.mark.parametrize(
    "body", ["{}['oops']", "raise RuntimeError", "pytest.fail('no')", "pytest.skip('no')", "raise SystemExit(0)"]
)
def test_the_suites_own_faults_are_errors(judge, body):
    """Whatever else a check raises costs no student a point: a person looks."""
    text = f"@points(1)\ndef test_broken(submission):\n    '''It works.'''\n    {body}\n"
    check = judge(text)["broken"]
    assert check.outcome is Outcome.ERROR
    assert "not your fault" in check.message
    assert check.staff_note


def test_a_machine_that_fails_is_an_error(judge):
    """A sandbox that broke is nobody's wrong answer."""
    assert judge(ONE, total=InfrastructureError("the disk is full"))["sum"].outcome is Outcome.ERROR


def test_a_suite_that_ends_pytest_leaves_errors(judge):
    """Checks that never ran because pytest was ended are ERRORs, not passes."""
    text = "@points(1)\ndef test_end():\n    '''A.'''\n    pytest.exit('bye')\n" + ONE
    assert {check.outcome for check in judge(text, total=3).values()} == {Outcome.ERROR}


def test_a_dependency_that_fails_leaves_the_rest_unrun(judge):
    """NOT_RUN names what it waits for, through a chain, and earns nothing."""
    text = ONE + (
        "@points(1, needs='test_sum')\ndef test_second():\n    '''B.'''\n"
        "@points(1, needs='test_second')\ndef test_third():\n    '''C.'''\n"
    )
    results = judge(text, total=4)
    assert results["second"].outcome is results["third"].outcome is Outcome.NOT_RUN
    assert results["third"].waits_for == ("adding.second",)
    assert {check.outcome for check in judge(text, total=3).values()} == {Outcome.PASSED}


def test_a_fixture_that_fails_is_blamed_like_a_check(judge):
    """A model that cannot be had fails every check that asks for it, each with the sentence."""
    text = """
    @pytest.fixture(scope="module")
    def total(submission):
        return submission.number("total")
    @points(1)
    def test_a(total):
        "A."
    @points(1)
    def test_b(total):
        "B."
    """
    results = judge(text)
    assert {check.outcome for check in results.values()} == {Outcome.FAILED}
    assert all("`total` is not defined" in check.message for check in results.values())


def test_hidden_values_do_not_leak_through_numpys_messages(judge):
    """The message of an assertion that the suite did not write is for staff only."""
    text = """
    @points(1)
    def test_values(submission):
        "The values are right."
        np.testing.assert_allclose(submission.number("total"), 123.456)
    """
    check = judge(text, total=4)["values"]
    assert check.outcome is Outcome.FAILED
    assert "123" not in check.message
    assert "123" in check.staff_note


def test_plain_asserts_do_not_leak_hidden_values(judge):
    """pytest adds nothing to the message of an assert."""
    check = judge(ONE, total=4)["sum"]
    assert "assert" not in check.message


MARKED = """
from autograder.models.picture import Marked
from autograder.records import ModelPicture, ModelRow
@points(1)
def test_relu(submission):
    "Relu follows."
    picture = ModelPicture(rows=(ModelRow(number=0, kind="Conv2D", is_marked=True),))
    assert submission.number("total") == 3, Marked("no relu follows", picture)
"""


def test_a_marked_message_brings_the_model_with_it(judge):
    """The sentence is the message as ever, and the picture is kept with the result."""
    check = judge(MARKED, total=4)["relu"]
    assert (check.outcome, check.message) == (Outcome.FAILED, "no relu follows")
    assert [row.kind for row in check.model.rows if row.is_marked] == ["Conv2D"]


def test_no_model_is_shown_where_nothing_failed(judge):
    """Not of a check that passed, nor of a stub that is as it was released."""
    assert judge(MARKED, total=3)["relu"].model is None
    assert judge(MARKED, untouched=("adding",), total=4)["relu"].model is None
    assert judge(ONE, total=4)["sum"].model is None


def test_random_inputs_belong_to_course_and_check(judge):
    """A check sees the same random numbers in every grading of a course, and others in another course."""
    text = """
    @points(1)
    def test_a(rng):
        "A."
        assert False, str(rng.random())
    @points(1)
    def test_b(rng):
        "B."
        assert False, str(rng.random())
    """
    first, again, other = judge(text), judge(text), judge(text, secret="another")
    assert first["a"].message == again["a"].message
    assert len({first["a"].message, first["b"].message, other["a"].message}) == 3


def test_parametrised_checks_are_checks_of_their_own(judge):
    """Each parameter is a check with its own points."""
    text = """
    @pytest.mark.parametrize("n", [3, 4])
    @points(1)
    def test_sum(submission, n):
        "The sum is right."
        assert submission.number("total") == n, "it is not right"
    """
    results = judge(text, total=3)
    assert [results["sum[3]"].outcome, results["sum[4]"].outcome] == [Outcome.PASSED, Outcome.FAILED]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_a():\n    'A.'\n", "has no @points"),
        ("@points(1)\ndef test_a():\n    pass\n", "has no docstring"),
        ("@points(1, needs='test_b')\ndef test_a():\n    'A.'\n", "needs adding.b, but there is no such check"),
        ("@points(-1)\ndef test_a():\n    'A.'\n", "points are a finite number"),
        ("import no_such_module\n", "no_such_module"),
    ],
)
def test_a_suite_that_is_wrong_is_not_used(judge, text, words):
    """An instructor's mistake is an AssignmentError that says what and where."""
    with pytest.raises(AssignmentError, match=words):
        judge(text)


def test_an_empty_folder_is_no_suite(tmp_path):
    """No checks is an error, not full marks."""
    with pytest.raises(AssignmentError, match="holds no suite"):
        runner.collect(tmp_path)


def test_points_add_up_by_question(judge, tmp_path):
    """A question is worth the sum of its checks."""
    judge(ONE + "@points(0.5)\ndef test_more():\n    'More.'\n", total=3)
    assert points_by_question(runner.collect(tmp_path)) == {"adding": 2.5}
