"""How what a comparison reads stands in the columns of a table, and how the comparison asks them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from blinadss.engines.ruler import Ruler
from blinadss.engines.terms import at_ends, column, decimal, one_of
from blinadss.expression import Comparison

LOW, HIGH = "low", "high"


class Reading(Protocol):
    """Anything that can be asked a comparison whose operator is ``is``, ``>=`` or ``>``."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that it asks."""

    def asked(self, leaf: Comparison) -> exp.Expression:
        """Whether the comparison holds, as a boolean expression; NULL is unknown."""


@dataclass(frozen=True)
class PlainReading:
    """A column of text, or two for the ends of a magnitude, or one where both are alike.

    ``name`` is what they are called after, and ``ruler`` is nothing for a code.
    """

    name: str
    ruler: Ruler | None
    is_point: bool = False

    @classmethod
    def of(cls, name: str, leaves: Iterable[Comparison], *, is_point: bool = False) -> PlainReading:
        """The reading that all of these comparisons ask. Raises `UsageError` if SQL has no decimals so wide."""
        thresholds = [leaf.threshold.magnitude for leaf in leaves if leaf.threshold is not None]
        return cls(name, Ruler.of(name, thresholds) if thresholds else None, is_point)

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names."""
        one = self.ruler is None or self.is_point
        return (self.name,) if one else (f"{self.name} {LOW}", f"{self.name} {HIGH}")

    @property
    def type(self) -> str:
        """Their type."""
        return "VARCHAR" if self.ruler is None else self.ruler.type

    def asked(self, leaf: Comparison) -> exp.Expression:
        """Whether a code is one of some, or a magnitude on the right side of a threshold: at its lowest, or highest."""
        columns = [column(name) for name in self.columns]
        if leaf.threshold is None:
            return one_of(columns[0], leaf.codes)
        return at_ends([beyond(leaf, each, decimal(leaf.threshold.magnitude)) for each in columns])


def beyond(leaf: Comparison, asked: exp.Expression, threshold: exp.Expression) -> exp.Expression:
    """The comparison of a number with a threshold: ``>=`` or ``>``."""
    kind = exp.GTE if leaf.operator == ">=" else exp.GT
    return kind(this=asked, expression=threshold)
