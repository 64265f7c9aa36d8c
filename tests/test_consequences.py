"""What follows without being asked: said once in the criteria for all policies, never against what a profile says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

import blinadss
from blinadss.consequences import follows
from blinadss.engines import maker_of
from blinadss.expression import facts_in
from blinadss.lookup import look_up, values_in
from blinadss.sight import Sight
from blinadss.testing import profiles
from blinadss.truth import Truth
from strategies import ON

KNOWLEDGE = blinadss.load_knowledge()
FOLLOWS = follows(KNOWLEDGE)


def seen(fact: str, on: date = ON, **sections: Any) -> Sight:
    """What is known of one fact under the shipped criteria."""
    return look_up(blinadss.load_profile(sections), [fact], on, KNOWLEDGE.fresh_for, FOLLOWS)[fact]


def told(fact: str, **sections: Any) -> Any:
    return seen(fact, **sections).values.get(fact)


@pytest.mark.parametrize("fact", ["patient.pregnancy", "patient.breastfeeding", "patient.childbearing_potential"])
@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        ({"sex": "male"}, "absent"),
        ({"age": "7 years"}, "absent"),
        ({"birth_date": "2018-11-23"}, "absent"),  # eight tomorrow
        ({"birth_date": "2018-11-22"}, None),
        ({"age": "8 years", "sex": "female"}, None),
        ({"sex": "female"}, None),
        ({}, None),
    ],
)
def test_neither_men_nor_small_children_are_asked_whether_they_are_pregnant(
    fact: str, patient: dict[str, str], expected: str | None
) -> None:
    assert told(fact, patient=patient) == expected


def test_who_was_never_transplanted_is_not_asked_about_the_graft() -> None:
    assert told("gvhd.active", history={"allogeneic_hsct": "absent"}) == "absent"
    assert told("gvhd.active", history={"allogeneic_hsct_on": "never"}) == "absent"
    assert told("gvhd.active", history={"allogeneic_hsct": "present"}) is None


@pytest.mark.parametrize(
    ("history", "line", "expected"),
    [
        ({"allogeneic_hsct": "absent"}, "since history.allogeneic_hsct_on < 12 weeks", Truth.FALSE),
        ({"allogeneic_hsct": "absent"}, "since history.allogeneic_hsct_on >= 12 months", Truth.TRUE),
        ({"last_radiotherapy_on": "never"}, "since history.last_radiotherapy_on < 2 weeks", Truth.FALSE),
        ({"last_radiotherapy_on": "never"}, "since history.last_radiotherapy_on > 100 years", Truth.TRUE),
        ({"last_radiotherapy_on": "2026-11-20"}, "since history.last_radiotherapy_on < 2 weeks", Truth.TRUE),
        ({}, "since history.last_radiotherapy_on < 2 weeks", Truth.UNKNOWN),
    ],
)
def test_any_time_has_passed_since_what_never_happened(
    engine: str, history: dict[str, str], line: str, expected: Truth
) -> None:
    from blinadss.grammar import read_comparison
    from strategies import policy_of

    leaf = read_comparison(line)
    values = values_in(look_up(blinadss.load_profile({"history": history}), [leaf.fact], ON, {}, FOLLOWS))
    concluded = maker_of(engine)(policy_of([leaf])).conclude(values)
    assert next(iter(concluded.criteria.values())) is expected


def test_a_birth_that_never_was_is_refused() -> None:
    with pytest.raises(blinadss.ProfileError, match="is not a date"):
        blinadss.load_profile({"patient": {"birth_date": "never"}})
    with pytest.raises(blinadss.ProfileError, match="is not a date"):
        blinadss.load_profile({"plan": {"start_on": "never"}})


def test_numbers_follow_as_well() -> None:
    sight = seen("disease.relapse_number", disease={"course": "newly_diagnosed"})
    assert [str(span.low) for span in sight.values.values()] == ["0"]  # type: ignore[union-attr]
    assert sight.text == "0 (disease.course is newly_diagnosed)"


def test_a_day_says_that_there_was_one() -> None:
    assert told("history.allogeneic_hsct", history={"allogeneic_hsct_on": "2020-01-01"}) == "present"
    assert told("history.allogeneic_hsct", history={"allogeneic_hsct_on": "never"}) == "absent"


def test_a_profile_in_conflict_with_itself_settles_nothing() -> None:
    sight = seen("patient.breastfeeding", patient={"sex": "male", "breastfeeding": "present"})
    assert (sight.values, sight.because) == ({}, "conflicting")
    assert sight.text == "present, yet absent (patient.sex is male)"
    profile = blinadss.load_profile({"patient": {"sex": "male", "breastfeeding": "present"}})
    result = blinadss.assess(profile, on=ON, policies=["eu-label"]).policy("eu-label")
    finding = next(each for each in result.contraindications if each.criterion.endswith("breast-feeding"))
    assert finding.truth is Truth.UNKNOWN
    assert finding.comparisons[0].unknown_because == "conflicting"


@settings(max_examples=100)  # of each fact that can follow, since drawing the profile takes longest
@given(profiles())
def test_a_fact_follows_only_where_its_condition_is_certain(profile: blinadss.PatientProfile) -> None:
    """Whatever a profile does not say is known only if a condition of the criteria holds of what it does say."""
    for fact in FOLLOWS.keys() - profile.given.keys():
        follows_only_where_certain(profile, fact)


def follows_only_where_certain(profile: blinadss.PatientProfile, fact: str) -> None:
    on = profile.assessed_on or ON
    reads = {each for following in FOLLOWS[fact] for each in facts_in(following.reasons.expression)}
    plain = look_up(profile, [fact, *reads], on, KNOWLEDGE.fresh_for)
    certain = [each for each in FOLLOWS[fact] if each.reasons.truth(values_in(plain)) is Truth.TRUE]
    whole = look_up(profile, [fact], on, KNOWLEDGE.fresh_for, FOLLOWS)[fact]
    if not plain[fact].values and not certain:
        assert whole == plain[fact]
    if whole.values != plain[fact].values:
        assert certain
