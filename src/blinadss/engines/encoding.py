"""How what is known of a patient, and what is asked of it, become keys and small whole numbers for networks of rules.

A magnitude is sent as its place among the thresholds that are asked of it,
twice: the lowest and the highest it can have. So the networks compare small
whole numbers and never meet a decimal, a unit or a name somebody chose.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from blinadss.engines.network import Condition
from blinadss.expression import Comparison, Expression, Values, comparisons
from blinadss.quantity import Span


class Encoding:
    """How what is known of a patient becomes keys with small whole numbers."""

    def __init__(self, expressions: Iterable[Expression]) -> None:
        leaves = [leaf for expression in expressions for leaf in comparisons(expression)]
        cuts: dict[str, set[Decimal]] = {}
        codes: dict[str, set[str]] = {}
        for leaf in leaves:
            if leaf.threshold is None:
                codes.setdefault(leaf.reads, set()).update(leaf.codes)
            else:
                cuts.setdefault(leaf.reads, set()).add(leaf.threshold.magnitude)
        self._cuts = {reads: sorted(cuts[reads]) for reads in sorted(cuts)}
        self._codes = {reads: {code: number for number, code in enumerate(sorted(codes[reads]), 1)} for reads in codes}
        self._keys = {reads: f"k{number}" for number, reads in enumerate([*self._cuts, *sorted(self._codes)])}

    def known(self, values: Values) -> dict[str, int]:
        """The patient as the networks see them; what no criterion asks for is left out."""
        known = {"always": 1}
        for reads, key in self._keys.items():
            value = values.get(reads)
            if isinstance(value, str):
                known[key] = self._codes[reads].get(value, 0)  # 0: a code that no criterion names
            elif isinstance(value, Span):
                cuts = self._cuts[reads]
                low, high = _place(cuts, value.low), _place(cuts, value.high)
                known[key + "l"] = low + (value.low_open and low % 2)
                known[key + "h"] = high - (value.high_open and high % 2)
        return known

    def coded(self, reads: str, code: str) -> Asked:
        """Whether a fact has a code."""
        key, number = self._keys[reads], self._codes[reads][code]
        return Asked(Condition(key, "==", number), Condition(key, "!=", number))

    def measured(self, leaf: Comparison) -> Asked:
        """Whether a magnitude lies on the right side of a threshold: at its lowest, or at its highest."""
        assert leaf.threshold is not None  # noqa: S101 - only codes are compared without one
        key, place = self._keys[leaf.reads], _place(self._cuts[leaf.reads], leaf.threshold.magnitude)
        low, high = key + "l", key + "h"
        at_least = Asked(Condition(low, ">=", place), Condition(high, "<", place))
        more_than = Asked(Condition(low, ">", place), Condition(high, "<=", place))
        match leaf.operator:
            case ">=":
                return at_least
            case ">":
                return more_than
            case "<":
                return at_least.negated
            case _:
                return more_than.negated


@dataclass(frozen=True, slots=True)
class Asked:
    """The condition under which something is definitely true, and that under which it is definitely false."""

    holds: Condition
    fails: Condition
    stage: int = 0

    @property
    def negated(self) -> Asked:
        return Asked(self.fails, self.holds, self.stage)

    def signed(self, holds: bool) -> Asked:  # noqa: FBT001 - or its opposite
        return self if holds else self.negated


NEVER = Asked(Condition("always", "==", 0), Condition("always", "==", 1))
ALWAYS = NEVER.negated


def _place(cuts: Sequence[Decimal], magnitude: Decimal) -> int:
    """Where a magnitude stands among the thresholds: an odd number at one of them, an even one between two."""
    index = bisect_left(cuts, magnitude)
    return 2 * index + (index < len(cuts) and cuts[index] == magnitude)
