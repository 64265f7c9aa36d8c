"""How magnitudes become decimals of a fixed width that compare with the thresholds exactly as they do themselves.

SQL has no decimals of any length, and rounding 4.97 % to 5 % would turn an answer round.
So each reading has a *ruler*, with a mark at every number that has as many decimal places
as the most exact of its thresholds. A magnitude on a mark is that number. One that lies
between two marks is written as half-way between them: no threshold lies there, so it compares
alike. What a bound excludes is half a step further in, so that nothing need be said of open ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal

from blinadss.errors import UsageError
from blinadss.quantity import Span, plain

# The widths of decimals that are one machine word, and two; DuckDB and Spark have no wider.
_NARROW, _WIDE = 18, 38
_CONTEXT = Context(prec=250)  # a magnitude has at most 100 digits, on either side of the point


@dataclass(frozen=True, slots=True)
class Ruler:
    """The numbers by which the magnitudes of one reading are written: so many digits, so many of them decimal places.

    ``places`` is one more than the thresholds have, for half-way between two marks.
    """

    width: int
    places: int

    @classmethod
    def of(cls, reads: str, thresholds: Iterable[Decimal]) -> Ruler:
        """The narrowest ruler with all thresholds on it. Raises `UsageError` if SQL has no decimals so wide."""
        places, whole = 1, 1
        for threshold in thresholds:
            digits, point, decimals = plain(abs(threshold)).partition(".")
            places, whole = max(places, len(decimals) + 1 if point else 1), max(whole, len(digits))
        width = places + whole + 1  # the first digit stays free: every ruler ends above its thresholds
        if width > _WIDE:
            raise UsageError(
                f"the thresholds of `{reads}` have {width} digits together, and SQL compares no more than {_WIDE}",
                "ask the engine `reference`, or use thresholds of fewer digits",
            )
        return cls(_NARROW if width <= _NARROW else _WIDE, places)

    @property
    def type(self) -> str:
        """The type of a column of such numbers."""
        return f"DECIMAL({self.width}, {self.places})"

    @property
    def half(self) -> Decimal:
        """Half a step from mark to mark."""
        return Decimal(5).scaleb(-self.places)

    @property
    def end(self) -> Decimal:
        """Where the ruler ends; what lies beyond, "never" included, is written as this."""
        return Decimal(10**self.width - 1).scaleb(-self.places, _CONTEXT)

    def lowest(self, span: Span) -> Decimal:
        """The number for the lowest that a magnitude can be."""
        return self._written(span.low, self.half if span.low_open else Decimal(0))

    def highest(self, span: Span) -> Decimal:
        """The number for the highest that it can be."""
        return self._written(span.high, -self.half if span.high_open else Decimal(0))

    def _written(self, magnitude: Decimal, beside: Decimal) -> Decimal:
        end = self.end
        if not -end < magnitude < end:
            return end if magnitude > 0 else -end
        mark = magnitude.quantize(Decimal(1).scaleb(1 - self.places), ROUND_FLOOR, _CONTEXT)
        return _CONTEXT.add(mark, self.half if mark != magnitude else beside)
