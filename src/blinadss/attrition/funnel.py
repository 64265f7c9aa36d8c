"""A funnel as a picture: line by line how many patients remain, for certain or perhaps, and how many are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blinadss.attrition.figures import Count, Funnel, Step
from blinadss.attrition.telling import counted, placed, share, stated
from blinadss.report.blocks import Picture
from blinadss.report.drawing import MARGIN, PLAIN, SMALL, STRONG, WIDTH, Drawing, Entry, Pen, Point
from blinadss.report.lettering import Face

_LEFT = 330.0  # of the bars; what is asked stands before them
_LABEL = _LEFT - MARGIN - 18
_WHOLE = WIDTH - MARGIN - _LEFT  # the bar of all patients
_BAR = 17.0  # its height
_GAP = 13.0  # between rows
_LINES = 8  # of a statement, at most
_LEAST = 1.5  # the width of a bar of somebody
_CERTAIN = Pen("good", 1, "solid")
_OPEN = Pen("open", 1, "hatched")
_LOST = Pen("bad", 1, dashed=True)


@dataclass(frozen=True)
class _Row:
    """A row before it is drawn: what it says, how long its bars are, and their numbers in words."""

    said: tuple[str, ...]
    where: tuple[str, ...]
    bars: tuple[tuple[Count, Pen], ...]
    numbers: tuple[str, ...]
    face: Face = PLAIN

    @property
    def height(self) -> float:
        label = len(self.said) * self.face.leading + len(self.where) * SMALL.leading
        return max(label, _BAR + 4 + len(self.numbers) * SMALL.leading)


def funnel_picture(funnel: Funnel, *, least: int = 0) -> Picture:
    """The funnel from all patients at the top to the answer at the bottom, one row a line, each with its three bars.

    ``least`` is the smallest count that is told, as in the figures.
    """
    drawing = Drawing(f"funnel-{funnel.id}")
    rows = [_first(funnel, least), *(_row(step, least) for step in funnel.steps)]
    width = drawing.width - 2 * MARGIN
    below = drawing.lines((MARGIN, MARGIN), STRONG.wrapped(funnel.title, width, _LINES), STRONG)
    top = drawing.lines((MARGIN, below), SMALL.wrapped(funnel.id, width, 2), SMALL) + _GAP
    for row in rows:
        below = drawing.lines((MARGIN, top), row.said, row.face)
        drawing.lines((MARGIN, below), row.where, SMALL)
        _bars(drawing, (_LEFT, top), row.bars, funnel.patients)
        drawing.lines((_LEFT, top + _BAR + 4), row.numbers, SMALL)
        top += row.height + _GAP
    _explain(drawing, top)
    return drawing.picture(f"Attrition: {funnel.title}", _described(funnel, least))


def _first(funnel: Funnel, least: int) -> _Row:
    said = STRONG.wrapped("All patients", _LABEL)
    return _Row(said, (), ((funnel.patients, Pen("ink", 1, "solid")),), (counted(funnel.patients, least),), STRONG)


def _row(step: Step, least: int) -> _Row:
    face = STRONG if step.kind == "concludes" else PLAIN
    bars = ((step.certain, _CERTAIN), (step.open, _OPEN), (step.lost, _LOST))
    remain = f"remain: {counted(step.certain, least)} for certain, {counted(step.open, least)} perhaps"
    numbers = tuple(
        line for each in (remain, f"lost here: {counted(step.lost, least)}") for line in SMALL.wrapped(each, _WHOLE)
    )
    return _Row(face.wrapped(stated(step), _LABEL, _LINES), SMALL.wrapped(placed(step), _LABEL, 2), bars, numbers, face)


def _bars(drawing: Drawing, corner: Point, bars: Sequence[tuple[Count, Pen]], whole: Count) -> None:
    """Bars side by side, each as long as its share of all patients, but long enough to be seen."""
    x, y = corner
    drawing.line([(_LEFT, y - 1), (_LEFT, y + _BAR + 1)], Pen("faint", 1))
    for patients, pen in bars:
        if patients and whole:
            width = max(_LEAST, min(_WHOLE, _WHOLE * patients / whole))
            x = min(x, _LEFT + _WHOLE - width)
            drawing.rect((x, y), (width, _BAR), pen)
            x += width


def _explain(drawing: Drawing, top: float) -> None:
    """The legend, under a line."""
    drawing.line([(MARGIN, top), (drawing.width - MARGIN, top)], Pen("faint", 0.8))

    def sample(pen: Pen) -> Entry:
        words = {_CERTAIN: "remain for certain", _OPEN: "remain perhaps: it cannot be said", _LOST: "lost here"}
        return Entry(lambda at: drawing.rect((at[0] - 14, at[1] - 6), (28, 12), pen), 28, words[pen])

    drawing.legend(top + 6, [sample(_CERTAIN), sample(_OPEN), sample(_LOST)])


def _described(funnel: Funnel, least: int) -> str:
    """All rows in words."""
    said = [f"Of {counted(funnel.patients, least)} patients:"]
    for step in funnel.steps:
        part = share(step.remain, funnel.patients)
        remain = f"{counted(step.remain, least)} remain{f' ({part})' if part else ''}"
        said.append(
            f"{stated(step).rstrip('.')}: {counted(step.lost, least)} lost, {remain}, "
            f"{counted(step.certain, least)} of them for certain."
        )
    return " ".join(said)
