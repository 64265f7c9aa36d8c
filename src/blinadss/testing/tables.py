"""Flat tables of patients as somebody might write them: texts on and beside every threshold, with days and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from blinadss.derived import origins
from blinadss.expression import Expression, comparisons
from blinadss.facts import FACTS
from blinadss.kinds import Measured
from blinadss.knowledge import KnowledgeBase
from blinadss.testing.choices import Choices, Dice
from blinadss.testing.values import Marks, marks_of, value

TextRow = Mapping[str, str | None]


def facts_read(knowledge: KnowledgeBase, policies: Sequence[str]) -> tuple[str, ...]:
    """Every fact that some policies ask, with those that have a say in it."""
    facts = {leaf.fact for each in _asked(knowledge, policies) for leaf in comparisons(each)}
    follows = [each.when for fact in facts if fact in knowledge.facts for each in knowledge.facts[fact].follows]
    facts |= {leaf.fact for each in follows for leaf in comparisons(each)}
    return tuple(sorted({origin for fact in facts for origin in origins(fact)} & set(FACTS)))


def marks_read(knowledge: KnowledgeBase, policies: Sequence[str]) -> Marks:
    """What the facts are compared with."""
    return marks_of(_asked(knowledge, policies))


def text_columns(facts: Sequence[str]) -> tuple[str, ...]:
    """What the columns of these facts are called."""
    return tuple(each for fact in facts for each in (fact, *_beside(fact)))


def text_row(
    choices: Choices, facts: Sequence[str], on: date, marks: Marks, fresh_for: Mapping[str, int]
) -> dict[str, str | None]:
    """A row of texts, each with its own unit, a third of them unknown."""
    row: dict[str, str | None] = dict.fromkeys(text_columns(facts))
    for fact in facts:
        if choices.once_in(3):
            continue
        said = value(choices, fact, on, marks, fresh_for.get(fact), whole=True)
        last = said[-1] if isinstance(said, list) else said
        observation = last if isinstance(last, dict) else {"value": last}
        row[fact] = str(observation["value"])
        for name, key in ((f"{fact}_on", "on"), (f"{fact}_upper_limit", "upper_limit")):
            if name in row and key in observation:
                row[name] = str(observation[key])
    return row


class TextTable:
    """A table of texts with all that some policies ask, a third of it unknown."""

    def __init__(self, knowledge: KnowledgeBase, policies: Sequence[str], on: date) -> None:
        self._facts, self._marks = facts_read(knowledge, policies), marks_read(knowledge, policies)
        self._on, self._fresh_for = on, knowledge.fresh_for

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns are called."""
        return text_columns(self._facts)

    def rows(self, number: int, seed: str = "0") -> Iterator[TextRow]:
        """So many rows, the same for the same seed."""
        for each in range(number):
            yield text_row(Dice(f"{seed}/{each}"), self._facts, self._on, self._marks, self._fresh_for)


def _asked(knowledge: KnowledgeBase, policies: Sequence[str]) -> list[Expression]:
    return [use.criterion.when for policy in knowledge.select(policies) for use in policy.uses()]


def _beside(fact: str) -> Iterator[str]:
    """The columns beside a fact's own."""
    kind = FACTS[fact]
    if f"{fact}_on" not in FACTS:
        yield f"{fact}_on"
    if isinstance(kind, Measured) and "x ULN" in kind.dimension.scales():
        yield f"{fact}_upper_limit"
