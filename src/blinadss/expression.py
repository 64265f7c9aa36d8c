"""A criterion's expression: comparisons, and the groups that join them. One small frozen tree, many readings.

An engine never sees a profile. It sees *values*: a mapping from what a comparison
``reads`` (``marrow.blasts [%]``) to a code or a span of magnitudes; what is
absent from the mapping is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from blinadss.quantity import Quantity, Span

Value = str | Span
Values = Mapping[str, Value]
Operator = Literal["is", "is not", ">=", ">", "<=", "<"]
Word = Literal["all", "any", "none", "at least"]


@dataclass(frozen=True, eq=True)
class Comparison:
    """One line: a fact, an operator, and the codes or the threshold it is compared with.

    ``since`` compares the time from the fact's date to the day of assessment. ``text`` is the author's own line.
    """

    fact: str
    operator: Operator
    codes: tuple[str, ...] = ()
    threshold: Quantity | None = None
    since: bool = False
    text: str = field(default="", compare=False)

    def __hash__(self) -> int:
        """Cheap: comparisons of one fact that differ only in the threshold are few."""
        return hash((self.fact, self.operator, self.codes, self.since))

    @property
    def reads(self) -> str:
        """What the comparison asks for: the fact, and the scale its threshold lies on."""
        if self.threshold is None:
            return self.fact
        return reading_of(self.fact, self.threshold.scale, since=self.since)


@dataclass(frozen=True)
class Group:
    """``all``, ``any`` or ``none`` of some expressions, or ``at least`` so many of them."""

    word: Word
    parts: tuple[Expression, ...]
    needed: int = 0

    @property
    def heading(self) -> str:
        """The group's key as it is written."""
        return f"at least {self.needed} of" if self.word == "at least" else self.word


Expression = Comparison | Group


@cache
def reading_of(fact: str, scale: str, *, since: bool = False) -> str:
    """The name under which a fact's magnitude on one scale stands among the values."""
    return f"{'since ' if since else ''}{fact} [{scale}]"


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Every comparison in the expression, in the order it was written."""
    match expression:
        case Comparison():
            yield expression
        case Group():
            for part in expression.parts:
                yield from comparisons(part)


def facts_in(expression: Expression) -> frozenset[str]:
    """The facts the expression asks for."""
    return frozenset(comparison.fact for comparison in comparisons(expression))


def written(expression: Expression) -> object:
    """The expression as it would be written in YAML, for fingerprints and for reading it back."""
    match expression:
        case Comparison():
            return line(expression)
        case Group():
            return {expression.heading: [written(part) for part in expression.parts]}


def line(comparison: Comparison) -> str:
    """The comparison as one line of the authoring language, units and codes in their usual form."""
    since = "since " if comparison.since else ""
    wanted = str(comparison.threshold) if comparison.threshold is not None else " or ".join(comparison.codes)
    if comparison.threshold is not None and comparison.threshold.scale == "grade":
        wanted = f"grade {comparison.threshold.magnitude}"
    return f"{since}{comparison.fact} {comparison.operator} {wanted}"
