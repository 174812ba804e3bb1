"""The templates for CI: they ask for no more than they need, and their steps grade a course in a clean clone."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from courses import make_course

from autograder.cli.main import main
from autograder.corpus import fill, reference_sources
from autograder.course import Course
from autograder.gradebook.database import open_gradebook
from autograder.notebooks import cells
from autograder.notebooks.release import make_release, read_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

ROOT = Path(__file__).parents[2]
CI = ROOT / "ci"
ACTION = CI / "github" / "actions" / "grade" / "action.yml"
WORKFLOWS = sorted((CI / "github" / "workflows").glob("*.yml"))
GITHUB = [ACTION, *WORKFLOWS]
GITLAB = sorted((CI / "gitlab").glob("*.yml"))
STUDENTS_OWN = [CI / "github" / "workflows" / "check.yml", CI / "gitlab" / "student.gitlab-ci.yml"]
SECRET = "a-secret-of-the-course-0123"
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
SUITES = {
    "public_area.py": '''"""Public."""
from autograder.suite import number, points, question

pytestmark = question("area")


@points(0)
def test_is_a_function(submission):
    """The area of a square of side one is one."""
    assert submission.call("area", 1, 1, returns=number()) == 1, "the area of a unit square is one"
''',
    "test_area.py": '''"""Hidden."""
from autograder.suite import number, points, question

pytestmark = question("area")


@points(2)
def test_is_right(submission):
    """The area is right."""
    assert submission.call("area", 3, 4, returns=number()) == 12, "the area is wrong"
''',
    "test_total.py": '''"""A total."""
from autograder.suite import points, question


@question("total")
@points(1.5)
def test_total(submission):
    """The total is right."""
    assert submission.number("total") == 420, "the total is not right"
''',
}


def load(path: Path) -> Any:
    """Return what a file of YAML says."""
    return yaml.safe_load(path.read_text())


def steps(path: Path) -> list[dict[str, Any]]:
    """Return the steps of an action, or of all jobs of a workflow."""
    content = load(path)
    if "runs" in content:
        return list(content["runs"]["steps"])
    return [step for job in content["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read(path: Path) -> None:
    """The token reads the repository; no job asks for more, and none runs on what a stranger starts."""
    content = load(path)
    assert content["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in content["jobs"].values())
    triggers = content[True]  # YAML 1.1 takes `on` for a truth value
    assert set(triggers) <= {"push", "workflow_dispatch", "workflow_call", "schedule"}
    assert all("timeout-minutes" in job for job in content["jobs"].values())


def test_no_expression_stands_in_a_script() -> None:
    """Values come through the environment: what somebody else wrote can be no part of a program."""
    scripts = [step["run"] for path in GITHUB for step in steps(path) if "run" in step]
    assert len(scripts) > 5
    assert not any("${{" in script for script in scripts)
    assert not any(re.search(r"github\.(event|head_ref|actor)", path.read_text()) for path in GITHUB)


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_actions_are_pinned(path: Path) -> None:
    """Each is named by a commit, or lies in the same repository; a checkout leaves no token behind."""
    used = [step for step in steps(path) if "uses" in step]
    for step in used:
        assert PINNED.fullmatch(step["uses"]) or step["uses"].startswith("./.github/actions/")
        if step["uses"].startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", STUDENTS_OWN, ids=lambda path: path.parent.name)
def test_what_students_get_holds_no_secret(path: Path) -> None:
    """Their own repositories run the public checks alone."""
    text = path.read_text()
    assert "autograder check" in text
    assert not re.search(r"secrets\.|TOKEN|AUTOGRADER_SECRET|autograder (grade|export|verify)", text)


def test_secrets_reach_the_steps_that_need_them() -> None:
    """The course's secret is in the environment of grading, the token in that of pulling, and neither elsewhere."""
    for name, variable in (("Grade", "AUTOGRADER_SECRET"), ("Pull submissions", "SUBMISSIONS_TOKEN")):
        assert [step["name"] for step in steps(ACTION) if variable in step.get("env", {})] == [name]


@pytest.mark.parametrize("path", [*GITHUB, *GITLAB, *sorted(CI.rglob("*.sh"))], ids=lambda path: path.name)
def test_no_package_index_is_named(path: Path) -> None:
    """Templates work with whatever index pip is set to."""
    assert not re.search(r"pypi|index-url|find-links", path.read_text(), re.IGNORECASE)


@pytest.mark.parametrize("path", [*GITHUB, *GITLAB], ids=lambda path: path.name)
def test_scripts_are_right_for_a_shell(path: Path) -> None:
    """Bash can parse each of them."""
    if path in GITLAB:
        scripts = ["\n".join(job["script"]) for job in load(path).values()]
    else:
        scripts = [step["run"] for step in steps(path) if "run" in step]
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_page_about_ci_shows_a_workflow_that_may_only_read() -> None:
    """Its example calls the template, with what that takes, and its commands copy what there is."""
    text = (ROOT / "docs" / "ci.md").read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    example = yaml.safe_load(block)
    (job,) = example["jobs"].values()
    assert example["permissions"] == {"contents": "read"}
    called = CI / "github" / Path(job["uses"]).relative_to(".github")
    assert set(job["with"]) == set(load(called)[True]["workflow_call"]["inputs"])
    for path in re.findall(r"`?\b(ci/[\w./-]+\w)", text):
        assert (ROOT / path).exists(), path


def git(folder: Path, *arguments: str) -> None:
    """Run git for somebody who is nobody."""
    who = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def repository(folder: Path, notebook: bytes | Path | None, name: str = "practical.ipynb") -> str:
    """Make a student's repository with a file, a link or nothing in it, and return its address."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "README.md").write_text("mine")
    (folder / name).parent.mkdir(exist_ok=True)
    if isinstance(notebook, Path):
        (folder / name).symlink_to(notebook)
    elif notebook is not None:
        (folder / name).write_bytes(notebook)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "done")
    return f"file://{folder}"


def pull(folder: Path, students: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a folder, with a file of students."""
    (folder / "students.csv").write_text(students)
    command = ["bash", str(CI / "pull.sh"), "practical", "students.csv"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_pulling_takes_notebooks_and_names_the_rest(tmp_path: Path) -> None:
    """A notebook at the top or in the assignment's folder is taken; a link, no notebook, no repository are told."""
    lines = ["student_id,repository"]
    lines.append(f"ada,{repository(tmp_path / 'r' / 'ada', b'ADA')}")
    lines.append(f"bob,{repository(tmp_path / 'r' / 'bob', b'BOB', 'practical/practical.ipynb')}\r")
    lines.append(f"eve,{repository(tmp_path / 'r' / 'eve', Path('/etc/passwd'))}")
    lines.append(f"mallory,{repository(tmp_path / 'r' / 'mallory', None)}")
    lines.append(f"nobody,file://{tmp_path}/nowhere")
    lines.append(f"zoe,{repository(tmp_path / 'r' / 'zoe', b'ZOE')}")
    done = pull(tmp_path, "\n".join(lines))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "pull: eve: the notebook is no ordinary file",
        "pull: mallory: there is no practical.ipynb",
        "pull: nobody: the repository cannot be fetched",
    ]
    taken = {path.parts[-3]: path.read_bytes() for path in (tmp_path / "submitted").rglob("*") if path.is_file()}
    assert taken == {"ada": b"ADA", "bob": b"BOB", "zoe": b"ZOE"}


def test_pulling_takes_the_bytes_that_were_committed(tmp_path: Path) -> None:
    """Nothing is checked out, so attributes of a student's that would rewrite the file do nothing."""
    notebook = b'{"$Id$": 1}\n'
    address = repository(tmp_path / "r" / "ada", notebook)
    (tmp_path / "r" / "ada" / ".gitattributes").write_text("*.ipynb ident text eol=crlf\n")
    git(tmp_path / "r" / "ada", "add", "-A")
    git(tmp_path / "r" / "ada", "commit", "-q", "-m", "attributes")
    git(tmp_path, "clone", "-q", address, "control")
    assert (tmp_path / "control" / "practical.ipynb").read_bytes() != notebook
    assert pull(tmp_path, f"student_id,repository\nada,{address}\n").returncode == 0
    assert (tmp_path / "submitted/ada/practical/practical.ipynb").read_bytes() == notebook


def test_what_did_not_change_is_left_as_it_is(tmp_path: Path) -> None:
    """A second pull replaces only a notebook of which the student made another."""
    folder = tmp_path / "r" / "ada"
    students = f"student_id,repository\nada,{repository(folder, b'1')}\n"
    taken = tmp_path / "submitted/ada/practical/practical.ipynb"
    for content, is_same in ((b"1", True), (b"2", False)):
        pull(tmp_path, students)
        before = taken.stat().st_ino
        (folder / "practical.ipynb").write_bytes(content)
        git(folder, "commit", "-q", "--allow-empty", "-a", "-m", "again")
        assert pull(tmp_path, students).returncode == 0
        assert taken.read_bytes() == content
        assert (taken.stat().st_ino == before) is is_same


@pytest.mark.parametrize(
    "line", ["../../etc,file:///x", "ada,ext::sh -c touch% x", "ada,--upload-pack=x", "ada,/srv/x", "-ada,file:///x"]
)
def test_pulling_refuses_a_file_that_is_wrong(tmp_path: Path, line: str) -> None:
    """What is no id, or no address of a repository, ends it before anything is fetched."""
    done = pull(tmp_path, f"student_id,repository\n{line}\n")
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert pull(tmp_path, "name,url\n").returncode == 2


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A course's repository as a course makes it, with the repositories of two students."""
    folder = tmp_path_factory.mktemp("origin")
    course, assignment = make_course(folder / "course")
    for name, text in SUITES.items():
        (assignment.suite / name).write_text(text)
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    right = cells.to_bytes(fill(read_release(assignment), reference_sources(assignment)))
    untouched = assignment.released_notebook.read_bytes()
    lines = ["student_id,repository"]
    for student, notebook in (("ada", right), ("bob", untouched)):
        lines.append(f"{student},{repository(folder / student, notebook)}")
    (course.root / "students.csv").write_text("\n".join(lines) + "\n")
    (course.root / "requirements.txt").write_text("autograder\n")
    (course.root / ".gitignore").write_text("/.venv\n/.autograder/\n/submitted/\n")
    shutil.copytree(CI, course.root / "ci")
    shutil.copytree(CI / "github", course.root / ".github")
    git(course.root, "init", "-q")
    git(course.root, "add", "-A")
    git(course.root, "commit", "-q", "-m", "course")
    yield course.root
    shutil.rmtree(folder)


def clone(origin: Path, folder: Path) -> Path:
    """Return a clean clone, in which the environment of an earlier run was found."""
    git(folder, "clone", "-q", "--no-hardlinks", f"file://{origin}", "clone")
    environment = folder / "clone" / ".venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "autograder").symlink_to(Path(sys.executable).parent / "autograder")
    return folder / "clone"


def act(folder: Path, inputs: dict[str, str]) -> tuple[dict[str, str], str, int]:
    """Run the scripts of the action as GitHub's runner does, until one fails.

    Returns
    -------
    outputs, summary, exit code
        What the steps wrote to the files that the runner names, and how the last one ended.
    """
    files = {name: folder.parent / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    given = {name: str(each.get("default", "")) for name, each in load(ACTION)["inputs"].items()} | inputs
    common = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "CI": "true", "GITHUB_ACTIONS": "true"}
    common |= {name: str(path) for name, path in files.items()}
    code = 0
    for step in steps(ACTION):
        if "run" not in step or step["name"] == "Open namespaces":
            continue
        values = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
            for name, value in step.get("env", {}).items()
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=folder, env=common | values, capture_output=True, text=True, check=False)
        assert SECRET not in done.stdout + done.stderr
        code = done.returncode
        if code:
            break
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return outputs, files["GITHUB_STEP_SUMMARY"].read_text(), code


@pytest.fixture(scope="module")
def graded(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], str]:
    """A clone in which the action ran, what it put out, and its summary."""
    folder = clone(origin, tmp_path_factory.mktemp("runner"))
    inputs = {"assignment": "practical", "secret": SECRET, "students": "students.csv"}
    outputs, summary, code = act(folder, inputs)
    assert code == 0
    return folder, outputs, summary


@pytest.mark.slow
def test_the_action_grades_a_class(graded: tuple[Path, dict[str, str], str]) -> None:
    """Submissions are pulled and graded, and everything that is kept as an artifact is there."""
    folder, outputs, summary = graded
    assert outputs == {"result": "graded"}
    assert re.search(r"^\| ada \| 3\.5/6\.5 \| 3 \|", summary, re.MULTILINE)
    assert re.search(r"^\| bob \| 0/6\.5 \| +\|", summary, re.MULTILINE)
    (upload,) = (step for step in steps(ACTION) if "upload-artifact" in step.get("uses", ""))
    assert all((folder / name).exists() for name in upload["with"]["path"].split())
    rows = list(csv.DictReader((folder / "exports" / "practical.csv").read_text().splitlines()))
    assert [(row["student"], row["score"], row["certain"]) for row in rows] == [("ada", "", "3.5"), ("bob", "0", "0")]
    assert ET.parse(folder / "exports" / "practical.junit").getroot().get("errors") == "0"
    assert not (folder / ".autograder" / "secret").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "result", "exit_code"),
    [('"total"', '"nothing"', "broken", 3), ("submission.number", "submission.nothing", "needs-person", 0)],
)
def test_what_is_broken_is_told_from_what_is_graded(
    origin: Path, tmp_path: Path, old: str, new: str, result: str, exit_code: int
) -> None:
    """A suite that cannot be used ends the job; a check that cannot be made leaves it green, and asks for a person."""
    folder = clone(origin, tmp_path)
    path = folder / "tests" / "suites" / "practical" / "test_total.py"
    path.write_text(path.read_text().replace(old, new))
    inputs = {"assignment": "practical", "secret": SECRET, "students": "students.csv"}
    outputs, summary, code = act(folder, inputs)
    assert (outputs, code) == ({"result": result}, exit_code)
    assert (folder / "exports").exists() == (exit_code == 0)
    assert ("checks of ours failed" in summary) == (exit_code == 0)


@pytest.mark.slow
def test_what_a_person_gave_reaches_canvas(
    graded: tuple[Path, dict[str, str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until somebody has graded the question in words there is no row; then there is one with all points."""
    folder, _, _ = graded
    names = tmp_path / "names.csv"
    names.write_text("student_id,canvas_id\nada,17\nbob,18\n")
    command = ["--course", str(folder), "export", "practical", "--to", "canvas", "--map", str(names)]
    assert main(command) == 1
    assert [row[:1] for row in csv.reader(capsys.readouterr().out.splitlines())][2:] == [["bob"]]
    with open_gradebook(Course(folder)) as gradebook:
        grade = gradebook.find_grade("why", "practical", "practical", "ada")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    assert main(command) == 0
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert rows[2:] == [["ada", "17", "", "", "", "5.5"], ["bob", "18", "", "", "", "0"]]


@pytest.mark.slow
def test_the_script_for_cron_says_nothing_where_all_is_well(origin: Path, tmp_path: Path) -> None:
    """cron sends mail about what is printed: somebody who cannot be pulled is worth one, a graded class is not."""
    folder = clone(origin, tmp_path)
    command = ["bash", "ci/cron/grade.sh", "practical", "students.csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert (folder / "exports" / "practical.csv").is_file()
    with (folder / "students.csv").open("a") as file:
        file.write(f"eve,file://{tmp_path}/nowhere\n")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pull: eve: the repository cannot be fetched" in done.stderr


@pytest.mark.slow
def test_a_students_repository_checks_itself(origin: Path, tmp_path: Path) -> None:
    """In the folder that students get, with the workflow and nothing else, the step runs the public checks."""
    assignment = Course(origin).assignment("practical")
    shutil.copytree(assignment.release, tmp_path / "home")
    (tmp_path / "home" / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "home" / ".venv" / "bin" / "autograder").symlink_to(Path(sys.executable).parent / "autograder")
    right = cells.to_bytes(fill(read_release(assignment), reference_sources(assignment)))
    (script,) = (step["run"] for step in steps(STUDENTS_OWN[0]) if step.get("name") == "Check")
    for notebook, code in ((right, 0), (assignment.released_notebook.read_bytes(), 1)):
        (tmp_path / "home" / "practical.ipynb").write_bytes(notebook)
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "NOTEBOOK": "practical.ipynb"}
        command = ["bash", "-eo", "pipefail", "-c", script]
        done = subprocess.run(
            command, cwd=tmp_path / "home", env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.slow
def test_gradescopes_container_grades(origin: Path, tmp_path: Path) -> None:
    """Unpacked where Gradescope unpacks it, run_autograder makes a results.json; without a notebook it says so."""
    archive = tmp_path / "a.zip"
    assert main(["--course", str(origin), "export", "practical", "--to", "gradescope-zip", "--out", str(archive)]) == 0
    root = tmp_path / "autograder"
    for name in ("source/.venv/bin", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(root / "source")
    script = root / "run_autograder"
    shutil.copy(root / "source" / "run_autograder", script)
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    (root / "source/.venv/bin/autograder").symlink_to(Path(sys.executable).parent / "autograder")

    def run() -> Any:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GRADESCOPE_ROOT": str(root)}
        subprocess.run([str(script)], cwd=root, env=environment, check=True, capture_output=True)
        return json.loads((root / "results" / "results.json").read_text())

    assert "hand in one, by this name" in run()["output"]
    assignment = Course(origin).assignment("practical")
    right = cells.to_bytes(fill(read_release(assignment), reference_sources(assignment)))
    (root / "submission" / "my work.ipynb").write_bytes(right)
    found = run()
    assert found["score"] == 3.5
    assert {test["visibility"] for test in found["tests"]} == {"after_published"}
    assert [test["name"] for test in found["tests"] if "score" not in test] == ["Why"]
