"""What a row says of one fact, in SQL: the counterpart of `sight`, with a class for each kind of fact.

What is not known has no value. From each, readings are made that comparisons can ask.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from sqlglot import exp

from blinadss.cohort.cells import day_literal
from blinadss.cohort.numbers import MAGNITUDE
from blinadss.cohort.times import NEVER_ENDS
from blinadss.elapsed import DAYS, earlier, months_between
from blinadss.engines.layers import Layers
from blinadss.engines.readings import Reading, beyond
from blinadss.engines.terms import (
    all_of,
    any_of,
    at_ends,
    copied,
    decimal,
    either,
    enclosed,
    formula,
    negated,
    one_of,
    unknown,
)
from blinadss.errors import UsageError
from blinadss.expression import Comparison
from blinadss.quantity import plain

# Half the smallest step of a magnitude, so that what a bound excludes is half a step further in; see `engines.ruler`.
HALF = Decimal("0.0000000000000000000005")
ENDLESS = Decimal(10) ** 14 - 1
_FARTHEST = Decimal(10) ** 13  # thresholds are smaller,
_MOST_TIMES = 100  # and so many times an upper limit are more than anybody asks


@dataclass(frozen=True)
class Seen(ABC):
    """What every kind has in common, each as SQL.

    Whether anything was ``given``, whether that is ``stale``, whether it is in ``conflict``; on which day it was seen
    (``seen_on``, that of assessment if nobody said; ``dated``, as far as anybody said).
    """

    given: exp.Expression
    stale: exp.Expression
    conflict: exp.Expression
    seen_on: exp.Expression
    dated: exp.Expression

    def because(self) -> exp.Expression:
        """Why it is not known: missing, stale or conflicting; NULL where it is known, as far as it goes."""
        case = exp.Case()
        for when, because in (
            (self.conflict, "conflicting"),
            (negated(self.given), "missing"),
            (self.stale, "stale"),
        ):
            if not isinstance(when, exp.Boolean) or when.this:
                case = case.when(copied(when), exp.Literal.string(because), copy=False)
        return case if case.args.get("ifs") else exp.cast(exp.Null(), "VARCHAR")

    @abstractmethod
    def unknown(self) -> exp.Expression:
        """Whether no value is known of it."""

    @abstractmethod
    def without(self, layers: Layers, name: str, when: exp.Expression) -> Seen:
        """The same, with no value where that is so; ``name`` is what the columns are called."""


@dataclass(frozen=True)
class SeenCode(Seen):
    """A code."""

    code: exp.Expression

    def reading(self) -> Reading:
        """What a comparison of the code asks."""
        return Asked(lambda leaf: one_of(self.code, leaf.codes))

    def unknown(self) -> exp.Expression:
        """Whether no value is known of it."""
        return formula(":code IS NULL", code=self.code)

    def without(self, layers: Layers, name: str, when: exp.Expression) -> SeenCode:
        """The same, with no value where that is so."""
        return replace(self, code=layers.add(name, _unless(when, self.code)))


@dataclass(frozen=True)
class SeenSpan(Seen):
    """A magnitude: the lowest and the highest that it can be, on the usual scale; one expression where both are alike.

    ``literal`` writes a threshold as it compares with them.
    """

    low: exp.Expression
    high: exp.Expression
    literal: Callable[[Comparison], exp.Expression]
    on_limit: OnLimit | None = None

    def reading(self, scale: str) -> Reading:
        """What a comparison on that scale asks."""
        if scale == "x ULN":
            return Asked(self.on_limit.asked if self.on_limit else lambda _: unknown())
        return Asked(self._asked)

    def unknown(self) -> exp.Expression:
        """Whether no value is known of it."""
        ends = [self.low, *([self.on_limit.low] if self.on_limit else [])]
        return all_of(*(formula(":end IS NULL", end=end) for end in ends))

    def without(self, layers: Layers, name: str, when: exp.Expression) -> SeenSpan:
        """The same, with no value where that is so."""
        low = layers.add(name, _unless(when, self.low))
        high = low if self.low == self.high else layers.add(name, _unless(when, self.high))
        limit = self.on_limit
        if limit:
            limit = replace(limit, per=layers.add(name, _unless(when, limit.per)))
        return replace(self, low=low, high=high, on_limit=limit)

    def _asked(self, leaf: Comparison) -> exp.Expression:
        return at_ends([beyond(leaf, each, self.literal(leaf)) for each in dict.fromkeys((self.low, self.high))])


@dataclass(frozen=True)
class OnLimit:
    """A magnitude as a multiple of the upper limit of normal, which is ``per``, or 1 where it was given as a multiple.

    Its ends exclude themselves where they are open.
    """

    low: exp.Expression
    high: exp.Expression
    low_open: exp.Expression
    high_open: exp.Expression
    per: exp.Expression

    def asked(self, leaf: Comparison) -> exp.Expression:
        """The comparison with so many times the limit, by multiplying, which is exact."""
        parts = {"low": self.low, "high": self.high, "low_open": self.low_open, "high_open": self.high_open}
        assert leaf.threshold is not None  # noqa: S101 - a magnitude is compared with one
        places = max(0, -int(leaf.threshold.magnitude.normalize().as_tuple().exponent))
        if places > 10 or leaf.threshold.magnitude >= _MOST_TIMES:
            raise _too_long(leaf)
        times = exp.cast(decimal(leaf.threshold.magnitude), f"DECIMAL({places + 2}, {places})")
        limit = formula(":per * :times", per=self.per, times=times)
        if leaf.operator == ">=":
            certain = formula(":low >= :limit", limit=limit, **parts)
            possible = formula(":high > :limit OR (:high = :limit AND NOT :high_open)", limit=limit, **parts)
        else:
            certain = formula(":low > :limit OR (:low = :limit AND :low_open)", limit=limit, **parts)
            possible = formula(":high > :limit", limit=limit, **parts)
        return either(exp.Paren(this=certain), exp.Paren(this=possible))


@dataclass(frozen=True)
class SeenDays(Seen):
    """A day, or the days between which it lies, and whether it is ``never``, from which time is counted."""

    latest: exp.Expression
    earliest: exp.Expression
    never: exp.Expression

    def unknown(self) -> exp.Expression:
        """Whether no value is known of it."""
        return all_of(formula(":day IS NULL", day=self.latest), negated(self.never))

    def without(self, layers: Layers, name: str, when: exp.Expression) -> SeenDays:
        """The same, with no value where that is so."""
        latest = layers.add(name, _unless(when, self.latest))
        earliest = latest if self.latest == self.earliest else layers.add(name, _unless(when, self.earliest))
        return replace(self, latest=latest, earliest=earliest, never=all_of(self.never, negated(when)))

    def reading_on(self, on: date) -> Reading:
        """What a comparison of the time until one day asks: whether it was on a certain day, or earlier."""

        def asked(leaf: Comparison) -> exp.Expression:
            sides = [
                any_of(self.never, formula(":day <= :limit", day=each, limit=day_literal(last_day(leaf, on))))
                for each in dict.fromkeys((self.latest, self.earliest))
            ]
            return at_ends([enclosed(side) for side in sides])

        return Asked(asked)

    def reading(self, layers: Layers, name: str, passed: Callable[[exp.Expression], exp.Expression]) -> Reading:
        """What a comparison of the time that has ``passed`` since then asks, as a column of that name."""

        def time(day: exp.Expression) -> exp.Expression:
            if isinstance(self.never, exp.Boolean):
                return passed(day)
            return formula(f"CASE WHEN :never THEN {NEVER_ENDS} ELSE :time END", never=self.never, time=passed(day))

        ends = [layers.add(name, time(each)) for each in dict.fromkeys((self.latest, self.earliest))]

        def asked(leaf: Comparison) -> exp.Expression:
            return at_ends([beyond(leaf, each, whole_literal(leaf)) for each in ends])

        return Asked(asked)


@dataclass(frozen=True)
class Asked:
    """A reading whose columns are in a table that others reserve."""

    how: Callable[[Comparison], exp.Expression]
    columns: tuple[str, ...] = ()

    def asked(self, leaf: Comparison) -> exp.Expression:
        """The comparison in SQL."""
        return self.how(leaf)


NOTHING: Reading = Asked(lambda _: unknown())


def _unless(when: exp.Expression, value: exp.Expression) -> exp.Expression:
    return formula("CASE WHEN NOT :when THEN :value END", when=when, value=value)


def decimal_literal(leaf: Comparison) -> exp.Expression:
    """A threshold that compares with decimals. Raises `UsageError` if it is too long."""
    threshold = _threshold(leaf)
    if abs(threshold) >= _FARTHEST or -int(threshold.normalize().as_tuple().exponent) > 20:
        raise _too_long(leaf)
    return decimal(threshold)


def magnitude_literal(magnitude: Decimal) -> exp.Expression:
    """A magnitude as the decimals of a table are."""
    return exp.cast(decimal(magnitude), MAGNITUDE)


def last_day(leaf: Comparison, on: date) -> date:
    """The last day from which as much time as the comparison asks for has passed on the day ``on``."""
    length = int(_threshold(leaf))
    if leaf.threshold is not None and leaf.threshold.scale == DAYS:
        return on - timedelta(days=length + (leaf.operator == ">"))
    day = earlier(on, length)
    while leaf.operator == ">" and months_between(day, on) <= (length, 0):
        day -= timedelta(days=1)
    return day


def double_literal(leaf: Comparison) -> exp.Expression:
    """A threshold that compares with doubles as their shortest decimals compare with it."""
    return exp.cast(exp.Literal.string(plain(_threshold(leaf))), "DOUBLE")


def whole_literal(leaf: Comparison) -> exp.Expression:
    """A threshold that compares with whole numbers; times count half a unit for what is over."""
    threshold = _threshold(leaf)
    if threshold == threshold.to_integral_value():
        return exp.Literal.number(plain(threshold))
    towards = ROUND_CEILING if leaf.operator == ">=" else ROUND_FLOOR
    return exp.Literal.number(plain(threshold.to_integral_value(towards)))


def _threshold(leaf: Comparison) -> Decimal:
    assert leaf.threshold is not None  # noqa: S101 - a magnitude is compared with one
    return leaf.threshold.magnitude


def _too_long(leaf: Comparison) -> UsageError:
    return UsageError(
        f"`{leaf.text or leaf.fact}` compares with more digits than a table is asked",
        "use a threshold of fewer digits, or assess the patients one by one",
    )
