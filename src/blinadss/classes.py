"""The classes into which comparisons cut what can be known: two values of one class are the same to all of them.

Each reading (`marrow.blasts [%]`, `disease.cd19`) is a variable of `implicants`. Its
classes are the codes that no comparison tells apart, or the thresholds and what lies
between them. What is known of a patient is a box: for each reading, the classes it can be in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property, reduce
from itertools import pairwise, product
from operator import and_

from blinadss.elapsed import DAYS
from blinadss.expression import Comparison, Expression, Group, Operator, Value, Values, comparisons
from blinadss.facts import FACTS
from blinadss.implicants import Box, Space
from blinadss.kinds import Coded, Dated, Measured
from blinadss.links import DISAGREES
from blinadss.quantity import COUNT, DURATION, GRADE, LIFETIME, Quantity, Span

_INFINITY = Decimal("Infinity")
Cut = tuple[Decimal, bool]  # a threshold, and whether the cut lies just above it


@dataclass(frozen=True)
class Codes:
    """The codes of one reading, those together that no comparison tells apart."""

    fact: str
    groups: tuple[tuple[str, ...], ...]

    @property
    def size(self) -> int:
        """How many classes there are."""
        return len(self.groups)

    def of(self, value: Value) -> int:
        """The class of a value."""
        return next((1 << index for index, group in enumerate(self.groups) if value in group), 0)

    def chosen(self, leaf: Comparison) -> int:
        """The classes of which a comparison is true."""
        named = sum(1 << index for index, group in enumerate(self.groups) if group[0] in leaf.codes)
        return named if leaf.operator == "is" else (1 << self.size) - 1 & ~named

    def codes(self, classes: int) -> tuple[str, ...]:
        """The codes in these classes."""
        return tuple(code for index, group in enumerate(self.groups) if classes >> index & 1 for code in group)

    def written(self, classes: int) -> Expression:
        """A comparison that is true of exactly these classes."""
        return Comparison(self.fact, "is", self.codes(classes))


@dataclass(frozen=True)
class Magnitudes:
    """The magnitudes of one reading, cut at its thresholds, without classes in which nothing can lie."""

    leaf: Comparison  # any that reads it
    cuts: tuple[Cut, ...]
    as_written: tuple[tuple[Decimal, str], ...] = ()  # thresholds as their author wrote them

    @cached_property
    def _spans(self) -> tuple[tuple[int, Span], ...]:
        """Each class: the number of cuts below it, and the magnitudes in it."""
        limits, whole = possible(self.leaf)
        marks = [(limits.low, limits.low_open), *self.cuts, (limits.high, not limits.high_open)]
        spans = (_between(low, high, limits, whole=whole) for low, high in pairwise(marks))
        return tuple((below, span) for below, span in enumerate(spans) if span)

    @cached_property
    def _ranks(self) -> tuple[int, ...]:
        """How many classes have fewer cuts below them, by that number of cuts."""
        return tuple(sum(below < cuts for below, _ in self._spans) for cuts in range(len(self.cuts) + 2))

    @property
    def size(self) -> int:
        """How many classes there are."""
        return len(self._spans)

    def of(self, value: Value) -> int:
        """The classes in which a magnitude can lie of which a span is known."""
        assert isinstance(value, Span)  # noqa: S101 - a magnitude is known as one
        first = bisect_right(self.cuts, (value.low, value.low_open))
        last = (bisect_left if value.high_open else bisect_right)(self.cuts, (value.high, False))
        return (1 << self._ranks[last + 1]) - (1 << self._ranks[first])

    def chosen(self, leaf: Comparison) -> int:
        """The classes of which a comparison is true."""
        everything, below = (1 << self.size) - 1, (1 << self._ranks[self.cuts.index(_cut(leaf)) + 1]) - 1
        return everything & ~below if leaf.operator in (">=", ">") else below

    def spans(self, classes: int) -> tuple[Span, ...]:
        """The magnitudes in each of these classes."""
        return tuple(span for index, (_, span) in enumerate(self._spans) if classes >> index & 1)

    def written(self, classes: int) -> Expression:
        """Comparisons that are together true of exactly these classes."""
        runs = [self._run(first, last) for first, last in _runs(classes, self.size)]
        return runs[0] if len(runs) == 1 else Group("any", tuple(runs))

    def _run(self, first: int, last: int) -> Expression:
        ends = []
        if first > 0:
            magnitude, above = self.cuts[self._spans[first][0] - 1]
            ends.append(self._compared(magnitude, ">" if above else ">="))
        if last < self.size - 1:
            magnitude, above = self.cuts[self._spans[last][0]]
            ends.append(self._compared(magnitude, "<=" if above else "<"))
        return ends[0] if len(ends) == 1 else Group("all", tuple(ends))

    def _compared(self, magnitude: Decimal, operator: Operator) -> Comparison:
        threshold = self.leaf.threshold
        assert threshold is not None  # noqa: S101 - only codes are compared without one
        limit = Quantity(magnitude, threshold.scale)
        text = f"{self.leaf.fact} {operator} {dict(self.as_written).get(magnitude) or limit}"
        return Comparison(self.leaf.fact, operator, (), limit, self.leaf.since, text)


class Classes:
    """The classes of all readings of some expressions, and the boxes that can be made of them."""

    def __init__(self, expressions: Iterable[Expression]) -> None:
        leaves: dict[str, list[Comparison]] = {}
        for expression in expressions:
            for leaf in comparisons(expression):
                leaves.setdefault(leaf.reads, []).append(leaf)
        self.variables: dict[str, Codes | Magnitudes] = {
            reads: _codes(asked) if asked[0].threshold is None else _magnitudes(asked)
            for reads, asked in leaves.items()
        }
        self.readings = tuple(self.variables)
        self.facts = {reads: asked[0].fact for reads, asked in leaves.items()}
        self._places = {reads: place for place, reads in enumerate(self.readings)}
        self.space = Space(tuple(variable.size for variable in self.variables.values()))

    def field(self, reads: str) -> Box:
        """All classes of a reading, and nothing of any other."""
        return self.space.fields[self._places[reads]]

    def chosen(self, leaf: Comparison) -> Box:
        """The box in which a comparison is true."""
        return self.space.box(self._places[leaf.reads], self.variables[leaf.reads].chosen(leaf))

    def known(self, values: Values) -> Box:
        """The box of what is known: everything that the values leave possible."""
        box, fields, offsets = self.space.everything, self.space.fields, self.space.offsets
        for place, (reads, variable) in enumerate(self.variables.items()):
            value = values.get(reads)
            if value is not None and (classes := variable.of(value)):  # what cannot be is as good as unknown
                box = box & ~fields[place] | classes << offsets[place]
        return box

    def knowable(self, box: Box) -> Iterator[Box]:
        """The largest boxes in this one that can be what is known of a patient: one code, classes side by side."""
        choices = []
        for place in self.space.bound(box):
            variable, classes = self.variables[self.readings[place]], self.space.classes(box, place)
            codes = isinstance(variable, Codes)
            rows = (
                ((each, each) for each in range(variable.size) if classes >> each & 1)
                if codes
                else _runs(classes, variable.size)
            )
            choices.append([self.space.box(place, (2 << last) - (1 << first)) for first, last in rows])
        for sides in product(*choices):
            yield reduce(and_, sides, self.space.everything)

    def written(self, box: Box) -> Expression:
        """Comparisons that are together true of exactly what lies in the box."""
        parts: list[Expression] = []
        for place in self.space.bound(box):
            part = self.variables[self.readings[place]].written(self.space.classes(box, place))
            parts += part.parts if isinstance(part, Group) and part.word == "all" else (part,)
        return parts[0] if len(parts) == 1 else Group("all", tuple(parts))


def possible(leaf: Comparison) -> tuple[Span, bool]:
    """What the magnitude that a comparison reads can be at all, and whether it is always a whole number."""
    kind, threshold = FACTS.get(leaf.fact), leaf.threshold
    assert threshold is not None  # noqa: S101 - only codes are compared without one
    if isinstance(kind, Dated):
        return Span(Decimal(0), _INFINITY if kind.never else LIFETIME[threshold.scale]), threshold.scale == DAYS
    if not isinstance(kind, Measured):  # a reading that is no fact
        return Span(Decimal(0), _INFINITY), False
    if kind.dimension is DURATION:
        return Span(Decimal(0), LIFETIME[threshold.scale]), threshold.scale == DAYS
    if threshold.scale != kind.dimension.scales()[0]:
        return Span(Decimal(0), _INFINITY, low_open=kind.above_zero), False
    return Span(kind.least, kind.most, low_open=kind.above_zero), kind.dimension in (COUNT, GRADE)


def _codes(asked: list[Comparison]) -> Codes:
    fact, kind = asked[0].fact, FACTS.get(asked[0].fact)
    groups: dict[tuple[bool, ...], list[str]] = {}
    named = dict.fromkeys(code for leaf in asked for code in leaf.codes)
    for code in (
        kind.codes if isinstance(kind, Coded) else (*named, DISAGREES)
    ):  # the second of a reading that is no fact
        groups.setdefault(tuple(code in leaf.codes for leaf in asked), []).append(code)
    return Codes(fact, tuple(tuple(group) for group in groups.values()))


def _magnitudes(asked: list[Comparison]) -> Magnitudes:
    written = {
        leaf.threshold.magnitude: text
        for leaf in asked
        if leaf.threshold is not None and (text := leaf.text.rpartition(leaf.operator)[2].strip())
    }
    return Magnitudes(asked[0], tuple(sorted({_cut(leaf) for leaf in asked})), tuple(written.items()))


def _cut(leaf: Comparison) -> Cut:
    assert leaf.threshold is not None  # noqa: S101 - only codes are compared without one
    return leaf.threshold.magnitude, leaf.operator in (">", "<=")


def _between(low: Cut, high: Cut, limits: Span, *, whole: bool) -> Span | None:
    """What lies above one cut and below another, as far as the limits go."""
    if low >= high:
        return None
    span = Span(low[0], high[0], low[1], not high[1]).meet(limits)
    if span is None or not whole:
        return span
    least = span.low.to_integral_value(ROUND_CEILING) + (span.low_open and span.low == span.low.to_integral_value())
    most = span.high
    if most.is_finite():
        most = most.to_integral_value(ROUND_FLOOR) - (span.high_open and most == most.to_integral_value())
    return Span(least, most) if least <= most else None


def _runs(classes: int, size: int) -> Iterator[tuple[int, int]]:
    """The first and last class of each unbroken row of them."""
    first = None
    for index in range(size + 1):
        chosen = classes >> index & 1
        if chosen and first is None:
            first = index
        elif not chosen and first is not None:
            yield first, index - 1
            first = None
