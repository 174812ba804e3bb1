"""The pages as a browser sees them: one browser for all tests, each of which opens its own document."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest
import sample_reports as sample
from chromium import PROGRAM, REASON, Tab, browser

from autograder.records import AssignmentId, CheckId, GradeId, Outcome, RunFacts, StudentId
from autograder.reports.class_page import render_class
from autograder.reports.class_statistics import class_statistics
from autograder.reports.feedback import render_feedback
from autograder.reports.mutation import MutantResult, MutantState, MutationReport, render_mutants
from autograder.reports.waiting import waiting

pytestmark = [pytest.mark.browser, pytest.mark.skipif(PROGRAM is None, reason=REASON)]
AXE = resources.files("axe_core_python") / "axe.min.js"
WIDTHS = (320, 360, 768, 1280, 1600)
ASKED = {GradeId("residual_block"): "**Question** with `code`, $x_i$ and\n\n* a list\n\n```\n" + "x" * 300 + "\n```"}
# What sticks out of the window, but for what scrolls by itself: nobody scrolls sideways for text.
WIDE = """
  const wide = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest("pre, svg, .confusion, .picture, .scroll, .asked .text, .unseen, .skip"));
  return [innerWidth, document.documentElement.scrollWidth <= innerWidth, wide.map(e => e.outerHTML.slice(0, 100))];
"""
ROWS = """
  const table = document.querySelector("#students-table");
  const shown = () => [...table.tBodies[0].rows].filter(row => row.checkVisibility());
  const names = () => shown().map(row => row.cells[0].innerText.slice(0, 3));
  const heading = (text) => [...table.tHead.rows[0].cells].find(cell => cell.innerText.startsWith(text));
"""
# The essential rules: everything to click or fill in has a name, every table has headings with a scope, headings leave
# out no level, what scrolls can be reached by keyboard, and all text stands out from what is behind it (WCAG 2, 4.5:1).
ACCESSIBLE = """
  document.querySelectorAll("details").forEach(each => each.open = true);
  await new Promise(done => setTimeout(done, 50));
  const bad = [];
  const named = e => (e.getAttribute("aria-label") || e.innerText || (e.labels && e.labels[0]?.innerText) || "").trim();
  for (const e of document.querySelectorAll("a[href], button, input, summary, [role=region]"))
    if (!named(e)) bad.push("no name: " + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll("thead th"))
    if (!e.scope && !e.closest(".asked")) bad.push("no scope: " + e.outerHTML);
  let level = 0;
  for (const e of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(e.tagName[1]);
    if (next > level + 1) bad.push(`level ${level} is followed by ${next}: ${e.innerText}`);
    level = next;
  }
  if (!document.documentElement.lang) bad.push("no language");
  if (document.querySelectorAll("main").length != 1) bad.push("no main part");
  for (const e of document.querySelectorAll("body *")) {
    const style = getComputedStyle(e);
    if (/auto|scroll/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0)
      bad.push("scrolls without focus: " + e.outerHTML.slice(0, 120));
  }
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (colors) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || e.closest(".unseen, .skip, svg, script, style")) continue;
    if (!e.checkVisibility()) continue;
    const behind = [];
    for (let each = e; each; each = each.parentElement) behind.unshift(getComputedStyle(each).backgroundColor);
    const back = over(["white", ...behind]), front = over(["white", ...behind, getComputedStyle(e).color]);
    const [low, high] = [light(back), light(front)].sort((a, b) => a - b);
    count += 1;
    if ((high + 0.05) / (low + 0.05) < 4.5) bad.push(`${front} on ${back}: ${e.outerHTML.slice(0, 120)}`);
  }
  return [count > 50, bad];
"""


def feedback_page() -> str:
    """Return a student's page with one of everything, and with names of any length."""
    long = sample.check("conv_output_shape", "long", Outcome.FAILED, title="x" * 300, message="y" * 500)
    drawn = sample.check("residual_block", "drawn", Outcome.FAILED, message="no", model=sample.PICTURE)
    raised = sample.check("conv_output_shape", "raised", Outcome.FAILED, message="no (line 1: `def conv_output_shape`")
    report = sample.report(student="s" * 200, checks=(*sample.report().checks, long, drawn, raised))
    return render_feedback(report, title="t" * 120, sources=sample.SOURCES, asked=ASKED)


def class_page() -> str:
    """Return the page of a class of three, of whom the middle one has most points."""
    passed = tuple(
        sample.check(each.question, each.check_id.partition(".")[2], Outcome.PASSED, points=each.max_points)
        for each in sample.report().checks
    )
    full = tuple(
        sample.question(q.grade_id, q.max_score, q.max_score, q.kind, q.title) for q in sample.report().questions
    )
    reports = [
        sample.report("ada"),
        sample.report("bob", checks=passed, questions=full),
        sample.report("c" * 150, checks=(*passed[:2], *sample.report().checks[2:])),
    ]
    runs = [
        RunFacts(
            student=report.student,
            assignment=AssignmentId("convnets"),
            key="",
            started_at="",
            seconds=seconds,
            seconds_by_step={"execute": seconds},
            check_seconds={"residual_block.shape": 1.0},
        )
        for report, seconds in zip(reports, (9.0, 30.0, 200.0), strict=True)
    ]
    return render_class(
        class_statistics(AssignmentId("convnets"), reports),
        title="t" * 120,
        reports=reports,
        runs=runs,
        waiting=waiting(reports),
        not_graded=(StudentId("d" * 100),),
        links={report.student: "../feedback/x.html" for report in reports},
    )


def mutants_page() -> str:
    """Return the page about the mutants of an assignment."""
    result = MutantResult(
        name="one_more:3",
        question=GradeId("q"),
        operator="one_more",
        line=3,
        state=MutantState.SURVIVED,
        remark="it differs",
        difference="-x < " + "1" * 200 + "\n+x <= 1",
    )
    checks = tuple(CheckId(f"question.check_number_{number}") for number in range(30))
    return render_mutants(
        MutationReport(assignment=AssignmentId("convnets"), results=(result,), checks=checks), title="Convnets"
    )


PAGES = {"feedback": feedback_page, "class": class_page, "mutants": mutants_page}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A browser for all tests."""
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.fixture
def tab(running: Tab) -> Tab:
    """The browser as a person starts it."""
    running.ask("Emulation.setScriptExecutionDisabled", value=False)
    running.resize(1280)
    running.prefer("light")
    return running


@pytest.fixture
def show(tab: Tab, tmp_path: Path) -> Callable[[str], None]:
    """Open a page as a file, as students and instructors do."""

    def show(page: str) -> None:
        (tmp_path / "page.html").write_text(page, encoding="utf-8")
        tab.open((tmp_path / "page.html").as_uri())

    return show


def ask(tab: Tab, script: str) -> object:
    """Return what the body of a function returns in the page."""
    return tab.run(f"(async () => {{ {script} }})()")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_window(tab: Tab, show: Callable[[str], None], name: str) -> None:
    """From a small phone to a desktop, nothing sticks out but code, drawings and tables, which scroll by themselves."""
    show(PAGES[name]())
    for width in WIDTHS:
        tab.resize(width)
        assert ask(tab, WIDE) == [width, True, []]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_has_no_errors(tab: Tab, show: Callable[[str], None], name: str) -> None:
    """The file itself is the only request, and its own policy forbids nothing that the page needs."""
    show(PAGES[name]())
    assert [url for url in tab.requests if not url.startswith("data:")] == tab.requests[:1]
    assert tab.requests[0].endswith("/page.html")
    assert tab.complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_dark_for_who_wants_it_dark(tab: Tab, show: Callable[[str], None], name: str) -> None:
    """Background and text follow the reader's preference."""
    show(PAGES[name]())
    colours = "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color];"
    light = ask(tab, colours)
    tab.prefer("dark")
    dark = ask(tab, colours)
    assert light == ["rgb(246, 247, 249)", "rgb(27, 34, 48)"]
    assert dark == ["rgb(17, 21, 28)", "rgb(230, 234, 241)"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_read_it(tab: Tab, show: Callable[[str], None], name: str, scheme: str) -> None:
    """The essential rules for keyboard, screen reader and weak sight hold, in both colours."""
    tab.prefer(scheme)
    show(PAGES[name]())
    assert ask(tab, ACCESSIBLE) == [True, []]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(tab: Tab, show: Callable[[str], None], name: str, scheme: str) -> None:
    """No rule of axe-core is broken, however small it thinks the matter is."""
    tab.prefer(scheme)
    show(PAGES[name]())
    tab.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    tab.run(AXE.read_text(encoding="utf-8") + ";null")
    assert ask(tab, "return (await axe.run()).violations.map(each => [each.id, each.nodes[0].html]);") == []


def test_a_table_is_sorted_by_its_headings(tab: Tab, show: Callable[[str], None]) -> None:
    """Numbers sort as numbers, up and then down, and the heading says which."""
    show(class_page())
    found = ask(
        tab,
        f"""{ROWS}
        const seen = [names()], head = heading("time");
        for (let n = 0; n < 2; n++) {{ head.querySelector("button").click(); seen.push([...names(), head.ariaSort]); }}
        return seen;
        """,
    )
    assert found == [["ada", "bob", "ccc"], ["ada", "bob", "ccc", "ascending"], ["ccc", "bob", "ada", "descending"]]


def test_a_table_is_sorted_by_keyboard(tab: Tab, show: Callable[[str], None]) -> None:
    """A heading takes the focus and Enter, as every button does."""
    show(class_page())
    ask(tab, f"{ROWS} heading('points').querySelector('button').focus();")
    tab.press("Enter")
    tab.press("Enter")
    assert ask(tab, f"{ROWS} return names();") == ["bob", "ada", "ccc"]


def test_a_table_is_filtered_by_words(tab: Tab, show: Callable[[str], None]) -> None:
    """All words have to be in a row, in any case; how many rows are left is said, and nothing stays hidden."""
    show(class_page())
    found = ask(
        tab,
        f"""{ROWS}
        const input = document.querySelector("#filter-students-table"), seen = [];
        for (const words of ["BOB", "residual converged", ""]) {{
          input.value = words;
          input.dispatchEvent(new Event("input"));
          seen.push([names(), document.querySelector("output").innerText.trim()]);
        }}
        return seen;
        """,
    )
    assert found == [[["bob"], "1 of 3"], [[], "0 of 3"], [["ada", "bob", "ccc"], ""]]


def test_a_check_shows_who_did_not_pass(tab: Tab, show: Callable[[str], None]) -> None:
    """Its link filters the table of students."""
    show(class_page())
    tab.run("""document.querySelector("a[data-words='not:conv_output_shape.integers']").click()""")
    assert ask(tab, f"{ROWS} return names();") == ["ada", "ccc"]


def test_without_its_script_the_class_page_is_whole(tab: Tab, show: Callable[[str], None]) -> None:
    """Where no script may run there are plain tables with every row, and nothing to click that does nothing."""
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    show(class_page())
    assert ask(tab, f"{ROWS} return [names().length, document.querySelectorAll('button, input').length];") == [3, 0]


@pytest.mark.parametrize("name", PAGES)
def test_a_script_of_somebody_else_does_not_run(tab: Tab, show: Callable[[str], None], name: str) -> None:
    """Even if one got into a page, the policy refuses it, and handlers and pictures from elsewhere with it."""
    spoilt = """<script>window.ran = 1</script><img src="x" onerror="window.ran = 1">
      <a href="javascript:window.ran = 1" id="trap">x</a></main>"""
    show(PAGES[name]().replace("</main>", spoilt))
    assert ask(tab, "document.querySelector('#trap').click(); return typeof window.ran;") == "undefined"
    assert sum("Content Security Policy" in each for each in tab.complaints) >= 2


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_printed(tab: Tab, show: Callable[[str], None], name: str) -> None:
    """On paper it is light, also for who prefers the dark, and nobody can unfold: what was folded is there."""
    tab.prefer("dark")
    show(PAGES[name]())
    tab.ask("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    try:
        found = ask(
            tab,
            """
            const folded = [...document.querySelectorAll("details:not([open]) > :not(summary)")];
            const style = getComputedStyle(document.body);
            return [folded.filter(e => e.getBoundingClientRect().height === 0).length, style.color];
            """,
        )
        assert found == [0, "rgb(27, 34, 48)"]
        assert len(base64.b64decode(tab.ask("Page.printToPDF")["data"])) > 10_000
    finally:
        tab.ask("Emulation.setEmulatedMedia", media="")
