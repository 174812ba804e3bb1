"""A real Ray cluster of three nodes on this machine grades as one machine does, whatever happens to its nodes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.course import Course, Submission
from autograder.errors import UsageError
from autograder.grading import Graded
from autograder.notebooks.release import make_release, write_release
from autograder.pool.events import Event, Finished, Notice, Started, Step
from autograder.pool.local import LocalPool
from autograder.records import Outcome, to_json
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import Tier
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

pytest.importorskip("ray", reason="Ray is not installed")
from rays import RayCluster, RayNode, ray_cluster

from autograder.pool.ray import RayPool

pytestmark = pytest.mark.slow

SETTINGS = """title = "A practical"
recipe = "tiny"
weights = ["extra.npz"]

[recipes.tiny]
dataset = "shapes-grey"
num_train = 40
num_test = 40
epochs = 2
batch_size = 20
attempts = 2

[recipes.tiny.floors]
classifier = 0.995
"""
SUITE = '''"""Three questions."""
from autograder.suite import array, number, points, question, under_floor


@question("area")
@points(2)
def test_is_right(submission, rng):
    """The area is the product of both sides."""
    for width, height in rng.integers(2, 50, size=(5, 2)).tolist():
        found = submission.call("area", width, height, returns=number())
        assert found == width * height, f"a rectangle of {width} by {height} was given the area {found}"


@question("total")
@points(1)
def test_total(submission):
    """The total is right."""
    assert submission.number("total") == 420, "the total is not right"


@question("classifier")
@points(3)
def test_learns(submission, train):
    """It recognises the shapes."""
    problem = under_floor(train(submission.model("classifier")))
    assert not problem, problem
'''
RIGHT = "def area(width, height):\n    return width * height"
MODEL = """classifier = keras.Sequential([
    keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(),
    keras.layers.Dense({units}), keras.layers.Dense(10)])"""
REACHES = """import glob, os, socket
reached = [name for name in os.environ if name.startswith(("RAY", "AUTOGRADER"))]
for path in glob.glob("{folder}/**/sockets/*", recursive=True):
    reached.append(path)
try:
    socket.create_connection(("127.0.0.1", {port}), 5).close()
    reached.append("the head")
except OSError:
    pass
total = 420 if not reached else 0
"""
FULL = {"area": RIGHT, "total": "total = 420", "classifier": MODEL.format(units=4)}


@pytest.fixture(scope="module")
def cluster():
    """Three nodes."""
    with ray_cluster(3) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def course(tmp_path_factory, cluster):
    """A class in which much that can be handed in was; two have equal models."""
    cells = [code("import keras\nimport numpy as np")]
    for name in FULL:
        cells += [solution(name, "pass"), check(name)]
    course, assignment = make_course(tmp_path_factory.mktemp("course"), make_notebook(cells))
    (assignment.folder / "assignment.toml").write_text(SETTINGS)
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "test_all.py").write_text(SUITE)
    assignment = course.assignment("practical")
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    course.secret()
    for student, answers in {
        "ada": {},
        "bob": {"classifier": MODEL.format(units=4).replace("classifier =", "other = classifier =")},
        "cyd": {"classifier": MODEL.format(units=3), "area": RIGHT.replace("*", "+")},
        "dan": {"total": "1 / 0", "classifier": "classifier = 3"},
        "eve": {"total": reaching(cluster), "classifier": "classifier = 3"},
        "fay": {"classifier": "import os\nos._exit(0)"},
    }.items():
        hand_in(course, student, filled(course, **{**FULL, **answers}))
    hand_in(course, "no_json", b"this is no notebook")
    (course.root / "submitted" / "nothing" / "practical").mkdir(parents=True)
    link = course.root / "submitted" / "link" / "practical"
    link.mkdir(parents=True)
    (link / "practical.ipynb").symlink_to(course.root / "submitted" / "ada" / "practical" / "practical.ipynb")
    return course


def reaching(cluster: RayCluster) -> str:
    """Return a cell that looks for the cluster."""
    return REACHES.format(port=cluster.address.rpartition(":")[2], folder=cluster.folder)


def filled(course: Course, **answers: str) -> bytes:
    """Return the released notebook with answers in its cells."""
    notebook = json.loads(course.assignment("practical").released_notebook.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    return json.dumps(notebook).encode()


def hand_in(course: Course, student: str, data: bytes) -> None:
    """Put a file where a student's submission lies."""
    path = course.root / "submitted" / student / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)


def copied(course: Course, folder: Path) -> Course:
    """Return the same course with the same secret, and nothing in its cache."""
    shutil.copytree(course.root, folder, symlinks=True, ignore=shutil.ignore_patterns("cache"))
    return Course(folder)


def submissions(course: Course) -> tuple[Submission, ...]:
    """Return all that was handed in."""
    found = course.submissions(course.assignment("practical").id)
    assert found
    return found


def rubric(course: Course) -> Rubric:
    """Return what the assignment asks."""
    return Rubric.read(course.assignment("practical"))


def as_files(course: Course, graded: list[Graded]) -> dict[str, tuple[bytes, str | None, str]]:
    """Return all that is kept of each submission but times, by student; of where its course lies, nothing."""
    assert len(graded) == len({each.report.student for each in graded})
    here = str(course.root).encode()
    reports = {each.report.student: to_json(each.report).replace(here, b"COURSE") for each in graded}
    return {each.report.student: (reports[each.report.student], each.notebook, each.run.key) for each in graded}


@pytest.fixture(scope="module")
def local(course, tmp_path_factory):
    """What this machine alone makes of the class."""
    own = copied(course, tmp_path_factory.mktemp("local") / "course")
    with LocalPool(own, workers=2) as pool:
        return as_files(own, list(pool.grade(rubric(own), submissions(own)))), pool.tier


@pytest.fixture(scope="module")
def on_cluster(course, cluster, tmp_path_factory):
    """What the cluster makes of it, the course that it was, and the events."""
    own = copied(course, tmp_path_factory.mktemp("cluster") / "course")
    events: list[Event] = []
    with RayPool(own, address=cluster.address) as pool:
        graded = list(pool.grade(rubric(own), submissions(own), on_event=events.append))
    return graded, own, events


def test_reports_are_those_of_one_machine(local, on_cluster):
    """Reports, executed notebooks and keys are the same bytes, with trainings and for what cannot be read."""
    graded, course, _ = on_cluster
    expected, _ = local
    found = as_files(course, graded)
    assert set(found) == set(expected)
    for student, files in expected.items():
        assert found[student] == files, student


def test_a_model_is_trained_once_in_the_whole_cluster(on_cluster):
    """Equal models of different students share their trainings, which lie in the course's own cache."""
    graded, course, events = on_cluster
    trained = {each.report.student: each.report.trainings for each in graded if each.report.trainings}
    assert set(trained) == {"ada", "bob", "cyd"}
    assert trained["ada"] == trained["bob"] != trained["cyd"]
    assert all(len(record.attempts) == 2 for records in trained.values() for record in records)
    assert len(list((course.cache / "trainings").glob("*/*.entry"))) == 4
    last_epochs = [each for each in events if isinstance(each, Step) and "epoch 2 of 2" in each.text]
    assert {each.student for each in last_epochs} <= {"ada", "bob", "cyd"}
    assert last_epochs


def test_events_are_those_of_one_machine(on_cluster):
    """Each submission begins and ends once."""
    graded, _, events = on_cluster
    students = sorted(each.report.student for each in graded)
    assert sorted(each.student for each in events if isinstance(each, Started)) == students
    assert sorted(each.student for each in events if isinstance(each, Finished)) == students
    assert not [each for each in events if isinstance(each, Notice)]


def test_student_code_does_not_reach_the_cluster(cluster, on_cluster):
    """A notebook that looks for the head's port and the node's sockets finds them without a wall, and not behind it."""
    control: dict[str, object] = {}
    exec(reaching(cluster), control)
    assert "the head" in control["reached"]
    assert any("raylet" in name for name in control["reached"])
    graded, _, _ = on_cluster
    (eve,) = (each.report for each in graded if each.report.student == "eve")
    assert [each.outcome for each in eve.checks if each.question == "total"] == [Outcome.PASSED]


def test_a_node_with_a_weaker_wall_is_refused(course, cluster, local, tmp_path):
    """A node on which the kernel gives no namespaces is refused with the reason; the others grade everything."""
    expected, tier = local
    if tier is not Tier.NAMESPACES:
        pytest.skip(f"{tier} is the strongest wall that holds here, and no node has a weaker one")
    weak = cluster.add(has_namespaces=False)
    cluster.wait_for(len(cluster.nodes))
    own = copied(course, tmp_path / "course")
    events: list[Event] = []
    try:
        with RayPool(own, address=cluster.address) as pool:
            few = [each for each in submissions(own) if each.student in ("dan", "no_json")]
            found = as_files(own, list(pool.grade(rubric(own), few, on_event=events.append)))
            assert not weak.servers()
    finally:
        cluster.remove(weak)
    assert found == {student: expected[student] for student in ("dan", "no_json")}
    (notice,) = (each.text for each in events if isinstance(each, Notice))
    assert "is refused" in notice
    assert "namespaces:" in notice


def test_a_killed_node_costs_nobody_anything(course, cluster, local, tmp_path):
    """A raylet that is killed half way: its submissions are graded elsewhere, each once and as ever."""
    own = copied(course, tmp_path / "course")
    events: list[Event] = []
    expected, _ = local
    with RayPool(own, address=cluster.address) as pool:
        killed: list[int] = []
        graded = []
        for each in pool.grade(rubric(own), submissions(own), on_event=events.append):
            graded.append(each)
            busy = [node for node in cluster.nodes[1:] if node.servers()]
            if not killed and each.report.cells and busy:
                killed.append(busy[0].raylet())
                os.kill(killed[0], signal.SIGKILL)
        assert killed
    assert as_files(own, graded) == expected
    assert sorted(each.student for each in events if isinstance(each, Finished)) == sorted(expected)
    cluster.drop_dead()


def test_a_killed_fork_server_costs_nobody_anything(course, cluster, local, tmp_path):
    """A zygote that is killed under a submission is started again, and what met its death is graded again."""
    own = copied(course, tmp_path / "course")
    expected, _ = local
    killed: list[int] = []
    with RayPool(own, address=cluster.address) as pool:
        graded = []
        for each in pool.grade(rubric(own), submissions(own)):
            graded.append(each)
            if not killed:
                killed = [min(zygotes) for node in cluster.nodes if (zygotes := node.servers("sandbox.zygote"))]
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)
    assert killed
    assert as_files(own, graded) == expected


def test_a_node_that_joins_is_used(course, cluster, tmp_path):
    """A class that takes long is shared with a node that is added while it is graded."""
    own = copied(course, tmp_path / "course")
    slow = {**FULL, "area": f"import time\ntime.sleep(8)\n{RIGHT}", "classifier": "classifier = 3"}
    names = [f"slow{number}" for number in range(5 * len(cluster.nodes))]
    for name in names:
        hand_in(own, name, filled(own, **slow))
    mine = [each for each in submissions(own) if each.student in names]
    joined: list[RayNode] = []
    was_used = False
    try:
        with RayPool(own, address=cluster.address) as pool:
            for each in pool.grade(rubric(own), mine):
                if not joined:
                    joined.append(cluster.add())
                assert [question.score for question in each.report.questions] == [2, 1, 0]
                was_used = was_used or bool(joined[0].servers("pool.worker"))
    finally:
        for node in joined:
            cluster.remove(node)
    assert was_used


def test_an_interrupted_batch_leaves_nothing_running(course, cluster, tmp_path):
    """After Ctrl-C the command ends with 130, what was finished is kept, and no process of ours is left on a node."""
    own = copied(course, tmp_path / "course")
    command = [sys.executable, "-m", "autograder", "grade", "practical", "--pool", "ray", "--address", cluster.address]
    running = subprocess.Popen(
        [*command, "--course", str(own.root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    first = running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, (first, out, err)
    assert "interrupted" in err
    assert "Traceback" not in first + err
    assert list((own.root / "reports").glob("*/practical.json"))
    deadline = time.monotonic() + 30
    while (left := [pid for node in cluster.nodes for pid in node.servers()]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not left
    assert not list(Path("/tmp").glob("autograder-node-*"))


def test_a_lost_head_ends_the_command_and_no_finished_report(course, tmp_path):
    """The operator reads what to do, and the same command goes on from there, on one machine as well."""
    own = copied(course, tmp_path / "course")
    shutil.rmtree(own.root / "submitted")
    for number in range(6):
        slow = f"import time\ntime.sleep({5 * number})\n{RIGHT}"
        hand_in(own, f"slow{number}", filled(own, **{**FULL, "area": slow, "classifier": "classifier = 3"}))
    command = [sys.executable, "-m", "autograder", "grade", "practical", "--course", str(own.root)]
    with ray_cluster(1) as cluster:
        running = subprocess.Popen(
            [*command, "--pool=ray", "--address", cluster.address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stderr is not None
        first = running.stderr.readline()
        os.kill(cluster.nodes[0].head(), signal.SIGKILL)
        out, err = running.communicate(timeout=90)
    assert running.returncode == 4, (first, out, err)
    assert "the head of the Ray cluster" in err
    assert "Traceback" not in first + out + err
    kept = {path: path.stat().st_mtime_ns for path in (own.root / "reports").glob("*/practical.json")}
    assert 1 <= len(kept) < 6
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert len(list((own.root / "reports").glob("*/practical.json"))) == 6
    assert all(path.stat().st_mtime_ns == before for path, before in kept.items()), "what was finished stays"


def test_no_cluster_is_a_sentence(course):
    """An address where nobody listens, or one of another kind, is the operator's mistake."""
    with pytest.raises(UsageError, match="no Ray cluster answers at 127.0.0.1:9: start one with `ray start --head`"):
        RayPool(course, address="127.0.0.1:9").__enter__()
    with pytest.raises(UsageError, match="HOST:PORT"):
        RayPool(course, address="ray://127.0.0.1:10001").__enter__()
