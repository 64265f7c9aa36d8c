"""One treatment cycle as a picture: what runs, what is given and what is watched, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil, floor, isfinite

from blinadss.report.blocks import Picture
from blinadss.report.drawing import MARGIN, MONTHS, PLAIN, SMALL, WIDTH, Drawing, Entry, Pen
from blinadss.report.lettering import Face

_LEFT, _RIGHT = 176.0, WIDTH - MARGIN - 26
_LABEL = _LEFT - MARGIN - 22
_EARLIER = 7  # days before the first one that are shown, at most
_GAP = 14.0
_BAR = 20.0
_TOUCH = 6.0  # marks that are nearer to each other become a bar
_WORDS = Face(12.5, anchor="middle")
_NUMBER = Face(13, anchor="middle", bold=True)
_DATE = Face(12.5, "faint", anchor="middle")
_FILLED = Pen("lit", 1.4, "solid")
_HOLLOW = Pen("lit", 1.6)
_MANY = Pen("ink", 1.2, "hatched")


@dataclass(frozen=True, slots=True)
class Lane:
    """What goes on beside other things, in days from the beginning of day 1: for how long, or at which moments.

    ``words`` are one for each span, or none.
    """

    label: str
    spans: tuple[tuple[float, float], ...] = ()
    marks: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    filled: bool = True


@dataclass(frozen=True, slots=True)
class _Axis:
    """The days that are shown."""

    first: int
    last: int

    def at(self, day: float) -> float:
        """Where a moment is, or the end that it lies beyond."""
        share = (day - self.first) / (self.last - self.first)
        return _LEFT + min(max(share, 0), 1) * (_RIGHT - _LEFT)

    def shows(self, day: float) -> bool:
        """Whether a moment is in the picture."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class _Said:
    """Words to a bar: in it, or so many lines above it."""

    middle: float
    text: str
    above: int


def cycle_picture(  # noqa: PLR0913 - each says one thing about the cycle, by name
    lanes: Sequence[Lane], *, first_day: date, days: int, name: str, title: str, description: str
) -> Picture:
    """The lanes below each other, over the days of the cycle and their dates."""
    drawing = Drawing(name)
    axis = _Axis(_earliest(lanes), max(1, days))
    rows = [(lane, PLAIN.wrapped(lane.label, _LABEL, 6), _said(lane, axis)) for lane in lanes]
    bars = _bars(rows)
    bottom = bars[-1]
    _weeks(drawing, axis, bottom)
    for (lane, label, said), y in zip(rows, bars, strict=False):
        drawing.lines((MARGIN, y - len(label) * PLAIN.leading / 2), label)
        _lane(drawing, axis, lane, y)
        _say(drawing, lane, said, y)
    below = _days(drawing, axis, first_day, bottom)
    if any(len(run) > 1 for lane in lanes for run in _runs(lane, axis)):
        sample = Entry(lambda at: drawing.rect((at[0] - 14, at[1] - 5), (28, 10), _MANY), 28, "times close together")
        drawing.legend(below + 4, [sample])
    return drawing.picture(title, description)


def _earliest(lanes: Sequence[Lane]) -> int:
    moments = [day for lane in lanes for day in (*lane.marks, *(start for start, _ in lane.spans)) if isfinite(day)]
    return max(-_EARLIER, floor(min(moments, default=0.0))) if min(moments, default=0.0) < 0 else 0


def _bars(rows: Sequence[tuple[Lane, Sequence[str], Sequence[_Said]]]) -> list[float]:
    """How high the middle of each lane is, which its label is beside and its words are above; and where they end."""
    bars: list[float] = []
    top = MARGIN
    for _, label, said in rows:
        words = max((each.above for each in said), default=0) * _WORDS.leading
        half = len(label) * PLAIN.leading / 2
        bars.append(top + max(half, words + _BAR / 2))
        top = bars[-1] + max(half, _BAR / 2) + _GAP
    return [*bars, top]


def _said(lane: Lane, axis: _Axis) -> list[_Said]:
    """The words of a lane, each where it meets no other: in its bar, or above, as low as possible."""
    placed: list[_Said] = []
    ends: list[float] = []
    for text, left, right in sorted(_texts(lane, axis), key=lambda each: (each[1], each[2])):
        said = _WORDS.cut(text, _RIGHT - _LEFT)
        half, middle = _WORDS.width(said) / 2, (left + right) / 2
        if lane.spans and 2 * half + 8 <= right - left and not _crossed(lane, axis, left, right):
            placed.append(_Said(middle, said, 0))
            continue
        middle = min(max(middle, _LEFT + half), _RIGHT - half)
        level = next((number for number, end in enumerate(ends) if end < middle - half), len(ends))
        ends[level : level + 1] = [middle + half + 6]
        placed.append(_Said(middle, said, level + 1))
    return placed


def _texts(lane: Lane, axis: _Axis) -> list[tuple[str, float, float]]:
    """What is said of the spans, and of marks that are too many to be drawn, and from where to where."""
    spans = zip(lane.spans, lane.words, strict=False)
    texts = [(words, *_ends(axis, *span)) for span, words in spans if words.strip() and _drawn(axis, *span)]
    runs = (run for run in _runs(lane, axis) if len(run) > 1)
    return [*texts, *((_often(run), axis.at(run[0]), axis.at(run[-1])) for run in runs)]


def _crossed(lane: Lane, axis: _Axis, left: float, right: float) -> bool:
    """Whether marks, or another bar, lie where words in a bar would stand."""
    bars = [_ends(axis, *span) for span in lane.spans]
    if sum(start < right and left < end for start, end in bars) != 1:
        return True
    return any(left <= axis.at(mark) <= right for mark in lane.marks if isfinite(mark))


def _often(run: Sequence[float]) -> str:
    """How often something comes: words that are true of all moments of a run."""
    by_day: dict[int, int] = {}
    for moment in run:
        by_day[floor(moment)] = by_day.get(floor(moment), 0) + 1
    most = max(by_day.values())
    if most == 1:
        return "every day" if len(run) == floor(run[-1]) - floor(run[0]) + 1 else "some days"
    return f"up to {most} a day"


def _runs(lane: Lane, axis: _Axis) -> list[list[float]]:
    """The moments that are shown, those together that would touch."""
    moments = sorted({mark for mark in lane.marks if isfinite(mark) and axis.shows(mark)})
    runs = [moments[:1]] if moments else []
    for before, moment in pairwise(moments):
        if axis.at(moment) - axis.at(before) < _TOUCH:
            runs[-1].append(moment)
        else:
            runs.append([moment])
    return runs


def _drawn(axis: _Axis, start: float, end: float) -> bool:
    """Whether any of a span is in the picture."""
    return start <= axis.last and end >= axis.first


def _ends(axis: _Axis, start: float, end: float) -> tuple[float, float]:
    """From where to where a bar goes; the shortest is still seen."""
    left, right = axis.at(start), axis.at(max(start, end))
    return (left, right) if right - left >= 3 else (min(left, _RIGHT - 3), min(left, _RIGHT - 3) + 3)


def _lane(drawing: Drawing, axis: _Axis, lane: Lane, y: float) -> None:
    """The bars of a lane, and its moments; arrows where something lies beyond the picture."""
    for start, end in lane.spans:
        if _drawn(axis, start, end):
            left, right = _ends(axis, start, end)
            drawing.rect((left, y - _BAR / 2), (right - left, _BAR), Pen("paper", 0, "solid"))
            drawing.rect((left, y - _BAR / 2), (right - left, _BAR), _FILLED if lane.filled else _HOLLOW)
    for run in _runs(lane, axis):
        if len(run) > 1:
            left, right = axis.at(run[0]), max(axis.at(run[-1]), axis.at(run[0]) + 3)
            drawing.rect((left - 1.5, y - 6), (right - left + 3, 12), Pen("paper", 0, "solid"))
            drawing.rect((left - 1.5, y - 6), (right - left + 3, 12), _MANY)
        else:
            x = axis.at(run[0])
            drawing.line([(x, y - 10), (x, y + 10)], Pen("paper", 5))
            drawing.line([(x, y - 9), (x, y + 9)], Pen("ink", 2.4))
    moments = [day for span in lane.spans for day in span] + list(lane.marks)
    if any(day < axis.first for day in moments):
        drawing.arrow((_LEFT - 12, y), -10, Pen("ink", 1, "solid"))
    if any(day > axis.last for day in moments):
        drawing.arrow((_RIGHT + 12, y), 10, Pen("ink", 1, "solid"))


def _say(drawing: Drawing, lane: Lane, said: Sequence[_Said], y: float) -> None:
    """The words of a lane, in its bars and above them."""
    for each in said:
        if each.above:
            drawing.on_paper((each.middle, y - _BAR / 2 - (each.above - 1) * _WORDS.leading - 5), each.text, _WORDS)
        else:
            ink = Face(12.5, "paper" if lane.filled else "ink", anchor="middle")
            drawing.text((each.middle, y + 4.5), each.text, ink)


def _weeks(drawing: Drawing, axis: _Axis, bottom: float) -> None:
    for day in _named_days(axis):
        x = axis.at(day)
        drawing.line([(x, MARGIN), (x, bottom)], Pen("faint", 0.6, dashed=True))


def _named_days(axis: _Axis) -> range:
    """The days that have a name: the first of every week, or of every second, and so on."""
    week = 7 * (_RIGHT - _LEFT) / (axis.last - axis.first)
    return range(0, axis.last + 1, 7 * max(1, ceil((_DATE.width("00 Mmm") + 8) / week)))


def _days(drawing: Drawing, axis: _Axis, first_day: date, top: float) -> float:
    """The axis with the days of the cycle and their dates; what is returned is where it ends."""
    drawing.line([(_LEFT, top), (_RIGHT, top)], Pen("ink", 1.2))
    if axis.last - axis.first <= 180:  # more would be a bar of ticks
        for day in range(axis.first, axis.last + 1):
            drawing.line([(axis.at(day), top), (axis.at(day), top + 3)], Pen("ink", 0.8))
    for day in _named_days(axis):
        x = axis.at(day)
        drawing.line([(x, top), (x, top + 7)], Pen("ink", 1.6))
        drawing.text((x, top + 21), str(day + 1), _NUMBER)
        if first_day.toordinal() + day <= date.max.toordinal():
            on = date.fromordinal(first_day.toordinal() + day)
            drawing.text((x, top + 38), f"{on.day} {MONTHS[on.month - 1]}", _DATE)
    drawing.text((MARGIN, top + 21), "Day", Face(13, bold=True))
    drawing.lines((MARGIN, top + 25), SMALL.wrapped(f"day 1: {first_day}", _LABEL), SMALL)
    return top + 44
