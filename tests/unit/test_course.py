"""A course folder is read strictly, and whoever has to act is told what to do."""

import os
import stat

import pytest

from autograder.course import Course
from autograder.errors import AssignmentError, UsageError
from autograder.secret import SECRET_VARIABLE


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one assignment and nothing handed in."""
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    (tmp_path / "nbgrader_config.py").touch()
    folder = tmp_path / "assignments" / "sums"
    folder.mkdir(parents=True)
    (folder / "sums.ipynb").touch()
    (folder / "assignment.toml").write_text('title = "Sums"\n')
    return Course(tmp_path)


def settings(course, text):
    """Write the settings of the assignment."""
    (course.root / "assignments" / "sums" / "assignment.toml").write_text(text)


def test_a_course_is_found_from_within(course):
    """Any folder inside a course leads to it."""
    assert Course.find(course.root / "assignments" / "sums") == course


def test_outside_of_a_course_one_is_told_where_to_go(tmp_path):
    """The error names the folder and what a course looks like."""
    with pytest.raises(UsageError, match="is in no course folder.*nbgrader_config.py"):
        Course.find(tmp_path)


def test_assignments_are_listed(course):
    """A misspelt assignment is answered with those that there are."""
    assert course.assignments == ("sums",)
    with pytest.raises(UsageError, match="no assignment 'sum' .* it has sums"):
        course.assignment("sum")


@pytest.mark.parametrize("name", ["../sums", "a/b", "", "."])
def test_an_assignments_name_is_no_path(course, name):
    """A name that leads out of the course is no assignment."""
    with pytest.raises(UsageError):
        course.assignment(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = 3", "str"),
        ("", "title"),
        ("title = 'a'\ncell_s = 3", "cell_s"),
        ("title = 'a'\n[limits]\ncell = 3", "cell"),
        ("title = 'a'\n[limits]\ncell_s = -3", "cell_s"),
        ("title = 'a'\n[execution]\nfit = 'never'", "never"),
        ("title = 'a'\nrecipe = 'quick'", r"no \[recipes.quick\]"),
        ("title = 'a'\nfiles = ['missing.csv']", "missing.csv"),
        ("title = 'a'\nfiles = ['../../nbgrader_config.py']", "nbgrader_config"),
        ("title = [", "assignment.toml"),
    ],
)
def test_a_wrong_setting_is_an_error(course, text, words):
    """A misspelt or impossible setting is named, with its file."""
    settings(course, text)
    with pytest.raises(AssignmentError, match=words):
        course.assignment("sums")


def test_a_recipe_is_chosen_by_name(course):
    """The assignment's own recipe is the default; one that is not there is answered with those that are."""
    settings(
        course,
        "title = 'a'\nrecipe = 'quick'\n[recipes.quick]\ndataset = 'shapes'\n"
        "num_train = 10\nnum_test = 10\nepochs = 1\nbatch_size = 2\nfloors = {model = 0.5}\n",
    )
    assignment = course.assignment("sums")
    assert assignment.recipe()[0] == "quick"
    assert assignment.recipe()[1].floors == {"model": 0.5}
    with pytest.raises(UsageError, match="no recipe 'slow'.*quick"):
        assignment.recipe("slow")


def test_submissions_are_found(course):
    """Every student's folder counts: with the notebook, with one of another name, and without any."""
    for student, name in (("ada", "sums.ipynb"), ("bob", "Sums (1).ipynb"), ("cy", None), (".hidden", "sums.ipynb")):
        folder = course.root / "submitted" / student / "sums"
        folder.mkdir(parents=True)
        if name:
            (folder / name).touch()
    found = {submission.student: submission.path.name for submission in course.submissions("sums")}
    assert found == {"ada": "sums.ipynb", "bob": "Sums (1).ipynb", "cy": "sums.ipynb"}


def test_a_folder_that_is_a_link_holds_nothing_of_its_own(course):
    """A link to what somebody else handed in is met as the link that it is, wherever it stands."""
    submitted = course.root / "submitted"
    (submitted / "ada" / "sums").mkdir(parents=True)
    (submitted / "ada" / "sums" / "sums.ipynb").write_text("{}")
    (submitted / "eve").symlink_to("ada")
    (submitted / "mallory").mkdir()
    (submitted / "mallory" / "sums").symlink_to("../ada/sums")
    (submitted / "oscar").mkdir()
    (submitted / "oscar" / "sums").symlink_to("nowhere")
    found = {submission.student: submission.path for submission in course.submissions("sums")}
    assert sorted(found) == ["ada", "eve", "mallory", "oscar"]
    assert all(path.is_symlink() for student, path in found.items() if student != "ada")


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' calc'!A0",
        "+1",
        "-rf",
        "@sum",
        "<img src=x onerror=alert(1)>",
        'a" onclick="b',
        "a\nb",
        "a\x1b[2Jb",
        "a\x9bb",
        "a\u202eb",
        "a\u200bb",
        os.fsdecode(b"b\xffd"),
    ],
)
def test_a_name_that_others_would_obey_is_no_students_id(course, name):
    """It is left out, and told apart from what is not there."""
    for student in (name, "ada"):
        (course.root / "submitted" / student / "sums").mkdir(parents=True)
    assert [submission.student for submission in course.submissions("sums")] == ["ada"]
    assert course.misnamed("sums") == (name,)


@pytest.mark.parametrize("name", ["ada", "Ada Lovelace", "O'Brien", "ada@example.org", "Größe, J.", "s1234_a-b", "李"])
def test_names_of_people_are_ids(course, name):
    """Letters of every script, blanks, dots and apostrophes are nothing special."""
    (course.root / "submitted" / name / "sums").mkdir(parents=True)
    assert [submission.student for submission in course.submissions("sums")] == [name]
    assert course.misnamed("sums") == ()


def test_the_secret_is_made_once_and_for_its_owner_only(course):
    """A course keeps its secret, which nobody else can read and no text shows."""
    secret = course.secret()
    path = course.root / ".autograder" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert course.secret() == secret
    assert path.read_text().strip() not in repr(secret) + secret.digest


def test_the_environment_may_hold_the_secret(course, monkeypatch):
    """CI hands the secret over in a variable, and nothing is written."""
    monkeypatch.setenv(SECRET_VARIABLE, "a long secret from CI")
    first = course.secret()
    monkeypatch.setenv(SECRET_VARIABLE, "another long one from CI")
    assert first != course.secret()
    assert not (course.root / ".autograder").exists()


def test_a_secret_that_can_be_guessed_is_refused(course, monkeypatch):
    """The operator reads which variable is too short and how long it has to be, and not what it holds."""
    monkeypatch.setenv(SECRET_VARIABLE, "0123456789abcde")
    with pytest.raises(UsageError, match=f"{SECRET_VARIABLE} has 15 characters.* 16 or more") as raised:
        course.secret()
    assert "0123456789abcde" not in raised.value.message
    monkeypatch.setenv(SECRET_VARIABLE, "0123456789abcdef")
    assert course.secret()


def test_seeds_follow_from_secret_and_purpose(course):
    """Equal purposes get equal seeds, other purposes others; parts are not glued together."""
    secret = course.secret()
    assert secret.seed("a", "b") == secret.seed("a", "b")
    assert len({secret.seed("a", "b"), secret.seed("ab"), secret.seed("a", "c")}) == 3
    assert 0 <= secret.seed("a") < 2**63
