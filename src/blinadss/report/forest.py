"""Published effects as forest plots: one picture for each measure, since a ratio and a difference share no scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from blinadss.quantity import plain
from blinadss.report.blocks import Picture
from blinadss.report.drawing import MARGIN, PLAIN, SMALL, WIDTH, Drawing, Entry, Pen, Point
from blinadss.report.lettering import Face
from blinadss.report.scales import Scale, scale_for

_LEFT, _RIGHT = 232.0, 466.0  # of the scale; labels stand before it, numbers in words after it
_LABEL = _LEFT - MARGIN - 16
_WORDS = WIDTH - MARGIN - _RIGHT - 20
_GAP = 10.0
_LINES = 6  # of a label or a number in words, at most
_NAME = Face(12.5, anchor="middle")  # of a tick
_KNOWN = Pen("ink", 2)
_DOUBTED = Pen("ink", 1.6, dashed=True)


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect that was published: whose it is, how it was measured, and the number in words.

    ``trusted`` is false if nobody read it in its source; ``text`` says so, in a word.
    """

    label: str
    measure: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    level: Decimal | None
    text: str
    trusted: bool

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """From where to where it may be, if both were given."""
        if self.low is None or self.high is None:
            return None
        return min(self.low, self.high), max(self.low, self.high)


def forest_pictures(estimates: Sequence[Estimate], *, name: str) -> tuple[Picture, ...]:
    """A forest plot for each measure, in the order in which they come."""
    measures: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        measures.setdefault(estimate.measure, []).append(estimate)
    return tuple(_picture(each, f"{name}-{number}") for number, each in enumerate(measures.values(), 1))


def _picture(estimates: Sequence[Estimate], name: str) -> Picture:
    measure = estimates[0].measure
    bounds = [bound for each in estimates for bound in each.interval or ()]
    scale = scale_for([each.value for each in estimates], bounds, ratio="difference" not in measure.lower())
    drawing = Drawing(name)
    rows = _rows(estimates)
    end = rows[-1][1] + _GAP / 2
    neutral = _at(scale, scale.neutral)
    drawing.line([(neutral, MARGIN), (neutral, end)], Pen("faint", 1.2))
    for estimate, (top, bottom) in zip(estimates, rows, strict=True):
        label, words = _texts(estimate)
        for x, lines in ((MARGIN, label), (_RIGHT + 20, words)):
            drawing.lines((x, (top + bottom - len(lines) * PLAIN.leading) / 2), lines)
        _estimate(drawing, scale, estimate, (top + bottom) / 2)
    below = _axis(drawing, scale, measure, end)
    _explain(drawing, below, estimates)
    title = f"{measure[:1].upper()}{measure[1:]}: what was published"
    return drawing.picture(title, _description(estimates, scale))


def _rows(estimates: Sequence[Estimate]) -> list[tuple[float, float]]:
    """From where to where the row of each estimate goes."""
    rows = []
    top = MARGIN
    for estimate in estimates:
        lines = max(1, *map(len, _texts(estimate)))
        rows.append((top, top + lines * PLAIN.leading))
        top += lines * PLAIN.leading + _GAP
    return rows


def _texts(estimate: Estimate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return PLAIN.wrapped(estimate.label, _LABEL, _LINES), PLAIN.wrapped(estimate.text, _WORDS, _LINES)


def _at(scale: Scale, number: Decimal) -> float:
    return _LEFT + min(max(scale.place(number), 0), 1) * (_RIGHT - _LEFT)


def _estimate(drawing: Drawing, scale: Scale, estimate: Estimate, y: float) -> None:
    """A square on its interval; a diamond if it has none; an arrow where either leaves the scale."""
    if estimate.interval:
        pen = _KNOWN if estimate.trusted else _DOUBTED
        low, high = (_at(scale, bound) for bound in estimate.interval)
        drawing.line([(low, y), (high, y)], pen)
        for bound, ahead in zip(estimate.interval, (-9, 9), strict=True):
            if 0 <= scale.place(bound) <= 1:
                drawing.line([(_at(scale, bound), y - 5), (_at(scale, bound), y + 5)], Pen("ink", pen.weight))
            else:
                edge = _LEFT if scale.place(bound) < 0 else _RIGHT
                drawing.arrow((edge + (ahead if (edge == _LEFT) is (ahead < 0) else -ahead), y), ahead, _solid())
    place = scale.place(estimate.value)
    if not 0 <= place <= 1:
        drawing.arrow((_LEFT - 9, y) if place < 0 else (_RIGHT + 9, y), -9 if place < 0 else 9, _solid())
    elif estimate.interval:
        _square(drawing, (_at(scale, estimate.value), y), trusted=estimate.trusted)
    else:
        _diamond(drawing, (_at(scale, estimate.value), y), trusted=estimate.trusted)


def _solid() -> Pen:
    return Pen("ink", 1, "solid")


def _square(drawing: Drawing, centre: Point, *, trusted: bool) -> None:
    x, y = centre
    size = 11.0
    drawing.rect((x - size / 2, y - size / 2), (size, size), Pen("ink" if trusted else "paper", 1.6, "solid"))
    if not trusted:
        drawing.rect((x - size / 2, y - size / 2), (size, size), Pen("ink", 1.6))


def _diamond(drawing: Drawing, centre: Point, *, trusted: bool) -> None:
    x, y = centre
    corners = [(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)]
    drawing.shape(corners, Pen("paper", 0, "solid"))
    drawing.shape(corners, Pen("ink", 1.6, dashed=not trusted))


def _axis(drawing: Drawing, scale: Scale, measure: str, top: float) -> float:
    """The scale with its ticks, which side is which, and what is measured; what is returned is where it ends."""
    drawing.line([(_LEFT, top), (_RIGHT, top)], Pen("ink", 1.2))
    for tick in scale.ticks:
        drawing.line([(_at(scale, tick), top), (_at(scale, tick), top + 5)], Pen("ink", 1.2))
    for tick in scale.named(lambda tick: (_NAME.width(_named(tick)) + 6) / (_RIGHT - _LEFT)):
        drawing.text((_at(scale, tick), top + 19), _named(tick), _NAME)
    neutral = _at(scale, scale.neutral)
    drawing.text((neutral - 8, top + 37), f"below {scale.neutral}", Face(12.5, "faint", anchor="end"))
    drawing.line([(neutral, top + 26), (neutral, top + 40)], Pen("faint", 1.2))
    drawing.text((neutral + 8, top + 37), f"above {scale.neutral}", SMALL)
    kind = "logarithmic scale" if scale.ratio else "linear scale"
    named = SMALL.wrapped(f"{measure}, {kind}", WIDTH - 2 * MARGIN, 2)
    return drawing.lines(((_LEFT + _RIGHT) / 2, top + 44), named, Face(12.5, "faint", anchor="middle"))


def _named(tick: Decimal) -> str:
    return plain(tick) if -6 <= tick.adjusted() < 7 else f"{tick:.0e}"


def _explain(drawing: Drawing, top: float, estimates: Sequence[Estimate]) -> None:
    """The legend, with the signs that are there."""
    entries = []
    if any(each.interval for each in estimates):
        levels = {each.level for each in estimates if each.interval}
        level = levels.pop() if len(levels) == 1 else None
        named = "interval" if level is None else f"{plain(level)} % interval"
        entries.append(Entry(lambda at: _sample(drawing, at, trusted=True), 34, f"estimate and its {named}"))
    if not all(each.trusted for each in estimates):
        entries.append(Entry(lambda at: _sample(drawing, at, trusted=False), 34, "not read in its source"))
    if not all(each.interval for each in estimates):
        entries.append(Entry(lambda at: _diamond(drawing, at, trusted=True), 16, "no interval given"))
    drawing.legend(top + 8, entries)


def _sample(drawing: Drawing, centre: Point, *, trusted: bool) -> None:
    x, y = centre
    drawing.line([(x - 16, y), (x + 16, y)], _KNOWN if trusted else _DOUBTED)
    _square(drawing, centre, trusted=trusted)


def _description(estimates: Sequence[Estimate], scale: Scale) -> str:
    count = len(estimates)
    kind = "logarithmic" if scale.ratio else "linear"
    first, last = (_named(tick) for tick in (scale.ticks[0], scale.ticks[-1]))
    what = f"{count} {'estimate' if count == 1 else 'estimates'} of {estimates[0].measure}"
    said = [f"{what}, on a {kind} scale from {first} to {last} with a line at {scale.neutral}."]
    said.extend(f"{each.label}: {each.text}{_extent(each)}{_side(each, scale)}." for each in estimates)
    return " ".join(said)


def _extent(estimate: Estimate) -> str:
    if not estimate.interval:
        return "" if "interval" in estimate.text else ", no interval given"
    return f", {plain(estimate.level)} % interval" if estimate.level is not None else ""


def _side(estimate: Estimate, scale: Scale) -> str:
    """Where the estimate and its interval are; which side is the better one depends on what was measured."""
    low, high = estimate.interval or (estimate.value, estimate.value)
    if high < scale.neutral:
        return f", {'all of it ' if estimate.interval else ''}below {scale.neutral}"
    if low > scale.neutral:
        return f", {'all of it ' if estimate.interval else ''}above {scale.neutral}"
    return f", with {scale.neutral} inside the interval" if estimate.interval else f", at {scale.neutral}"
