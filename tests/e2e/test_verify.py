"""`verify` finds a suite that is too strict, too lax, or broken, and takes one that is right."""

import re
import shutil
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.cli.main import main
from autograder.corpus import VariantKind, read_corpus
from autograder.course import Course, DrawnAnew
from autograder.errors import AssignmentError, UsageError
from autograder.notebooks.release import make_release, write_release
from autograder.records import Outcome
from autograder.reports.mutation import MutantState
from autograder.suite import runner
from autograder.suite.plugin import points_by_question
from autograder.verification import verify

ROOT = Path(__file__).parents[2]

SUITE = '''"""Areas of rectangles."""
from autograder.suite import number, points, question

pytestmark = question("area")


@points(2)
def test_is_right(submission):
    """The area is the product of both sides."""
    found = submission.call("area", 3, 4, returns=number())
    assert found == 12, f"a rectangle of 3 by 4 was given the area {found}"


@points(1)
def test_empty(submission):
    """A rectangle without width has no area."""
    assert submission.call("area", 0, 4, returns=number()) == 0, "a rectangle without width was given an area"
'''
ACCEPTED = '"""Adds up rows."""\n# %% area\ndef area(width, height):\n    return sum(width for _ in range(height))\n'
MISTAKES = {
    "perimeter": (
        '"""The perimeter."""\n# fails: area.is_right, area.empty\n# %% area\n'
        "def area(width, height):\n    return 2 * (width + height)\n"
    ),
    "at_least_one": (
        '"""Never empty."""\n# fails: area.empty\n# %% area\n'
        "def area(width, height):\n    return max(width, 1) * height\n"
    ),
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """Make a released course whose suite is right."""
    cells = [code("import math"), solution("area", "    return width * height", before="def area(width, height):")]
    course, assignment = make_course(tmp_path_factory.mktemp("origin"), make_notebook([*cells, check("area")]))
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "test_area.py").write_text(SUITE)
    (assignment.solutions / "accepted" / "rows.py").write_text(ACCEPTED)
    (assignment.solutions / "mistakes").mkdir()
    for name, text in MISTAKES.items():
        (assignment.solutions / "mistakes" / f"{name}.py").write_text(text)
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    return course.root


@pytest.fixture
def course(origin, tmp_path):
    """Copy the course, to spoil it."""
    shutil.copytree(origin, tmp_path / "course")
    return Course(tmp_path / "course")


def problems(course, **options):
    """Verify, and return what is wrong by variant."""
    verification = verify(course, course.assignment("practical"), workers=2, **options)
    return {verdict.variant.name: verdict.problems for verdict in verification.verdicts if verdict.problems}


def spoil(course, old, new):
    """Change the text of the suite."""
    path = course.assignment("practical").suite / "test_area.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_right_suite_is_taken(course):
    """Reference and accepted answers have full marks, the release none, each mistake fails what it names."""
    verification = verify(course, course.assignment("practical"), workers=2)
    assert verification.is_right
    assert {verdict.variant.kind for verdict in verification.verdicts} == set(VariantKind)
    assert verification.unfailed == ()


def test_a_suite_that_is_too_strict_is_found(course):
    """A check that asks for the reference's own way fails an accepted answer."""
    spoil(course, "assert found == 12,", 'assert "sum" not in submission.source("area") and found == 12,')
    assert list(problems(course)) == ["accepted.rows"]


def test_a_suite_that_is_too_lax_is_found(course):
    """A check that a mistake passes is named."""
    spoil(course, "returns=number()) == 0,", "returns=number()) >= 0,")
    found = problems(course, only="mistake.*")
    assert any("area.empty should fail, it is passed" in line for line in found["mistake.at_least_one"])


def test_a_suite_that_is_right_by_luck_is_found(course):
    """Under some of the numbers that it may draw, a check asks nothing that the mistake gets wrong."""
    spoil(
        course, "def test_empty(submission):", "def test_empty(submission, rng):\n    width = int(rng.integers(0, 2))"
    )
    spoil(
        course, 'call("area", 0, 4, returns=number()) == 0,', 'call("area", width, 4, returns=number()) == 4 * width,'
    )
    spoil(course, '    """A rectangle without width has no area."""\n', "")
    spoil(course, "def test_empty(submission, rng):\n", "def test_empty(submission, rng):\n    'No area.'\n")
    mine = course.assignment("practical")
    found = [verify(DrawnAnew(course.root, n), mine, only="mistake.at_least_one", workers=1) for n in range(1, 7)]
    assert {each.is_right for each in found} == {True, False}


def test_the_command_judges_with_several_draws(course, capsys, monkeypatch):
    """And is right where the suite is under all of them; mutants are graded once."""
    monkeypatch.chdir(course.root)
    assert main(["verify", "practical", "--draws", "2", "--workers", "2"]) == 0
    said = capsys.readouterr().out
    assert said.count("all judged rightly") == 2
    assert "practical, draw 2 of 2: 5 variants, all judged rightly" in said
    assert said.count("mutants: ") == 1


def test_a_release_that_earns_points_is_found(course):
    """A check that passes without an answer gives points away."""
    spoil(course, 'found = submission.call("area", 3, 4, returns=number())', "found = 12")
    assert "earns 2 points untouched" in problems(course, only="untouched")["untouched"][0]


def test_a_broken_check_is_found(course):
    """An ERROR is a problem of the suite, whoever's submission it met."""
    spoil(course, "assert found == 12,", "assert found == twelve,")
    assert "NameError" in problems(course, only="reference")["reference"][0]


def test_a_mistake_that_fails_more_than_it_names_is_found(course):
    """What a mistake fails beside what it names is a surprise that somebody has to explain."""
    path = course.assignment("practical").solutions / "mistakes" / "perimeter.py"
    path.write_text(path.read_text().replace(", area.empty", ""))
    found = problems(course, only="mistake.perimeter")
    assert "area.empty fails but is not named" in found["mistake.perimeter"][0]


def test_a_check_that_nothing_fails_is_found(course):
    """A check that no mistake fails may well check nothing."""
    for name in MISTAKES:
        path = course.assignment("practical").solutions / "mistakes" / f"{name}.py"
        path.write_text(
            path.read_text().replace("area.is_right, ", "").replace("2 * (width + height)", "width * height or 1")
        )
    verification = verify(course, course.assignment("practical"), workers=2)
    assert verification.unfailed == ("area.is_right",)
    assert not verification.is_right


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# %% area\n1\n", "has no docstring"),
        ('"""A."""\n', "fills no cell"),
        ('"""A."""\n# %% surface\n1\n', "no such answer cell"),
        ('"""A."""\n# %% area\n1\n', "names what it fails"),
        ('"""A."""\n# %% area\ndef broken(\n', "broken.py:3"),
    ],
)
def test_a_malformed_overlay_is_named(course, text, words):
    """The error has the file and what is missing."""
    assignment = course.assignment("practical")
    (assignment.solutions / "mistakes" / "broken.py").write_text(text)
    with pytest.raises(AssignmentError, match=words):
        read_corpus(assignment)


def test_a_mistake_of_an_unknown_check_is_named(course):
    """A misspelt check id is an error, not a mistake that fails nothing."""
    assignment = course.assignment("practical")
    text = '"""A."""\n# fails: area.rigth\n# %% area\n1\n'
    (assignment.solutions / "mistakes" / "misspelt.py").write_text(text)
    with pytest.raises(AssignmentError, match="area.rigth"):
        verify(course, assignment)


def test_a_pattern_that_matches_nothing_is_a_usage_error(course):
    """Verifying nothing is not a success."""
    with pytest.raises(UsageError, match="no variant"):
        verify(course, course.assignment("practical"), only="mistakes.*")


SAMPLE = (
    "accepted.ceiling_division",
    "accepted.classifier_of_parts",
    "accepted.loops_over_numbers",
    "mistake.batchnorm_model_without_relu",
    "mistake.convolutional_part_flattened",
    "mistake.filters_figure_ticks",
    "mistake.residual_block_returns_its_input",
    "mistake.split_dataset_four_arrays",
    "mistake.test_performance_of_other_images",
    "mistake.train_classifier_not_compiled",
)


@pytest.fixture(scope="module")
def convnets(tmp_path_factory):
    """Copy the course that comes with the package; its models are trained for a moment, and no floor is asked for."""
    root = tmp_path_factory.mktemp("convnets")
    for name in ("assignments", "release", "solutions", "tests/suites"):
        shutil.copytree(ROOT / name / "convnets", root / name / "convnets")
    settings = root / "assignments" / "convnets" / "assignment.toml"
    quick = (
        settings.read_text().replace("num_train = 3000", "num_train = 64").replace("num_test = 2000", "num_test = 64")
    )
    settings.write_text(re.sub(r"(_model) = 0\.\d+", r"\1 = 0.0", quick))
    return Course(root)


def unnumbered(message):
    """Leave out the numbers that Keras counts its layers with: it counts those of all cells that have run."""
    return re.sub(r"_\d+\b", "", message)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_what_is_left_out_would_be_as_for_the_reference(convnets, name):
    """Graded in whole and in the part that it can touch, a variant passes and fails the same checks."""
    parts, whole = (
        verify(convnets, convnets.assignment("convnets"), only=name, whole=whole, workers=1).verdicts[0]
        for whole in (False, True)
    )
    assert 0 < len(parts.scope) < len(whole.scope)
    outcomes = [
        {check.check_id: (check.outcome, unnumbered(check.message)) for check in each.report.checks}
        for each in (parts, whole)
    ]
    assert outcomes[0] == outcomes[1]
    assert Outcome.ERROR not in {outcome for outcome, _ in outcomes[0].values()}


def mutants(course, **options):
    """Grade the mutants and rewrites of the reference; what became of each, by name, and whether that is right."""
    verification = verify(course, course.assignment("practical"), mutants=True, workers=2, **options)
    assert verification.mutation is not None
    return {result.name: result for result in verification.mutation.results}, verification


def test_a_strict_suite_catches_every_mutant(course):
    """Each is failed by a check; the reference in another style keeps its points."""
    found, verification = mutants(course, only="[mr][ue][tw]*.area.*")
    assert verification.is_right
    assert verification.mutation.score == 1
    states = {result.state for result in found.values()}
    assert states == {MutantState.CAUGHT, MutantState.KEPT}
    assert found["area.Mult_to_Add.2"].caught_by == ("area.is_right", "area.empty")


def test_a_lax_suite_lets_mutants_survive(course):
    """They are named with what was changed, and make the suite wrong unless so many are allowed."""
    spoil(course, "assert found == 12,", "assert found >= 12 or found == 7,")
    spoil(course, "returns=number()) == 0,", "returns=number()) >= 0,")
    found, verification = mutants(course, only="mutant.area.*")
    assert not verification.is_right
    survivor = found["area.Mult_to_Add.2"]
    assert survivor.state is MutantState.SURVIVED
    assert survivor.difference == "-    return width * height\n+    return width + height"
    assert "inputs.py draws no arguments" in survivor.remark
    assert 0 < verification.mutation.score < 1
    (course.assignment("practical").solutions / "inputs.py").write_text(
        "from autograder.mutation.inputs import call\n\n\ndef area(rng):\n    return call(2, 2)\n"
    )
    found, verification = mutants(course, only="mutant.area.Mult_to_Add.*")
    assert found["area.Mult_to_Add.2"].state is MutantState.EQUIVALENT
    assert verification.is_right


def test_a_suite_that_asks_for_the_reference_s_own_way_is_found(course):
    """A rewrite loses points: the check looks at style."""
    spoil(course, "assert found == 12,", 'assert "height)" not in submission.source("area") and found == 12,')
    _, verification = mutants(course, only="rewrite.area.*")
    assert not verification.is_right
    assert "in another style, and loses points" in verification.mutation.problems[0]


def test_a_list_of_equivalent_mutants_is_kept_short_and_true(course):
    """Calling a mutant equivalent that a check catches is a problem, and so is calling many so."""
    path = course.assignment("practical").solutions / "equivalent.toml"
    path.write_text('[[mutant]]\nname = "area.Mult_to_Add.2"\nreason = "because"\n')
    _, verification = mutants(course, only="mutant.area.Mult_to_Add.*")
    assert "it is caught: take it out" in verification.mutation.problems[0]
    path.write_text("[[mutant]]\nname = 1\n")
    with pytest.raises(AssignmentError, match="equivalent.toml"):
        mutants(course, only="mutant.area.Mult_to_Add.*")
