"""Flat tables of patients as somebody might write them: texts on and beside every threshold, with days and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from blinadss.derived import origins
from blinadss.expression import comparisons
from blinadss.facts import FACTS
from blinadss.kinds import Measured
from blinadss.knowledge import KnowledgeBase
from blinadss.testing.choices import Choices, Dice
from blinadss.testing.values import marks_of, value

TextRow = Mapping[str, str | None]


class TextTable:
    """A table of texts with all that some policies ask, a third of it unknown."""

    def __init__(self, knowledge: KnowledgeBase, policies: Sequence[str], on: date) -> None:
        asked = [use.criterion.when for policy in knowledge.select(policies) for use in policy.uses()]
        facts = {leaf.fact for each in asked for leaf in comparisons(each)}
        follows = [each.when for fact in facts if fact in knowledge.facts for each in knowledge.facts[fact].follows]
        facts |= {leaf.fact for each in follows for leaf in comparisons(each)}
        self._facts = sorted({origin for fact in facts for origin in origins(fact)} & set(FACTS))
        self._on, self._marks, self._fresh_for = on, marks_of(asked), knowledge.fresh_for

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns are called."""
        return tuple(each for fact in self._facts for each in (fact, *_beside(fact)))

    def rows(self, number: int, seed: str = "0") -> Iterator[TextRow]:
        """So many rows, the same for the same seed."""
        for each in range(number):
            yield self._row(Dice(f"{seed}/{each}"))

    def _row(self, choices: Choices) -> TextRow:
        row: dict[str, str | None] = dict.fromkeys(self.columns)
        for fact in self._facts:
            if choices.once_in(3):
                continue
            said = value(choices, fact, self._on, self._marks, self._fresh_for.get(fact))
            last = said[-1] if isinstance(said, list) else said
            observation = last if isinstance(last, dict) else {"value": last}
            row[fact] = str(observation["value"])
            for name, key in ((f"{fact}_on", "on"), (f"{fact}_upper_limit", "upper_limit")):
                if name in row and key in observation:
                    row[name] = str(observation[key])
        return row


def _beside(fact: str) -> Iterator[str]:
    """The columns beside a fact's own."""
    kind = FACTS[fact]
    if f"{fact}_on" not in FACTS:
        yield f"{fact}_on"
    if isinstance(kind, Measured) and "x ULN" in kind.dimension.scales():
        yield f"{fact}_upper_limit"
