"""The truth of an expression in SQL: each comparison a column, and AND, OR and NOT as Kleene's tables have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import assert_never

from sqlglot import exp

from blinadss.engines.layers import Layers
from blinadss.engines.readings import Reading
from blinadss.engines.terms import copied, either, joined, negated
from blinadss.expression import Comparison, Expression, Operator, line

# Each operator that is answered as the opposite of another.
OPPOSITE: Mapping[Operator, Operator] = {"is not": "is", "<": ">=", "<=": ">"}


class Truths:
    """The truths of expressions over some readings, as columns of ``layers`` and what can be made of them."""

    def __init__(self, layers: Layers, readings: Mapping[str, Reading]) -> None:
        self._layers, self._readings = layers, readings
        self._made: dict[Comparison, exp.Expression] = {}

    @property
    def lines(self) -> dict[Comparison, str]:
        """The column of each comparison; of a line and its opposite, of ``is``, ``>=`` or ``>``."""
        return {leaf: sql.name for leaf, sql in self._made.items() if isinstance(sql, exp.Column)}

    @property
    def unanswered(self) -> frozenset[Comparison]:
        """The comparisons that no column answers, since nothing is ever known of what they read."""
        return frozenset(leaf for leaf, sql in self._made.items() if not isinstance(sql, exp.Column))

    def of(self, expression: Expression) -> exp.Expression:
        """The expression in SQL, after the columns that it needs have been added."""
        if isinstance(expression, Comparison):
            return self._compared(expression)
        parts = [self.of(part) for part in expression.parts]
        match expression.word:
            case "all":
                return joined(exp.And, parts)
            case "any":
                return joined(exp.Or, parts)
            case "none":
                return negated(joined(exp.Or, parts))
            case "at least":
                return self._at_least(expression.needed, parts)
            case _:
                assert_never(expression.word)

    def _compared(self, leaf: Comparison) -> exp.Expression:
        """One line; a line and its opposite share a column."""
        operator = OPPOSITE.get(leaf.operator)
        asked = replace(leaf, operator=operator) if operator else leaf
        if asked not in self._made:
            self._made[asked] = self._layers.add(line(asked), self._readings[asked.reads].asked(asked))
        return signed(self._made[asked], not operator)

    def _at_least(self, needed: int, parts: Sequence[exp.Expression]) -> exp.Expression:
        """So many of the parts hold for certain; or at least they may."""
        parts = [self._layers.add("part", part) for part in parts]
        return either(_count(parts, unknown=False, needed=needed), _count(parts, unknown=True, needed=needed))


def signed(truth: exp.Expression, holds: bool) -> exp.Expression:  # noqa: FBT001 - or its opposite
    """The truth, or its opposite."""
    return truth if holds else negated(truth)


def _count(parts: Sequence[exp.Expression], *, unknown: bool, needed: int) -> exp.Expression:
    """Whether enough of the parts hold, those that are unknown counted or not."""

    def one_or_none(part: exp.Expression) -> exp.Expression:
        known = exp.Coalesce(this=copied(part), expressions=[exp.Boolean(this=unknown)])
        return exp.Cast(this=known, to=exp.DataType(this=exp.DataType.Type.INT))

    counted = [one_or_none(part) for part in parts] or [exp.Literal.number(0)]
    total = reduce(lambda one, other: exp.Add(this=one, expression=other), counted)
    return exp.GTE(this=total, expression=exp.Literal.number(needed))
