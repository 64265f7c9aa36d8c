"""A profile as a record of FHIR: valid, complete, without what identifies the patient, and read back by our codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blinadss.errors import UsageError
from blinadss.facts import FACTS
from blinadss.fhir import naming, ucum
from blinadss.fhir.code_systems import code_systems
from blinadss.fhir.recording import record
from blinadss.intake import load_profile
from blinadss.kinds import Measured
from blinadss.profile import PatientProfile
from blinadss.quantity import GRADE
from blinadss.terminology import CodeSystem, Coding, FactCode, Terminology
from blinadss.testing.patients import as_profile
from fhir_valid import problems
from strategies import patients

LOINC = CodeSystem("LOINC", "LOINC", ("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"))
ALT = FactCode("labs.alt", Coding("LOINC", "1742-6"), "Alanine aminotransferase", assurance="secondary")
TERMINOLOGY = Terminology(
    {"LOINC": LOINC},
    (
        FactCode("patient.birth_date", Coding("element", "birthDate"), "", where="patient", assurance="verified"),
        FactCode(
            "patient.sex",
            Coding("element", "gender"),
            "",
            where="patient",
            answers={Coding("code", "female"): "female", Coding("code", "male"): "male"},
            assurance="verified",
        ),
        ALT,
    ),
)
PATIENT = {
    "id": "Jane Doe, 12345",
    "assessed_on": "2026-11-22",
    "patient": {"birth_date": "1988-05-17", "sex": "female", "ecog": "grade 1"},
    "disease": {
        "cd19": {"value": "positive", "on": "2026-10-01", "method": "flow cytometry", "origin": "report\u202e 7"},
        "relapse_number": "2",
    },
    "mrd": {"level": {"value": "< 1e-4", "on": "2026-10-02"}},
    "labs": {"alt": [{"value": "120 U/L", "upper_limit": "40 U/L"}, "3 x ULN"]},
    "history": {"allogeneic_hsct_on": "never", "last_chemotherapy_on": "2026-09-30", "prior_lines": "> 2"},
}


def observations(bundle: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Observation"]


def of(bundle: Mapping[str, Any], fact: str) -> list[dict[str, Any]]:
    return [each for each in observations(bundle) if each["code"]["coding"][0]["code"] == fact]


def read_back(bundle: Mapping[str, Any]) -> PatientProfile:
    """What the observations say, by our own codes alone; elements of the Patient by what they are called."""
    known: dict[str, list[dict[str, str]]] = {}
    names = {"birthDate": "patient.birth_date", "gender": "patient.sex"}
    for element, value in bundle["entry"][0]["resource"].items():
        if element in names:
            known[names[element]] = [{"value": value}]
    for each in observations(bundle):
        fact = next(coding["code"] for coding in each["code"]["coding"] if coding["system"] == naming.FACTS)
        seen = {"value": _value(each, fact)}
        seen |= {"on": each["effectiveDateTime"]} if "effectiveDateTime" in each else {}
        seen |= {"method": each["method"]["text"]} if "method" in each else {}
        for limit in each.get("referenceRange", ()):
            kind = FACTS[fact]
            assert isinstance(kind, Measured)
            seen["upper_limit"] = ucum.read(limit["high"], kind)
        known.setdefault(fact, []).append(seen)
    return as_profile(known)


def _value(observation: Mapping[str, Any], fact: str) -> str:
    kind = FACTS[fact]
    match observation:
        case {"valueQuantity": quantity} if isinstance(kind, Measured):
            return ucum.read(quantity, kind)
        case {"valueInteger": number} if isinstance(kind, Measured):
            return f"grade {number}" if kind.dimension is GRADE else str(number)
        case {"valueCodeableConcept": {"coding": [{"system": naming.VALUES, "code": code}]}}:
            return str(code)
        case _:
            return str(observation["valueDateTime"])


@settings(max_examples=60)
@given(st.lists(st.sampled_from(list(FACTS)), min_size=1, max_size=8, unique=True).flatmap(patients))
def test_a_record_is_valid_and_our_own_codes_read_back_as_the_same_profile(facts: dict[str, Any]) -> None:
    profile = as_profile(facts)
    bundle = record(profile, TERMINOLOGY)
    assert problems(bundle) == []
    again = read_back(json.loads(json.dumps(bundle), parse_float=Decimal))
    for fact, seen in profile.given.items():
        plain = [replace(each, text="", origin=None, upper_limit_text=None) for each in seen]
        assert plain == [replace(each, text="", origin=None, upper_limit_text=None) for each in again.given[fact]]
    assert again.given.keys() == profile.given.keys()


@given(st.lists(st.sampled_from(list(FACTS)), min_size=1, max_size=8, unique=True).flatmap(patients))
def test_every_code_of_ours_in_a_record_is_described(facts: dict[str, Any]) -> None:
    described = {(each["url"], concept["code"]) for each in code_systems() for concept in each["concept"]}
    for each in observations(record(as_profile(facts), TERMINOLOGY)):
        for coding in (*each["code"]["coding"], *each.get("valueCodeableConcept", {}).get("coding", ())):
            assert coding["system"] == LOINC.uris[0] or (coding["system"], coding["code"]) in described


def test_what_a_record_says_of_a_patient() -> None:
    bundle = record(load_profile(PATIENT), TERMINOLOGY, subject="x-1")
    assert problems(bundle) == []
    patient = bundle["entry"][0]["resource"]
    assert patient == {"resourceType": "Patient", "id": "x-1", "birthDate": "1988-05-17", "gender": "female"}
    (cd19,) = of(bundle, "disease.cd19")
    assert cd19["status"] == "final"
    assert cd19["subject"] == {"reference": bundle["entry"][0]["fullUrl"]}
    assert cd19["effectiveDateTime"] == "2026-10-01"
    assert cd19["method"] == {"text": "flow cytometry"}
    assert cd19["note"] == [{"text": "report? 7"}]  # what turns text around is shown, and does nothing
    assert cd19["code"]["text"] == "CD19 on the leukaemic blasts"
    assert of(bundle, "disease.relapse_number")[0]["valueInteger"] == 2
    assert of(bundle, "patient.ecog")[0]["valueInteger"] == 1
    assert of(bundle, "history.prior_lines")[0]["valueQuantity"]["comparator"] == ">"
    assert of(bundle, "history.last_chemotherapy_on")[0]["valueDateTime"] == "2026-09-30"
    assert of(bundle, "history.allogeneic_hsct_on")[0]["valueCodeableConcept"]["coding"][0]["code"] == "never"
    assert of(bundle, "mrd.level")[0]["valueQuantity"] | {"unit": ""} == {
        "value": 0.01,
        "comparator": "<",
        "unit": "",
        "system": naming.UCUM,
        "code": "%",
    }


def test_a_count_too_large_for_an_integer_of_fhir_is_a_quantity() -> None:
    bundle = record(load_profile({"history": {"prior_lines": ["2147483647", "2147483648"]}}), TERMINOLOGY)
    assert problems(bundle) == []
    assert [next(each for each in seen if each.startswith("value")) for seen in observations(bundle)] == [
        "valueInteger",
        "valueQuantity",
    ]


def test_a_multiple_has_no_code_of_an_amount_and_an_upper_limit_is_kept_with_its_unit() -> None:
    amount, multiple = of(record(load_profile(PATIENT), TERMINOLOGY), "labs.alt")
    assert [each["system"] for each in amount["code"]["coding"]] == [naming.FACTS, "http://loinc.org"]
    assert [each["system"] for each in multiple["code"]["coding"]] == [naming.FACTS]
    assert amount["referenceRange"] == [
        {"high": {"value": 40, "unit": "U/L", "system": naming.UCUM, "code": "U/L"}},
    ]


@pytest.mark.parametrize(("text", "code"), [("120 umol/L", "14682-9"), ("1.2 mg/dL", "2160-0")])
def test_moles_have_no_code_of_a_mass_and_the_other_way_round(text: str, code: str) -> None:
    codes = tuple(
        FactCode(
            "labs.creatinine", Coding("LOINC", number), f"Creatinine [{what}/volume] in Serum", assurance="secondary"
        )
        for number, what in (("2160-0", "Mass"), ("14682-9", "Moles"))
    )
    bundle = record(load_profile({"labs": {"creatinine": text}}), replace(TERMINOLOGY, codes=codes))
    assert [each["code"] for each in observations(bundle)[0]["code"]["coding"]] == ["labs.creatinine", code]


@pytest.mark.parametrize(
    "change",
    [
        {"assurance": "unverified"},
        {"unusable": "it settles nothing"},
        {"value": "present"},
        {"answers": {Coding("LOINC", "LA6576-8"): "present"}},
        {"components": ((Coding("LOINC", "48018-6"), Coding("HGNC", "HGNC:76")),)},
        {"where": "procedure"},
    ],
    ids=str,
)
def test_only_a_checked_code_whose_result_is_the_fact_names_it(change: dict[str, Any]) -> None:
    terminology = replace(TERMINOLOGY, codes=(replace(ALT, **change),))
    for each in of(record(load_profile(PATIENT), terminology), "labs.alt"):
        assert [coding["system"] for coding in each["code"]["coding"]] == [naming.FACTS]


def test_an_element_of_the_patient_holds_only_what_it_can_hold_whole() -> None:
    dated = record(load_profile({"patient": {"birth_date": {"value": "1988-05-17", "on": "2026-01-01"}}}), TERMINOLOGY)
    assert "birthDate" not in dated["entry"][0]["resource"]
    assert of(dated, "patient.birth_date")[0]["effectiveDateTime"] == "2026-01-01"
    twice = record(load_profile({"patient": {"sex": ["female", "male"]}}), TERMINOLOGY)
    assert "gender" not in twice["entry"][0]["resource"]
    assert len(of(twice, "patient.sex")) == 2
    unknown = record(load_profile({"patient": {"sex": "female"}}), Terminology())
    assert len(of(unknown, "patient.sex")) == 1


def test_a_record_is_the_same_every_time_and_holds_neither_the_id_nor_the_day_of_assessment() -> None:
    profile = load_profile(PATIENT)
    text = json.dumps(record(profile, TERMINOLOGY))
    assert text == json.dumps(record(load_profile(PATIENT), TERMINOLOGY))
    assert "Jane" not in text
    assert "2026-11-22" not in text
    ids = [each["resource"]["id"] for each in record(profile, TERMINOLOGY)["entry"]]
    assert len(set(ids)) == len(ids)
    same = record(load_profile({"labs": {"alt": ["40 U/L", "40 U/L"]}}), TERMINOLOGY)
    assert len({each["fullUrl"] for each in same["entry"]}) == 3


@pytest.mark.parametrize("subject", ["", "Jane Doe", "x" * 65, "a/b"])
def test_an_id_that_fhir_does_not_allow_is_refused_and_not_repeated(subject: str) -> None:
    with pytest.raises(UsageError) as refused:
        record(load_profile(PATIENT), TERMINOLOGY, subject=subject)
    assert not subject or subject not in str(refused.value)


def test_a_day_of_which_only_the_month_is_known_stays_so() -> None:
    profile = load_profile({"patient": {"birth_date": "1988-05-17"}})
    seen = replace(profile.given["patient.birth_date"][0], value=date(1988, 5, 1), text=" 1988-05 ")
    bundle = record(profile.supposing({"patient.birth_date": (seen,)}), TERMINOLOGY)
    assert bundle["entry"][0]["resource"]["birthDate"] == "1988-05"
