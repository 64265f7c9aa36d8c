"""The scale of a forest plot: from round number to round number, by ratios or by differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import log10

_ROUND = (Decimal(1), Decimal(2), Decimal(5))
_FEWEST, _MOST = Decimal("0.001"), Decimal(1000)  # of ratios that are told apart; what is beyond has an arrow
_TICKS = 6  # of differences, at most
_BEYOND = 5  # how many times as far as the furthest value an interval is drawn


@dataclass(frozen=True, slots=True)
class Scale:
    """Where numbers are, from 0 at the left end to 1 at the right end, and the ``ticks`` that are named."""

    ratio: bool
    ticks: tuple[Decimal, ...]

    @property
    def neutral(self) -> Decimal:
        """What says that there is no effect."""
        return Decimal(1 if self.ratio else 0)

    def place(self, number: Decimal) -> float:
        """Where a number is; it is below 0 or above 1 if it lies off the scale."""
        first, last = self.ticks[0], self.ticks[-1]
        if not self.ratio:
            return float(min(max((number - first) / (last - first), Decimal(-1)), Decimal(2)))
        if number <= 0:
            return -1.0
        within = min(max(number, first / last * first), last / first * last)  # one scale's length beyond each end
        low, high, at = (log10(each) for each in (first, last, within))
        return (at - low) / (high - low)

    def named(self, width: Callable[[Decimal], float]) -> tuple[Decimal, ...]:
        """The ticks that can be named side by side, if a name takes this share of the scale."""
        decades = tuple(tick for tick in self.ticks if tick == Decimal(1).scaleb(tick.adjusted()))
        for ticks in (self.ticks, decades, (self.neutral,)):
            names = [(self.place(tick), width(tick)) for tick in ticks]
            if all(at - before > (wide + narrow) / 2 for (before, narrow), (at, wide) in pairwise(names)):
                return ticks
        return (self.neutral,)


def scale_for(values: Sequence[Decimal], bounds: Sequence[Decimal], *, ratio: bool) -> Scale:
    """A scale with all the values on it, and the bounds of their intervals unless they are far off.

    >>> [str(tick) for tick in scale_for([Decimal("0.71")], [Decimal("0.55"), Decimal("0.93")], ratio=True).ticks]
    ['0.5', '1', '2']
    """
    return Scale(ratio, tuple(_ratios(values, bounds) if ratio else _differences(values, bounds)))


def _ratios(values: Sequence[Decimal], bounds: Sequence[Decimal]) -> Iterator[Decimal]:
    inside = [min(max(value, _FEWEST), _MOST) for value in values]
    least, most = max(_FEWEST, min(inside) / _BEYOND), min(_MOST, max(inside) * _BEYOND)
    inside.extend(min(max(bound, least), most) for bound in bounds)
    least, most = min([*inside, Decimal("0.5")]), max([*inside, Decimal(2)])
    series = [digit.scaleb(power) for power in range(-3, 4) for digit in _ROUND if digit.scaleb(power) <= _MOST]
    first = max(tick for tick in series if tick <= least)
    last = min(tick for tick in series if tick >= most)
    yield from (tick for tick in series if first <= tick <= last)


def _differences(values: Sequence[Decimal], bounds: Sequence[Decimal]) -> Iterator[Decimal]:
    furthest = max((abs(value) for value in values), default=Decimal(0)) * _BEYOND
    inside = [number for number in bounds if abs(number) <= furthest or not furthest]
    beyond = [furthest.copy_sign(number) for number in bounds if abs(number) > furthest > 0]
    numbers = [*values, *inside, *beyond, Decimal(0)]
    least, most = min(numbers), max(numbers)
    if least == most:
        least, most = Decimal(-1), Decimal(1)
    step = _step((most - least) / (_TICKS - 1))
    first, last = (least / step).to_integral_value("ROUND_FLOOR"), (most / step).to_integral_value("ROUND_CEILING")
    yield from (step * number for number in range(int(first), int(last) + 1))


def _step(least: Decimal) -> Decimal:
    """The smallest round number that is not below another one."""
    power = least.adjusted()
    steps = [digit.scaleb(power) for digit in _ROUND]
    return next((step for step in steps if step >= least), Decimal(10).scaleb(power))
