"""Differences between a student's software and the course's."""

from __future__ import annotations

import platform
from importlib.metadata import version

import pytest
from notebooks import code, make_notebook

from autograder.checking.environment import remarks

HERE = f"numpy=={version('numpy')}\n"


def told(requirements: str, **language: str) -> list[str]:
    """Return what is said, for a notebook that was saved with a language."""
    notebook = make_notebook([code("x = 1")])
    notebook.metadata.language_info = {"name": "python", **language}
    return [each.message for each in remarks(requirements, notebook)]


def test_the_course_s_own_versions_are_no_news() -> None:
    """Pins that hold here, for another Python, options of pip and comments say nothing."""
    requirements = f"# pinned\n--no-deps\n\n{HERE}keras==1.0 ; python_version < '3'\n"
    assert told(requirements, version=platform.python_version()) == []


def test_another_version_is_named_with_the_course_s() -> None:
    """One line says all of them, what the course uses, and how to get it."""
    (message,) = told(f"{HERE}keras==1.0\nno-such-package==2.0\n")
    assert f"keras {version('keras')} (==1.0); no-such-package is missing (==2.0)" in message
    assert "numpy" not in message
    assert "pip install -r requirements.txt" in message


def test_a_notebook_of_another_python_is_named() -> None:
    """The kernel that a student works with need not be the Python that checks."""
    (message,) = told(HERE, version="3.7.17")
    assert "last saved with Python 3.7.17" in message
    assert platform.python_version() in message


@pytest.mark.parametrize("language", [{}, {"name": "R", "version": "4.3"}, {"version": "<script>"}])
def test_what_a_notebook_does_not_say_is_not_guessed(language: dict[str, str]) -> None:
    """No version, another language, or something that is no version."""
    assert told(HERE, **language) == []


def test_another_backend_of_keras_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grading uses TensorFlow, and so does the check."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    (message,) = told(HERE)
    assert "KERAS_BACKEND is jax" in message
