"""`--pool` and `--address` say where a class is graded, and what contradicts them is a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from courses import make_course

from autograder.cli.main import main


@pytest.fixture
def root(tmp_path: Path) -> str:
    course, _ = make_course(tmp_path)
    return str(course.root)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--address", "head:6379"], "--address is that of a cluster: say --pool ray too"),
        (["--pool", "ray", "--submission", "a.ipynb"], "--submission grades one file, on this machine"),
    ],
)
def test_what_contradicts_is_refused(
    root: str, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """Before anything is started."""
    assert main(["grade", "practical", "--course", root, *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_without_ray_the_extra_is_named(
    root: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Ray is not installed, the sentence says what to install."""
    monkeypatch.setitem(sys.modules, "ray", None)
    for name in ("autograder.pool.ray", "autograder.pool.ray_cluster"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert main(["grade", "practical", "--course", root, "--pool", "ray"]) == 2
    assert "pip install 'autograder[ray]'" in capsys.readouterr().err
