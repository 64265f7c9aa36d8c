"""Patients aimed at an answer: what is known of them settles it that way, or leaves it open on purpose.

Drawing patients until one happens to be eligible throws most of them away. Here
facts are chosen one after the other, each so that the answer can still be
reached; adding more facts to a settled answer cannot reverse it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from blinadss.completions import Assignment, Question, candidates
from blinadss.derived import counted_from, origins
from blinadss.elapsed import DAYS
from blinadss.errors import Mistake
from blinadss.expression import Expression, Value, reading_of
from blinadss.facts import FACTS
from blinadss.kinds import Coded, Dated, Measured
from blinadss.quantity import DURATION, EXACT, Quantity, Span
from blinadss.testing.choices import Choices
from blinadss.truth import Truth


class Aim:
    """An expression and the answer that patients should get to it on one day.

    Raises `ValueError` if no patient can get that answer.
    """

    def __init__(self, expression: Expression, wanted: Truth, on: date) -> None:
        self.question, self.wanted, self.on = Question(expression), wanted, on
        ways = self.question.ways({}, on)
        goals = {Truth.TRUE: ways.if_true is not None, Truth.FALSE: ways.if_false is not None}
        goals[Truth.UNKNOWN] = all(goals.values())
        if not goals[wanted]:
            raise ValueError(f"no patient can get the answer {wanted.value} on {on}")

    @property
    def facts(self) -> frozenset[str]:
        """Every fact on which the answer can depend, with those from which it is worked out."""
        return frozenset(origin for fact in self.question.asked for origin in origins(fact))

    def known(self, choices: Choices) -> dict[str, Any]:
        """Facts, as a profile may hold them, that give the answer."""
        settled = self.wanted
        if settled is Truth.UNKNOWN:
            settled = choices.of((Truth.TRUE, Truth.FALSE))
        assignments = self._settling(choices, settled)
        if self.wanted is Truth.UNKNOWN:
            self._open(choices, assignments)
        written = (_written(fact, assignment, self.on) for fact, assignment in assignments.items())
        return dict(each for each in written if each)

    def _settling(self, choices: Choices, wanted: Truth) -> dict[str, Assignment]:
        """One class of values for each of some facts, which together give the answer."""
        values: dict[str, Value] = {}
        chosen: dict[str, Assignment] = {}
        while self.question.reasons.truth(values) is Truth.UNKNOWN:
            leaf = choices.of(list(self.question.reasons.open(values)))
            possible = [
                each
                for each in candidates(self.question.asked[leaf.fact], {}, self.on)
                if _written(leaf.fact, each, self.on) and self._reachable(wanted, {**values, **each})
            ]
            if not possible:
                break  # every way on leads through a value that nobody can write
            chosen[leaf.fact] = choices.of(possible)
            values |= chosen[leaf.fact]
        return chosen

    def _reachable(self, wanted: Truth, values: Mapping[str, Value]) -> bool:
        ways = self.question.ways(values, self.on)
        return (ways.if_true if wanted is Truth.TRUE else ways.if_false) is not None

    def _open(self, choices: Choices, chosen: dict[str, Assignment]) -> None:
        """Take facts away until the answer can go both ways."""
        while self.question.truth(_together(chosen.values()), self.on) is not Truth.UNKNOWN:
            del chosen[choices.of(list(chosen))]


def _together(assignments: Iterable[Assignment]) -> dict[str, Value]:
    return {reading: value for assignment in assignments for reading, value in assignment.items()}


def _written(fact: str, assignment: Assignment, on: date) -> tuple[str, Any] | None:
    """The fact, or the one it is worked out from, and what a profile holds to mean this, if it can."""
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        return fact, assignment[fact]
    if isinstance(kind, Dated) or kind.dimension is DURATION:
        days = assignment[reading_of(fact, DAYS, since=isinstance(kind, Dated))]
        return counted_from(fact), (on - timedelta(days=int(_magnitude(days)))).isoformat()
    amount = _amount(kind, {scale: assignment.get(reading_of(fact, scale)) for scale in kind.dimension.scales()})
    return None if amount is None else (fact, amount)


def _amount(kind: Measured, values: Mapping[str, Value | None]) -> str | dict[str, str] | None:
    """An amount, with the upper limit that makes it the multiple it must be as well, if there is such a limit."""
    (scale, value), *others = ((scale, _magnitude(value)) for scale, value in values.items() if value is not None)
    written = str(Quantity(value, scale))
    for _, multiple in others:
        try:
            limit = Decimal(1) if value == multiple == 0 else EXACT.divide(value, multiple)
            kind.read(str(Quantity(limit, scale)))
        except (ArithmeticError, Mistake):
            return None
        return {"value": written, "upper_limit": str(Quantity(limit, scale))} if limit else None
    return written


def _magnitude(value: Value) -> Decimal:
    assert isinstance(value, Span)  # noqa: S101 - codes are handled before
    return value.low
