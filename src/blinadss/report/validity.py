"""Until when each fact counts, as a picture, and on which days another answer begins by time alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from blinadss.report.blocks import Picture
from blinadss.report.drawing import MARGIN, MONTHS, PLAIN, SMALL, WIDTH, Drawing, Entry, Pen
from blinadss.report.lettering import Face

_LEFT, _RIGHT = 262.0, WIDTH - MARGIN - 14
_LABEL = _LEFT - MARGIN - 22
_YEAR = 366  # days shown before and after the day of assessment, at most
_SOON = 14  # and at least
_GAP = 12.0
_BAR = 13.0
_TICK = Face(12.5, anchor="middle")
_COUNTS = Pen("lit", 1.2, "solid")
_CHANGE = Pen("bad", 1.4, dashed=True)
_ANOTHER = "another answer"
_LAPSED = Pen("faint", 1.4, "hatched", dashed=True)


@dataclass(frozen=True, slots=True)
class Counted:
    """A fact with the day on which it was seen, and the last day on which it counts, if it ages at all.

    ``counts`` is whether it does on the day of assessment.
    """

    label: str
    value: str
    seen_on: date
    until: date | None
    counts: bool


@dataclass(frozen=True, slots=True)
class _Days:
    """The days that are shown, as ordinals: those of dates can be counted with at both ends of the calendar."""

    first: int
    last: int

    def at(self, ordinal: int) -> float:
        """Where a day begins, or the end that it lies beyond."""
        share = (ordinal - self.first) / (self.last - self.first)
        return _LEFT + min(max(share, 0), 1) * (_RIGHT - _LEFT)


def validity_picture(
    facts: Sequence[Counted], *, today: date, changes: Sequence[tuple[date, str]], name: str
) -> Picture:
    """A row for each fact, from the day it was seen to its last day; a line at today, and one at every change."""
    drawing = Drawing(name)
    days = _shown_days(facts, today, changes)
    shown = [(number, day) for number, (day, _) in enumerate(changes, 1) if day.toordinal() <= days.last]
    levels = _levels(days, shown)
    top = MARGIN + 22 + (max(levels, default=-1) + 1) * 20
    tops = _tops(facts, top + 4)
    bottom = tops[-1]
    for fact, row in zip(facts, tops, strict=False):
        below = drawing.lines((MARGIN, row), *_label(fact))
        drawing.lines((MARGIN, below), _said(fact), SMALL)
        _bar(drawing, days, fact, row + 10)
    _vertical_lines(drawing, days, today, (shown, levels), bottom)
    for fact, row in zip(facts, tops, strict=False):
        if days.first <= fact.seen_on.toordinal() <= days.last:
            _dot(drawing, (days.at(fact.seen_on.toordinal()), row + 10), counts=fact.counts)
    below = _months(drawing, days, bottom)
    below = _list(drawing, below + 6, days, changes)
    _explain(drawing, below + 4, facts, changes)
    return drawing.picture("Until when each fact counts", _description(facts, today, changes))


def _shown_days(facts: Sequence[Counted], today: date, changes: Sequence[tuple[date, str]]) -> _Days:
    """All days on which something begins or ends; what lies too far off has an arrow and leaves room to the others."""
    now = today.toordinal()
    dates = [fact.seen_on for fact in facts]
    dates += [fact.until for fact in facts if fact.until] + [day for day, _ in changes]
    near = [day.toordinal() for day in dates if abs(day.toordinal() - now) <= _YEAR]
    first, last = min([now - _SOON, *near]), max([now + _SOON, *near]) + 1
    edge = (last - first) // 30 + 1
    return _Days(first - edge, last + edge)


def _label(fact: Counted) -> tuple[tuple[str, ...], Face]:
    return PLAIN.wrapped(f"{fact.label}: {fact.value}" if fact.value else fact.label, _LABEL, 6), PLAIN


def _said(fact: Counted) -> tuple[str, ...]:
    until = "no limit set" if fact.until is None else f"until {fact.until}"
    lapsed = () if fact.counts else ("does not count today",)
    return (*SMALL.wrapped(f"{fact.seen_on}, {until}", _LABEL), *lapsed)


def _tops(facts: Sequence[Counted], top: float) -> list[float]:
    """Where each row begins, and where the last one ends."""
    tops = [top]
    for fact in facts:
        height = len(_label(fact)[0]) * PLAIN.leading + len(_said(fact)) * SMALL.leading
        tops.append(tops[-1] + height + _GAP)
    return tops


def _levels(days: _Days, shown: Sequence[tuple[int, date]]) -> list[int]:
    """How high above the rows the number of each change stands, so that no two of them touch."""
    levels: list[int] = []
    ends: list[float] = []
    for number, day in shown:
        x, half = days.at(day.toordinal()), _badge_width(number) / 2
        level = next((each for each, end in enumerate(ends) if end < x - half), len(ends))
        ends[level : level + 1] = [x + half + 2]
        levels.append(level)
    return levels


def _badge_width(number: int) -> float:
    return _TICK.width(str(number)) + 10


def _vertical_lines(
    drawing: Drawing, days: _Days, today: date, changes: tuple[Sequence[tuple[int, date]], Sequence[int]], end: float
) -> None:
    """The line at the day of assessment, and the numbered ones at the changes; they begin below each other's names."""
    now = days.at(today.toordinal())
    said = f"assessed {today}"
    half = _TICK.width(said) / 2
    drawing.text((min(max(now, _LEFT + half), WIDTH - MARGIN - half), MARGIN + 13), said, _TICK)
    drawing.line([(now, MARGIN + 18), (now, end)], Pen("ink", 2.4))
    for (number, day), level in zip(*changes, strict=True):
        x, y = days.at(day.toordinal()), MARGIN + 32 + level * 20
        drawing.line([(x, y), (x, end)], _CHANGE)
        _badge(drawing, number, (x, y))


def _badge(drawing: Drawing, number: int, centre: tuple[float, float]) -> None:
    """The number of a change in its box."""
    (x, y), width = centre, _badge_width(number)
    drawing.rect((x - width / 2, y - 9), (width, 18), Pen("paper", 0, "solid"))
    drawing.rect((x - width / 2, y - 9), (width, 18), Pen("bad", 1.2))
    drawing.text((x, y + 4.5), str(number), _TICK)


def _bar(drawing: Drawing, days: _Days, fact: Counted, y: float) -> None:
    """A bar from the day it was seen to the end of its last day, with arrows where it goes on."""
    seen = fact.seen_on.toordinal()
    until = fact.until.toordinal() + 1 if fact.until else days.last + 1
    pen = _COUNTS if fact.counts else _LAPSED
    tip = Pen(pen.ink, 1, "solid")
    start, end = days.at(seen), days.at(max(until, seen))
    if end > start:
        drawing.rect((start, y - _BAR / 2), (end - start, _BAR), pen)
    if until > days.last:
        drawing.arrow((_RIGHT + 12, y), 12, tip)
    if seen < days.first:
        drawing.arrow((_LEFT - 12, y), -12, tip)


def _dot(drawing: Drawing, centre: tuple[float, float], *, counts: bool) -> None:
    """The day on which it was seen."""
    drawing.circle(centre, _BAR / 2 + 1, Pen("paper", 0, "solid"))
    drawing.circle(centre, _BAR / 2 - 1, Pen("lit", 1, "solid") if counts else Pen("faint", 2))


def _months(drawing: Drawing, days: _Days, top: float) -> float:
    """The axis, with as many months as can be named side by side; what is returned is where it ends."""
    drawing.line([(_LEFT, top), (_RIGHT, top)], Pen("ink", 1.2))
    firsts = [day for day in map(_date, range(days.first, days.last + 1)) if day and day.day == 1]
    for day in firsts:
        drawing.line([(days.at(day.toordinal()), top), (days.at(day.toordinal()), top + 5)], Pen("ink", 1.2))
    for x, said in next(names for names in _named(days, firsts) if _apart(names)):
        drawing.text((x, top + 19), said, _TICK)
    return top + 24


def _named(days: _Days, firsts: Sequence[date]) -> Iterator[list[tuple[float, str]]]:
    """The names of all months where they stand, or of every second one, and so on."""
    for every in range(1, len(firsts) + 2):
        named = ((days.at(day.toordinal()), f"{MONTHS[day.month - 1]} {day.year}") for day in firsts[::every])
        yield [(min(x, WIDTH - MARGIN - _TICK.width(said) / 2), said) for x, said in named]


def _apart(names: Sequence[tuple[float, str]]) -> bool:
    half = [_TICK.width(said) / 2 + 3 for _, said in names]
    return all(names[n + 1][0] - names[n][0] >= half[n] + half[n + 1] for n in range(len(names) - 1))


def _date(ordinal: int) -> date | None:
    """The day, if the calendar goes as far."""
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def _list(drawing: Drawing, top: float, days: _Days, changes: Sequence[tuple[date, str]]) -> float:
    """The changes by their numbers, in words; what is returned is where they end."""
    for number, (day, words) in enumerate(changes, 1):
        width = _badge_width(number)
        beyond = " (beyond this picture)" if day.toordinal() > days.last else ""
        lines = PLAIN.wrapped(f"{day}{beyond}: {words}", WIDTH - 2 * MARGIN - width - 8)
        _badge(drawing, number, (MARGIN + width / 2, top + 10))
        top = max(drawing.lines((MARGIN + width + 8, top), lines) + 5, top + 22)
    return top


def _explain(drawing: Drawing, top: float, facts: Sequence[Counted], changes: Sequence[tuple[date, str]]) -> None:
    """The legend, with the signs that are there."""
    entries = []
    if any(fact.counts for fact in facts):
        entries.append(Entry(lambda at: _sample(drawing, at, counts=True), 34, "seen, and counts"))
    if not all(fact.counts for fact in facts):
        entries.append(Entry(lambda at: _sample(drawing, at, counts=False), 34, "does not count today"))
    if facts:
        entries.append(Entry(lambda at: drawing.arrow((at[0] + 6, at[1]), 12, Pen("ink", 1, "solid")), 14, "goes on"))
    if changes:
        entries.append(Entry(lambda at: drawing.line([(at[0], at[1] - 9), (at[0], at[1] + 9)], _CHANGE), 8, _ANOTHER))
    drawing.legend(top, entries)


def _sample(drawing: Drawing, centre: tuple[float, float], *, counts: bool) -> None:
    x, y = centre
    drawing.rect((x - 12, y - _BAR / 2), (26, _BAR), _COUNTS if counts else _LAPSED)
    _dot(drawing, (x - 10, y), counts=counts)


def _description(facts: Sequence[Counted], today: date, changes: Sequence[tuple[date, str]]) -> str:
    said = [f"Assessed on {today}."]
    for fact in facts:
        value = f": {fact.value}" if fact.value else ""
        until = "with no limit set" if fact.until is None else f"until {fact.until}"
        lapsed = "" if fact.counts else ", which does not count today"
        said.append(f"{fact.label}{value}, seen on {fact.seen_on}, {until}{lapsed}.")
    if not facts:
        said.append("No fact is shown.")
    said.extend(f"Change {number}, from {day} on: {words}" for number, (day, words) in enumerate(changes, 1))
    if not changes:
        said.append("No other answer begins by time alone.")
    return " ".join(said)
