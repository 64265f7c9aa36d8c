"""What the observations of one fact say on one day: the latest counts, and it may still leave the fact unknown.

There are four ways of not knowing, all the same to logic and each reported as
what it is: missing, stale, conflicting, inconclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from blinadss.elapsed import DAYS, MONTHS, spans_among, spans_between, spans_of_stated_age
from blinadss.expression import Value, reading_of
from blinadss.facts import FACTS
from blinadss.kinds import Amount, Dated, Days, Measured
from blinadss.observation import Observation
from blinadss.profile import PatientProfile
from blinadss.quantity import DURATION, EXACT, WIDE, Span

Because = Literal["missing", "stale", "conflicting", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of one fact: its values by reading, or why there are none.

    ``text`` and ``on`` are the patient's own value and its date, for the reader.
    A fact with values can still leave a comparison open; that comparison is then inconclusive.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    text: str | None = None
    on: date | None = None
    because: Because = "missing"


MISSING = Sight()
_ENDLESS = Span.point(Decimal("Infinity"))


def given(profile: PatientProfile, fact: str, on: date, fresh_for: Mapping[str, int]) -> Sight:
    """What the observations of one fact say by themselves."""
    seen = profile.given.get(fact)
    if not seen:
        return MISSING
    newest = seen if len(seen) == 1 else latest(seen, on)
    first = newest[0]
    seen_on = first.on or on
    window = fresh_for.get(fact)
    if window is not None and (on - seen_on).days > window:
        return Sight({}, first.text, first.on, "stale")
    values = _values(fact, first, on)
    for other in newest[1:]:
        both = agreed(values, _values(fact, other, on))
        if both is None:
            text = " / ".join(dict.fromkeys(observation.text for observation in newest))
            return Sight({}, text, first.on, "conflicting")
        values = both
    return Sight(values, first.text, first.on, "inconclusive")


def latest(seen: tuple[Observation, ...], on: date) -> tuple[Observation, ...]:
    """The observations of the latest day; one without a date is of the day of assessment."""
    newest = max(observation.on or on for observation in seen)
    return tuple(observation for observation in seen if (observation.on or on) == newest)


def elapsed(fact: str, seen: object, on: date) -> dict[str, Value]:
    """The time that has passed since a day, on both scales; without end since what never happened.

    Of a day that is only known to be one of several it is a span. None of them lies after ``on``: it has happened.
    """
    match seen:
        case date():
            spans = spans_between(seen, on)
        case Days():
            spans = spans_among(seen.first, min(seen.last, on), on)
        case _:
            spans = dict.fromkeys((MONTHS, DAYS), _ENDLESS)
    return {reading_of(fact, scale, since=True): span for scale, span in spans.items()}


def _values(fact: str, observation: Observation, on: date) -> dict[str, Value]:
    """The values one observation gives, by what comparisons read."""
    value, kind = observation.value, FACTS[fact]
    if isinstance(kind, Dated):
        return elapsed(fact, value, on) if kind.past else {}
    if isinstance(value, str):
        return {fact: value}
    assert isinstance(kind, Measured) and isinstance(value, Amount)  # noqa: S101, PT018 - so the profile reads them
    if kind.dimension is DURATION:
        spans = spans_of_stated_age(value.quantity, observation.on or on, on)
        return {reading_of(fact, scale): span for scale, span in spans.items()}
    return {reading_of(fact, scale): span for scale, span in _spans(value, kind, observation).items()}


def _spans(amount: Amount, kind: Measured, observation: Observation) -> dict[str, Span]:
    """The amount on its own scale, and across to multiples of the upper limit where the laboratory's limit is given."""
    usual = kind.dimension.scales()[0]
    scale = amount.quantity.scale
    spans = {scale: amount.span(kind.least, kind.most)}
    limit = observation.upper_limit
    if limit is not None:
        own = spans[scale]
        if scale == usual:
            spans["x ULN"] = Span(
                WIDE.divide(own.low, limit.magnitude),
                WIDE.divide(own.high, limit.magnitude),
                own.low_open,
                own.high_open,
            )
        else:
            spans[usual] = Span(
                EXACT.multiply(own.low, limit.magnitude),
                EXACT.multiply(own.high, limit.magnitude),
                own.low_open,
                own.high_open,
            )
    return spans


def agreed(one: Mapping[str, Value], other: Mapping[str, Value]) -> dict[str, Value] | None:
    """What two observations of the same day say together, or nothing if they disagree."""
    together: dict[str, Value] = {**one, **other}
    for reading in one.keys() & other.keys():
        mine, yours = one[reading], other[reading]
        if isinstance(mine, Span) and isinstance(yours, Span):
            both = mine.meet(yours)
            if both is None:
                return None
            together[reading] = both
        elif mine != yours:
            return None
    return together
