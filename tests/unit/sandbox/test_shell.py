"""How the cells of a notebook are read."""

from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.sandbox.shell import Transformers

PLAIN = "import re\nx = re.compile('\\d')\ndef f(a):\n    return a % 2 != 0\nf(\n    3\n)  # %time"


@pytest.mark.parametrize(
    "source",
    [
        PLAIN,
        "\n\n  \nx = 1\n",
        "    x = 1\n    y = 2",
        ">>> x = 1\n... y = 2",
        "In [1]: x = 1",
        "%time x = 1",
        "%%time\nx = 1",
        "files = !ls\nname = %pwd",
        "x?",
        "x = '''\n%time\n'''",
        "y = (1\n% 2)",
        "await x",
        "x = 1\n!ls",
        "def f(:",
        "x = 'no end",
        "",
        "\u2003x = 1",
        "x = 1\x00",
    ],
    ids=ascii,
)
def test_cells_mean_what_they_mean_in_ipython(source: str) -> None:
    """Magics, shell lines, prompts and blanks are read as IPython reads them."""
    assert _read(Transformers(), source) == _read(TransformerManager(), source)


def _read(transformers: TransformerManager, source: str) -> str:
    try:
        return str(transformers.transform_cell(source))
    except (SyntaxError, ValueError) as error:
        return type(error).__name__


def test_tokens_of_plain_python_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell without magics is left as it stands, and one with magics is not."""
    asked = []
    usual = TransformerManager.do_token_transforms
    monkeypatch.setattr(
        TransformerManager, "do_token_transforms", lambda self, lines: asked.append(lines) or usual(self, lines)
    )
    assert Transformers().transform_cell(PLAIN) == f"{PLAIN}\n"
    assert not asked
    Transformers().transform_cell("%time x = 1")
    assert asked


def test_a_student_s_own_kinds_of_magics_are_read() -> None:
    """Whoever adds a transformer to the shell gets it for every cell."""
    ours = Transformers()
    kind = next(each for each in ours.token_transformers if each.__name__ == "HelpEnd")

    class Never(kind):
        @classmethod
        def find(cls, tokens_by_line: list[list[object]]) -> None:
            seen.append(len(tokens_by_line))

    seen: list[int] = []
    ours.token_transformers.append(Never)
    ours.transform_cell("x = 1")
    assert seen
