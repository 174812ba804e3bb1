"""What students wrote is printed so that neither a terminal nor a runner that reads the log obeys it."""

from __future__ import annotations

import json

import pytest

from autograder.cli.console import harmless_json, plain, shown


@pytest.mark.parametrize(
    "text",
    [
        "::set-output name=score::100",
        "  ::add-mask::7",
        ":::error::::x::",
        "##[set-output name=score]100",
        "a ###[group]b",
        "##vso[task.setvariable variable=score]100",
    ],
)
def test_commands_to_a_runner_are_broken(text):
    """Whatever a line is wrapped or cut at, no command begins there."""
    for printed in (shown(text), plain(text).plain):
        assert "::" not in printed
        assert "##[" not in printed
        assert "##vso[" not in printed


def test_commands_to_a_terminal_are_shown():
    """Escapes and turned text are written out."""
    assert shown("\x1b[2J\x9b1m\u202ea\r") == "\\u001b[2J\\u009b1m\\u202ea\\u000d"


def test_ordinary_sentences_are_as_they_were():
    """Colons and hashes of ordinary text stay."""
    text = "`x`: 3 # of 4\n`a[1:2]`"
    assert shown(text) == text


def test_json_is_the_same_and_commands_nobody():
    """A reader of JSON gets every character; a terminal or a runner sees none that it obeys."""
    value = {"a": "\x9b2J \u202e é 😀 ##[group] ##vso[a] # \x7f"}
    text = harmless_json(json.dumps(value, ensure_ascii=False).encode())
    assert json.loads(text) == value
    assert text.isascii()
    assert "##" not in text
