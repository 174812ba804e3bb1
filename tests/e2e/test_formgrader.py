"""nbgrader's Formgrader, as a person meets it in a browser: our scores and comments, and grades that stay."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import PROGRAM, REASON, Tab, browser
from courses import make_course
from notebooks import check, make_notebook, manual, solution

from autograder.batch import grade_class
from autograder.cli.main import main
from autograder.course import Course
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.nbgrader import read_scores
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.skipif(PROGRAM is None, reason=REASON)]

SUITE = '''"""Areas."""
from autograder.suite import number, points, question

pytestmark = question("area")


@points(2, hint="Multiply both sides.")
def test_is_right(submission):
    """The area is the product of both sides."""
    found = submission.call("area", 3, 4, returns=number())
    assert found == 12, f"a rectangle of 3 by 4 was given the area {found:g}"
'''
HOSTILE = """def area(width, height):
    return width + height
from IPython.display import HTML, Javascript, display
display(HTML("<script>document.title = 'owned'</script><img src=x onerror=\\"document.title = 'owned'\\">"))
display(Javascript("document.title = 'owned'"))
print("<script>document.title = 'owned'</script>")"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded course: ada's area is wrong, her text waits for a person, and her cell shows what should not run."""
    notebook = make_notebook(
        [
            solution("area", "    return width * height", before="def area(width, height):"),
            check("area"),
            manual("why", "Because the weights are shared.", points=3),
        ]
    )
    course, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_area.py").write_text(SUITE)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    answers = {"area": HOSTILE, "why": "They are shared. <script>document.title = 'owned'</script>"}
    handed_in = json.loads(assignment.released_notebook.read_text())
    for cell in handed_in["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    path = course.root / "submitted" / "ada" / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(handed_in))
    grade_class(course, assignment)
    return course


@pytest.fixture(scope="module")
def url(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Formgrader, started by our command; its address with the token."""
    home = str(tmp_path_factory.mktemp("home"))
    environment = {**os.environ, "HOME": home, "JUPYTER_CONFIG_DIR": home, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "autograder", "--course", str(course.root), "formgrader"]
    with subprocess.Popen([*command, "--no-browser"], stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Formgrader: ").strip()
        server.send_signal(signal.SIGTERM)


@pytest.fixture(scope="module")
def tab(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A browser that has opened Formgrader."""
    from urllib.error import URLError
    from urllib.request import urlopen

    for _ in range(600):
        try:
            urlopen(url, timeout=5).close()
            break
        except (URLError, ConnectionError):
            signal.sigtimedwait([], 0.2)
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        tab.open(url)
        yield tab


def open_submission(tab: Tab, url: str) -> None:
    """Click through to ada's notebook."""
    tab.open(url.partition("/formgrader")[0] + "/formgrader/gradebook/practical/practical")
    tab.wait_for("document.querySelector('a[href*=\"/formgrader/submissions/\"]')")
    tab.open(tab.run("document.querySelector('a[href*=\"/formgrader/submissions/\"]').href"))
    tab.wait_for("document.querySelectorAll('input.score').length == 2")
    tab.wait_for("document.querySelector('#test_area').placeholder != ''")


def test_the_class_is_listed_with_our_scores(tab: Tab, url: str) -> None:
    """Who opens it sees the assignment, the student, the points, and that a person is needed."""
    tab.wait_for("document.body.innerText.includes('practical')")
    tab.open(url.partition("/formgrader")[0] + "/formgrader/manage_submissions/practical")
    tab.wait_for("document.body.innerText.includes('ada')")
    row = tab.run("[...document.querySelectorAll('tr')].find(row => row.innerText.includes('ada')).innerText")
    assert "needs manual grading" in row
    assert "0 / 5" in row


def test_a_submission_shows_our_comment_and_runs_nothing_of_the_students(tab: Tab, url: str) -> None:
    """The sentence and the hint stand beside the answer; markup and scripts of a student are text."""
    open_submission(tab, url)
    assert tab.run("document.querySelector('#test_area').placeholder") == "0"
    words = tab.run("[...document.querySelectorAll('textarea')].map(e => e.placeholder + e.value).join(' ')")
    assert "a rectangle of 3 by 4 was given the area 7" in words
    assert "Multiply both sides." in words
    assert tab.run("document.title") != "owned"
    assert "<script>document.title = 'owned'</script>" in tab.run("document.body.innerText")


def test_a_grade_that_a_person_gives_survives_a_regrade(tab: Tab, url: str, course: Course) -> None:
    """It is typed into the page, and is there after the class was graded again."""
    open_submission(tab, url)
    tab.run(
        "(() => { const box = document.querySelector('#why'); box.value = '2.5'; "
        "box.dispatchEvent(new Event('change', {bubbles: true})); })()"
    )

    def given() -> float | None:
        with open_gradebook(course) as gradebook:
            notebook = gradebook.find_submission_notebook("practical", "practical", "ada")
            return next(grade.manual_score for grade in notebook.grades if grade.name == "why")

    for _ in range(100):
        if given() is not None:
            break
        signal.sigtimedwait([], 0.1)
    assert given() == 2.5
    grade_class(course, course.assignment("practical"), force=True)
    assert given() == 2.5
    assert read_scores(course, course.assignment("practical"))["ada"].score == 2.5
    tab.open(url.partition("/formgrader")[0] + "/formgrader/manage_submissions/practical")
    tab.wait_for("document.body.innerText.includes('2.5 / 5')")


def test_a_course_that_was_never_graded_is_told_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is started."""
    course, _ = make_course(tmp_path)
    assert main(["--course", str(course.root), "formgrader"]) == 2
    assert "run `autograder grade` first" in capsys.readouterr().err
