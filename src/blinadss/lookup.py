"""What is known of each fact on one day: the one door between a profile and the engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from blinadss.consequences import Follows, with_consequences
from blinadss.derived import DERIVED
from blinadss.errors import Problem, ProfileError
from blinadss.expression import Value
from blinadss.facts import FACTS
from blinadss.kinds import Dated
from blinadss.links import AGREES, DISAGREES, agreement
from blinadss.profile import PatientProfile
from blinadss.sight import Sight, given


def look_up(
    profile: PatientProfile,
    facts: Iterable[str],
    on: date,
    fresh_for: Mapping[str, int],
    follows: Follows = MappingProxyType({}),
) -> dict[str, Sight]:
    """What is known of each of ``facts`` on the day ``on``, facts not given included.

    ``fresh_for`` gives, in days, how long a fact counts after it was seen, ``follows``
    what a fact is because of what was said of others. Nothing in the profile may lie
    after that day; see `refuse_future`.
    """

    def said(fact: str) -> Sight:
        derive = DERIVED.get(fact)
        return derive(profile, on, fresh_for) if derive else given(profile, fact, on, fresh_for)

    return {
        fact: with_consequences(said(fact), follows[fact], said, on) if fact in follows else said(fact)
        for fact in facts
    }


def refuse_future(profile: PatientProfile, on: date) -> None:
    """Raise `ProfileError` for everything that was seen, or happened, after the day of assessment."""
    problems = []
    for fact, seen in profile.given.items():
        kind = FACTS[fact]
        for observation in seen:
            if observation.on and observation.on > on:
                problems.append(_later(fact, f"was seen on {observation.on}", on))
            if isinstance(kind, Dated) and kind.is_later(observation.value, on):
                problems.append(_later(fact, f"is {observation.value}", on))
    if problems:
        raise ProfileError(problems)


def _later(fact: str, what: str, on: date) -> Problem:
    section, _, name = fact.partition(".")
    hint = "correct the date, or assess on a later day with `--on`"
    return Problem(f"`{fact}` {what}, after the day of assessment, {on}", hint, path=(section, name))


def values_in(sights: Mapping[str, Sight], linked: Iterable[str] = ()) -> dict[str, Value]:
    """What the engines see of what is known: the values of all facts, by what comparisons read.

    Of facts that are ``linked`` to others they see as well whether the profile contradicts itself about them.
    """
    values = {reading: value for sight in sights.values() for reading, value in sight.values.items()}
    for fact in linked:
        values[agreement(fact)] = DISAGREES if sights[fact].because == "conflicting" else AGREES
    return values
