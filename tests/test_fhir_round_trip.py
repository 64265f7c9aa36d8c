"""A profile written as FHIR and read again says the same: of every fact, what counts on the day."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

import blinadss
from blinadss import fhir
from blinadss.facts import FACTS
from blinadss.fhir.recording import record
from blinadss.loading import load_knowledge
from blinadss.lookup import look_up
from blinadss.profile import PatientProfile
from blinadss.sight import latest
from strategies import ON, patients

EVERY = tuple(FACTS)
TERMINOLOGY = load_knowledge().terminology


def again(profile: PatientProfile, **named: Any) -> PatientProfile:
    """The profile as read from the JSON of its record."""
    text = json.dumps(record(profile, TERMINOLOGY, **named)).encode()
    made = fhir.read(text, on=ON)
    assert made.not_usable == ()
    return made.profile


def said(profile: PatientProfile) -> dict[str, set[tuple[object, ...]]]:
    """Of each fact, the observations that count: value, day, method and upper limit of normal."""
    return {
        fact: {(seen.value, seen.on, seen.method, seen.upper_limit) for seen in latest(given, ON)}
        for fact, given in profile.given.items()
    }


@given(patients(EVERY))
@settings(deadline=None)
def test_a_round_trip_is_the_identity(facts: dict[str, Any]) -> None:
    profile = PatientProfile().supposing(facts)
    assert said(again(profile)) == said(profile)


@given(patients(EVERY))
@settings(deadline=None, max_examples=30)
def test_what_is_known_after_a_round_trip_is_what_was_known(facts: dict[str, Any]) -> None:
    profile, knowledge = PatientProfile().supposing(facts), load_knowledge()
    one, other = (look_up(each, EVERY, ON, knowledge.fresh_for) for each in (profile, again(profile)))
    assert {fact: sight.values for fact, sight in one.items()} == {fact: sight.values for fact, sight in other.items()}


def test_the_answers_about_a_patient_survive_a_round_trip() -> None:
    for path in ("docs/examples/patient.yaml", "docs/examples/child.yaml"):
        profile = blinadss.load_profile(path)
        one, other = (blinadss.assess(each, on=ON) for each in (profile, again(profile, subject="somebody")))
        assert [each.verdict for each in one.policies] == [each.verdict for each in other.policies]
