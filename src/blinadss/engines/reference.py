"""The reference engine: the meaning of a criterion, as plainly as possible. Every other engine is compared with it.

An expression is turned, once, into a small function of the values; asking a
patient is calling it. What is not among the values is unknown, and Kleene's
tables (see `truth`) do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import assert_never

from blinadss.engines.conclusion import Conclusions
from blinadss.expression import Comparison, Expression, Group, Values
from blinadss.knowledge import Policy
from blinadss.links import Link
from blinadss.normal_form import CONTRAINDICATED, ELIGIBLE, Step, normal_form
from blinadss.quantity import Quantity, Span
from blinadss.truth import Truth, all_of, any_of, at_least

Answer = Callable[[Values], Truth]
_TRUE, _FALSE, _UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


class ReferenceEngine:
    """Answers every criterion of a policy as it stands on one day, and adds the answers up."""

    name = "reference"

    def __init__(self, policy: Policy, links: Sequence[Link] = ()) -> None:
        self._criteria = {use.criterion.id: answer_to(use.criterion.when) for use in policy.uses()}
        self._indications = [each.id for each in policy.indications]
        self._steps = [_Step(step) for step in normal_form(policy, tuple(links)).steps()]

    def conclude(self, values: Values) -> Conclusions:
        """The truth of every criterion, of every indication, and of the verdict."""
        criteria = {criterion: answer(values) for criterion, answer in self._criteria.items()}
        concluded: dict[str, Truth] = {}
        for step in self._steps:
            concluded[step.name] = step.truth(criteria, concluded, values)
        indications = {each: concluded[each] for each in self._indications}
        return Conclusions(criteria, indications, concluded[CONTRAINDICATED], concluded[ELIGIBLE])


class _Step:
    """One step of the normal form, by the tables; where they leave it open, by what they do not see as well."""

    def __init__(self, step: Step) -> None:
        self.name, self._step = step.name, step
        self._add_up = all_of if step.word == "all" else any_of

    def truth(self, criteria: Mapping[str, Truth], steps: Mapping[str, Truth], values: Values) -> Truth:
        """What is concluded from the criteria and the earlier steps."""
        parts = [criteria[name] if holds else ~criteria[name] for name, holds in self._step.criteria]
        parts += [steps[name] if holds else ~steps[name] for name, holds in self._step.steps]
        truth = self._add_up(parts)
        if truth is _UNKNOWN and self._step.block:
            holds, fails = self._unseen
            if any(answer(values) is _TRUE for answer in holds):
                return _TRUE
            if any(answer(values) is _TRUE for answer in fails):
                return _FALSE
        return truth

    @cached_property
    def _unseen(self) -> tuple[list[Answer], list[Answer]]:
        """Worked out for the first patient who needs it."""
        holds, fails = self._step.unseen
        return [answer_to(each) for each in holds], [answer_to(each) for each in fails]


def answer_to(expression: Expression) -> Answer:
    """The function that answers the expression for any values."""
    match expression:
        case Comparison():
            return _compared(expression)
        case Group(word="all"):
            return _all_of([answer_to(part) for part in expression.parts])
        case Group(word="any"):
            return _not(_all_of([_not(answer_to(part)) for part in expression.parts]))
        case Group(word="none"):
            return _all_of([_not(answer_to(part)) for part in expression.parts])
        case Group():
            return _at_least(expression.needed, [answer_to(part) for part in expression.parts])
        case _:
            assert_never(expression)


def _compared(comparison: Comparison) -> Answer:
    """A comparison: unknown if the value is, or if it is a span that reaches both sides of the threshold."""
    reads = comparison.reads
    if comparison.threshold is not None:
        return _measured(reads, comparison.operator, comparison.threshold)
    codes = comparison.codes
    hit, miss = (_TRUE, _FALSE) if comparison.operator == "is" else (_FALSE, _TRUE)

    def coded(values: Values) -> Truth:
        value = values.get(reads)
        if value is None:
            return _UNKNOWN
        return hit if value in codes else miss

    return coded


def _measured(reads: str, operator: str, threshold: Quantity) -> Answer:
    limit = threshold.magnitude

    def no_less(values: Values) -> Truth:
        span = values.get(reads)
        if not isinstance(span, Span):
            return _UNKNOWN
        if span.low >= limit:
            return _TRUE
        return _FALSE if span.high < limit or (span.high == limit and span.high_open) else _UNKNOWN

    def more_than(values: Values) -> Truth:
        span = values.get(reads)
        if not isinstance(span, Span):
            return _UNKNOWN
        if span.high <= limit:
            return _FALSE
        return _TRUE if span.low > limit or (span.low == limit and span.low_open) else _UNKNOWN

    return {">=": no_less, ">": more_than, "<": _not(no_less), "<=": _not(more_than)}[operator]


def _all_of(parts: list[Answer]) -> Answer:
    def all_of(values: Values) -> Truth:
        result = _TRUE
        for part in parts:
            truth = part(values)
            if truth is _FALSE:
                return _FALSE
            if truth is _UNKNOWN:
                result = _UNKNOWN
        return result

    return all_of


def _at_least(needed: int, parts: list[Answer]) -> Answer:
    return lambda values: at_least(needed, [part(values) for part in parts])


def _not(answer: Answer) -> Answer:
    def negated(values: Values) -> Truth:
        truth = answer(values)
        return _FALSE if truth is _TRUE else _TRUE if truth is _FALSE else _UNKNOWN

    return negated
