"""A profile is told in what it contradicts itself, and nothing else is called a contradiction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.cli import main
from blinadss.consistency import check_profile
from blinadss.profile import PatientProfile
from blinadss.testing import profiles
from strategies import ON

ROOT = Path(__file__).parents[1]
KNOWLEDGE = blinadss.load_knowledge()


def found(profile: dict[str, Any]) -> list[str]:
    return [each.id for each in check_profile(blinadss.load_profile(profile), on=ON)]


@pytest.mark.parametrize(
    ("profile", "ids"),
    [
        ({}, []),
        (
            {"disease": {"course": "remission"}, "marrow": {"blasts": "80 %"}},
            ["cautions/remission-with-a-quarter-blasts"],
        ),
        ({"disease": {"cd19": ["positive", "negative"]}}, ["disease.cd19"]),
        ({"patient": {"birth_date": "2020-01-01", "age": "40 years"}}, ["patient.age"]),
        ({"patient": {"sex": "male", "breastfeeding": "present"}}, ["patient.breastfeeding"]),
        ({"mrd": {"level": "0 %", "status": "detected"}}, ["mrd.level"]),
        ({"disease": {"course": "relapsed", "relapse_number": 0}}, ["cautions/relapsed-and-none-counted"]),
        # too old to count, so that nothing is contradicted
        (
            {"disease": {"course": "remission"}, "marrow": {"blasts": {"value": "80 %", "on": "2026-01-01"}}},
            [],
        ),
    ],
    ids=str,
)
def test_each_contradiction_is_named_and_nothing_else(profile: dict[str, Any], ids: list[str]) -> None:
    assert found(profile) == ids


def test_values_that_disagree_cite_nothing_and_claim_no_assurance() -> None:
    (each,) = check_profile(blinadss.load_profile({"disease": {"cd19": ["positive", "negative"]}}), on=ON)
    assert (each.cite, each.assurance) == ((), None)


def test_the_example_contradicts_nothing() -> None:
    assert check_profile(blinadss.load_profile(ROOT / "docs" / "examples" / "patient.yaml")) == ()


def test_a_contradiction_says_what_the_profile_says_and_is_cited() -> None:
    profile = {"disease": {"course": "remission"}, "marrow": {"blasts": {"value": "80 %", "on": "2026-11-20"}}}
    (each,) = check_profile(blinadss.load_profile(profile), on=ON)
    assert dict(each.said) == {"disease.course": "remission", "marrow.blasts": "80 % on 2026-11-20"}
    assert each.cite
    assert each.assurance == "verified"


@settings(max_examples=60)
@given(profiles(KNOWLEDGE), st.randoms(use_true_random=False))
def test_the_order_of_facts_never_matters(profile: PatientProfile, random: Any) -> None:
    facts = list(profile.given.items())
    again = PatientProfile(assessed_on=profile.assessed_on).supposing(dict(random.sample(facts, len(facts))))
    assert check_profile(profile) == check_profile(again, engines=["reference"])


@settings(max_examples=40)
@given(profiles(KNOWLEDGE))
def test_an_assessment_shows_the_same_contradictions_first(profile: PatientProfile) -> None:
    named = [each for each in check_profile(profile, engines=["reference"]) if each.id.startswith("cautions/")]
    text = blinadss.explain(blinadss.assess(profile, policies=["us-label"], engines=["reference"]), width=500)
    before = text.partition("us-label · ")[0]
    assert ("contradicts itself" in before) == bool(named)
    assert all(each.statement in before for each in named)


def test_the_command_says_it_and_the_exit_status_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "patient.yaml"
    path.write_text("disease: {course: relapsed, relapse_number: 0}\n")
    assert main(["check", str(path), "--on", "2026-11-22"]) == 2
    assert "no relapse is counted" in capsys.readouterr().out
    assert main(["check", str(path), "--on", "2026-11-22", "--format", "json"]) == 2
    (each,) = json.loads(capsys.readouterr().out)
    assert each["said"] == {"disease.course": "relapsed", "disease.relapse_number": "0"}
    path.write_text("disease: {course: relapsed, relapse_number: 1}\n")
    assert main(["check", str(path), "--on", "2026-11-22"]) == 0
    assert "does not contradict itself" in capsys.readouterr().out
    path.write_text("disease: {course: relapse}\n")
    assert main(["check", str(path)]) == 2
    assert "cannot be `relapse`" in capsys.readouterr().err
