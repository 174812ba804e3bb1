"""Every rule that needs nothing to be run fires for what it is about, alone, and stays silent for its like."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from notebooks import answer, check, code, locked, manual, solution, text

from autograder.linting.findings import RULES, Family

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n a small picture").decode()
DRAWN = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL, "text/plain": "<Figure>"}}


def printed(words: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": [words]}


def place(cells: list[dict], name: str) -> dict:
    return next(cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def add(cells: list[dict], *new: dict, at: int = 2) -> None:
    cells[at:at] = [{"id": f"new-{at}-{number}", **cell} for number, cell in enumerate(new)]


def suite(old: str, new: str, **options: Any) -> Callable:
    """Change the text of the suite."""
    return lambda p: p.suite(old, new, **options)


def marks(name: str, **marks: Any) -> Callable:
    """Change what nbgrader's metadata say of a cell of the notebook."""
    return lambda p: p.edit(lambda cells: place(cells, name)["metadata"]["nbgrader"].update(marks))


def released(place_of: Callable, **values: Any) -> Callable:
    """Change the release behind the back of `autograder release`."""
    return lambda p: p.edit_release(lambda content: place_of(content).update(values))


def notes(content: dict) -> dict:
    """Return the metadata of the released notebook."""
    return content["metadata"]


def first_code(content: dict) -> dict:
    """Return its first cell with code."""
    return content["cells"][1]


def both(*spoilers: Callable) -> Callable:
    """Do several things."""

    def spoil(p):
        for each in spoilers:
            each(p)

    return spoil


def ask(*cells: dict) -> Callable:
    """Add cells to the end of the notebook."""
    return lambda p: p.edit(lambda before: add(before, *cells, at=len(before)))


def say(words: str) -> Callable:
    """Add a text to the notebook."""
    return lambda p: p.edit(lambda cells: add(cells, text(words)))


def run(source: str) -> Callable:
    """Add code to the notebook."""
    return lambda p: p.edit(lambda cells: add(cells, code(source)))


def helper(source: str) -> Callable:
    """Add a helper to the suite that a check uses."""

    def spoil(p):
        p.suite("SIDES =", source + "\n\n\nSIDES =")
        p.suite("side = float(", "helper()\n    side = float(")

    return spoil


def write(path: str, data: str | bytes, *, declared: bool = False) -> Callable:
    """Put a file into the course; `declared` into what students get, too."""

    def spoil(p):
        target = p.course.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode())
        if declared:
            toml = p.assignment.folder / "assignment.toml"
            toml.write_text(toml.read_text().replace('files = ["', f'files = ["{target.name}", "'))
            p.release()

    return spoil


def floor(question: str) -> Callable:
    """Add a recipe with a floor for a question."""
    numbers = 'dataset = "shapes"\nnum_train = 100\nnum_test = 100\nepochs = 1\nbatch_size = 32\n'
    return lambda p: p.settings(f"[recipes.quick]\n{numbers}[recipes.quick.floors]\n{question} = 0.5\n")


def a_picture_of_the_answer(p) -> None:
    p.edit(lambda cells: place(cells, "area").update(outputs=[DRAWN]))
    write("assignments/practical/drawn.png", base64.b64decode(PIXEL), declared=True)(p)


def a_picture_in_the_text(p) -> None:
    p.edit(lambda cells: place(cells, "area").update(outputs=[DRAWN]), releases=False)
    inline = f"![The answer, drawn.](data:image/png;base64,{PIXEL})"
    p.edit_release(lambda content: content["cells"][2].update(source=inline))


def what_the_answer_prints(p) -> None:
    words = "the areas are 12, 20 and 35 square units"
    p.edit(lambda cells: place(cells, "area").update(outputs=[printed(words)]))
    write("assignments/practical/notes.txt", words, declared=True)(p)


def with_attachment(cells: list[dict]) -> None:
    place(cells, "why")["attachments"] = {"sketch.png": {"image/png": PIXEL}}


def a_second_question(points: float) -> Callable:
    """Add a question for a person, so that there are three."""
    return ask(text(f"And what for? ({points:g} points)"), manual("purpose", "For floors.", points=points))


MISTAKE_OF_ONE = (
    '"""Returns words."""\n# fails: area.is_a_number, area.is_right\n# %% area\n'
    'def area(width, height):\n    return "w"\n'
)
SPOILERS: dict[str, tuple[Callable, ...]] = {
    "source-unusable": (lambda p: p.assignment.source.write_text("{}"),),
    "suite-unusable": (suite('    """The area is the product of both sides."""\n', ""),),
    "corpus-unusable": (write("solutions/practical/mistakes/empty.py", '"""Nothing."""\n'),),
    "release-impossible": (marks("test_area", points=3),),
    "release-stale": (
        lambda p: p.edit(lambda cells: add(cells, text("One more.")), releases=False),
        write("release/practical/solution.txt", "secret"),
    ),
    "answer-in-release": (
        write("release/practical/notes.txt", "product_of_both_sides = width * height"),
        released(first_code, outputs=[printed("product_of_both_sides = width * height")]),
        released(notes, note="side = float(rng.choice(SIDES))"),
        what_the_answer_prints,
    ),
    "picture-of-answer": (a_picture_of_the_answer, a_picture_in_the_text),
    "attachment-of-answer": (lambda p: p.edit(with_attachment),),
    "output-in-release": (released(first_code, outputs=[printed("hello")]),),
    "region-misspelt": (
        run("# BEGIN SOLUTON\nx = 1\n# END SOLUTON"),
        run("### BEGIN HIDDEN TEST\nassert True\n### END HIDDEN TEST"),
    ),
    "person-or-path": (
        run("folder = '/home/ada/course/data'"),
        released(notes, authors=[{"name": "Ada"}]),
        released(first_code, metadata={"colab": {"source": "C:\\Users\\ada\\x"}}),
        write("assignments/practical/paths.txt", "read /Users/ada/images.npz\n", declared=True),
    ),
    "points-unbalanced": (
        released(lambda content: place(content["cells"], "test_area")["metadata"]["nbgrader"], points=5),
    ),
    "points-in-text": (suite("@points(2,", "@points(3,", releases=True), marks("why", points=2)),
    "question-without-points": (ask(text("And?"), manual("purpose", "So.", points=0)),),
    "points-odd": (a_second_question(40), a_second_question(3.5)),
    "question-without-checks": (ask(text("And?"), solution("volume", "1")),),
    "check-without-mistake": (write("solutions/practical/mistakes/words.py", MISTAKE_OF_ONE),),
    "check-asks-nothing": (
        both(
            suite("def test_empty(submission, rng):", "def test_empty(rng):"),
            suite('submission.call("area", 0, side, returns=number())', "0 * side"),
        ),
    ),
    "check-asks-anything": (
        suite('submission.call("area", 3, 4,', '[submission][0].call("area", 3, 4,'),
        both(
            helper("def helper():\n    pass\n\n\ndef asked(of):\n    return of.call('area', 3, 4, returns=number())"),
            suite('submission.call("area", 3, 4, returns=number())', "asked(submission)"),
        ),
    ),
    "check-without-message": (
        suite(', "a rectangle without width was given an area"', ""),
        helper("def helper():\n    assert 1 == 1"),
    ),
    "message-for-staff": (helper("def helper():\n    np.testing.assert_allclose(1, 1)"),),
    "message-tells-answer": (helper('def helper():\n    expected = 3\n    assert True, f"not {expected}"'),),
    "check-without-hint": (suite(', hint="Multiply both sides."', ""),),
    "title-repeated": (suite("A rectangle without width has no area.", "The area is the product of both sides."),),
    "random-without-seed": (
        suite("rng.choice(SIDES)", "np.random.default_rng().choice(SIDES)"),
        suite("rng.choice(SIDES)", "np.random.choice(SIDES)"),
        helper("import random\n\n\ndef helper():\n    return random.shuffle([1])"),
    ),
    "public-imports": (suite("question\n", "question\nimport json\n", file="public_area.py"),),
    "suite-imports-keras": (helper("def helper():\n    from keras import layers\n\n    return layers"),),
    "floor-unused": (floor("area"), floor("volume")),
    "unused": (
        suite("SIDES =", "@pytest.fixture\ndef forgotten(submission):\n    return 1\n\n\nSIDES ="),
        suite("SIDES =", "def forgotten():\n    return 1\n\n\nSIDES ="),
        suite("SIDES =", "FORGOTTEN = 3\nSIDES ="),
        suite("import numpy as np\n", "import json\n\nimport numpy as np\n"),
    ),
    "deprecated": (
        run("import numpy as np\nkind = np.int"),
        run("from keras.utils import np_utils"),
        run("from keras.engine.topology import Layer"),
        run("import tensorflow as tf\nlayer = tf.keras.layers.convolutional.Conv2D"),
        run("import keras\nrate = keras.optimizers.Adam(lr=0.1)"),
        run("import keras\nkeras.Model().fit_generator([])"),
        helper("def helper():\n    return np.product([1])"),
    ),
    "image-without-alt": (
        say("![](https://example.org/sides.png)"),
        say("![sides.png](https://example.org/sides.png)"),
        say('<img src="https://example.org/sides.png">'),
        say('<img src="https://example.org/sides.png" alt="">'),
    ),
    "heading-skips": (say("#### Too deep"), say("## Next\n\n#### Too deep"), say("##")),
    "link-without-words": (
        say("Look [here](https://example.org)."),
        say('<a href="https://example.org">click here</a>'),
    ),
    "table-without-header": (
        say("| | |\n|---|---|\n| 1 | 2 |"),
        say("<table><tr><td>1</td></tr></table>"),
    ),
    "stub-without-prompt": (lambda p: p.edit(lambda cells: cells.remove(place(cells, "why_text"))),),
    "question-without-title": (suite('"""Areas of rectangles."""\n', ""),),
    "accepted-in-vain": (
        lambda p: p.settings('[lint.accept]\n"unused:test_area.py:gone" = "was needed"\n'),
        lambda p: p.settings('[lint.accept]\n"unsued:test_area.py:gone" = "was needed"\n'),
    ),
}
# What else is broken where the rule is: a release that was changed by hand is stale, too.
BESIDE = {
    "answer-in-release": {"release-stale", "output-in-release"},
    "picture-of-answer": {"release-stale"},
    "output-in-release": {"release-stale"},
    "person-or-path": {"release-stale"},
    "points-unbalanced": {"release-stale"},
    "public-imports": {"release-impossible", "unused"},
    "points-in-text": {"points-odd"},
}


def test_nothing_is_found_in_a_course_as_it_should_be(practical) -> None:
    """Rules are silent where nothing is wrong."""
    assert practical.lint() == ()


def test_every_rule_that_reads_is_shown_to_fire() -> None:
    """A rule without an example here may never fire."""
    assert set(SPOILERS) == {name for name, rule in RULES.items() if rule.family is not Family.RUNS}


@pytest.mark.parametrize(
    ("rule", "spoil"), [(rule, spoil) for rule, spoilers in SPOILERS.items() for spoil in spoilers]
)
def test_a_rule_fires_for_what_it_is_about(practical, rule, spoil) -> None:
    """One spoilt thing gives the finding that it is about, as severe as the rule, and no other beside it."""
    spoil(practical)
    findings = practical.lint()
    found = [finding for finding in findings if finding.rule == rule]
    assert found, [finding.key for finding in findings]
    assert all(finding.severity is RULES[rule].severity for finding in found)
    assert {finding.rule for finding in findings} - {rule} <= BESIDE.get(rule, set())


@pytest.mark.parametrize(
    "spoil",
    [
        say("![A rectangle of three rows.](https://example.org/sides.png)"),
        say('<img alt="A rectangle of three rows." src="https://example.org/sides.png">'),
        say("```python\n# no heading\n![](x.png)\n```"),
        say("### One level deeper\n\n## And back again"),
        say("| side | area |\n|---|---|\n| | 2 |"),
        say("Costs are $f(x) | g$ [as shown](https://example.org)."),
        run("import numpy as np\nvalue = np.intp(3)\nint_ = np.int64"),
        run("def int(x):\n    return x.product"),
        run("from math import *\n%matplotlib inline\n!ls"),
        run("path = '/home'\nother = 'data/home/x.npz'"),
        helper("def helper():\n    random = np.random.default_rng(0)\n    return random.random()"),
        helper('def helper():\n    expected = [3]\n    assert True, f"{len(expected)} were asked for"'),
        helper("def helper():\n    return [each for each in ()]"),
        both(
            helper("def helper():\n    pass\n\n\ndef asked(submission):\n    return submission.call('area', 3, 4)"),
            suite('submission.call("area", 3, 4, returns=number())', "asked(submission)"),
        ),
        suite("SIDES =", "@pytest.fixture(autouse=True)\ndef ready(submission):\n    return 1\n\n\nSIDES ="),
        both(
            suite("@points(1, hint", '@pytest.mark.parametrize("n", [1, 2])\n@points(0.5, hint', releases=False),
            suite("def test_empty(submission, rng):", "def test_empty(submission, rng, n):"),
            write(
                "solutions/practical/mistakes/words.py",
                MISTAKE_OF_ONE.replace("is_right", "is_right, area.empty[1], area.empty[2]"),
            ),
        ),
        a_second_question(2),
    ],
)
def test_a_rule_is_silent_for_its_like(practical, spoil) -> None:
    """What only looks like a mistake is none."""
    spoil(practical)
    assert practical.lint() == ()


def test_what_a_locked_cell_shows_is_no_answer(practical) -> None:
    """A picture that stands in the question, too, gives nothing away."""
    inline = f"![The sides.](data:image/png;base64,{PIXEL})"

    def change(cells: list[dict]) -> None:
        add(cells, text(inline))
        place(cells, "area").update(outputs=[DRAWN])

    practical.edit(change)
    assert practical.lint() == ()


def test_a_broken_notebook_among_the_released_files_ends_nothing(practical) -> None:
    """What cannot be parsed is reported as stale, and the rest is still looked through."""
    practical.assignment.released_notebook.write_text("{")
    practical.suite(', hint="Multiply both sides."', "")
    assert {"release-stale", "check-without-hint"} <= practical.rules()


def test_an_accepted_finding_is_kept_with_its_reason(practical) -> None:
    """What [lint.accept] names is no finding any more; other places of the same rule stay findings."""
    from autograder.linting import lint

    practical.suite(', hint="Multiply both sides."', "")
    practical.suite(', hint="A product with nothing is nothing."', "")
    practical.settings('[lint.accept]\n"check-without-hint:area.is_right" = "the title says it"\n')
    linted = lint(practical.course, practical.assignment, quick=True)
    assert [finding.key for finding in linted.findings] == ["check-without-hint:area.empty"]
    assert [(each.finding.key, each.reason) for each in linted.accepted] == [
        ("check-without-hint:area.is_right", "the title says it")
    ]
    assert linted.is_clean(strict=True)


def test_what_was_not_looked_for_is_not_missed(practical) -> None:
    """An accepted finding of a run is not in vain where nothing was run."""
    practical.settings('[lint.accept]\n"check-slow:area.is_right" = "it is worth it"\n')
    assert practical.lint() == ()


def test_errors_come_first(practical) -> None:
    """What matters most stands on top."""
    practical.suite(', hint="Multiply both sides."', "")
    practical.edit(lambda cells: add(cells, text("![](x.png)"), locked("extra", "And?"), answer("volume", "x = 1")))
    severities = [finding.severity.value for finding in practical.lint()]
    assert severities == sorted(severities, key=["error", "warning", "advice"].index)
    assert set(severities) == {"error", "warning", "advice"}


def test_findings_are_the_same_every_time(practical) -> None:
    """Linting reads nothing that changes by itself."""
    practical.edit(
        lambda cells: add(cells, text("[here](x) ![](y)"), code("import numpy as np\nnp.int"), check("gone"))
    )
    first = practical.lint()
    assert first
    assert practical.lint() == first
    json.dumps([finding.message for finding in first])
