"""A picture of a model as an SVG."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import sample_reports as sample

from autograder.records import ModelPicture, ModelRow
from autograder.reports.diagram import diagram_svg

SVG = "{http://www.w3.org/2000/svg}"
CHAIN = ModelPicture(rows=tuple(ModelRow(number=n, kind="Conv2D", takes=(n - 1,) if n else ()) for n in range(4)))


def drawn(picture: ModelPicture) -> ElementTree.Element:
    """Return the root of a drawing, which has to be well-formed XML."""
    return ElementTree.fromstring(diagram_svg(picture))


def lanes(root: ElementTree.Element) -> list[float]:
    """Return how far to the right each step stands."""
    return [float(circle.attrib["cx"]) for circle in root.iter(f"{SVG}circle")]


def test_it_holds_shapes_and_text_alone() -> None:
    """No script, no link, no foreign content, and no attribute that does something."""
    root = drawn(sample.PICTURE)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "style", "rect", "path", "circle", "text"}
    names = {name for each in root.iter() for name in each.attrib}
    assert not [name for name in names if name.startswith("on") or "href" in name]


def test_a_chain_is_a_line() -> None:
    """All steps stand below each other, each joined with the one before."""
    root = drawn(CHAIN)
    assert len(set(lanes(root))) == 1
    paths = [path.attrib["d"] for path in root.iter(f"{SVG}path")]
    assert len(paths) == 3
    assert not [path for path in paths if "C" in path]


def test_a_shortcut_goes_around_its_branch() -> None:
    """What is needed further down keeps its lane, the branch stands beside it, and the sum is back in the lane."""
    start, first, second, third, addition, last = lanes(drawn(sample.PICTURE))
    assert start == addition == last
    assert first == second == third > start


def test_the_place_is_marked_and_named() -> None:
    """A marked step has a frame and an arrow, not a colour alone, and the description says which it is."""
    root = drawn(sample.PICTURE)
    (frame,) = root.iter(f"{SVG}rect")
    arrows = [text for text in root.iter(f"{SVG}text") if text.attrib.get("class") == "arrow"]
    assert (frame.attrib["class"], [arrow.text for arrow in arrows]) == ("marked", ["▶"])
    top, height = float(frame.attrib["y"]), float(frame.attrib["height"])
    assert top < float(arrows[0].attrib["y"]) < top + height
    assert root.attrib["aria-label"] == "A model of 8 steps; marked: step 2, BatchNormalization"


def test_what_is_left_out_is_said() -> None:
    """Steps that are not shown are a line of their own."""
    assert "… 3 more steps" in [text.text for text in drawn(sample.PICTURE).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", "\"><image href='x' onerror='alert(1)'/>", "]]>&lt;", "a\u202eb\x00\ud800"]
)
def test_hostile_text_is_only_text(attack: str) -> None:
    """Names and settings of a student add no element and no attribute, and unseen characters are shown."""
    row = ModelRow(number=0, kind=attack, name=attack, settings=attack, shape=attack, remarks=(attack,), is_marked=True)
    roots = [drawn(ModelPicture(rows=(each,), remarks=each.remarks)) for each in (row, ModelRow(**_harmless(row)))]
    found, harmless = ([(each.tag, set(each.attrib)) for each in root.iter()] for root in roots)
    assert found == harmless
    assert not set("\u202e\x00\ud800") & set(diagram_svg(ModelPicture(rows=(row,))))


def _harmless(row: ModelRow) -> dict[str, object]:
    texts = dict.fromkeys(("kind", "name", "settings", "shape"), "x")
    return {"number": 0, "remarks": ("x",), "is_marked": row.is_marked, **texts}


def test_many_branches_stay_in_the_drawing() -> None:
    """However many tensors are needed at once, nothing stands outside."""
    rows = [ModelRow(kind="Input"), *(ModelRow(number=n, kind="ReLU", takes=(0,)) for n in range(60))]
    rows.append(ModelRow(number=60, kind="Add", takes=tuple(range(1, 61))))
    root = drawn(ModelPicture(rows=tuple(rows)))
    assert max(lanes(root)) < float(root.attrib["width"])
    assert max(lanes(root)) < min(float(text.attrib["x"]) for text in root.iter(f"{SVG}text") if text.text == "ReLU")
