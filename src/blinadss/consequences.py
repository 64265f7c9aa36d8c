"""What a fact is without being asked for, because of what else is known: nobody asks a man whether he is pregnant.

The criteria say it (`follows` in facts.yaml), and say it once for all policies. A
profile that contradicts a consequence is in conflict with itself: the fact is then
unknown, whichever of the two is the mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from blinadss.expression import Value, facts_in, line, reading_of
from blinadss.facts import FACTS
from blinadss.kinds import Dated
from blinadss.knowledge import Consequence, KnowledgeBase
from blinadss.quantity import Quantity, Span
from blinadss.reasons import Reasons
from blinadss.sight import Sight, agreed, elapsed
from blinadss.truth import Truth


@dataclass(frozen=True)
class Following:
    """One consequence, prepared for any number of patients."""

    fact: str
    value: str | Quantity
    reasons: Reasons
    reads: frozenset[str]

    def sight(self, known: Callable[[str], Sight], on: date) -> Sight | None:
        """What follows for the fact on that day, and why; nothing if the condition is not certain."""
        values = {reading: value for fact in self.reads for reading, value in known(fact).values.items()}
        if self.reasons.truth(values) is not Truth.TRUE:
            return None
        because = ", ".join(leaf.text or line(leaf) for leaf in self.reasons.settling(values))
        return Sight(self._values(on), f"{self.value} ({because})")

    def _values(self, on: date) -> Mapping[str, Value]:
        if isinstance(self.value, Quantity):
            return {reading_of(self.fact, self.value.scale): Span.point(self.value.magnitude)}
        return elapsed(self.fact, self.value, on) if isinstance(FACTS[self.fact], Dated) else {self.fact: self.value}


Follows = Mapping[str, tuple[Following, ...]]


@lru_cache(maxsize=16)
def follows(knowledge: KnowledgeBase) -> Follows:
    """The consequences that the notes on facts name, by the fact that follows."""
    return {
        fact: tuple(_following(fact, each) for each in notes.follows)
        for fact, notes in knowledge.facts.items()
        if notes.follows
    }


def _following(fact: str, consequence: Consequence) -> Following:
    return Following(fact, consequence.value, Reasons(consequence.when), facts_in(consequence.when))


def with_consequences(said: Sight, following: tuple[Following, ...], known: Callable[[str], Sight], on: date) -> Sight:
    """What is known of a fact from what was said of it and from what follows, which may be in conflict."""
    if said.because == "conflicting":
        return said
    for each in following:
        implied = each.sight(known, on)
        if implied is None:
            continue
        if not said.values:
            said = implied
        elif agreed(said.values, implied.values) is None:
            return Sight({}, f"{said.text}, yet {implied.text}", said.on, "conflicting")
    return said
