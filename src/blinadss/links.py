"""What facts have to do with each other: combinations that no patient can have, so that no completion has them either.

They are the consequences of facts.yaml, read backwards as well, what a derived fact has to do with
those it is worked out from, and what months have to do with days. A link counts for a patient
only while the fact that it is about is not in conflict; see `agreement`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from blinadss.derived import impossible_together
from blinadss.elapsed import DAYS, MONTHS, days_of
from blinadss.expression import Comparison, Expression, Group, comparisons, facts_in
from blinadss.facts import FACTS
from blinadss.kinds import NEVER, Dated
from blinadss.knowledge import KnowledgeBase
from blinadss.quantity import LIFETIME, Quantity

AGREES, DISAGREES = "agrees", "disagrees"


@dataclass(frozen=True)
class Link:
    """Something that cannot be, about one fact: what it asks together cannot be true of one patient."""

    fact: str
    impossible: Expression

    @property
    def guard(self) -> Comparison:
        """True of a patient whose profile does not contradict itself about the fact."""
        return Comparison(agreement(self.fact), "is", (AGREES,))


def agreement(fact: str) -> str:
    """The reading that says whether what a profile says of a fact agrees with itself."""
    return f"agreement on {fact}"


@lru_cache(maxsize=16)
def links_of(knowledge: KnowledgeBase) -> tuple[Link, ...]:
    """Every link that the notes on facts state."""
    return tuple(
        Link(fact, Group("all", (when, Group("none", (_is(fact, each.value),)))))
        for fact, notes in knowledge.facts.items()
        for each in notes.follows
        for when in _alternatives(each.when)
    )


def links_among(expressions: Iterable[Expression], stated: Iterable[Link]) -> tuple[Link, ...]:
    """The links that have a say in what these expressions ask: all whose facts they ask, and those of measures."""
    expressions = tuple(expressions)
    asked = frozenset(fact for expression in expressions for fact in facts_in(expression))
    leaves = tuple(leaf for expression in expressions for leaf in comparisons(expression))
    chosen = [link for link in stated if facts_in(link.impossible) <= asked]
    chosen += [Link(fact, impossible) for fact, impossible in impossible_together(leaves)]
    return (*chosen, *_two_scales(leaves))


def _alternatives(when: Expression) -> Iterator[Expression]:
    """Each condition that is enough by itself, so that it counts though the others are not asked for."""
    if isinstance(when, Group) and when.word == "any":
        for part in when.parts:
            yield from _alternatives(part)
    else:
        yield when


def _is(fact: str, value: str | Quantity) -> Expression:
    """The comparison, or the two, that say a fact is just that."""
    if isinstance(value, Quantity):
        return Group("all", (Comparison(fact, ">=", (), value), Comparison(fact, "<=", (), value)))
    if isinstance(FACTS[fact], Dated):
        assert value == NEVER  # noqa: S101 - no day follows from anything
        return Comparison(fact, ">=", (), Quantity(LIFETIME[MONTHS], MONTHS), since=True)
    return Comparison(fact, "is", (value,))


def _two_scales(leaves: Iterable[Comparison]) -> Iterator[Link]:
    """What cannot be of a time that is asked for in months and in days: more of one without as much of the other."""
    limits: dict[tuple[str, bool], dict[str, set[Quantity]]] = {}
    for leaf in leaves:
        if leaf.threshold is not None and leaf.threshold.scale in (MONTHS, DAYS):
            scales = limits.setdefault((leaf.fact, leaf.since), {MONTHS: set(), DAYS: set()})
            scales[leaf.threshold.scale].add(leaf.threshold)
    for (fact, since), scales in limits.items():
        for months in scales[MONTHS]:
            for days in scales[DAYS]:
                least, most = days_of(int(months.magnitude))
                if days.magnitude <= least:
                    yield _without(fact, months, days, since=since)
                if days.magnitude >= most:
                    yield _without(fact, days, months, since=since)


def _without(fact: str, more: Quantity, less: Quantity, *, since: bool) -> Link:
    reached, short = Comparison(fact, ">=", (), more, since), Comparison(fact, "<", (), less, since)
    return Link(fact, Group("all", (reached, short)))
