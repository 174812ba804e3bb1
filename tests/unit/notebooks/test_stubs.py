"""Promises of `notebooks.stubs` and `notebooks.names`."""

from __future__ import annotations

import pytest
from notebooks import answer, check, locked, make_notebook, manual

from autograder.notebooks.names import chunks, defined_names
from autograder.notebooks.stubs import is_untouched, stub_names, stub_sources

STUB = 'def area(width, height):\n    """Return it."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'


@pytest.mark.parametrize(
    "source",
    [
        STUB,
        STUB.replace("    ", "\t"),
        STUB.replace("    # YOUR CODE HERE\n", "\n\n"),
        f"\n{STUB}  # hm\n",
        "",
        "# no idea\n",
        "pass\n...  # later",
    ],
)
def test_layout_and_comments_are_no_answer(source):
    """A stub with other white space or comments, or with everything deleted, is untouched."""
    assert is_untouched(source, STUB)


@pytest.mark.parametrize(
    "source",
    [STUB.replace("raise NotImplementedError()", "return 1"), STUB + "\nx = 1", "def area(:", "%time 3"],
)
def test_code_is_an_answer(source):
    """Any other code is an answer, also where it does not parse."""
    assert not is_untouched(source, STUB)


def test_words_are_compared_as_words():
    """In a written answer a line that starts with # counts; a blank one is no answer."""
    assert is_untouched(" YOUR ANSWER\nHERE ", "YOUR ANSWER HERE", cell_type="markdown")
    assert is_untouched(" \n", "YOUR ANSWER HERE", cell_type="markdown")
    assert not is_untouched("# Because", "YOUR ANSWER HERE", cell_type="markdown")


def test_magics_in_a_stub_do_not_hide_an_answer():
    """A stub with a magic is recognised, and so is an answer in it."""
    stub = "%matplotlib inline\nraise NotImplementedError()"
    assert is_untouched(stub + "\n# x", stub)
    assert not is_untouched(stub + "\ny = 1", stub)


def test_stubs_are_those_of_answers():
    """Only cells for answers have stubs."""
    release = make_notebook([locked("a", "x"), answer("b", STUB), check("b"), manual("c", "YOUR ANSWER HERE")])
    assert stub_sources(release) == {"b": STUB, "c": "YOUR ANSWER HERE"}


def test_the_stub_tells_the_names():
    """What a stub defines are the names of its question; without any it is the question's own id."""
    assert stub_names("question", STUB) == {"area"}
    assert stub_names("total", "# YOUR CODE HERE\nraise NotImplementedError()") == {"total"}
    told = "# Set `rows` to a number of `images`, and `columns` to another.\nraise NotImplementedError()"
    assert stub_names("grid", told) == {"rows", "columns"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a\ndef f():\n    inner = 1\nclass K:\n    x = 1", {"f", "K"}),
        ("a, (b, *c) = 1, (2, 3)\nd: int = 4\ne.f = 1\ng[h] = 2", {"a", "b", "c", "d"}),
        ("if a == b:\n    x = 1\nelse:\n    y = 2\ntry:\n    z = 1\nexcept E:\n    w = 1", {"x", "y", "z", "w"}),
        ("%matplotlib inline\n!pip install x\nf = 1\n?f", {"f"}),
        ("def f(:\n    x = 1\nclass K\nn = 3\nif n == 3:\nm : int = 2", {"f", "K", "n", "m"}),
        ("x = " + "-" * 20_000 + "1", {"x"}),
        ("x = " + "(" * 1000, {"x"}),
        ("x = '\\d'\ny = 1 is 1", {"x", "y"}),
        ("x = 1\n" * 50_000, {"x"}),
    ],
)
def test_names_are_read_from_any_code(source, expected):
    """Names are found in code that parses and in code that does not, and no code makes it raise."""
    assert defined_names(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1; y = 2\n# f\n@cached\ndef f():\n    return x\n\nf()\n", [{"x", "y"}, {"f"}, set()]),
        ("%%time\n!ls\nx = !ls\nif x:\n    def g():\n        pass\nx?", [set(), set(), {"x"}, {"g"}, set()]),
        ("def f(:\n    pass\n@cached\n# g\ndef g():\n  1\nz = 3)\n", [{"f"}, {"g"}, {"z"}]),
        ("# nothing", [set()]),
        ("", [set()]),
    ],
)
def test_chunks_are_whole_statements(source, expected):
    """A cell comes apart into statements, with decorators and comments before them, whether it parses or not."""
    found = chunks(source)
    assert "\n".join(chunk.text for chunk in found) == source
    assert [set(chunk.names) for chunk in found] == expected


def test_cells_of_another_language_define_nothing():
    """What stands below a magic of another language is no Python."""
    assert defined_names("%%bash\nx=1") == frozenset()
    assert defined_names("%%time\nx = 1") == {"x"}
