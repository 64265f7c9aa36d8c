"""Values of facts as somebody might write them: at a threshold, just beside it, as a bound, old, or contradicted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, Inexact
from functools import cache, lru_cache
from typing import Any

from blinadss.derived import origins
from blinadss.elapsed import MONTHS, earlier
from blinadss.errors import Mistake
from blinadss.expression import Expression, comparisons
from blinadss.facts import FACTS
from blinadss.kinds import EARLIEST, NEVER, Coded, Dated, Measured
from blinadss.quantity import COUNT, DURATION, EXACT, GRADE, Dimension, Quantity, plain
from blinadss.testing.choices import Choices

# The magnitudes that a fact is compared with; its values are drawn around them.
Marks = Mapping[str, Sequence[Quantity]]
_NUMBERS = ("5", "0", "1", "2", "4.9", "5.1")
_LENGTHS = ("28 days", "1 month", "1 year", "0 days", "4 weeks", "18 years", "216 months")
_LIMITS = ("40", "1", "3")
_METHODS = ("flow cytometry", "Durchflußzytometrie", "定量PCR")


@cache
def usual_marks(fact: str) -> tuple[Quantity, ...]:
    """What to compare a fact with when no criterion says: a few numbers that are met often."""
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        return ()
    if isinstance(kind, Dated) or kind.dimension is DURATION:
        return tuple(DURATION.read(text) for text in _LENGTHS)
    if kind.dimension is GRADE:
        return tuple(GRADE.read(f"grade {number}") for number in range(int(kind.most) + 1))
    if kind.dimension is COUNT:
        return tuple(COUNT.read(text) for text in "1203" if _possible(kind, text))
    written = (f"{number} {scale}" for scale in kind.dimension.scales() for number in _NUMBERS)
    return tuple(kind.threshold(text) for text in written if _possible(kind, text))


def marks_of(expressions: Iterable[Expression]) -> dict[str, Sequence[Quantity]]:
    """Every magnitude that the expressions compare a fact, or what it is worked out from, with."""
    found: dict[str, dict[Quantity, None]] = {}
    for expression in expressions:
        for leaf in comparisons(expression):
            if leaf.threshold is not None:
                for fact in origins(leaf.fact):
                    if _comparable(fact, leaf.threshold):
                        found.setdefault(fact, {})[leaf.threshold] = None
    return {fact: tuple(marks) for fact, marks in found.items()}


def value(  # noqa: PLR0913 - what is drawn of which fact, when, and about what
    choices: Choices, fact: str, on: date, marks: Marks, fresh_for: int | None = None, *, whole: bool = False
) -> Any:  # noqa: ANN401
    """A fact as a profile may hold it on the day ``on``: a scalar, an observation, or two of them.

    Of a date sometimes only the month or the year is known, unless it is to be ``whole``.
    """
    first = _observation(choices, fact, on, marks, fresh_for, whole=whole)
    return [first, _observation(choices, fact, on, marks, fresh_for, whole=whole)] if choices.once_in(8) else first


def beside(choices: Choices, fact: str, on: date, mark: Quantity) -> str:
    """A value exactly at the mark, or one step below or above it."""
    kind = FACTS[fact]
    if isinstance(kind, Dated):
        return _passed(choices, on, mark)
    assert isinstance(kind, Measured)  # noqa: S101 - a code has no marks
    near = [each for each in _steps(kind, mark)[:3] if _possible(kind, _text(each, mark.scale))]
    return _text(choices.of(near), mark.scale)


def _observation(  # noqa: PLR0913
    choices: Choices, fact: str, on: date, marks: Marks, fresh_for: int | None, *, whole: bool
) -> Any:  # noqa: ANN401
    """One value, alone or with its day, its method, its upper limit."""
    written = _plain(choices, fact, on, marks, whole=whole)
    observation = written if isinstance(written, dict) else {"value": written}
    if choices.once_in(3):
        fresh = () if fresh_for is None else (fresh_for, fresh_for + 1)
        observation["on"] = (on - timedelta(days=choices.of((0, 1, *fresh, 30, 400)))).isoformat()
        if choices.once_in(4):
            observation["method"] = choices.of(_METHODS)
    return observation["value"] if list(observation) == ["value"] else observation


def _plain(choices: Choices, fact: str, on: date, marks: Marks, *, whole: bool) -> str | dict[str, str]:
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        return choices.of(kind.codes)
    mark = choices.of(marks.get(fact) or usual_marks(fact))
    if isinstance(kind, Dated):
        day = _passed(choices, on, mark)
        if kind.never and day != NEVER and not whole and choices.once_in(6):
            return f">= {day}"
        return day[: choices.of((7, 4))] if kind.past and not whole and choices.once_in(3) else day
    magnitude = choices.of(_magnitudes(fact, mark))
    if kind.dimension in (COUNT, GRADE, DURATION):
        return _text(magnitude, mark.scale)
    if "x ULN" in kind.dimension.scales() and choices.once_in(3):
        limit, usual = Decimal(choices.of(_LIMITS)), kind.dimension.scales()[0]
        if mark.scale == "x ULN":
            magnitude = EXACT.multiply(magnitude, limit)
        return {"value": _bounded(choices, kind, _text(magnitude, usual)), "upper_limit": _text(limit, usual)}
    return _bounded(choices, kind, _in_a_unit(choices, kind.dimension, magnitude, mark.scale))


def _passed(choices: Choices, on: date, length: Quantity) -> str:
    """A day since which the length of time has just passed on the day ``on``, or the day beside it, or another."""
    limit = int(length.magnitude)
    complete = earlier(on, limit) if length.scale == MONTHS else on - timedelta(days=limit)
    day = complete + timedelta(days=choices.of((0, -1, 1, -40, -4000)))
    return min(max(day, EARLIEST), on).isoformat()


def _steps(kind: Measured, mark: Quantity) -> tuple[Decimal, ...]:
    """The mark, one step below and above it, and further away."""
    magnitude = mark.magnitude
    if kind.dimension in (COUNT, GRADE, DURATION):
        return tuple(magnitude + shift for shift in (0, -1, 1, 2, -magnitude))
    step = Decimal(1).scaleb(int(magnitude.normalize().as_tuple().exponent) - 1)
    return magnitude, magnitude - step, magnitude + step, magnitude * 2, magnitude / 2, Decimal(0)


@lru_cache(maxsize=4096)
def _magnitudes(fact: str, mark: Quantity) -> tuple[Decimal, ...]:
    """The steps about a mark that the fact can be; the same are drawn from for every patient."""
    kind = FACTS[fact]
    assert isinstance(kind, Measured)  # noqa: S101 - nothing else has magnitudes
    return tuple(each for each in _steps(kind, mark) if _possible(kind, _text(each, mark.scale)))


def _bounded(choices: Choices, kind: Measured, written: str) -> str:
    """The value, sometimes only as a bound."""
    bounded = f"{choices.of(('<', '<=', '>', '>='))} {written}" if choices.once_in(5) else written
    return bounded if _possible(kind, bounded) else written


def _in_a_unit(choices: Choices, dimension: Dimension, magnitude: Decimal, scale: str) -> str:
    """The quantity in the usual unit, or sometimes in another in which it is exact."""
    if choices.once_in(4):
        name = choices.of([name for name, unit in dimension.units.items() if name and unit.scale == scale])
        try:
            number = EXACT.divide(magnitude, dimension.units[name].factor)
            dimension.read(f"{plain(number)} {name}")
        except (Inexact, Mistake):
            return _text(magnitude, scale)
        return f"{plain(number)} {name}"
    return _text(magnitude, scale)


def _text(magnitude: Decimal, scale: str) -> str:
    return str(Quantity(magnitude, scale))


def _possible(kind: Measured, text: str) -> bool:
    try:
        kind.read(text)
    except Mistake:
        return False
    return True


def _comparable(fact: str, mark: Quantity) -> bool:
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        return False
    dimension = DURATION if isinstance(kind, Dated) else kind.dimension
    return mark.scale in dimension.scales()
