"""Promises of `gradebook`, held against nbgrader's own database and API."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from courses import POINTS, make_course, source
from notebooks import check, make_notebook, manual, solution, text

from autograder.course import Course
from autograder.errors import AssignmentError, InfrastructureError
from autograder.gradebook.comments import comment
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.nbgrader import Score, read_scores, write_reports
from autograder.gradebook.registration import register
from autograder.notebooks import cells
from autograder.notebooks.cells import CellKind
from autograder.notebooks.release import make_release, read_release, write_release
from autograder.records import CheckResult, GradeReport, Outcome, QuestionKind, QuestionResult

SCORES = {"area": 2.0, "total": 0.5, "why": None}
MAX_SCORES = {"area": 2.0, "total": 1.5, "why": 3.0}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Make a released course with a gradebook once: nbgrader starts a program to make the database."""
    root = tmp_path_factory.mktemp("course")
    course, assignment = make_course(root)
    write_release(assignment, make_release(course, assignment, POINTS))
    register(course, assignment, read_release(assignment))
    return root


@pytest.fixture
def practical(template, tmp_path):
    """Copy the course with its gradebook."""
    root = tmp_path / "course"
    shutil.copytree(template, root)
    course = Course(root)
    return course, course.assignment("practical")


def report(student="ada", scores=SCORES, checks=(), **changes) -> GradeReport:
    """Return a report with these scores."""
    questions = tuple(
        QuestionResult(
            grade_id=name,
            title=name,
            kind=QuestionKind.MANUAL if name == "why" else QuestionKind.AUTOMATIC,
            max_score=MAX_SCORES[name],
            score=scores[name],
        )
        for name in MAX_SCORES
    )
    made = GradeReport(
        assignment="practical",
        student=student,
        submission_sha256="00",
        release_id="11",
        isolation="none",
        questions=questions,
        checks=tuple(checks),
    )
    return msgspec.structs.replace(made, **changes)


def failed(outcome=Outcome.FAILED, question="area", **changes) -> CheckResult:
    """Return a check that did not pass."""
    values = {
        "check_id": f"{question}.x",
        "title": "It is right.",
        "max_points": 1,
        "message": "it is 3, 4 was asked for",
        "hint": "Multiply.",
        "staff_note": "SECRET",
    }
    return CheckResult(question=question, outcome=outcome, **(values | changes))


def write(practical, *reports):
    """Write reports into the course's gradebook."""
    course, assignment = practical
    write_reports(course, assignment, read_release(assignment), reports)


def rows(course):
    """Return every row of every table."""
    with closing(sqlite3.connect(course.gradebook)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(database.execute(f"select * from {name}"), key=repr) for name in tables}


def by_hand(practical, question="test_area", student="ada", **values):
    """Set what a person sets in Formgrader, through nbgrader's API."""
    course, assignment = practical
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade(question, assignment.id, assignment.id, student)
        for name, value in values.items():
            setattr(grade, name, value)
        gradebook.db.commit()


def grade_of(practical, question="test_area", student="ada"):
    """Return a grade as nbgrader's API tells it."""
    course, assignment = practical
    with open_gradebook(course) as gradebook:
        return gradebook.find_grade(question, assignment.id, assignment.id, student).to_dict()


def comment_of(practical, question="area", student="ada"):
    """Return the automatic comment on an answer."""
    course, assignment = practical
    with open_gradebook(course) as gradebook:
        return gradebook.find_comment(question, assignment.id, assignment.id, student).auto_comment


def test_scores_are_what_nbgrader_reads(practical):
    """Scores land in the grade cells, where nbgrader's own sums find them."""
    write(practical, report(), report("bob", {"area": 0.0, "total": 1.5, "why": 0.0}))
    assert read_scores(*practical) == {"ada": Score(2.5, 6.5, True), "bob": Score(1.5, 6.5, False)}
    assert grade_of(practical)["auto_score"] == 2.0
    assert grade_of(practical, "why")["needs_manual_grade"]
    assert grade_of(practical, "why")["auto_score"] is None


def test_writing_twice_changes_nothing(practical):
    """The second write of the same reports leaves every row of every table as it is."""
    course, _ = practical
    write(practical, report(), report("bob"))
    before = rows(course)
    write(practical, report(), report("bob"))
    assert rows(course) == before


@pytest.mark.parametrize(
    "statement",
    [
        "update grade set auto_score = 7",
        "update grade set needs_manual_grade = not needs_manual_grade",
        "update comment set auto_comment = 'another'",
        "delete from grade",
        "delete from comment",
        "delete from submitted_notebook",
    ],
)
def test_what_somebody_changed_of_ours_is_put_right(practical, statement):
    """Rows that hold what was written last are left as they are, and no others."""
    course, _ = practical

    write(practical, report(), report("bob", {"area": 0.0, "total": 1.5, "why": 0.0}))
    before = grade_of(practical)["auto_score"], comment_of(practical), read_scores(*practical)
    with closing(sqlite3.connect(course.gradebook)) as database:
        database.execute(statement)
        database.commit()
    write(practical, report(), report("bob", {"area": 0.0, "total": 1.5, "why": 0.0}))
    assert (grade_of(practical)["auto_score"], comment_of(practical), read_scores(*practical)) == before


def test_scores_are_kept_within_bounds(practical):
    """A score beyond the question's points, below 0 or not a number never reaches the gradebook."""
    write(practical, report(scores={"area": 7.0, "total": -1.0, "why": float("nan")}))
    assert grade_of(practical)["auto_score"] == 2.0
    assert grade_of(practical, "test_total")["auto_score"] == 0.0
    assert grade_of(practical, "why")["auto_score"] is None
    assert grade_of(practical, "why")["needs_manual_grade"]


def test_a_question_without_a_score_needs_a_person(practical):
    """A question in error has no automatic score, also where it had one, and is marked."""
    write(practical, report())
    write(practical, report(scores=SCORES | {"area": None}))
    found = grade_of(practical)
    assert (found["auto_score"], found["needs_manual_grade"]) == (None, True)


def test_what_people_gave_stays(practical):
    """A manual score, extra credit and a manual comment survive; an unchanged question is not to be looked at again."""
    course, assignment = practical
    write(practical, report())
    by_hand(practical, manual_score=1.0, extra_credit=0.5, needs_manual_grade=False)
    by_hand(practical, "why", manual_score=3.0, needs_manual_grade=False)
    with open_gradebook(course) as gradebook:
        gradebook.find_comment("area", assignment.id, assignment.id, "ada").manual_comment = "Nice."
        gradebook.db.commit()
    before = rows(course)
    write(practical, report())
    assert rows(course) == before
    assert read_scores(*practical)["ada"] == Score(5.0, 6.5, False)


def test_a_new_score_under_a_manual_one_asks_for_another_look(practical):
    """Where the automatic score moved under a person's, the person's stays and is marked."""
    write(practical, report())
    by_hand(practical, manual_score=1.0, needs_manual_grade=False)
    write(practical, report(scores=SCORES | {"area": 0.0}))
    found = grade_of(practical)
    assert (found["manual_score"], found["auto_score"], found["needs_manual_grade"]) == (1.0, 0.0, True)


def test_a_notebook_handed_in_again_asks_for_another_look(practical):
    """With a later timestamp, what people graded is marked; the timestamp is in the gradebook."""
    course, assignment = practical
    folder = course.root / "submitted" / "ada" / "practical"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-11-02 10:00:00 UTC\n")
    write(practical, report())
    by_hand(practical, "why", manual_score=3.0, needs_manual_grade=False)
    write(practical, report())
    assert not grade_of(practical, "why")["needs_manual_grade"]
    (folder / "timestamp.txt").write_text("2026-11-03 10:00:00 UTC\n")
    write(practical, report())
    assert grade_of(practical, "why")["needs_manual_grade"]
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission(assignment.id, "ada").timestamp.day == 3


@pytest.mark.parametrize("text", ["", "soon", "9" * 500, "2026-11-02 10:00:00 NOWHERE/THERE", "\x00", "1e999 UTC x"])
def test_a_timestamp_that_is_none_does_no_harm(practical, text):
    """Whatever lies in a student's folder as a timestamp, the scores are written."""
    course, _ = practical
    folder = course.root / "submitted" / "ada" / "practical"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(text)
    write(practical, report())
    assert read_scores(*practical)["ada"].score == 2.5


def test_comments_say_what_the_student_may_read(practical):
    """The comment on the answer holds the messages and hints of failed checks, and no staff note."""
    checks = [failed(), failed(Outcome.PASSED, title="Passed."), failed(Outcome.NOT_RUN, title="Later.")]
    write(practical, report(scores=SCORES | {"area": 1.0}, checks=checks))
    assert comment_of(practical) == (
        "1 of 2 points.\n"
        "- It is right: it is 3, 4 was asked for Hint: Multiply.\n"
        "- Later: not asked, because an earlier check did not pass."
    )
    assert comment_of(practical, "total") == "0.5 of 1.5 points."
    assert comment_of(practical, "why") is None


@pytest.mark.parametrize(
    ("outcomes", "score", "expected"),
    [
        ((Outcome.NOT_ATTEMPTED, Outcome.NOT_RUN), 0.0, "0 of 2 points. No answer was given."),
        (
            (Outcome.ERROR,),
            None,
            "A check could not be carried out; a person will look at this question.\n"
            "- It is right: this check could not be carried out.",
        ),
        (
            (Outcome.NOT_ATTEMPTED, Outcome.FAILED),
            0.0,
            "0 of 2 points.\n- It is right: no answer was given.\n"
            "- It is right: it is 3, 4 was asked for Hint: Multiply.",
        ),
    ],
)
def test_each_outcome_has_its_sentence(outcomes, score, expected):
    """A comment tells an untouched stub, a wrong answer and a fault of ours apart."""
    made = report(scores=SCORES | {"area": score}, checks=[failed(outcome) for outcome in outcomes])
    assert comment(made, made.questions[0]) == expected


def test_a_submission_that_could_not_be_graded_says_why():
    """Where nothing could be graded, the reason is the comment."""
    made = report(problem="the file is empty")
    assert {comment(made, question) for question in made.questions} == {"the file is empty"}


def test_an_unanswered_text_is_said():
    """A written answer that is still its stub has 0 points and says so."""
    made = report(scores=SCORES | {"why": 0.0})
    assert comment(made, made.questions[2]) == "No answer was given."


def test_old_submissions_get_rows_for_new_questions(practical):
    """A question added after students handed in is in the gradebook for them; a removed one is gone."""
    course, assignment = practical
    write(practical, report())
    notebook = source()
    del notebook.cells[5:7]
    notebook.cells += [solution("more", "more = 1"), check("more"), manual("how", "Somehow.", points=1)]
    assignment.source.write_text(json.dumps(notebook))
    write_release(assignment, make_release(course, assignment, {"area": 4.0, "more": 2.0}))
    register(course, assignment, read_release(assignment))
    assert read_scores(*practical)["ada"] == Score(2.0, 10.0, True)
    assert grade_of(practical, "test_more")["needs_manual_grade"]
    assert comment_of(practical, "how") is None
    with open_gradebook(course) as gradebook:
        found = gradebook.find_notebook(assignment.id, assignment.id)
        assert {cell.name for cell in found.grade_cells} == {"test_area", "test_more", "why", "how"}
        assert {cell.name for cell in found.source_cells} >= {"test_more", "more", "intro"}
        assert "total" not in {cell.name for cell in (*found.source_cells, *found.solution_cells)}


def test_a_question_that_people_graded_is_not_removed(practical):
    """Removing a question with a manual score is refused, and nothing is changed."""
    course, assignment = practical
    write(practical, report())
    by_hand(practical, "test_total", manual_score=1.0)
    before = rows(course)
    notebook = source()
    del notebook.cells[5:7]
    assignment.source.write_text(json.dumps(notebook))
    write_release(assignment, make_release(course, assignment, {"area": 2.0}))
    with pytest.raises(AssignmentError, match="no longer has the cell test_total"):
        register(course, assignment, read_release(assignment))
    assert rows(course) == before


def test_a_report_with_other_questions_is_refused(practical):
    """Reports that do not fit the release are an error, and none of the batch is written."""
    course, _ = practical
    before = rows(course)
    short = report("bob")
    short = msgspec.structs.replace(short, questions=short.questions[:2])
    with pytest.raises(AssignmentError, match="run `autograder release practical`"):
        write(practical, report(), short)
    assert rows(course) == before


def test_the_gradebook_holds_what_autograde_puts_back(practical):
    """Each grade cell's stored text raises under nbgrader's autograde and nowhere else, with a fitting checksum."""
    course, assignment = practical
    with open_gradebook(course) as gradebook:
        stored = {cell.name: cell for cell in gradebook.find_notebook(assignment.id, assignment.id).source_cells}
        text = stored["test_area"].source
        assert stored["test_area"].locked
        assert not stored["area"].locked
        assert "BEGIN HIDDEN" not in stored["area"].source
    assert text.endswith("assert area(1, 1) == 1")
    names = {"area": lambda *_: 1}
    exec(text, names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBGRADER_EXECUTION", "validate")
        exec(text, names)
        patch.setenv("NBGRADER_EXECUTION", "autograde")
        with pytest.raises(RuntimeError, match="graded by autograder grade"):
            exec(text, names)


@pytest.mark.parametrize("grade", [True, False])
@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("locked", [True, False])
def test_cells_are_what_nbgrader_takes_them_for(grade, answer, locked):
    """Our kinds of cell agree with nbgrader's own questions about a cell, for every combination of its marks."""
    from nbgrader import utils

    marks = {"grade": grade, "solution": answer, "locked": locked, "grade_id": "x"}
    cell = make_notebook([{**text("x"), "metadata": {"nbgrader": marks}}]).cells[0]
    kind = cells.kind(cell)
    assert (kind in (CellKind.TEST, CellKind.MANUAL)) == utils.is_grade(cell)
    assert kind.is_answer == utils.is_solution(cell)
    assert kind.is_locked == utils.is_locked(cell)


def test_scores_of_a_course_without_a_gradebook_are_none(tmp_path):
    """Reading scores makes no database."""
    course, assignment = make_course(tmp_path)
    assert read_scores(course, assignment) == {}
    assert not course.gradebook.exists()


def test_a_gradebook_is_made_without_the_environment_on_the_path(tmp_path):
    """Called by its full path, without an activated environment, the command still finds nbgrader's programs."""
    course, assignment = make_course(tmp_path)
    write_release(assignment, make_release(course, assignment, POINTS))
    code = (
        "from pathlib import Path; import sys; from autograder.course import Course;"
        "from autograder.gradebook.registration import register; from autograder.notebooks.release import read_release;"
        "c = Course(Path(sys.argv[1])); a = c.assignment('practical'); register(c, a, read_release(a))"
    )
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    assert rows(course)["alembic_version"]


def test_a_gradebook_is_not_begun_where_alembic_is_missing(tmp_path, monkeypatch):
    """Without alembic the error says what to install, and no half-made database is left."""
    course, assignment = make_course(tmp_path)
    write_release(assignment, make_release(course, assignment, POINTS))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InfrastructureError, match="pip install"):
        register(course, assignment, read_release(assignment))
    assert not course.gradebook.exists()


def test_a_gradebook_that_cannot_be_used_is_said(practical):
    """A file that is no gradebook is an error that names it."""
    course, assignment = practical
    course.gradebook.write_bytes(b"no database" * 100)
    with pytest.raises(InfrastructureError, match="cannot be used"):
        read_scores(course, assignment)


def test_importing_the_gradebook_does_not_import_nbgrader():
    """nbgrader is imported when a gradebook is opened, not before."""
    code = (
        "import sys, autograder.gradebook.nbgrader, autograder.gradebook.registration, autograder.notebooks.release;"
        "sys.exit('nbgrader' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
