"""A value that somebody could write in a profile for each class of what can be known: short, and easy to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import chain

from blinadss.classes import Classes, Codes
from blinadss.elapsed import DAYS, MONTHS, earlier, spans_between, spans_of_stated_age
from blinadss.expression import Value, reading_of
from blinadss.facts import FACTS
from blinadss.implicants import Box
from blinadss.kinds import NEVER, Dated, Measured
from blinadss.quantity import COUNT, DURATION, GRADE, LIFETIME, Quantity, Span, plain

_DAY = timedelta(days=1)
_MONTH = 31  # days at most


def stated(classes: Classes, box: Box, known: Box, values: Mapping[str, Value], on: date) -> dict[str, str]:
    """What a profile would have to say, by fact, for all that a box says more of than is known."""
    found: dict[str, str] = {}
    for place, reads in enumerate(classes.readings):
        allowed, fact = classes.space.classes(box, place), classes.facts[reads]
        if allowed == classes.space.classes(known, place) or fact not in FACTS or fact in found:
            continue
        variable = classes.variables[reads]
        if isinstance(variable, Codes):
            found[fact] = variable.codes(allowed)[0]
            continue
        threshold, seen = variable.leaf.threshold, values.get(reads)
        assert threshold is not None  # noqa: S101 - only codes are compared without one
        spans = (span.meet(seen) if isinstance(seen, Span) else span for span in variable.spans(allowed))
        span = next(each for each in spans if each)
        kind = FACTS[fact]
        if isinstance(kind, Measured) and kind.dimension is not DURATION:
            found[fact] = _written(kind, threshold.scale, span)
        else:
            found[fact] = _Time(classes, box, fact, values, on).written(threshold.scale, span)
    return found


def _written(kind: Measured, scale: str, span: Span) -> str:
    if kind.dimension is COUNT:
        return plain(span.low)
    if kind.dimension is GRADE:
        return str(Quantity(span.low, "grade"))
    return f"{plain(short(span))} {scale}"


def short(span: Span) -> Decimal:
    """A number in the span with few digits: a closed end, or something about the middle.

    >>> short(Span(Decimal(0), Decimal("0.1"), high_open=True)), short(Span(Decimal(5), Decimal(100)))
    (Decimal('0.05'), Decimal('5'))
    """
    if not span.low_open and span.low:
        return span.low
    if span.low == span.high:
        return span.low
    middle = (span.low + span.high) / 2 if span.high.is_finite() else span.low * 2 or Decimal(1)
    for digits in range(1, 16):
        step = Decimal(1).scaleb(middle.adjusted() - digits + 1)
        number = (middle / step).to_integral_value() * step
        if span.meet(Span.point(number)):
            return number
    return middle


def _age(scale: str, span: Span) -> str:
    """An age in years, months or days, all of whose time lies in the span if any such age does."""
    least = span.low.to_integral_value(ROUND_CEILING) + (span.low_open and span.low == int(span.low))
    if scale == DAYS:
        return f"{plain(least)} days"
    years = (least / 12).to_integral_value(ROUND_CEILING)
    if years * 12 + 12 <= span.high and years:
        return "1 year" if years == 1 else f"{plain(years)} years"
    if not least:
        return "15 days"  # less than a month in any year
    return "1 month" if least == 1 else f"{plain(least)} months"


class _Time:
    """A date, or an age, of which a box leaves some lengths of time on the day ``on``."""

    def __init__(self, classes: Classes, box: Box, fact: str, values: Mapping[str, Value], on: date) -> None:
        self._is_date, self._on = isinstance(FACTS[fact], Dated), on
        seen = ((scale, values.get(reading_of(fact, scale, since=self._is_date))) for scale in (MONTHS, DAYS))
        self._seen = {scale: span for scale, span in seen if isinstance(span, Span)}
        asked = (
            (place, classes.variables[reads])
            for place, reads in enumerate(classes.readings)
            if classes.facts[reads] == fact
        )
        self._asked = [
            (variable.leaf.threshold.scale, variable, classes.space.classes(box, place))
            for place, variable in asked
            if not isinstance(variable, Codes) and variable.leaf.threshold is not None
        ]

    def written(self, scale: str, span: Span) -> str:
        """One of which the time lies in the span, and is left by the box on the other scale as well."""
        if not self._is_date:
            age = _age(scale, span)
            fits = self._fits(spans_of_stated_age(DURATION.read(age), self._on, self._on))
            return age if fits else f"{(self._on - self._day(scale, span)).days} days"
        never = any(variable.spans(left)[0].low >= LIFETIME[scale] for scale, variable, left in self._asked)
        return NEVER if never else self._day(scale, span).isoformat()

    def _fits(self, time: Mapping[str, Span]) -> bool:
        """Whether a length of time can be, by what is known, and is in any case one that the box leaves."""
        possible = all(span.meet(time[scale]) for scale, span in self._seen.items())
        return possible and not any(variable.of(time[scale]) & ~left for scale, variable, left in self._asked)

    def _day(self, scale: str, span: Span) -> date:
        """A day so long ago: about the middle of the span if that will do, or else just beyond the low end of one."""
        high = span.high if span.high.is_finite() else span.low
        middle = self._ago(scale, max((span.low + high) / 2, span.low + int(span.low_open)))
        days = (day for day in chain((middle,), self._days()) if self._fits(spans_between(day, self._on)))
        return next(days, middle)

    def _days(self) -> Iterator[date]:
        """The days of a month from the low end on of everything that is left, and of what is known."""
        left = ((scale, span) for scale, variable, left in self._asked for span in variable.spans(left))
        for scale, span in chain(left, self._seen.items()):
            yield from (self._ago(scale, span.low) - shift * _DAY for shift in range(_MONTH + 1))

    def _ago(self, scale: str, time: Decimal) -> date:
        return earlier(self._on, int(time)) if scale == MONTHS else self._on - timedelta(days=int(time))
