"""Which names a check asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.records import CheckId
from autograder.suite import runner
from autograder.suite.mentions import EVERYTHING, TEXT, read_mentions

HEAD = (
    '"""A question."""\nimport pytest\nfrom autograder.suite import number, points, question\n'
    'pytestmark = question("q")\n'
)
CHECK = '\n@points(1)\ndef test_it({arguments}):\n    """It holds."""\n    {body}\n'


def mentions(folder: Path, body: str, *, arguments: str = "submission", before: str = "") -> frozenset[str]:
    """Return what the check of a suite asks for."""
    (folder / "test_q.py").write_text(HEAD + before + CHECK.format(arguments=arguments, body=body))
    return read_mentions(runner.collect(folder))[CheckId("q.it")]


def test_a_name_in_the_check_itself(tmp_path: Path) -> None:
    """Other strings, such as keys and sentences, are no names of the notebook."""
    body = 'assert submission.call("area", {"size": 2}, returns=number()) == 4, "wrong"'
    assert mentions(tmp_path, body) == {"area"}


def test_names_in_fixtures_and_helpers(tmp_path: Path) -> None:
    """What a check uses asks for it; what another check uses does not."""
    before = (
        "\n@pytest.fixture\ndef model(submission):\n    return submission.model('net')\n"
        "\ndef ask(submission):\n    return submission.number('count')\n"
        "\ndef other(submission):\n    return submission.number('other')\n"
    )
    found = mentions(tmp_path, "assert ask(submission) and model", arguments="submission, model", before=before)
    assert found == {"net", "count"}


def test_a_reference_has_no_name(tmp_path: Path) -> None:
    """What was built or made before is no string."""
    body = 'made = submission.make("build_it")\n    assert submission.weights(made)'
    assert mentions(tmp_path, body) == {"build_it"}


def test_a_name_that_is_no_plain_string(tmp_path: Path) -> None:
    """Then every string that the check uses may be the name."""
    before = '\nNAMES = ("width", "height")\n'
    found = mentions(tmp_path, "assert all(submission.number(name) for name in NAMES)", before=before)
    assert found == {"width", "height", "It holds."}


@pytest.mark.parametrize(
    "body", ["given = submission", "assert [submission][0].number('x')", "assert print(submission)"]
)
def test_a_submission_that_is_given_away(tmp_path: Path, body: str) -> None:
    """Whoever has it may ask for anything."""
    assert EVERYTHING in mentions(tmp_path, body)


def test_sources_count_as_names(tmp_path: Path) -> None:
    """A check may read an answer's text; one that reads all of them asks for everything."""
    assert mentions(tmp_path, 'assert "fit" in submission.source("q2")') == {"q2", TEXT}
    assert EVERYTHING in mentions(tmp_path, "assert submission.cells")


def test_a_fixture_of_another_module(tmp_path: Path) -> None:
    """What it asks for is not seen, so it may be anything."""
    (tmp_path / "shared.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef net(submission):\n    return submission.model('net')\n"
    )
    before = "\nimport sys\nsys.path.insert(0, __file__.rpartition('/')[0])\nfrom shared import net\n"
    assert EVERYTHING in mentions(tmp_path, "assert net", arguments="net", before=before)
