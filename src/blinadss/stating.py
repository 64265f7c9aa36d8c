"""A value that somebody could write in a profile for each class of what can be known: short, and easy to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from blinadss.classes import Classes, Codes
from blinadss.elapsed import DAYS, MONTHS, earlier
from blinadss.expression import Value
from blinadss.facts import FACTS
from blinadss.implicants import Box
from blinadss.kinds import NEVER, Dated, Measured
from blinadss.quantity import COUNT, DURATION, GRADE, Quantity, Span, plain


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
        found[fact] = _written(fact, threshold.scale, span, on)
    return found


def _written(fact: str, scale: str, span: Span, on: date) -> str:
    kind = FACTS[fact]
    if isinstance(kind, Dated):
        return _day(scale, span, on)
    assert isinstance(kind, Measured)  # noqa: S101 - codes are not measured
    if kind.dimension is DURATION:
        return _age(scale, span)
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
    """An age in years, months or days, all of whose time lies in the span."""
    least = span.low.to_integral_value(ROUND_CEILING) + (span.low_open and span.low == int(span.low))
    if scale == DAYS:
        return f"{plain(least)} days"
    years = (least / 12).to_integral_value(ROUND_CEILING)
    if years * 12 + 12 <= span.high and years:
        return "1 year" if years == 1 else f"{plain(years)} years"
    if not least:
        return "15 days"  # less than a month in any year
    return "1 month" if least == 1 else f"{plain(least)} months"


def _day(scale: str, span: Span, on: date) -> str:
    """A day so long ago, or ``never`` where no day is."""
    if not span.high.is_finite() and span.low >= 12 * 130:
        return NEVER
    high = span.high if span.high.is_finite() else span.low
    middle = int((span.low + high) / 2) if span.low < high else int(span.low)
    middle = max(middle, int(span.low) + int(span.low_open))
    ago = earlier(on, middle) if scale == MONTHS else on - timedelta(days=middle)
    return ago.isoformat()
