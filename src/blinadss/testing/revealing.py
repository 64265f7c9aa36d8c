"""A patient about whom one fact after the other is found out; nothing that was settled may ever be reversed."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, rule

from blinadss.assessment import assess
from blinadss.derived import related
from blinadss.expression import facts_in
from blinadss.findings import Assessment
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge
from blinadss.testing import patients
from blinadss.testing.choices import Choices, drawn
from blinadss.testing.values import value

_OPEN = {"unknown", "undetermined"}


def revealing(knowledge: KnowledgeBase | None = None, *, on: date | None = None) -> type[RuleBasedStateMachine]:
    """The state machine that reveals facts one by one; its ``TestCase`` is a test for pytest or unittest.

    ``on`` is the day of assessment: by default the first day of the newest edition of any policy.
    """
    base = knowledge or load_knowledge()
    day = on or max(edition.start for policy in base.policies.values() for edition in policy.editions)
    asked = sorted({fact for criterion in base.criteria.values() for fact in facts_in(criterion.when)})
    marks = patients.marks_in(base)

    def a_fact(choices: Choices) -> tuple[str, Any]:
        fact = choices.of(asked)
        return fact, value(choices, fact, day, marks, base.fresh_for.get(fact))

    class Revealing(RuleBasedStateMachine):
        """What has been found out, and what has been settled by it."""

        def __init__(self) -> None:
            super().__init__()
            self.known: dict[str, Any] = {}
            self.said = self._answers()

        @rule(found=drawn(a_fact))
        def find_out(self, found: tuple[str, Any]) -> None:
            """One more fact is known; of one that is known already, or contradicts another, nothing is found out."""
            fact, seen = found
            wiser = patients.as_profile(self.known | {fact: seen}, day)
            if related(fact).isdisjoint(self.known) and not patients.contradicts_itself(wiser, base, day):
                before, self.known[fact] = self.said, seen
                self.said = self._answers()
                changed = {
                    about: f"{word} to {self.said[about]}"
                    for about, word in before.items()
                    if self._reversed(about, word)
                }
                assert not changed, f"finding out {fact} changed {changed}"  # noqa: S101 - this is a test

        def _reversed(self, about: str, before: str) -> bool:
            after = self.said[about]
            no_either_way = before == "ineligible" and after == "contraindicated"
            return before not in _OPEN and before != after and not no_either_way

        def _answers(self) -> dict[str, str]:
            profile = patients.as_profile(self.known, day)
            return _answers(assess(profile, knowledge=base, policies=list(base.policies), further=False))

    return Revealing


def _answers(assessment: Assessment) -> dict[str, str]:
    """Every answer in words, by what it is about."""
    answers: dict[str, str] = {}
    for policy in assessment.policies:
        answers |= {f"{each.role} {each.criterion}": each.truth.value for each in policy.findings()}
        answers |= {each.id: each.eligibility.value for each in policy.indications}
        answers[policy.policy] = policy.verdict.value
    return answers
