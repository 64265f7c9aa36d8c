"""Whether a profile contradicts itself: results that disagree, facts that exclude each other or cannot be together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from blinadss.assessment import assess
from blinadss.consequences import follows
from blinadss.facts import FACTS
from blinadss.findings import CautionFinding, Cited
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge
from blinadss.lookup import look_up
from blinadss.profile import PatientProfile
from blinadss.result import Result
from blinadss.statements import Assurance
from blinadss.truth import Truth
from blinadss.wording import named

_SETTLE = "Find out which of them is right; until then the fact counts as unknown."


@dataclass(frozen=True, slots=True)
class Contradiction(Result):
    """Something that a profile says and that cannot be so.

    ``id`` is that of the criterion that says so, or the fact whose values disagree; ``said`` holds
    what the profile says of each fact concerned. Of values that disagree nothing is cited, so nothing was checked.
    """

    id: str
    statement: str
    said: Mapping[str, str]
    do: str
    cite: tuple[Cited, ...]
    assurance: Assurance | None


def check_profile(
    profile: PatientProfile,
    *,
    on: date | None = None,
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
) -> tuple[Contradiction, ...]:
    """All in which the profile contradicts itself on the day ``on`` (or its own ``assessed_on``), in a fixed order.

    First facts of which the latest values disagree, or that other facts exclude, then combinations that
    cannot be. Raises what `assess` raises.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    assessment = assess(profile, on=on, policies=(), knowledge=knowledge, engines=engines, further=False)
    found = [each for each in assessment.cautions if each.severity == "contradiction" and each.truth is Truth.TRUE]
    return (*_conflicts(profile, assessment.assessed_on, knowledge), *(_impossible(each) for each in found))


def _conflicts(profile: PatientProfile, on: date, knowledge: KnowledgeBase) -> Iterator[Contradiction]:
    """Every fact of which what is said does not agree."""
    for fact, sight in look_up(profile, FACTS, on, knowledge.fresh_for, follows(knowledge)).items():
        if sight.because == "conflicting":
            statement = f"What is said of {named(fact)} does not agree."
            yield Contradiction(fact, statement, {fact: f"{sight.text}"}, _SETTLE, (), None)


def _impossible(caution: CautionFinding) -> Contradiction:
    decisive = [leaf for leaf in caution.comparisons if leaf.decisive]
    said = {leaf.fact: f"{leaf.value}{f' on {leaf.observed_on}' if leaf.observed_on else ''}" for leaf in decisive}
    return Contradiction(caution.criterion, caution.statement, said, caution.do, caution.cite, caution.assurance)
