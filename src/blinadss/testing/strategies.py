"""Hypothesis strategies for patients and criteria, for tests of these criteria or of anybody's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

from hypothesis import assume
from hypothesis.strategies import SearchStrategy

from blinadss.assessment import assess
from blinadss.derived import counted_from, related
from blinadss.errors import Mistake, UsageError, near
from blinadss.expression import Comparison, comparisons
from blinadss.findings import Eligibility
from blinadss.grammar import read_comparison
from blinadss.knowledge import Indication, KnowledgeBase, Policy
from blinadss.loading import load_knowledge
from blinadss.prepared import requirement
from blinadss.profile import PatientProfile
from blinadss.statements import Criterion
from blinadss.testing import generated, patients
from blinadss.testing.aims import Aim
from blinadss.testing.choices import Choices, drawn
from blinadss.testing.values import beside
from blinadss.truth import Truth

_TRUTHS = {
    Eligibility.ELIGIBLE: Truth.TRUE,
    Eligibility.INELIGIBLE: Truth.FALSE,
    Eligibility.UNDETERMINED: Truth.UNKNOWN,
}


def profiles(knowledge: KnowledgeBase | None = None, *, on: date | None = None) -> SearchStrategy[PatientProfile]:
    """Patients of whom the criteria ask something: any of it unknown, old, contradictory, or just at a threshold.

    Each has its own ``assessed_on``: the day ``on``, or one near the start of an edition.
    """
    return drawn(patients.profile, knowledge or load_knowledge(), on)


def profiles_for(
    indication: str,
    eligibility: Literal["eligible", "ineligible", "undetermined"] = "eligible",
    *,
    knowledge: KnowledgeBase | None = None,
    on: date | None = None,
) -> SearchStrategy[PatientProfile]:
    """Patients who get this answer about the indication, however rare they are, on a day on which it is in force.

    Facts that do not matter to the answer are drawn as in `profiles`. Raises
    `UsageError` for an indication that does not exist or is not in force on the day
    ``on``, and for an answer that nobody can get.
    """
    base = knowledge or load_knowledge()
    words = [each.value for each in Eligibility]
    if eligibility not in words:
        raise UsageError(f"no indication is `{eligibility}`", near(eligibility, words))
    answer = Eligibility(eligibility)
    days = [day for day in _days(base, indication, on) if _aim(base, indication, answer, day)]
    if not days:
        raise UsageError(f"nobody is {eligibility} for `{indication}`", "ask for another answer or another day")
    return drawn(_aimed, base, indication, answer, tuple(days))


def near_threshold(
    about: str, *, knowledge: KnowledgeBase | None = None, on: date | None = None
) -> SearchStrategy[PatientProfile]:
    """Patients with a value exactly at a threshold, or the least step beside it; other facts as in `profiles`.

    ``about`` is a line (``mrd.level >= 0.1 %``) or the id of a criterion, of which each
    threshold is met. Raises `UsageError` if it is neither, or if it compares no magnitude.
    """
    base = knowledge or load_knowledge()
    compared = [leaf for leaf in _compared(about, base) if leaf.threshold is not None]
    if not compared:
        raise UsageError(f"`{about}` has no threshold", "name a criterion that compares a number, an age or a date")
    return drawn(_near, base, tuple(compared), on)


def criteria(facts: Sequence[str] = generated.FEW, *, leaves: int = 6) -> SearchStrategy[Criterion]:
    """Criteria that nobody would write, of up to so many comparisons on these facts."""
    return drawn(generated.criterion, "generated/criterion", facts, leaves)


def policies(facts: Sequence[str] = generated.FEW, *, leaves: int = 4, editions: int = 1) -> SearchStrategy[Policy]:
    """Policies ``p`` of such criteria, with one or two indications and up to so many editions (at most three)."""
    return drawn(generated.policy, facts, leaves, editions)


def _home(knowledge: KnowledgeBase, indication: str) -> tuple[Policy, Indication]:
    """The policy that has the indication, and the indication through time."""
    known = {each.id: (policy, each) for policy in knowledge.policies.values() for each in policy.indications}
    if indication not in known:
        raise UsageError(f"there is no indication `{indication}`", near(indication, list(known)))
    return known[indication]


def _days(knowledge: KnowledgeBase, indication: str, on: date | None) -> list[date]:
    """The days to ask about: the one given, or the first of each edition that has the indication, the latest first."""
    policy, found = _home(knowledge, indication)
    days = [edition.start for edition in reversed(policy.editions)] if on is None else [on]
    in_force = [day for day in days if policy.edition(day) is not None and found.period.covers(day)]
    if not in_force:
        raise UsageError(f"`{indication}` is not in force on {on}", "`blinadss policies` lists the editions")
    return in_force


@lru_cache(maxsize=256)
def _aim(knowledge: KnowledgeBase, indication: str, eligibility: Eligibility, day: date) -> Aim | None:
    """How to get that answer on that day, if anybody can."""
    policy, _ = _home(knowledge, indication)
    found = next(each for each in policy.as_of(day).indications if each.id == indication)
    try:
        return Aim(requirement(found), _TRUTHS[eligibility], day)
    except ValueError:
        return None


def _aimed(
    choices: Choices, knowledge: KnowledgeBase, indication: str, eligibility: Eligibility, days: Sequence[date]
) -> PatientProfile:
    day = choices.of(days)
    aim = _aim(knowledge, indication, eligibility, day)
    assert aim is not None  # noqa: S101 - such days were left out
    settled = aim.known(choices)
    linked = patients.linked_in(knowledge)
    decide = aim.facts if aim.wanted is Truth.UNKNOWN else settled
    matter = {each for fact in decide for each in linked[fact]}
    free = [fact for fact in patients.asked_by(knowledge) if fact not in matter]
    known = patients.facts(choices, free, day, patients.marks_in(knowledge), knowledge.fresh_for)
    known |= {fact: _dated(choices, each, day, knowledge.fresh_for.get(fact)) for fact, each in settled.items()}
    profile = patients.as_profile(known, day)
    policy, _ = _home(knowledge, indication)
    result = assess(
        profile, knowledge=knowledge, policies=[policy.id], engines=("reference",), cautions=False, further=False
    ).policies[0]
    assume(any(each.id == indication and each.eligibility is eligibility for each in result.indications))
    return profile


def _dated(choices: Choices, written: Any, day: date, fresh_for: int | None) -> Any:  # noqa: ANN401
    """The value as it is, or sometimes as seen on an earlier day that still counts."""
    if not choices.once_in(3):
        return written
    observation = written if isinstance(written, dict) else {"value": written}
    ago = choices.of((0, 1, 400 if fresh_for is None else fresh_for))
    return observation | {"on": (day - timedelta(days=ago)).isoformat()}


def _compared(about: str, knowledge: KnowledgeBase) -> Sequence[Comparison]:
    if about in knowledge.criteria:
        return tuple(comparisons(knowledge.criteria[about].when))
    if " " not in about:
        raise UsageError(f"there is no criterion `{about}`", near(about, list(knowledge.criteria)))
    try:
        return (read_comparison(about),)
    except Mistake as mistake:
        raise UsageError(mistake.problem, mistake.hint) from None


def _near(
    choices: Choices, knowledge: KnowledgeBase, compared: Sequence[Comparison], on: date | None
) -> PatientProfile:
    day = on or patients.choice_of_day(choices, knowledge)
    leaf = choices.of(compared)
    assert leaf.threshold is not None  # noqa: S101 - others were left out
    fact = counted_from(leaf.fact)
    value = beside(choices, fact, day, leaf.threshold)
    others = [fact for fact in patients.asked_by(knowledge) if fact not in related(leaf.fact)]
    known = patients.facts(choices, others, day, patients.marks_in(knowledge), knowledge.fresh_for)
    return patients.as_profile(known | {fact: value}, day)
