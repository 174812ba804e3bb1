"""docs/privacy.md says what holds: its settings are settings, and what it names as personal is in no repository."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.settings import Counts, Grading, SameCode, parse_settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text()


def test_its_settings_can_be_copied() -> None:
    """They are understood, and say what the page says of them."""
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    said = Grading(counts=Counts.BEST, per_day=3, same_code=SameCode.ASKED)
    assert parse_settings(f'title = "x"\n{block}').grading == said


def test_no_personal_file_is_kept_in_git() -> None:
    """Each folder of the table that lies in the course is ignored."""
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    places = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert len(places) == 10
    for place in places:
        if not place.startswith("/tmp"):
            pattern = f"/{place.split('/')[0]}"
            assert any(line.strip("/*") == pattern.strip("/") for line in ignored), place
