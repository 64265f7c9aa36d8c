"""Patients as a row of choices: which facts are known, on which day, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from blinadss.consequences import follows
from blinadss.derived import origins, related
from blinadss.expression import facts_in
from blinadss.facts import FACTS
from blinadss.intake import load_profile
from blinadss.knowledge import KnowledgeBase
from blinadss.lookup import look_up
from blinadss.profile import PatientProfile
from blinadss.testing.choices import Choices
from blinadss.testing.values import Marks, marks_of, value

NO_MARKS: Marks = {}


def facts(
    choices: Choices,
    asked: Iterable[str],
    on: date,
    marks: Marks = NO_MARKS,
    fresh_for: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """What is known of a patient, by fact, as a profile may hold it; every other fact is left out."""
    windows = fresh_for or {}
    return {fact: value(choices, fact, on, marks, windows.get(fact)) for fact in asked if choices.once_in(2)}


def profile(choices: Choices, knowledge: KnowledgeBase, on: date | None = None) -> PatientProfile:
    """A patient of whom the criteria ask something, on the given day or on one near the start of an edition."""
    day = choice_of_day(choices, knowledge) if on is None else on
    return as_profile(facts(choices, asked_by(knowledge), day, marks_in(knowledge), knowledge.fresh_for), day)


def choice_of_day(choices: Choices, knowledge: KnowledgeBase) -> date:
    """A day about which the policies differ: the first of an edition, the day before, or some time after."""
    starts = sorted({each.start for policy in knowledge.policies.values() for each in policy.editions}, reverse=True)
    return choices.of(starts) + timedelta(days=choices.of((0, 1, -1, 100, 1000)))


@lru_cache(maxsize=64)
def asked_by(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Every fact that a criterion asks for, with those from which it is worked out."""
    asked = {fact for criterion in knowledge.criteria.values() for fact in facts_in(criterion.when)}
    return tuple(sorted({origin for fact in asked for origin in origins(fact)}))


@lru_cache(maxsize=16)
def linked_in(knowledge: KnowledgeBase) -> Mapping[str, frozenset[str]]:
    """For each fact, those that it has a say in or that have a say in it: by derivation, and by what follows."""
    links: dict[str, set[str]] = {fact: set(related(fact)) for fact in FACTS}
    for fact, consequences in follows(knowledge).items():
        for read in {each for consequence in consequences for each in consequence.reads}:
            for one, other in ((fact, read), (read, fact)):
                links[one] |= related(other)
    return {fact: frozenset(linked) for fact, linked in links.items()}


def contradicts_itself(profile: PatientProfile, knowledge: KnowledgeBase, on: date) -> bool:
    """Whether something the profile says excludes something else that it says, by what follows."""
    following = follows(knowledge)
    facts = {*following, *(read for each in following.values() for one in each for read in one.reads)}
    said = look_up(profile, facts, on, knowledge.fresh_for)
    whole = look_up(profile, following, on, knowledge.fresh_for, following)

    def contradicted(fact: str) -> bool:
        if said[fact].because == "conflicting":
            return any(each.sight(said.__getitem__, on) for each in following[fact])
        return whole[fact].because == "conflicting"

    return any(contradicted(fact) for fact in following)


@lru_cache(maxsize=64)
def marks_in(knowledge: KnowledgeBase) -> Marks:
    """Every magnitude that a criterion compares a fact with."""
    return marks_of(criterion.when for criterion in knowledge.criteria.values())


def as_profile(known: Mapping[str, Any], on: date | None = None) -> PatientProfile:
    """The profile that holds these facts; raises `ProfileError` if it cannot."""
    return load_profile(sections(known) | ({} if on is None else {"assessed_on": on}))


def sections(known: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, given by path, in the sections of a profile."""
    found: dict[str, Any] = {}
    for fact, each in known.items():
        section, _, field = fact.partition(".")
        found.setdefault(section, {})[field] = each
    return found
