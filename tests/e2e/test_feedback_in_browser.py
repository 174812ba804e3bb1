"""The feedback page as a browser sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import sample_reports as sample

from autograder.reports.feedback import render_feedback

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium to look at the page with"),
]
# Runs in a page around the feedback page and writes what it measures into its own title. The frame shares the
# origin only because the browser is told so; the feedback page itself runs nothing.
MEASURE = """<!DOCTYPE html><title></title>
<iframe src="page.html" style="width:{width}px;height:800px;border:0"></iframe>
<script>
onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  const wide = [...page.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > {width} + 1
    && !e.closest("pre") && !e.closest("svg") && !e.closest(".confusion")
    && !e.closest(".unseen") && !e.closest(".skip"));
  const body = document.createElement("p");
  body.id = "measured";
  body.textContent = [page.documentElement.scrollWidth, wide.length, page.querySelectorAll("script").length].join(" ");
  document.body.append(body);
}};
</script>"""


def _browse(folder: Path, name: str, *options: str) -> str:
    assert BROWSER is not None
    command = [
        BROWSER,
        "--headless=new",
        "--disable-gpu",
        "--hide-scrollbars",
        "--allow-file-access-from-files",
        f"--user-data-dir={folder / 'profile'}",
    ]
    if os.geteuid() == 0:
        command.append("--no-sandbox")
    done = subprocess.run(
        [*command, *options, (folder / name).as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_is_wider_than_the_window(tmp_path: Path, width: int) -> None:
    """From a small phone to a desktop, nothing but code, drawings and matrices sticks out: nobody scrolls sideways."""
    long = sample.check("conv_output_shape", "long", sample.Outcome.FAILED, title="x" * 300, message="y" * 500)
    drawn = sample.check("residual_block", "drawn", sample.Outcome.FAILED, model=sample.PICTURE)
    report = sample.report(student="s" * 200, checks=(*sample.report().checks, long, drawn))
    (tmp_path / "page.html").write_text(render_feedback(report, title="t" * 120, sources=sample.SOURCES))
    (tmp_path / "frame.html").write_text(MEASURE.format(width=width))
    dom = _browse(tmp_path, "frame.html", "--dump-dom", "--virtual-time-budget=3000")
    measured = dom.partition('<p id="measured">')[2].partition("</p>")[0]
    assert measured == f"{width} 0 0"


def test_dark_and_light_differ(tmp_path: Path) -> None:
    """The page follows the reader's preference, and is drawn at all."""
    (tmp_path / "page.html").write_text(render_feedback(sample.report(), title="Convnets", sources=sample.SOURCES))
    pictures = []
    for scheme in (0, 1):
        picture = tmp_path / f"{scheme}.png"
        _browse(tmp_path, "page.html", f"--screenshot={picture}", f"--blink-settings=preferredColorScheme={scheme}")
        pictures.append(picture.read_bytes())
    assert pictures[0] != pictures[1]
    assert min(map(len, pictures)) > 20_000
