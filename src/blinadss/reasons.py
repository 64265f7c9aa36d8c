"""Which comparisons settled an answer, and which keep one open."""

from __future__ import annotations

from collections.abc import Iterator

from blinadss.engines.reference import Answer, answer_to
from blinadss.expression import Comparison, Expression, Group, Values, comparisons
from blinadss.truth import Truth


class Reasons:
    """An expression prepared for being asked why it has the answer it has."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.comparisons = tuple(dict.fromkeys(comparisons(expression)))
        self._answers: dict[int, Answer] = {}
        self._prepare(expression)
        self._read = tuple(dict.fromkeys(leaf.reads for leaf in self.comparisons))
        self._readings = {
            fact: frozenset(leaf.reads for leaf in self.comparisons if leaf.fact == fact)
            for fact in dict.fromkeys(leaf.fact for leaf in self.comparisons)
        }
        numbers = {leaf: number for number, leaf in enumerate(self.comparisons)}
        self._places = {id(leaf): numbers[leaf] for leaf in comparisons(expression)}
        # Of comparisons in one group, those that settle it can be read off; counted ones must each ask another fact.
        lines = isinstance(expression, Group) and all(isinstance(part, Comparison) for part in expression.parts)
        counted = isinstance(expression, Group) and expression.word == "at least"
        self._flat = lines and (not counted or len(self._readings) == len(self.comparisons))

    def truth(self, values: Values, part: Expression | None = None) -> Truth:
        """What the values settle of the expression, or of a part of it."""
        return self._answers[id(self.expression if part is None else part)](values)

    def compared(self, values: Values, truth: Truth) -> list[tuple[Comparison, Truth, bool]]:
        """Every comparison with its truth, and whether it settled the answer, which is ``truth``, or keeps it open."""
        truths = [self._answers[id(leaf)](values) for leaf in self.comparisons]
        leaves = self.open(values) if truth is Truth.UNKNOWN else self.settling(values)
        decisive = {self._places[id(leaf)] for leaf in leaves}
        return [(leaf, truths[number], number in decisive) for number, leaf in enumerate(self.comparisons)]

    def open(self, values: Values) -> Iterator[Comparison]:
        """The unknown comparisons that keep the expression open, in the order they were written."""
        return (leaf for leaf, _ in self.pulls(values))

    def pulls(self, values: Values) -> Iterator[tuple[Comparison, bool]]:
        """The open comparisons, each with whether its being true speaks for the expression (not under `none`)."""
        return self._open(self.expression, values, speaks_for=True)

    def settling(self, values: Values) -> tuple[Comparison, ...]:
        """Comparisons that settle the answer by themselves, none of which could be left out.

        Their facts alone give the answer, whatever else is or becomes known; without
        any one of those facts the others do not. Open answers have none.
        """
        truth = self.truth(values)
        if truth is Truth.UNKNOWN:
            return ()
        if isinstance(self.expression, Comparison):
            return (self.expression,)
        if self._flat:
            return tuple(self._settling(self.expression, values))
        needed = {reading: values[reading] for reading in self._read if reading in values}
        for readings in reversed(self._readings.values()):  # the author's first reasons are kept
            without = {reading: value for reading, value in needed.items() if reading not in readings}
            if self.truth(without) is truth:
                needed = without
        return tuple(self._settling(self.expression, needed))

    def _prepare(self, expression: Expression) -> None:
        self._answers[id(expression)] = answer_to(expression)
        if isinstance(expression, Group):
            for part in expression.parts:
                self._prepare(part)

    def _open(self, expression: Expression, values: Values, *, speaks_for: bool) -> Iterator[tuple[Comparison, bool]]:
        if self._answers[id(expression)](values) is not Truth.UNKNOWN:
            return
        if isinstance(expression, Comparison):
            yield expression, speaks_for
            return
        for part in expression.parts:
            yield from self._open(part, values, speaks_for=speaks_for is not (expression.word == "none"))

    def _settling(self, expression: Expression, values: Values) -> Iterator[Comparison]:
        if isinstance(expression, Comparison):
            yield expression
            return
        answers = [self._answers[id(part)](values) for part in expression.parts]
        wanted, enough = _decisive(expression, self._answers[id(expression)](values))
        for part, answer in zip(expression.parts, answers, strict=True):
            if answer is wanted and enough:
                enough -= 1
                yield from self._settling(part, values)


def _decisive(group: Group, truth: Truth) -> tuple[Truth, int]:
    """Which answer of its parts, and how many such parts, it takes to settle a group the way it went."""
    count = len(group.parts)
    if group.word == "at least":
        return truth, group.needed if truth is Truth.TRUE else count - group.needed + 1
    if group.word == "any":
        return truth, 1 if truth is Truth.TRUE else count
    wanted = ~truth if group.word == "none" else truth
    return wanted, count if truth is Truth.TRUE else 1
