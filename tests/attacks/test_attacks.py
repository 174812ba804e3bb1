"""Hostile submissions, graded with honest ones by the public command: none gets, changes, harms or leaves anything."""

from __future__ import annotations

import subprocess
import sys

import pytest
from attacks.attack import Attack, Facts
from attacks.catalogue import ATTACKS
from attacks.catalogue.tools import KEPT_OUT, PRELUDE
from attacks.course import CANARY, HONEST, NAME, REACH_POINTS, TINY_POINTS, honest_points
from attacks.harness import OTHERS, WORDS, Graded, Profile, environment

from autograder.records import CellStatus

pytestmark = pytest.mark.attack
CLAIMS = ("graders_fault_while_asked",)
"""What says in our name that grading failed: that cannot be told from a fault of ours, so a person looks at it."""
LARGEST = 1 << 20
"""Bytes of a file that is written about a student."""

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@each_attack
def test_no_point_is_gained(graded: Graded, attack: Attack) -> None:
    """An attack scores what its honest answers are worth, at most."""
    assert graded.report(attack.name).score <= honest_points(attack)


@each_attack
def test_nothing_secret_is_seen(graded: Graded, attack: Attack) -> None:
    """No canary is in what is written about an attack, and its cells never tell of success."""
    for path, data in graded.outputs(attack.name).items():
        assert not CANARY.findall(data), path
    shown = graded.shown(attack.name)
    at = shown.find(Facts.LOOT)
    assert at < 0, shown[max(0, at - 100) : at + 300]


@each_attack
def test_the_attack_is_nobody_elses_fault(graded: Graded, attack: Attack) -> None:
    """An attack fails its checks; none ends as an error that takes a person's time, unless it claims just that."""
    assert graded.report(attack.name).has_errors is (attack.name in CLAIMS)


@each_attack
def test_little_is_written(graded: Graded, attack: Attack) -> None:
    """Reports, pages and notebooks stay small, whatever an attack prints."""
    large = {path: len(data) for path, data in graded.outputs(attack.name).items() if len(data) > LARGEST}
    assert not large


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each.limits], ids=lambda attack: attack.name)
def test_the_limit_is_named(graded: Graded, attack: Attack) -> None:
    """What ran into a limit says which."""
    report = graded.report(attack.name)
    said = [cell.message for cell in report.cells if cell.status is CellStatus.LIMIT]
    said += [check.message for check in report.checks]
    words = [word for limit in attack.limits for word in WORDS[limit]]
    assert any(word in message for message in said for word in words), (said, report.cells)


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each.expects], ids=lambda attack: attack.name)
def test_its_own_promise_holds(graded: Graded, attack: Attack) -> None:
    """What an attack promises of its report beside the rest is so."""
    assert attack.expects is not None
    attack.expects(graded.report(attack.name))


@pytest.mark.parametrize(
    "attack", [each for each in ATTACKS if each.cells[:1] == (PRELUDE,)], ids=lambda attack: attack.name
)
def test_it_was_tried(graded: Graded, attack: Attack) -> None:
    """The wall was met: no cell failed for a mistake in the attack itself, and each says what kept it out."""
    cells = graded.report(attack.name).cells
    assert not [cell.message for cell in cells if "SyntaxError" in cell.message or "NameError" in cell.message]
    if "attempt(" in attack.cells[-1]:
        was_ended = any(cell.status in (CellStatus.LIMIT, CellStatus.ENDED) for cell in cells)
        shown = graded.shown(attack.name)
        assert was_ended or KEPT_OUT in shown or Facts.LOOT in shown


def test_every_student_has_a_row(graded: Graded) -> None:
    """A report, a line of JSON and nothing of anybody else."""
    students = sorted([*HONEST, *(attack.name for attack in ATTACKS)])
    root = graded.fortress.root
    assert sorted(path.name for path in (root / "reports").iterdir() if path.is_dir()) == students
    assert sorted(path.name for path in (root / "feedback").iterdir()) == students
    assert len(graded.stdout.splitlines()) == len(students)


@pytest.mark.parametrize("student", HONEST)
def test_neighbours_notice_nothing(graded: Graded, student: str) -> None:
    """An honest student's report is byte for byte that of a batch without attacks."""
    assert graded.report_bytes(student) == graded.alone[student]


def test_honest_answers_are_worth_their_points(graded: Graded) -> None:
    """What neighbours score is what they should: the comparison is not one of failures."""
    scores = [graded.report(student).score for student in HONEST]
    assert scores == [REACH_POINTS + TINY_POINTS, REACH_POINTS, 0]


def test_no_secret_is_printed_or_kept(graded: Graded) -> None:
    """Neither what the command prints nor the gradebook holds a canary of elsewhere, or tells of success."""
    assert not CANARY.findall(graded.stdout + graded.stderr)
    assert Facts.LOOT.encode() not in graded.stdout + graded.stderr
    assert f"{graded.facts.marker}-written".encode() not in graded.stdout + graded.stderr
    kept = set(CANARY.findall((graded.fortress.root / "gradebook.db").read_bytes()))
    assert kept <= {graded.fortress.canaries["gradebook"].encode()}


def test_neighbours_pages_hold_their_own_secrets_only(graded: Graded) -> None:
    """What is written about honest students holds no canary but the one in their own answer."""
    own = graded.fortress.canaries["neighbour"].encode()
    found = {
        canary for student in HONEST for data in graded.outputs(student).values() for canary in CANARY.findall(data)
    }
    assert found <= {own}


def test_nothing_is_left_running(graded: Graded) -> None:
    """When the command has ended, no process that it or an attack started is alive."""
    assert not graded.running


def test_nothing_is_left_on_disk(graded: Graded) -> None:
    """No file of an attack's is anywhere, and nothing but the documented outputs has changed."""
    assert not graded.left
    assert not graded.changed
    assert not graded.mounts


def test_others_notice_nothing(graded: Graded) -> None:
    """No process of the operator's was signalled, connected to, ended or changed."""
    assert not graded.after["happened"]
    assert graded.after == graded.before


def test_the_wall_is_the_one_that_was_asked_for(profile: Profile, graded: Graded) -> None:
    """Every report names the wall: the one asked for, Landlock's in a container, and never none."""
    walls = {graded.report(student).isolation for student in HONEST}
    asked = profile.options[-1]
    expected = {"landlock"} if profile.is_contained else {"namespaces", "landlock"} if asked == "auto" else {asked}
    assert walls <= expected
    assert len(walls) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "profile",
    [each for each in OTHERS if each.is_contained],
    indirect=True,
    scope="session",
    ids=lambda profile: profile.name,
)
def test_a_container_says_how_to_get_namespaces(profile: Profile, graded: Graded) -> None:
    """Where a container denies namespaces, asking for them fails with what to type."""
    command = (*profile.launcher, sys.executable, "-m", "autograder", "grade", NAME, "--isolation", "namespaces")
    folder, settings = graded.fortress.root, environment(graded.fortress)
    done = subprocess.run([*command, "--force"], cwd=folder, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "--isolation landlock" in done.stderr
    assert "--security-opt" in done.stderr
