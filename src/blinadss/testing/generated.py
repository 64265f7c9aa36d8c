"""Criteria, policies and knowledge bases as a row of choices: what the laws are about, whatever medicine says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from blinadss.derived import ORIGINS
from blinadss.expression import Comparison, Expression, Group, Word
from blinadss.facts import FACTS
from blinadss.grammar import read_comparison
from blinadss.kinds import Coded, Dated, Kind, Measured
from blinadss.knowledge import Edition, FactNotes, Indication, KnowledgeBase, Policy
from blinadss.quantity import DURATION, GRADE
from blinadss.statements import Citation, Criterion, Period, Role, Source, Use
from blinadss.testing.choices import Choices
from blinadss.testing.values import usual_marks

SOURCE = Source("book", "A book", "Somebody", "paper", "1", "https://example.org", "2000-01-01")
CITE = (Citation(SOURCE, "1"),)
STARTS = (date(2000, 1, 1), date(2012, 2, 29), date(2024, 6, 14))


def _few() -> tuple[str, ...]:
    """Two facts of every kind that reads differently, none of which says anything about another."""
    origins = {origin for fact, origins in ORIGINS.items() for origin in origins if origin != fact}
    alike: dict[object, list[str]] = {}
    for fact, kind in FACTS.items():
        if fact not in origins and not (isinstance(kind, Dated) and not kind.past):
            alike.setdefault(_reads(kind), []).append(fact)
    return tuple(fact for facts in alike.values() for fact in facts[:2])


def _reads(kind: Kind) -> object:
    """What makes one kind of fact read differently from another."""
    if not isinstance(kind, Measured):
        return type(kind)
    special = kind.dimension if kind.dimension in (DURATION, GRADE) else None
    return kind.dimension.bare, len(kind.dimension.scales()), special and special.name


# Facts of every kind, few enough that random criteria and random patients meet.
FEW = _few()


def line(choices: Choices, facts: Sequence[str] = FEW) -> str:
    """One line of the authoring language about one of the facts."""
    fact = choices.of(facts)
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        operator = choices.of(("is", "is not"))
        most = 1 if operator == "is not" else min(3, len(kind.codes))
        codes = list(kind.codes)
        named = [codes.pop(choices.below(len(codes))) for _ in range(1 + choices.below(most))]
        return f"{fact} {operator} {' or '.join(named)}"
    since = "since " if isinstance(kind, Dated) else ""
    return f"{since}{fact} {choices.of(('>=', '>', '<=', '<'))} {choices.of(usual_marks(fact))}"


def comparison(choices: Choices, facts: Sequence[str] = FEW) -> Comparison:
    """One comparison."""
    return _read(line(choices, facts))


def expression(choices: Choices, facts: Sequence[str] = FEW, leaves: int = 6) -> Expression:
    """Up to so many comparisons, joined by groups a few levels deep."""
    if leaves < 2 or not choices.once_in(2):
        return comparison(choices, facts)
    words: tuple[Word, ...] = ("all", "any", "none", "at least")
    word, count = choices.of(words), 1 + choices.below(min(leaves, 4))
    parts = tuple(expression(choices, facts, min(leaves - 1, leaves // count)) for _ in range(count))
    return Group(word, parts, 1 + choices.below(count) if word == "at least" else 0)


def criterion(choices: Choices, name: str, facts: Sequence[str] = FEW, leaves: int = 6) -> Criterion:
    """A criterion about which nothing is random but how it is decided."""
    return criterion_of(name, expression(choices, facts, leaves))


def criterion_of(name: str, when: Expression) -> Criterion:
    """A criterion that asks exactly this."""
    return Criterion(name, "A statement.", when, CITE, "verified")


def policy(choices: Choices, facts: Sequence[str] = FEW, leaves: int = 4, editions: int = 1, most: int = 2) -> Policy:
    """A policy ``p`` with up to so many editions, between which criteria come and go.

    It has at most ``most`` indications, each with at most so many requirements.
    """
    begun = STARTS[: 1 + choices.below(min(editions, len(STARTS)))]
    names = iter(range(100))

    def uses(role: Role, least: int, most: int) -> tuple[Use, ...]:
        return tuple(
            Use(criterion(choices, f"p/c{next(names)}", facts, leaves), role, _period(choices, begun))
            for _ in range(least + choices.below(most - least + 1))
        )

    indications = tuple(
        Indication(f"p/i{number}", f"Indication {number}", uses("requires", 1, most) + uses("excludes", 0, 1))
        for number in range(1 + choices.below(most))
    )
    stood = tuple(Edition(start, f"Edition of {start}", CITE, "verified") for start in begun)
    return Policy("p", "A policy", "Somebody", "Nowhere", stood, indications, uses("contraindicates", 0, 1))


def knowledge(
    choices: Choices, facts: Sequence[str] = FEW, leaves: int = 4, editions: int = 3, most: int = 2
) -> KnowledgeBase:
    """A knowledge base of one policy ``p``, with windows of freshness for some facts."""
    notes = {fact: FactNotes(f"{fact}?", "chart", choices.of((1, 28))) for fact in facts if choices.once_in(4)}
    return knowledge_of(policy(choices, facts, leaves, editions, most)).with_facts(notes)


def knowledge_of(policy: Policy) -> KnowledgeBase:
    """A knowledge base of one policy, with no windows of freshness."""
    criteria = {use.criterion.id: use.criterion for use in policy.uses()}
    sources = {SOURCE.id: SOURCE}
    return KnowledgeBase("1", (policy.id,), sources, MappingProxyType({}), {policy.id: policy}, criteria)


def _period(choices: Choices, begun: Sequence[date]) -> Period:
    """Mostly always; sometimes from, or until, the start of a later edition."""
    if len(begun) < 2 or not choices.once_in(3):
        return Period()
    start = choices.of(begun[1:])
    return choices.of((Period(start=start), Period(until=start)))


@lru_cache(maxsize=10_000)
def _read(text: str) -> Comparison:
    return read_comparison(text)
