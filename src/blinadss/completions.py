"""What an unknown answer could still become: completions of what is known, one for each way it can go.

Kleene logic is sound but over-reports unknown: `any: [A, all: [not A, B]]` stays
unknown when A is unknown and B true, though either value of A answers it. Here
the unknown facts are filled in, on the classes that the thresholds cut them
into, until the answer is seen both ways or proved to go only one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import count, pairwise, product

from blinadss.elapsed import DAYS, MONTHS, earlier, spans_between
from blinadss.engines.reference import answer_to
from blinadss.expression import Comparison, Expression, Group, Value, Values, comparisons, facts_in, reading_of
from blinadss.facts import FACTS
from blinadss.kinds import Coded, Measured
from blinadss.quantity import COUNT, DURATION, GRADE, Span
from blinadss.reasons import Reasons
from blinadss.truth import Truth, all_of

# Steps of one search. Beyond it the answer stays what Kleene logic says, which is never wrong, only less exact.
PATIENCE = 20_000
_BOTH = (Truth.TRUE, Truth.FALSE)
Assignment = Mapping[str, Value]


@dataclass(frozen=True)
class Ways:
    """The two ways an open answer can go: values that make it true and values that make it false, if any do."""

    if_true: Values | None
    if_false: Values | None

    @property
    def truth(self) -> Truth:
        """What the answer is, knowing that: unknown only if it can really go both ways."""
        if self.if_false is None:
            return Truth.TRUE if self.if_true is not None else Truth.UNKNOWN
        return Truth.FALSE if self.if_true is None else Truth.UNKNOWN


class Question:
    """An expression prepared for asking how its answer could still go."""

    def __init__(self, expression: Expression) -> None:
        self.reasons = Reasons(expression)
        asked: dict[str, list[Comparison]] = {}
        for leaf in comparisons(expression):  # one that is written twice counts twice
            asked.setdefault(leaf.fact, []).append(leaf)
        self.asked = asked
        self._classes = lru_cache(maxsize=64)(lambda fact, on: tuple(candidates(asked[fact], {}, on)))
        self._answers = {leaf: answer_to(leaf) for leaf in self.reasons.comparisons}

    def truth(self, values: Values, on: date) -> Truth:
        """The exact answer on that day: unknown only if two completions of ``values`` differ."""
        truth = self.reasons.truth(values)
        if truth is not Truth.UNKNOWN or self.asks_each_fact_once:
            return truth
        if not self.independent:
            return self.ways(values, on).truth
        # All of them can come true together, and each can come false by itself.
        exact = [each.truth(values, on) for each in self.independent if not each.asks_each_fact_once]
        if Truth.FALSE in exact:
            return Truth.FALSE
        if Truth.TRUE in exact:
            return all_of(each.truth(values, on) for each in self.independent)
        return Truth.UNKNOWN

    def can_be(self, wanted: Truth, values: Values, on: date) -> bool:
        """Whether some completion of ``values`` gives that answer."""
        return self._reach(wanted, values, on, count(1)) is not None

    @cached_property
    def independent(self) -> tuple[Question, ...]:
        """The parts that must all hold and share no fact, each as a question; none if they cannot be parted."""
        apart: list[tuple[frozenset[str], tuple[Expression, ...]]] = []
        for part in _conjuncts(self.reasons.expression):
            facts = facts_in(part)
            together: tuple[Expression, ...] = (part,)
            for each in [each for each in apart if each[0] & facts]:
                apart.remove(each)
                facts, together = facts | each[0], each[1] + together
            apart.append((facts, together))
        return tuple(Question(Group("all", parts)) for _, parts in apart) if len(apart) > 1 else ()

    @cached_property
    def asks_each_fact_once(self) -> bool:
        """Whether Kleene logic is exact already: every fact is asked for in one place, which can go both ways.

        Lines on one fact side by side in a group are one place: each cuts off an end of what the
        fact can be, and ends that leave something pairwise leave something together.
        """
        day = date(2000, 1, 1)  # any day: all have the same classes of ages and of elapsed time
        places = list(_places(self.reasons.expression))
        return len(places) == len({fact for fact, _ in places}) and all(
            {answer_to(place)(choice) for choice in candidates(comparisons(place), {}, day)} >= {*_BOTH}
            for _, place in places
        )

    def ways(self, values: Values, on: date) -> Ways:
        """Completions of ``values`` that settle the question, one for each answer it can get."""
        return Ways(*(self._reach(wanted, values, on, count(1)) for wanted in _BOTH))

    def _reach(self, wanted: Truth, values: Values, on: date, steps: Iterator[int]) -> Values | None:
        truth = self.reasons.truth(values)
        if truth is not Truth.UNKNOWN:
            return values if truth is wanted else None
        if next(steps) > PATIENCE:
            return values  # given up: as if it could be reached, so that the answer stays open
        leaf, speaks_for = next(self.reasons.pulls(values))
        answer, hoped = self._answers[leaf], wanted if speaks_for else ~wanted
        asked = self.asked[leaf.fact]
        if any(other.reads in values for other in asked):
            choices: Iterable[Assignment] = candidates(asked, values, on)
        else:
            choices = self._classes(leaf.fact, on)
        for assignment in sorted(choices, key=lambda choice: answer(choice) is not hoped):  # the likely way first
            found = self._reach(wanted, {**values, **assignment}, on, steps)
            if found is not None:
                return found
        return None


def _conjuncts(expression: Expression) -> Iterator[Expression]:
    """What must hold for the expression to hold, taken apart as far as `all` and `none` go."""
    if isinstance(expression, Group) and expression.word == "all":
        for part in expression.parts:
            yield from _conjuncts(part)
    elif isinstance(expression, Group) and expression.word == "none":
        yield from (Group("none", (part,)) for part in expression.parts)
    else:
        yield expression


def _places(expression: Expression) -> Iterator[tuple[str, Expression]]:
    """Each place in which the expression asks for a fact."""
    if isinstance(expression, Comparison):
        yield expression.fact, expression
        return
    together: dict[str, list[Expression]] = {}
    for part in expression.parts:
        if isinstance(part, Comparison) and expression.word != "at least":
            together.setdefault(part.fact, []).append(part)
        else:
            yield from _places(part)
    for fact, lines in together.items():
        yield fact, replace(expression, parts=tuple(lines))


def candidates(asked: Iterable[Comparison], values: Values, on: date) -> Iterator[Assignment]:
    """One assignment for each class into which the comparisons cut what one fact can still be."""
    asked = list(asked)
    fact, kind = asked[0].fact, FACTS[asked[0].fact]
    if isinstance(kind, Coded):
        named = dict.fromkeys(code for leaf in asked for code in leaf.codes)
        others = [code for code in kind.codes if code not in named]
        yield from ({fact: code} for code in [*named, *others[:1]])
    elif isinstance(kind, Measured) and kind.dimension is not DURATION:
        by_reading: dict[str, set[Decimal]] = {}
        for leaf in asked:
            by_reading.setdefault(leaf.reads, set()).add(_limit(leaf))
        choices = [
            [(reading, value) for value in _magnitudes(cuts, _known(values, reading, kind), kind)]
            for reading, cuts in by_reading.items()
        ]
        yield from (dict(choice) for choice in product(*choices))
    else:
        yield from _days(asked, values, on)


def _limit(leaf: Comparison) -> Decimal:
    assert leaf.threshold is not None  # noqa: S101 - only codes are compared without one
    return leaf.threshold.magnitude


def _known(values: Values, reading: str, kind: Measured) -> Span:
    value = values.get(reading)
    return value if isinstance(value, Span) else Span(kind.least, kind.most, low_open=kind.above_zero)


def _magnitudes(cuts: Iterable[Decimal], known: Span, kind: Measured) -> Iterator[Span]:
    """Each threshold, something between each two, and something beyond both ends, as far as the known span allows."""
    ends = [end for end in (known.low, known.high) if end.is_finite()]
    marks = sorted({*cuts, *ends})
    between = [(low + high) / 2 for low, high in pairwise(marks)]
    beyond = [marks[0] / 2, marks[0] - 1, marks[-1] + 1]
    if kind.dimension in (COUNT, GRADE):
        between, beyond = [mark + 1 for mark in marks], [mark - 1 for mark in marks]
    for magnitude in sorted({*marks, *between, *beyond}):
        point = Span.point(magnitude)
        if known.meet(point) is not None and kind.least <= magnitude <= kind.most:
            yield point


def _days(asked: Iterable[Comparison], values: Values, on: date) -> Iterator[Assignment]:
    """For an age or a date: the day each length of time is complete, the days beside it, the ends of what is known."""
    days = {on}
    for leaf in asked:
        limit = int(_limit(leaf))
        months = leaf.threshold is not None and leaf.threshold.scale == MONTHS
        complete = earlier(on, limit) if months else on - timedelta(days=limit)
        days |= {complete + timedelta(days=shift) for shift in (-1, 0, 1)}
        known = values.get(reading_of(leaf.fact, DAYS, since=leaf.since))
        if isinstance(known, Span):
            days |= {on - timedelta(days=int(end)) for end in (known.low, known.high) if end.is_finite()}
    for day in sorted(day for day in days if day <= on):
        spans = {reading_of(leaf.fact, scale, since=leaf.since): span for scale, span in spans_between(day, on).items()}
        if all(_fits(span, values.get(reading)) for reading, span in spans.items()):
            yield spans


def _fits(span: Span, known: Value | None) -> bool:
    return not isinstance(known, Span) or known.meet(span) is not None
