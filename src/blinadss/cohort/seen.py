"""What a row says of one fact, in SQL: the counterpart of `sight`, with a class for each kind of fact.

Each says whether the fact was ``given`` at all, ``because`` of what it is not known (NULL where it is),
and on which day it was seen. What is not known has no value. From each, `engines.readings` can be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from sqlglot import exp

from blinadss.cohort.numbers import MAGNITUDE
from blinadss.cohort.times import NEVER_ENDS
from blinadss.engines.layers import Layers
from blinadss.engines.readings import Reading, beyond
from blinadss.engines.terms import decimal, either, formula, one_of, unknown
from blinadss.errors import UsageError
from blinadss.expression import Comparison
from blinadss.quantity import plain

CONFLICTING, MISSING, STALE = "conflicting", "missing", "stale"
# Half the smallest step of a magnitude, so that what a bound excludes is half a step further in; see `engines.ruler`.
HALF = Decimal("0.0000000000000000000005")
ENDLESS = Decimal(10) ** 14 - 1
_FARTHEST = Decimal(10) ** 13  # thresholds are smaller,
_MOST_TIMES = 100  # and so many times an upper limit are more than anybody asks


@dataclass(frozen=True)
class Seen:
    """What every kind has in common; ``dated`` is the day on which it was seen as far as anybody said."""

    given: exp.Expression
    because: exp.Expression
    seen_on: exp.Expression
    dated: exp.Expression


@dataclass(frozen=True)
class SeenCode(Seen):
    """A code."""

    code: exp.Expression

    def reading(self) -> Reading:
        """What a comparison of the code asks."""
        return CodeReading(self.code)


@dataclass(frozen=True)
class SeenSpan(Seen):
    """A magnitude: the lowest and the highest that it can be, on the usual scale; one expression where both are alike.

    ``literal`` writes a threshold as it compares with them, and ``type`` is what they are.
    """

    low: exp.Expression
    high: exp.Expression
    literal: Callable[[Comparison], exp.Expression]
    type: str
    on_limit: OnLimit | None = None

    def reading(self, scale: str) -> Reading:
        """What a comparison on that scale asks."""
        if scale == "x ULN":
            return _Asked(self.on_limit.asked if self.on_limit else lambda _: unknown())
        return _Asked(self._asked)

    def _asked(self, leaf: Comparison) -> exp.Expression:
        sides = [beyond(leaf, each, self.literal(leaf)) for each in dict.fromkeys((self.low, self.high))]
        return sides[0] if len(sides) == 1 else either(*sides)


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

    def reading(self, layers: Layers, name: str, passed: Callable[[exp.Expression], exp.Expression]) -> Reading:
        """What a comparison of the time that has ``passed`` since then asks."""

        def time(day: exp.Expression) -> exp.Expression:
            since = formula(f"CASE WHEN :never THEN {NEVER_ENDS} ELSE :time END", never=self.never, time=passed(day))
            return since if any(self.never.find_all(exp.Column)) else passed(day)

        ends = [layers.add(name, time(each)) for each in dict.fromkeys((self.latest, self.earliest))]

        def asked(leaf: Comparison) -> exp.Expression:
            sides = [beyond(leaf, each, whole_literal(leaf)) for each in ends]
            return sides[0] if len(sides) == 1 else either(*sides)

        return _Asked(asked)


@dataclass(frozen=True)
class _Asked:
    """A reading whose columns are in a table that others reserve."""

    how: Callable[[Comparison], exp.Expression]
    columns: tuple[str, ...] = ()

    def asked(self, leaf: Comparison) -> exp.Expression:
        """The comparison in SQL."""
        return self.how(leaf)


@dataclass(frozen=True)
class CodeReading:
    """A reading of a code that stands in a column."""

    code: exp.Expression
    columns: tuple[str, ...] = ()

    def asked(self, leaf: Comparison) -> exp.Expression:
        """Whether it is one of those that are asked for."""
        return one_of(self.code, leaf.codes)


NOTHING: Reading = _Asked(lambda _: unknown())


def decimal_literal(leaf: Comparison) -> exp.Expression:
    """A threshold that compares with decimals. Raises `UsageError` if it is too long."""
    threshold = _threshold(leaf)
    if abs(threshold) >= _FARTHEST or -int(threshold.normalize().as_tuple().exponent) > 20:
        raise _too_long(leaf)
    return decimal(threshold)


def magnitude_literal(magnitude: Decimal) -> exp.Expression:
    """A magnitude as the decimals of a table are."""
    return exp.cast(decimal(magnitude), MAGNITUDE)


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
