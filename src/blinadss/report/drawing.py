"""A drawing as SVG: shapes and escaped text, readable on light and dark pages, on paper and in grey.

Every element has the colour it has on white paper as its ``color``, draws with ``currentColor``, and names the colour
as its class. So a page recolours a picture with one declaration a class, ``.picture .ink { color: #eee }``, whether
that element is a line, an area or a text; without any style sheet the picture brings its own white paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Literal

from blinadss.report.blocks import Picture, shown
from blinadss.report.lettering import Face, Ink

WIDTH = 680.0
MARGIN = 10.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PLAIN = Face()
STRONG = Face(bold=True)
SMALL = Face(12.5, "faint")
COLOURS: dict[Ink, str] = {
    "ink": "#1b1f24",
    "faint": "#57606a",
    "good": "#1a6b34",
    "bad": "#a8201a",
    "open": "#7a4b00",
    "paper": "#ffffff",
    "lit": "#0b4f8a",
}
FONTS = "system-ui, 'DejaVu Sans', 'Libertinus Serif', sans-serif"

Point = tuple[float, float]
Icon = Literal["tick", "cross", "question"]


@dataclass(frozen=True, slots=True)
class Pen:
    """How a shape is drawn: as an outline, filled or hatched, how thick, and dashed or not."""

    ink: Ink = "ink"
    weight: float = 1.5
    fill: Literal["none", "solid", "hatched"] = "none"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What a sign means: it is drawn around the middle of a space that is ``width`` wide."""

    sign: Callable[[Point], None]
    width: float
    words: str


class Drawing:
    """A picture being drawn; it grows downwards with what is drawn on it. ``name`` is its own on its page."""

    def __init__(self, name: str, width: float = WIDTH) -> None:
        self.width = width
        self.bottom = 0.0
        self._id = "picture-" + re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):x}_", name)
        self._marks: list[str] = []
        self._hatches: dict[Ink, str] = {}

    def rect(self, corner: Point, size: Point, pen: Pen) -> None:
        """A box, from its upper left corner."""
        (x, y), (width, height) = corner, size
        box = {"x": _number(x), "y": _number(y), "width": _number(width), "height": _number(height)}
        self._add("rect", box, pen, y + height)

    def circle(self, centre: Point, radius: float, pen: Pen) -> None:
        """A circle."""
        x, y = centre
        self._add("circle", {"cx": _number(x), "cy": _number(y), "r": _number(radius)}, pen, y + radius)

    def line(self, points: Sequence[Point], pen: Pen) -> None:
        """A line through some points."""
        self._add("path", {"d": "M" + " L".join(map(_pair, points))}, pen, max(y for _, y in points))

    def shape(self, points: Sequence[Point], pen: Pen) -> None:
        """An area with some corners."""
        self._add("path", {"d": "M" + " L".join(map(_pair, points)) + " Z"}, pen, max(y for _, y in points))

    def arrow(self, tip: Point, ahead: float, pen: Pen) -> None:
        """The head of an arrow that leads to the right, or to the left if ``ahead`` is negative."""
        x, y = tip
        self.shape([(x - ahead, y - abs(ahead) * 0.6), tip, (x - ahead, y + abs(ahead) * 0.6)], pen)

    def icon(self, icon: Icon, centre: Point) -> None:
        """A tick on a disc, a cross on a square, or a question mark in a diamond: told apart by shape alone."""
        x, y = centre
        paper = Pen("paper", 2.2)
        if icon == "tick":
            self.circle(centre, 8, Pen("good", fill="solid"))
            self.line([(x - 4, y + 0.2), (x - 1.2, y + 3.4), (x + 4.2, y - 3.2)], paper)
        elif icon == "cross":
            self.rect((x - 7.5, y - 7.5), (15, 15), Pen("bad", fill="solid"))
            self.line([(x - 3.8, y - 3.8), (x + 3.8, y + 3.8)], paper)
            self.line([(x - 3.8, y + 3.8), (x + 3.8, y - 3.8)], paper)
        else:
            self.shape([(x, y - 9.5), (x + 9.5, y), (x, y + 9.5), (x - 9.5, y)], Pen("open"))
            hook = f"M{_pair((x - 2.4, y - 2.2))} C{_pair((x - 2.4, y - 5.8))} {_pair((x + 2.8, y - 5.6))} "
            hook += (
                f"{_pair((x + 2.5, y - 2))} C{_pair((x + 2.3, y - 0.2))} {_pair((x, y - 0.4))} {_pair((x, y + 1.6))}"
            )
            self._add("path", {"d": hook}, Pen("open", 1.6), y)
            self.circle((x, y + 4.3), 0.6, Pen("open", 1, "solid"))

    def text(self, at: Point, text: str, face: Face = PLAIN) -> None:
        """One line of text; ``at`` is where it starts, or its middle or end, on the line it stands on."""
        x, y = at
        attributes = {"class": face.ink, "color": COLOURS[face.ink], "fill": "currentColor"}
        attributes |= {"x": _number(x), "y": _number(y), "font-size": _number(face.size)}
        if face.bold:
            attributes["font-weight"] = "bold"
        if face.anchor != "start":
            attributes["text-anchor"] = face.anchor
        self._marks.append(_element("text", attributes, escape(shown(text))))
        self._reach(y + face.size * 0.3)

    def lines(self, corner: Point, lines: Sequence[str], face: Face = PLAIN) -> float:
        """Lines of text below each other, from the top; what is returned is where they end."""
        x, top = corner
        for number, line in enumerate(lines):
            self.text((x, top + number * face.leading + face.size), line, face)
        return top + len(lines) * face.leading

    def on_paper(self, at: Point, text: str, face: Face = PLAIN) -> None:
        """A line of text that is not crossed by what was drawn before."""
        width = face.width(text)
        left = at[0] - {"start": 0, "middle": width / 2, "end": width}[face.anchor]
        self.rect((left, at[1] - face.size), (width, face.size * 1.25), Pen("paper", 0, "solid"))
        self.text(at, text, face)

    def legend(self, top: float, entries: Sequence[Entry]) -> float:
        """What the signs mean, side by side, in as many rows as it takes; what is returned is where they end."""
        x, row = MARGIN, 20.0
        for entry in entries:
            needed = entry.width + 6 + SMALL.width(entry.words)
            if x > MARGIN and x + needed > self.width - MARGIN:
                x, top = MARGIN, top + row
            entry.sign((x + entry.width / 2, top + row / 2))
            self.text((x + entry.width + 6, top + row / 2 + 4.5), entry.words, SMALL)
            x += needed + 16
        return top + row

    def picture(self, title: str, description: str) -> Picture:
        """The picture as it is now, with its title and, in words, all that it shows."""
        height = self.bottom + MARGIN
        title, description = shown(title), shown(description)
        names = {"title": f"{self._id}-title", "desc": f"{self._id}-desc"}
        size = {"width": _number(self.width), "height": _number(height)}
        attributes = {"xmlns": "http://www.w3.org/2000/svg", "class": "picture", "role": "img"}
        attributes |= {"aria-labelledby": f"{names['title']} {names['desc']}"}
        attributes |= {"viewBox": f"0 0 {size['width']} {size['height']}", **size}
        # A page that is read from the right must not turn the texts round where they start.
        attributes |= {"font-family": FONTS, "direction": "ltr"}
        paper = {"class": "paper", "color": COLOURS["paper"], "fill": "currentColor"}
        inside = [
            _element("title", {"id": names["title"]}, escape(title)),
            _element("desc", {"id": names["desc"]}, escape(description)),
            *([_element("defs", {}, "".join(self._hatches.values()))] if self._hatches else []),
            _element("rect", paper | size),
            *self._marks,
        ]
        svg = _element("svg", attributes, "".join(inside))
        return Picture(title, description, svg, ceil(self.width), ceil(height))

    def _add(self, tag: str, attributes: dict[str, str], pen: Pen, bottom: float) -> None:
        drawn = {"class": pen.ink, "color": COLOURS[pen.ink], "fill": "none"} | attributes
        if pen.fill != "none":
            drawn["fill"] = "currentColor" if pen.fill == "solid" else self._hatch(pen.ink)
        if pen.weight:
            drawn |= {"stroke": "currentColor", "stroke-width": _number(pen.weight)}
        if pen.dashed:
            drawn["stroke-dasharray"] = "3 3"
        self._marks.append(_element(tag, drawn))
        self._reach(bottom + pen.weight / 2)

    def _hatch(self, ink: Ink) -> str:
        name = f"{self._id}-hatch-{ink}"
        if ink not in self._hatches:
            tile = {"id": name, "width": "5", "height": "5", "patternUnits": "userSpaceOnUse"}
            stripe = {"class": ink, "color": COLOURS[ink], "fill": "currentColor"}
            inside = _element("rect", stripe | {"width": "1.6", "height": "5"})
            self._hatches[ink] = _element("pattern", tile | {"patternTransform": "rotate(45)"}, inside)
        return f"url(#{name})"

    def _reach(self, y: float) -> None:
        self.bottom = max(self.bottom, y)


def _element(tag: str, attributes: Mapping[str, str], inside: str = "") -> str:
    """An element; what is inside has been escaped."""
    given = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{given}>{inside}</{tag}>" if inside else f"<{tag}{given}/>"


def _number(number: float) -> str:
    """A coordinate: as much of it as can be seen."""
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"
