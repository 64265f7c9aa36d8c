"""The decision tree of an indication as a picture, with the path lit that settled this patient's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blinadss.report.blocks import Picture
from blinadss.report.drawing import MARGIN, PLAIN, SMALL, STRONG, WIDTH, Drawing, Entry, Icon, Pen
from blinadss.truth import Truth

_STEP = 26.0  # from a part to its own parts
_ROOM = 300.0  # for the text of the deepest part, at least
_GAP = 9.0  # between rows
_ICON = 20.0
_LIT = Pen("lit", 3.5)
_UNLIT = Pen("faint", 1.2, dashed=True)


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the tree: what it says, whether that is so, what that speaks for, and whether it decides.

    ``good`` is whether its being true speaks for the indication; ``lit`` whether it is on the path that settled the
    answer or that keeps it open; ``value`` what the patient has, or why that is not known.
    """

    text: str
    truth: Truth
    good: bool
    lit: bool
    value: str = ""
    parts: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """A branch in its place."""

    branch: Branch
    depth: int
    parent: int  # its row; the first has none, and names itself
    top: float
    said: tuple[str, ...]
    value: tuple[str, ...]

    @property
    def centre(self) -> tuple[float, float]:
        return MARGIN + _ICON / 2 + self.depth * _STEP, self.top + _ICON / 2

    @property
    def bottom(self) -> float:
        text = len(self.said) * STRONG.leading + len(self.value) * SMALL.leading
        return self.top + max(_ICON, text)


def tree_picture(root: Branch, *, name: str, title: str, description: str) -> Picture:
    """The tree from top to bottom: one row for each part, with its own parts below it and further in."""
    width = max(WIDTH, _depth(root) * _STEP + _ROOM)
    drawing = Drawing(name, width)
    rows = _rows(root, width)
    _connect(drawing, rows)
    for row in rows:
        x, y = row.centre
        drawing.icon(icon_of(row.branch), (x, y))
        face = STRONG if row.branch.lit else PLAIN
        below = drawing.lines((x + _ICON / 2 + 6, row.top + 1), row.said, face)
        drawing.lines((x + _ICON / 2 + 6, below), row.value, SMALL)
    _explain(drawing, rows[-1].bottom + _GAP, settled=root.truth is not Truth.UNKNOWN)
    return drawing.picture(title, description)


def icon_of(branch: Branch) -> Icon:
    """A tick if the part as it is speaks for the indication, a cross if it speaks against it."""
    if branch.truth is Truth.UNKNOWN:
        return "question"
    return "tick" if (branch.truth is Truth.TRUE) is branch.good else "cross"


def _depth(branch: Branch) -> int:
    return max((1 + _depth(part) for part in branch.parts), default=0)


def _rows(root: Branch, width: float) -> list[_Row]:
    rows: list[_Row] = []
    top = MARGIN
    for branch, depth, parent in _in_order(root):
        room = width - MARGIN - (MARGIN + depth * _STEP + _ICON + 6)
        face = STRONG if branch.lit else PLAIN
        row = _Row(branch, depth, parent, top, face.wrapped(branch.text, room), SMALL.wrapped(branch.value, room))
        rows.append(row)
        top = row.bottom + _GAP
    return rows


def _in_order(root: Branch) -> Iterator[tuple[Branch, int, int]]:
    """Every branch as it is read, with how deep it is, and the number of the one that it is a part of."""
    waiting = [(root, 0, 0)]
    number = 0
    while waiting:
        branch, depth, parent = waiting.pop()
        yield branch, depth, parent
        waiting.extend((part, depth + 1, number) for part in reversed(branch.parts))
        number += 1


def _connect(drawing: Drawing, rows: list[_Row]) -> None:
    """Lines from each branch to its parts: the thin ones first, so that a thick one is whole where they meet."""
    for pen, lit in ((_UNLIT, False), (_LIT, True)):
        last: dict[int, _Row] = {}
        for row in rows[1:]:
            if row.branch.lit is lit:
                x, y = row.centre
                drawing.line([(rows[row.parent].centre[0], y), (x - _ICON / 2, y)], pen)
                last[row.parent] = row
        for parent, row in last.items():
            x, y = rows[parent].centre
            end = row.centre[1] + (pen.weight / 2 if lit else 0)
            drawing.line([(x, y + _ICON / 2), (x, end)], pen)


def _explain(drawing: Drawing, top: float, *, settled: bool) -> None:
    """The legend, under a line."""
    drawing.line([(MARGIN, top), (drawing.width - MARGIN, top)], Pen("faint", 0.8))
    lit = "settles it" if settled else "keeps it open"
    entries = [
        Entry(lambda at: drawing.icon("tick", at), 18, "speaks for"),
        Entry(lambda at: drawing.icon("cross", at), 18, "speaks against"),
        Entry(lambda at: drawing.icon("question", at), 18, "not known"),
        Entry(lambda at: drawing.line([(at[0] - 14, at[1]), (at[0] + 14, at[1])], _LIT), 28, lit),
        Entry(lambda at: drawing.line([(at[0] - 14, at[1]), (at[0] + 14, at[1])], _UNLIT), 28, "does not decide"),
    ]
    drawing.legend(top + 6, entries)
