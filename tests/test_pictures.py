"""Pictures of a report: every text is text, nothing overlaps or is cut, and nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Literal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blinadss.quantity import plain
from blinadss.report.blocks import Picture, shown
from blinadss.report.cycle import Lane, cycle_picture
from blinadss.report.drawing import COLOURS, Drawing, Entry, Pen
from blinadss.report.forest import Estimate, forest_pictures
from blinadss.report.lettering import Face
from blinadss.report.scales import scale_for
from blinadss.report.tree import Branch, icon_of, tree_picture
from blinadss.report.validity import Counted, validity_picture
from blinadss.truth import Truth

ON = date(2026, 11, 22)
SVG = "{http://www.w3.org/2000/svg}"
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
HOSTILE = [
    "<script>alert(1)</script>",
    "]]> --> <![CDATA[ &amp; &#0; \"'",
    "x" * 10_000,
    "word " * 2_000,
    "👩‍👧 😀" * 40,
    "שלום, العربية " * 30,
    "\u202eright to left\u0000\ud800\ufffe",
    "a" + "\u0301" * 500,
    "中文" * 100,
    "\ufdfa" * 50,
    "",
    " ",
]

Box = tuple[float, float, float, float]


def tree(root: Branch) -> Picture:
    return tree_picture(root, name="tree", title="A tree", description="What it says")


def cycle(*lanes: Lane, days: int = 42, first_day: date = ON) -> Picture:
    return cycle_picture(lanes, first_day=first_day, days=days, name="c", title="A cycle", description="What is done")


def validity(*facts: Counted, changes: tuple[tuple[date, str], ...] = (), today: date = ON) -> Picture:
    return validity_picture(facts, today=today, changes=changes, name="validity")


def forest(*estimates: Estimate) -> tuple[Picture, ...]:
    return forest_pictures(estimates, name="forest")


def estimate(
    value: str, low: str | None = None, high: str | None = None, measure: str = "hazard ratio", text: str = "so much"
) -> Estimate:
    low_and_high = (None if low is None else Decimal(low), None if high is None else Decimal(high))
    return Estimate("A study", measure, Decimal(value), *low_and_high, Decimal(95), text, trusted=True)


def all_with(text: str) -> list[Picture]:
    """Every kind of picture, with this text wherever one may stand."""
    parts = (Branch(text, U, True, True, text), Branch(text, T, False, False, text, (Branch(text, F, True, False),)))
    fact = Counted(text, text, ON - timedelta(9), ON + timedelta(30), counts=True)
    lane = Lane(text, ((0, 7), (7, 28)), (1, 2, 30), (text, text), filled=False)
    effect = Estimate(text, text, Decimal("0.71"), Decimal("0.55"), Decimal("0.93"), None, text, trusted=False)
    return [
        tree_picture(Branch(text, U, True, True, text, parts), name=text, title=text, description=text),
        validity_picture([fact], today=ON, changes=[(ON + timedelta(31), text)] * 2, name=text),
        cycle_picture([lane], first_day=ON, days=42, name=text, title=text, description=text),
        *forest_pictures([effect], name=text),
    ]


def root_of(picture: Picture) -> ET.Element:
    return ET.fromstring(picture.svg)  # noqa: S314 - we wrote it


def texts_of(picture: Picture) -> list[tuple[str, Box]]:
    """Every text with the box that it takes, by our own estimate."""
    found = []
    for element in root_of(picture).iter(f"{SVG}text"):
        text, size = element.text or "", float(element.get("font-size", ""))
        width = Face(size, bold=element.get("font-weight") == "bold").width(text)
        shift = {"start": 0.0, "middle": width / 2, "end": width}[element.get("text-anchor", "start")]
        left, line = float(element.get("x", "")) - shift, float(element.get("y", ""))
        found.append((text, (left, line - size * 0.95, left + width, line + size * 0.25)))
    return found


def words_of(picture: Picture) -> str:
    return " ".join(text for text, _ in texts_of(picture))


def assert_fits(picture: Picture) -> None:
    """No text lies outside the picture, and none on another."""
    _, _, width, height = map(float, root_of(picture).get("viewBox", "").split())
    texts = texts_of(picture)
    for text, (left, top, right, bottom) in texts:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= width + 0.01, text
        assert bottom <= height + 0.01, text
    for (one, (left, top, right, bottom)), (other, (x, y, right_too, bottom_too)) in combinations(texts, 2):
        apart = right <= x + 0.01 or right_too <= left + 0.01 or bottom <= y + 0.01 or bottom_too <= top + 0.01
        assert apart, (one, other)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_text_says_it_is_text_and_fits(text: str) -> None:
    for picture in all_with(text):
        root = root_of(picture)
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
            *("svg", "title", "desc", "defs", "pattern"),
            *("rect", "circle", "path", "text"),
        }
        assert "<script" not in picture.svg
        assert_fits(picture)


def test_a_text_is_shown_as_it_was_given() -> None:
    picture = tree(Branch('CD19 < 5 % & "more" ]]> <b>\'', T, True, True))
    assert words_of(picture).startswith('CD19 < 5 % & "more" ]]> <b>\' ')


def test_what_no_xml_may_contain_is_shown_by_its_number() -> None:
    drawing = Drawing("raw")
    drawing.text((10, 20), "a\u0000b\ud800c")
    assert words_of(drawing.picture("t\u0001", "d\uffff")) == "a[U+0000]b[U+D800]c"


@pytest.mark.parametrize("picture", all_with("The words"), ids=["tree", "validity", "cycle", "forest"])
def test_title_and_description_come_first_and_name_the_picture(picture: Picture) -> None:
    root = root_of(picture)
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
    assert (title.text, desc.text) == (picture.title, picture.description)
    assert root.get("aria-labelledby", "").split() == [title.get("id"), desc.get("id")]
    assert root.get("role") == "img"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_ids_of_pictures_with_other_names_differ() -> None:
    pictures = [
        validity_picture([Counted("a", "b", ON, ON, counts=False)], today=ON, changes=[], name=name)
        for name in ("a/b", "a-b", "a b", "a_b", "a_2f_b")
    ]
    ids = [each.get("id") for picture in pictures for each in root_of(picture).iter() if each.get("id")]
    assert len(ids) == len(set(ids)) == len(pictures) * 3
    assert all(" " not in str(each) for each in ids)


def test_every_element_takes_its_colour_from_its_class() -> None:
    for picture in all_with("The words"):
        for element in root_of(picture).iter():
            if element.tag.removeprefix(SVG) in {"rect", "circle", "path", "text"}:
                assert COLOURS[element.get("class")] == element.get("color")  # type: ignore[index]
                assert {element.get("fill"), element.get("stroke")} & {"currentColor"} or "url" in str(element.attrib)


def test_no_letter_is_smaller_than_twelve_pixels() -> None:
    for picture in all_with("The words"):
        sizes = [float(each.get("font-size", "")) for each in root_of(picture).iter(f"{SVG}text")]
        assert min(sizes) >= 12


def test_a_legend_goes_on_in_another_row() -> None:
    drawing = Drawing("legend", 200)
    drawing.legend(10, [Entry(lambda at: drawing.circle(at, 5, Pen()), 12, "some words")] * 5)
    picture = drawing.picture("t", "d")
    assert len({box[1] for _, box in texts_of(picture)}) > 1
    assert_fits(picture)


@pytest.mark.parametrize(
    ("truth", "good", "icon"),
    [
        *((T, True, "tick"), (F, True, "cross"), (U, True, "question")),
        *((T, False, "cross"), (F, False, "tick"), (U, False, "question")),
    ],
)
def test_an_icon_says_what_a_part_speaks_for(truth: Truth, good: bool, icon: str) -> None:  # noqa: FBT001
    assert icon_of(Branch("A part", truth, good, lit=True)) == icon


def test_icons_are_told_apart_by_their_shapes() -> None:
    shapes = set()
    for icon in ("tick", "cross", "question"):
        drawing = Drawing("icon")
        drawing.icon(icon, (20, 20))
        marks = root_of(drawing.picture("t", "d"))[3:]
        shapes.add(tuple(mark.tag for mark in marks))
    assert len(shapes) == 3
    assert all(f"{SVG}text" not in tags for tags in shapes)


def test_lit_and_unlit_differ_in_more_than_colour() -> None:
    def connectors(*, lit: bool) -> tuple[set[tuple[str | None, bool]], str | None]:
        part = Branch("A part", T, True, lit)
        picture = tree(Branch("All of", T, True, lit=True, parts=(part,)))
        lines = [
            each for each in root_of(picture).iter(f"{SVG}path") if each.get("class") == ("lit" if lit else "faint")
        ]
        (text,) = [each for each in root_of(picture).iter(f"{SVG}text") if each.text == "A part"]
        return {(each.get("stroke-width"), "stroke-dasharray" in each.attrib) for each in lines}, text.get(
            "font-weight"
        )

    assert connectors(lit=True) == ({("3.5", False)}, "bold")
    assert connectors(lit=False) == ({("1.2", True), ("0.8", False)}, None)


def test_the_legend_of_a_tree_says_whether_the_answer_is_settled() -> None:
    assert "settles it" in words_of(tree(Branch("a", F, True, True)))
    assert "keeps it open" in words_of(tree(Branch("a", U, True, True)))


def test_nothing_to_show_is_shown_all_the_same() -> None:
    assert forest() == ()
    for picture in (validity(), cycle(), tree(Branch("", U, True, False))):
        assert_fits(picture)
    assert validity().description == "Assessed on 2026-11-22. No fact is shown. No other answer begins by time alone."


def test_a_forest_has_a_picture_for_each_measure() -> None:
    pictures = forest(estimate("0.7"), estimate("3", measure="difference in days"), estimate("0.4"))
    assert [each.title for each in pictures] == [
        "Hazard ratio: what was published",
        "Difference in days: what was published",
    ]
    assert "logarithmic scale" in words_of(pictures[0])
    assert "linear scale" in words_of(pictures[1])


def test_a_forest_describes_every_estimate() -> None:
    (picture,) = forest(
        estimate("0.71", "0.55", "0.93", text="0.71 (0.55 to 0.93)"),
        estimate("1.65", text="1.65, unverified"),
        estimate("1.2", "0.9", "1.5", text="1.2 (0.9 to 1.5)"),
    )
    assert picture.description == (
        "3 estimates of hazard ratio, on a logarithmic scale from 0.5 to 2 with a line at 1. "
        "A study: 0.71 (0.55 to 0.93), 95 % interval, all of it below 1. "
        "A study: 1.65, unverified, no interval given, above 1. "
        "A study: 1.2 (0.9 to 1.5), 95 % interval, with 1 inside the interval."
    )


def test_an_interval_that_leaves_the_scale_ends_in_an_arrow() -> None:
    def filled_paths(*bounds: str) -> int:
        (picture,) = forest(estimate("2", *bounds))
        return len([each for each in root_of(picture).iter(f"{SVG}path") if each.get("fill") == "currentColor"])

    assert filled_paths("1.5", "3") == 0
    assert filled_paths("1.5", "3000") == 1
    assert filled_paths("0", "3000") == 2


def test_an_estimate_nobody_read_in_its_source_is_hollow_and_dashed() -> None:
    def square_and_line(*, trusted: bool) -> tuple[int, int]:
        effect = Estimate("a", "odds ratio", Decimal(2), Decimal(1), Decimal(3), None, "2 (1 to 3)", trusted=trusted)
        (picture,) = forest(effect)
        elements = list(root_of(picture).iter())
        solid = [each for each in elements if each.get("class") == "ink" and each.get("fill") == "currentColor"]
        dashed = [each for each in elements if "stroke-dasharray" in each.attrib]
        return len([each for each in solid if each.tag == f"{SVG}rect"]), len(dashed)

    assert square_and_line(trusted=True) == (2, 0)  # one of them in the legend
    assert square_and_line(trusted=False) == (1, 2)


@pytest.mark.parametrize(
    ("values", "bounds", "ratio", "ticks"),
    [
        (["0.71"], ["0.55", "0.93"], True, "0.5 1 2"),
        (["0.42", "2.35"], ["0.24", "4.82"], True, "0.2 0.5 1 2 5"),
        (["2"], ["0", "1000000"], True, "0.2 0.5 1 2 5 10"),
        (["-5"], ["-1000"], True, "0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2"),
        (["19"], ["9.9", "28.1"], False, "0 10 20 30"),
        (["-12.5"], ["-20", "-3"], False, "-20 -15 -10 -5 0"),
        (["0"], [], False, "-1 -0.5 0 0.5 1"),
        (["1"], ["-1000"], False, "-6 -4 -2 0 2"),
    ],
)
def test_a_scale_goes_from_round_number_to_round_number(
    values: list[str],
    bounds: list[str],
    ratio: bool,  # noqa: FBT001
    ticks: str,
) -> None:
    scale = scale_for([Decimal(each) for each in values], [Decimal(each) for each in bounds], ratio=ratio)
    assert " ".join(map(plain, scale.ticks)) == ticks


def test_a_fact_that_does_not_count_is_hatched_and_said_to() -> None:
    lapsed = Counted("CD19", "positive", ON - timedelta(60), ON - timedelta(30), counts=False)
    assert "does not count today" in words_of(validity(lapsed))
    assert "hatch" in validity(lapsed).svg
    counted = Counted("CD19", "positive", ON - timedelta(6), ON + timedelta(30), counts=True)
    assert "hatch" not in validity(counted).svg


def test_what_goes_on_beyond_the_axis_has_an_arrow() -> None:
    def arrows(seen_on: date, until: date | None) -> int:
        picture = validity(Counted("CD19", "positive", seen_on, until, counts=True))
        return len([each for each in root_of(picture).iter(f"{SVG}path") if each.get("class") == "lit"])

    assert arrows(ON - timedelta(10), ON + timedelta(10)) == 0
    assert arrows(ON - timedelta(10), None) == 1
    assert arrows(ON - timedelta(1000), ON + timedelta(1000)) == 2


def test_changes_are_numbered_and_listed() -> None:
    changes = ((ON + timedelta(5), "one thing"), (ON + timedelta(6), "another"), (ON + timedelta(999), "a third"))
    picture = validity(changes=changes)
    assert [text for text, _ in texts_of(picture) if text.isdigit()] == ["1", "2", "1", "2", "3"]
    assert "2029-08-17 (beyond this picture): a third" in words_of(picture)
    assert "Change 2, from 2026-11-28 on: another" in picture.description


@given(st.lists(st.integers(-40, 90), min_size=2, max_size=12))
def test_numbers_of_changes_stand_clear_of_each_other(days: list[int]) -> None:
    picture = validity(changes=tuple((ON + timedelta(day), "something") for day in days))
    badges = [each for each in root_of(picture).iter(f"{SVG}rect") if each.get("class") == "bad"]
    boxes = [tuple(float(each.get(name, "")) for name in ("x", "y", "width", "height")) for each in badges]
    assert len(boxes) == 2 * len(days)  # above their lines, and in the list
    for (x, y, width, height), (left, top, wide, high) in combinations(boxes, 2):
        assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y


@pytest.mark.parametrize("today", [date.min, date.max], ids=str)
def test_the_calendar_has_ends_and_no_picture_falls_off_them(today: date) -> None:
    assert_fits(validity(Counted("a", "b", today, today, counts=True), changes=((today, "c"),), today=today))
    assert_fits(cycle(Lane("a", ((0, 1),)), first_day=today))


def test_the_days_of_a_cycle_have_their_dates() -> None:
    said = words_of(cycle(Lane("Infusion", ((0, 28),), (), ("28 days",))))
    assert "1 22 Nov 8 29 Nov 15 6 Dec 22 13 Dec 29 20 Dec" in said
    assert "28 days" in said


@pytest.mark.parametrize(
    ("marks", "days", "words"),
    [
        ([n / 6 for n in range(54)], 42, "up to 6 a day"),
        (list(range(28)), 200, "every day"),
        ([0, 1, 3, 4], 400, "some days"),
    ],
)
def test_marks_that_would_touch_become_a_bar_that_says_how_many(marks: list[float], days: int, words: str) -> None:
    picture = cycle(Lane("Temperature", (), tuple(marks)), days=days)
    assert words in words_of(picture)
    assert "times close together" in words_of(picture)
    assert "hatch" in picture.svg


def test_marks_that_do_not_touch_are_lines() -> None:
    assert "hatch" not in cycle(Lane("Liver", (), (0, 7, 14))).svg


def test_a_span_beyond_the_days_shown_has_arrows() -> None:
    def arrows(start: float, end: float) -> int:
        picture = cycle(Lane("In hospital", ((start, end),)))
        return len([each for each in root_of(picture).iter(f"{SVG}path") if each.get("fill") == "currentColor"])

    assert arrows(-2, 9) == 0
    assert arrows(-20, 9) == 1
    assert arrows(float("-inf"), float("inf")) == 2


@given(st.text(), st.floats(40, 600), st.booleans(), st.integers(0, 4))
def test_lines_are_no_wider_than_asked_and_lose_nothing(text: str, width: float, bold: bool, most: int) -> None:  # noqa: FBT001
    face = Face(14, bold=bold)
    lines = face.wrapped(text, width, most)
    assert all(face.width(line) <= width for line in lines)
    assert len(lines) <= most or not most
    if not most:
        assert "".join("".join(lines).split()) == "".join(shown(text).split())


DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
WORDS = st.one_of(st.text(max_size=40), st.sampled_from(["CD19", "The leukaemia is CD19-positive, as far as is known"]))
TRUTHS = st.sampled_from(Truth)
NUMBERS = st.decimals(-1000, 1000, places=2)
FACTS = st.builds(Counted, WORDS, WORDS, DAYS, st.none() | DAYS, st.booleans())
MOMENTS = st.floats(-10, 60)
LEAVES = st.builds(Branch, WORDS, TRUTHS, st.booleans(), st.booleans(), WORDS)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.builds(
        Branch, WORDS, TRUTHS, st.booleans(), st.booleans(), WORDS, st.lists(parts, max_size=4).map(tuple)
    ),
    max_leaves=12,
)
ESTIMATES = st.builds(
    Estimate,
    WORDS,
    st.sampled_from(["hazard ratio", "odds ratio", "difference in days"]),
    NUMBERS,
    *(st.none() | NUMBERS for _ in range(3)),
    WORDS,
    st.booleans(),
)
LANES = st.builds(
    Lane,
    WORDS,
    st.lists(st.tuples(MOMENTS, MOMENTS), max_size=4).map(tuple),
    st.lists(MOMENTS, max_size=30).map(tuple),
    st.lists(WORDS, max_size=4).map(tuple),
    st.booleans(),
)


def assert_settled(draw: Callable[[], tuple[Picture, ...]]) -> None:
    pictures = draw()
    assert draw() == pictures
    for picture in pictures:
        assert_fits(picture)


@settings(max_examples=150)
@given(TREES)
def test_no_part_of_a_tree_overlaps_another(root: Branch) -> None:
    assert_settled(lambda: (tree(root),))


@settings(max_examples=150)
@given(st.lists(ESTIMATES, max_size=6))
def test_no_part_of_a_forest_overlaps_another(estimates: list[Estimate]) -> None:
    assert_settled(lambda: forest(*estimates))


@settings(max_examples=150)
@given(st.lists(FACTS, max_size=6), st.lists(st.tuples(DAYS, WORDS), max_size=6))
def test_no_part_of_a_validity_overlaps_another(facts: list[Counted], changes: list[tuple[date, str]]) -> None:
    assert_settled(lambda: (validity(*facts, changes=tuple(changes)),))


@settings(max_examples=150)
@given(st.lists(LANES, max_size=5), st.integers(1, 200))
def test_no_part_of_a_cycle_overlaps_another(lanes: list[Lane], days: int) -> None:
    assert_settled(lambda: (cycle(*lanes, days=days),))


@settings(max_examples=50)
@given(TREES)
def test_the_rows_of_a_tree_follow_each_other(root: Branch) -> None:
    tops = [box[1] for text, box in texts_of(tree(root)) if text]
    *rows, _, _, _, _, _ = tops  # the legend stands side by side
    assert all(above < below for above, below in pairwise(rows))


@pytest.mark.parametrize("standard", ["ua-1", "a-2b"])
@pytest.mark.parametrize("number", range(4), ids=["tree", "validity", "cycle", "forest"])
def test_typst_sets_every_picture(number: int, standard: Literal["ua-1", "a-2b"]) -> None:
    typst = pytest.importorskip("typst")
    page = '#set document(title: "t")\n#image(bytes(sys.inputs.svg), format: "svg", width: 100%, alt: sys.inputs.alt)'
    picture = all_with("The words <b> & more")[number]
    inputs = {"svg": picture.svg, "alt": picture.description}
    pdf = typst.compile(page.encode(), sys_inputs=inputs, format="pdf", pdf_standards=[standard])
    assert pdf.startswith(b"%PDF")
