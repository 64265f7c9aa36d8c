"""Labels, funders, payers and trials beside each other: for whom an indication is, and what is risky."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

import blinadss
from blinadss.cautions import read_effect
from blinadss.cli import main
from blinadss.consequences import follows
from blinadss.engines import Conclusions, EngineDisagreement, Panel, maker_of
from blinadss.engines.reference import ReferenceEngine
from blinadss.errors import Mistake, UsageError
from blinadss.explanation import explain
from blinadss.expression import Values
from blinadss.findings import CautionFinding, IndicationResult
from blinadss.lookup import look_up, values_in
from blinadss.prepared import requirement, verdict_expression
from blinadss.testing import profiles
from blinadss.truth import Truth
from strategies import ON
from test_laws import plain_meaning

KNOWLEDGE = blinadss.load_knowledge()
ADULT: dict[str, Any] = {
    "patient": {"birth_date": "1980-03-02", "sex": "male"},
    "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "philadelphia": "negative",
                "course": "relapsed", "relapse_number": 1},
    "history": {"blinatumomab_hypersensitivity": "absent"},
}  # fmt: skip


def assessed(profile: dict[str, Any], *policies: str, on: date = ON) -> blinadss.Assessment:
    return blinadss.assess(blinadss.load_profile(profile), on=on, policies=policies)


def indication(assessment: blinadss.Assessment, name: str) -> IndicationResult:
    return next(each for policy in assessment.policies for each in policy.indications if each.id == name)


def caution(assessment: blinadss.Assessment, name: str) -> CautionFinding:
    return next(each for each in assessment.cautions if each.criterion == f"cautions/{name}")


def test_an_indication_for_children_is_not_applicable_to_an_adult() -> None:
    assessment = assessed(ADULT, "eu-label")
    paediatric = indication(assessment, "eu-label/paediatric-relapsed-refractory")
    assert (paediatric.applicability, paediatric.eligibility.value) == ("not_applicable", "ineligible")
    assert indication(assessment, "eu-label/relapsed-refractory").applicability == "applicable"
    assert assessment.verdict("eu-label").value == "eligible"
    text = explain(assessment)
    assert "NOT APPLICABLE" in text
    assert paediatric.missing == ()


def test_whom_an_indication_is_for_may_be_unknown() -> None:
    unknown = {**ADULT, "patient": {}}
    assert indication(assessed(unknown, "eu-label"), "eu-label/mrd-positive").applicability == "unknown"


def test_an_indication_that_has_not_begun_is_shown_as_such_and_asks_nothing() -> None:
    assessment = assessed({}, "eu-label", on=date(2019, 1, 17))
    later = indication(assessment, "eu-label/mrd-positive")
    assert (later.applicability, later.eligibility.value) == ("not_in_force", "ineligible")
    assert (later.findings, later.missing, later.note) == ((), (), "In force from 2019-01-18.")
    assert "NOT IN FORCE" in explain(assessment)
    begun = indication(assessed({}, "eu-label", on=date(2019, 1, 18)), "eu-label/mrd-positive")
    assert begun.applicability != "not_in_force"


@pytest.mark.parametrize(
    ("patient", "verdict", "answer", "words"),
    [
        ({}, "undetermined", "cannot_say", "CANNOT SAY"),
        ({"patient": {"age": "17 years"}}, "ineligible", "not_met", "NOT MET"),
    ],
)
def test_a_trial_answers_in_its_own_words(patient: dict[str, Any], verdict: str, answer: str, words: str) -> None:
    assessment = assessed(patient, "trials/tower")
    result = assessment.policy("trials/tower")
    assert (result.kind, result.verdict.value, result.answer) == ("trial", verdict, answer)
    assert f"{words} ·" in explain(assessment)


def test_a_child_whom_rialto_would_have_taken() -> None:
    child = {
        "patient": {"age": "6 years"},
        "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "course": "relapsed", "relapse_number": 2},
        "marrow": {"blasts": "60 %"},
        "history": {"allogeneic_hsct": "absent", "blinatumomab_exposure": "absent"},
    }
    assessment = assessed(child, "trials/rialto")
    assert assessment.policy("trials/rialto").answer == "would_have_met"
    text = explain(assessment)
    assert "WOULD HAVE MET · the patient would have met the criteria listed" in text
    assert "Also asked, and not decided here" in text


@settings(max_examples=60)
@given(profiles())
def test_no_trial_and_no_caution_ever_changes_a_label(profile: blinadss.PatientProfile) -> None:
    on = profile.assessed_on or ON
    alone = blinadss.assess(profile, on=on, policies=["us-label", "eu-label"], cautions=False, further=False)
    among = blinadss.assess(profile, on=on, policies=["all"], further=False)
    for name in ("us-label", "eu-label"):
        assert among.policy(name) == alone.policy(name)


@settings(max_examples=100)
@given(profiles())
def test_every_engine_gives_the_plain_meaning_of_every_shipped_criterion(
    engine: str, profile: blinadss.PatientProfile
) -> None:
    """Of every criterion that ships; what the tables settle of an indication or a verdict is as they say."""
    on = profile.assessed_on or ON
    for whole in KNOWLEDGE.all_policies():
        policy = whole.as_of(on)
        facts = {leaf_fact for use in policy.uses() for leaf_fact in _facts(use.criterion)}
        values = values_in(look_up(profile, facts, on, KNOWLEDGE.fresh_for, follows(KNOWLEDGE)))
        concluded = _engine(engine, policy).conclude(values)
        for use in policy.uses():
            assert concluded.criteria[use.criterion.id] is plain_meaning(use.criterion.when, values)
        for each in policy.indications:
            assert plain_meaning(requirement(each), values) in {concluded.indications[each.id], Truth.UNKNOWN}
        if policy.indications:
            assert plain_meaning(verdict_expression(policy), values) in {concluded.eligible, Truth.UNKNOWN}


@settings(max_examples=60)
@given(profiles())
def test_policies_asked_together_are_concluded_as_each_by_itself(engine: str, profile: blinadss.PatientProfile) -> None:
    on = profile.assessed_on or ON
    policies = [whole.as_of(on) for whole in KNOWLEDGE.all_policies()]
    facts = {fact for policy in policies for use in policy.uses() for fact in _facts(use.criterion)}
    values = values_in(look_up(profile, facts, on, KNOWLEDGE.fresh_for, follows(KNOWLEDGE)))
    key = (engine, *(use.criterion.id for policy in policies for use in policy.uses()))
    if key not in _MADE:
        _MADE[key] = Panel(policies, {engine: maker_of(engine)}, KNOWLEDGE.fingerprint)
    assert _MADE[key].conclude(values) == [_engine(engine, policy).conclude(values) for policy in policies]


def test_a_disagreement_about_one_of_several_policies_names_its_criterion() -> None:
    class Contrary(ReferenceEngine):
        name = "contrary"

        def conclude(self, values: Values) -> Conclusions:
            found = super().conclude(values)
            wrong = {name: ~truth for name, truth in found.criteria.items() if name == "eu-label/cd19-positive"}
            return replace(found, criteria={**found.criteria, **wrong})

    policies = [KNOWLEDGE.policies[name].as_of(ON) for name in ("us-label", "eu-label", "trials/tower")]
    panel = Panel(policies, {"reference": ReferenceEngine, "contrary": Contrary}, "sha256:0")
    assert len(panel.conclude({})) == 3  # what is unknown is unknown to both
    with pytest.raises(EngineDisagreement) as error:
        panel.conclude({"disease.cd19": "positive"})
    assert error.value.criterion == "eu-label/cd19-positive"
    assert error.value.answers == {"reference": Truth.TRUE, "contrary": Truth.FALSE}


_MADE: dict[Any, Any] = {}


def _engine(name: str, policy: Any) -> Any:
    key = (name, policy.id, tuple(use.criterion.id for use in policy.uses()))
    if key not in _MADE:
        _MADE[key] = maker_of(name)(policy)
    return _MADE[key]


def _facts(criterion: Any) -> frozenset[str]:
    from blinadss.expression import facts_in

    return facts_in(criterion.when)


def test_a_caution_says_how_grave_it_is_what_to_do_and_what_is_known() -> None:
    assessment = assessed({**ADULT, "marrow": {"blasts": "50 %"}}, "us-label")
    assert assessment.verdict("us-label").value == "eligible"
    grave = [each for each in assessment.cautions if each.topic == "cytokine-release" and each.truth is Truth.TRUE]
    assert grave
    assert all(each.severity == "severe" and each.do and each.cite for each in grave)
    text = explain(assessment)
    assert "What to do (severe):" in text
    assert "Cannot be ruled out" in text
    dumped = json.loads(assessment.model_dump_json())["cautions"]
    assert {"criterion", "truth", "severity", "do", "topic", "evidence"} <= dumped[0].keys()


def test_a_use_beyond_the_label_is_said_not_to_be_indicated() -> None:
    lymphoma = {"disease": {"diagnosis": "b_cell_lymphoma", "cd19": "positive", "course": "relapsed"}}
    assessment = assessed(lymphoma, "us-label", "eu-label")
    assert {each.verdict.value for each in assessment.policies} == {"ineligible"}
    beyond = [each for each in assessment.cautions if each.severity == "not_indicated" and each.truth is Truth.TRUE]
    assert beyond
    assert "NOT INDICATED" in explain(assessment)


def test_evidence_is_shown_beside_the_indication_with_its_interval() -> None:
    shown = indication(assessed(ADULT, "us-label"), "us-label/relapsed-refractory").evidence
    assert any(each.effect and each.effect.low is not None for each in shown)
    text = explain(assessed(ADULT, "us-label"))
    assert "What was seen in studies" in text
    assert "hazard ratio 0.71 (95 % CI 0.55 to 0.93)" in " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["better", "hazard ratio", "hazard ratio 0.7 (0.5-0.9)", "hazard ratio 0.9 (95 % CI 0.1 to 0.5)"]
)
def test_what_is_no_effect_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        read_effect(text)


def test_policies_are_chosen_by_folder_and_all_of_them_by_a_word() -> None:
    assert {policy.id for policy in KNOWLEDGE.select(["payers"])} == {
        "payers/bcbsnd",
        "payers/independence",
        "payers/qualchoice",
    }
    assert len(KNOWLEDGE.select(["all"])) == len(KNOWLEDGE.policies)
    assert [policy.id for policy in KNOWLEDGE.select(["us-label", "us-label"])] == ["us-label"]
    with pytest.raises(UsageError, match="there is no policy `trial`"):
        KNOWLEDGE.select(["trial"])


def test_the_two_labels_answer_when_nobody_names_a_policy() -> None:
    assert KNOWLEDGE.default_policies == ("us-label", "eu-label")


def test_a_policy_that_ended_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    ended = assessed(ADULT, "payers/independence").policy("payers/independence")
    assert ended.verdict.value == "not_in_force"
    assert ended.note.startswith("This policy is no longer in force on 2026-11-22; it ended on 2024-01-01. ")
    assert main(["policies", "--on", "2026-11-22"]) == 0
    assert "payer; " in capsys.readouterr().out


def test_every_policy_says_what_kind_it_is_and_every_indication_can_be_met() -> None:
    kinds = {policy.kind for policy in KNOWLEDGE.policies.values()}
    assert kinds == {"label", "funder", "payer", "trial"}
