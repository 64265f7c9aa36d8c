"""Answers and checklists as FHIR: valid by two libraries and by what neither checks, whole, and never a permission."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import assume, given, settings

import blinadss
from blinadss import Eligibility, Truth, Verdict
from blinadss.answer_words import speaks_against
from blinadss.derived import origins
from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.fhir import naming, ucum
from blinadss.fhir.bundling import answer_bundle, checklist_bundle
from blinadss.fhir.care_plans import NO_PERMISSION, care_plan
from blinadss.fhir.care_timing import scheduled
from blinadss.fhir.guidance_response import guidance_responses
from blinadss.fhir.questionnaires import answered, item_type, questionnaire
from blinadss.fhir.questions import EXAMINATIONS, open_questions
from blinadss.fhir.requests import ORDERS_NOTHING, request_group, service_requests
from blinadss.findings import Assessment
from blinadss.guidance import Entry
from blinadss.kinds import Dated, Kind, Measured
from blinadss.terminology import CodeSystem, Coding, FactCode, Terminology
from blinadss.testing import profiles
from fhir_bindings import ALLOWED, RESOURCES, check_bindings
from fhir_valid import problems, references
from strategies import ON
from test_checklist import ADULT, CASES, SEIZURES, made
from test_explanation import PATIENTS

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
LABELS = ("us-label", "eu-label")
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
STARTS = (
    date(2026, 12, 1),
    datetime(2026, 12, 1, 9),  # noqa: DTZ001 - a time by the clock of the place
    datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Berlin")),
)
CD19, DIAGNOSIS, ALT, ECOG = "disease.cd19", "disease.diagnosis", "labs.alt", "patient.ecog"
BORN, TRANSPLANTED = "patient.birth_date", "history.allogeneic_hsct_on"


def code(fact: str, written: str, **how: Any) -> FactCode:
    system, _, text = written.rpartition(" ")
    return FactCode(
        fact, Coding(system, text), f"what {written} says", assurance=how.pop("assurance", "secondary"), **how
    )


TERMS = Terminology(
    {
        "LOINC": CodeSystem("LOINC", "LOINC", (LOINC, "urn:oid:2.16.840.1.113883.6.1")),
        "SNOMED CT": CodeSystem("SNOMED CT", "SNOMED CT", (SNOMED,)),
    },
    (
        code(ALT, "LOINC 1742-6"),
        code(ALT, "LOINC 1742-6", value="high"),
        code(ALT, "LOINC 76625-3"),
        code(ALT, "LOINC 1743-4", assurance="unverified"),
        code(CD19, "LOINC 101119-6", unusable="free text"),
        code(CD19, "LOINC 8117-4", components=((Coding("LOINC", "1"), Coding("LOINC", "2")),)),
        code(DIAGNOSIS, "SNOMED CT 277571004", where="condition", value="b_cell_precursor_all"),
        code("patient.birth_date", "element birthDate", where="patient"),
        code("patient.sex", "element us-core-birthsex", where="patient"),
    ),
)
KNOWLEDGE = replace(blinadss.load_knowledge(), terminology=TERMS)


@cache
def assessed(name: str, *policies: str) -> Assessment:
    """What is said of an example, or of a patient of the tests of explanations."""
    facts, on = PATIENTS[name] if name in PATIENTS else (EXAMPLES / f"{name}.yaml", ON)
    return blinadss.assess(
        blinadss.load_profile(facts), on=on, policies=policies or LABELS, knowledge=KNOWLEDGE, engines=["reference"]
    )


def answer(assessment: Assessment, **how: Any) -> dict[str, Any]:
    return answer_bundle(assessment, KNOWLEDGE, **how)


def resources(bundle: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


def items(form: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in form.get("item", ()):
        yield each
        yield from items(each)


# Valid by both libraries, by required bindings and by invariants.


@pytest.mark.parametrize("name", [*PATIENTS, "patient", "child"])
@pytest.mark.parametrize("subject", [None, "Patient/x"])
def test_an_answer_is_valid_whatever_it_is(name: str, subject: str | None) -> None:
    assert problems(answer(assessed(name), subject=subject)) == []


@pytest.mark.parametrize("name", ["patient", "everything-unknown"])
def test_the_answer_of_every_policy_is_valid(name: str) -> None:
    bundle = answer(assessed(name, "all"), subject="Patient/x")
    assert problems(bundle) == []
    assert len(resources(bundle, "GuidanceResponse")) == len(KNOWLEDGE.policies)


@settings(max_examples=25)
@given(profiles(KNOWLEDGE))
def test_the_answer_about_anybody_is_valid_and_complete(profile: blinadss.PatientProfile) -> None:
    assessment = blinadss.assess(profile, policies=LABELS, knowledge=KNOWLEDGE, engines=["reference"])
    bundle = answer(assessment)
    assert problems(bundle) == []
    for response, policy in zip(resources(bundle, "GuidanceResponse"), assessment.policies, strict=True):
        is_open = policy.verdict is Verdict.UNDETERMINED
        assert response["status"] == ("data-required" if is_open else "success")
        observations = [each for each in response.get("dataRequirement", ()) if each["type"] == "Observation"]
        required = {each["codeFilter"][0]["code"][0]["code"] for each in observations}
        assert required == {fact for each in policy.missing for fact in origins(each.fact)}
        assert bool(required) is is_open
        assert ("result" in response) is is_open
    asked = {each.fact for policy in assessment.policies for each in policy.missing}
    assert asked <= {each["linkId"] for form in resources(bundle, "Questionnaire") for each in form["item"]}


@pytest.mark.parametrize("name", CASES)
def test_a_care_plan_is_valid_with_days_alone_and_with_times(name: str) -> None:
    facts, indication, how = CASES[name]
    for start in STARTS:
        checklist = made(facts, indication, **{**how, "start": start})
        bundle = checklist_bundle(checklist, subject="Patient/x")
        assert problems(bundle) == []
        (plan,) = resources(bundle, "CarePlan")
        dated = [each for each in plan["activity"] if "scheduledString" not in each["detail"]]
        assert len(dated) == len(checklist.entries)


# The checks themselves: they must see what is wrong.


@cache
def whole() -> dict[str, Any]:
    """Resources of every kind that we write, in one bundle."""
    facts, indication, how = CASES["adult-relapsed-us"]
    bundle = answer(assessed("everything-unknown", "all"), subject="Patient/x")
    return {**bundle, "entry": bundle["entry"] + checklist_bundle(made(facts, indication, **how))["entry"]}


def places(part: Any, wanted: str, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every way to a key of that name in a resource."""
    match part:
        case dict():
            for key, each in part.items():
                if key == wanted:
                    yield (*way, key)
                yield from places(each, wanted, (*way, key))
        case list():
            for number, each in enumerate(part):
                yield from places(each, wanted, (*way, number))


def changed(resource: Mapping[str, Any], way: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The resource with something else there, or without it."""
    copied: Any = deepcopy(resource)
    holder = copied
    for step in way[:-1]:
        holder = holder[step]
    if value is None:
        del holder[way[-1]]
    else:
        holder[way[-1]] = value
    found: dict[str, Any] = copied
    return found


@pytest.mark.parametrize("key", ["status", "intent", "kind", "type", "requiredBehavior", "periodUnit", "operator"])
def test_a_code_that_no_binding_allows_is_found_wherever_it_stands(key: str) -> None:
    bundle = whole()
    ways = {(bundle["entry"][way[1]]["resource"]["resourceType"] if len(way) > 2 else "Bundle", len(way)): way
            for way in places(bundle, key)}  # fmt: skip
    assert ways
    for way in ways.values():
        assert [each for each in check_bindings(changed(bundle, way, "maybe")) if "'maybe'" in each], way


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("GuidanceResponse", "status"),
        ("GuidanceResponse", "moduleCanonical"),
        ("RequestGroup", "intent"),
        ("ServiceRequest", "subject"),
        ("CarePlan", "intent"),
        ("CarePlan", "subject"),
        ("Questionnaire", "status"),
    ],
)
def test_what_the_standard_requires_is_missed(kind: str, key: str) -> None:
    (resource, *_) = resources(whole(), kind)
    assert problems({name: each for name, each in resource.items() if name != key})


@pytest.mark.parametrize(
    "wrong",
    [
        {"resourceType": "RequestGroup", "status": "draft", "intent": "proposal", "action": [{"title": "neither"}]},
        {"resourceType": "CarePlan", "status": "draft", "intent": "plan", "subject": {"display": "x"}, "activity": [
            {"reference": {"display": "x"}, "detail": {"status": "scheduled"}}]},
        {"resourceType": "CarePlan", "status": "draft", "intent": "plan", "subject": {"display": "x"}, "activity": [
            {"detail": {"status": "scheduled", "dailyAmount": {"value": 1, "comparator": "<"}}}]},
        {"resourceType": "Questionnaire", "status": "active", "item": [
            {"linkId": "a", "type": "date"}, {"linkId": "a", "type": "date"}]},
        {"resourceType": "Questionnaire", "status": "active", "item": [{"linkId": "a", "type": "group"}]},
        {"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Library", "status": "draft", "type": {"text": "x"},
                                                   "subjectReference": {"reference": "urn:uuid:2"}}}]},
    ],
)  # fmt: skip
def test_a_broken_invariant_is_found(wrong: dict[str, Any]) -> None:
    assert [each for each in problems(wrong) if each.startswith("invariant")]


def test_the_table_of_bindings_agrees_with_what_fhir_resources_lists() -> None:
    seen = 0
    for element, codes in ALLOWED.items():
        *steps, name = element.split(".")
        if steps[0] not in RESOURCES.split() and steps[0] not in {"Timing", "DataRequirement", "Quantity"}:
            continue
        model = get_fhir_model_class("".join(step[:1].upper() + step[1:] for step in steps))
        field = next(each for key, each in model.model_fields.items() if (each.alias or key) == name)
        extra: Any = field.json_schema_extra
        listed = extra.get("enum_values")
        if listed and "+" not in listed:
            seen += 1
            assert set(listed) <= codes, element
    assert seen > 30


# What the resources say.


def test_the_same_answer_gives_the_same_resources_and_other_data_other_ids() -> None:
    one, again = (json.dumps(answer(assessed("patient"))) for _ in range(2))
    assert one == again
    elsewhere = answer(assessed("patient"), subject="Patient/y")
    assert {each["fullUrl"] for each in elsewhere["entry"]}.isdisjoint(
        each["fullUrl"] for each in json.loads(one)["entry"] if each["resource"]["resourceType"] != "Questionnaire"
    )


def test_every_reference_to_a_resource_of_ours_resolves_in_the_bundle() -> None:
    bundle = answer(assessed("everything-unknown"), subject="Patient/x")
    urls = {each["fullUrl"] for each in bundle["entry"]}
    assert set(references(bundle)) - {"Patient/x", "#output"} <= urls


def test_without_a_subject_nobody_is_named() -> None:
    bundle = answer(assessed("child"))
    assert "Patient/" not in json.dumps(bundle)
    assert "example-2" not in json.dumps(bundle)


def test_a_verdict_is_told_with_its_reasons_and_how_far_they_were_checked() -> None:
    (response, _) = guidance_responses(assessed("child"), KNOWLEDGE)
    told = "\n".join(each["text"] for each in response["note"])
    policy = assessed("child").policy("us-label")
    assert response["status"] == "success"
    assert told.startswith("ELIGIBLE: an indication applies and nothing contraindicates.")
    behind = [
        *policy.contraindications,
        *next(each for each in policy.indications if each.eligibility.value == "eligible").findings,
    ]
    assert all(each.statement.rstrip(".") in told and each.criterion in told for each in behind)
    assert "[us-label-2024-06 §1.1, §1.2, §1.3; us-label-2021-03 §1] verified." in told
    assert response["moduleCanonical"] == "urn:x-blinadss:policy:us-label|2024-06-14"
    said = response["contained"][0]["parameter"]
    assert [each["valueCode"] for each in said if each["name"] == "verdict"] == ["eligible"]
    assert [each["valueString"] for each in said if each["name"] == "knowledge-fingerprint"] == [KNOWLEDGE.fingerprint]
    assert sum(each["name"] == "indication" for each in said) == len(policy.indications)


def test_a_no_is_told_with_what_is_in_its_way_and_not_with_what_is_merely_unknown() -> None:
    for name, policy_id in (("why-not", "us-label"), ("contraindicated", "us-label")):
        policy = assessed(name).policy(policy_id)
        response = guidance_responses(assessed(name), KNOWLEDGE)[0]
        told = [each["text"] for each in response["note"]]
        against = {each.criterion for each in policy.findings() if speaks_against(each)}
        unknown = {each.criterion for each in policy.findings() if each.truth is Truth.UNKNOWN} - against
        assert unknown
        assert any(f"({each})" in text for each in against for text in told)
        assert not [text for text in told for each in unknown if f"({each})" in text]


def test_an_indication_for_others_is_told_apart_from_one_that_is_not_met() -> None:
    (_, response) = guidance_responses(assessed("child"), KNOWLEDGE)
    told = "\n".join(each["text"] for each in response["note"])
    for each in assessed("child").policy("eu-label").indications:
        word = "NOT APPLICABLE" if each.applicability == "not_applicable" else each.eligibility.value.upper()
        assert f"{word}: {each.title} ({each.id})." in told
    assert "NOT APPLICABLE" in told


@pytest.mark.parametrize("name", [*PATIENTS, "patient", "child"])
def test_what_a_verdict_rests_on_below_verified_is_named_with_its_assurance(name: str) -> None:
    assessment = assessed(name, "all")
    for response, policy in zip(guidance_responses(assessment, KNOWLEDGE), assessment.policies, strict=True):
        notes = [each["text"] for each in response["note"]]
        (rests,) = [each for each in notes if each.startswith("Rests on")] or [""]
        for criterion in policy.rests_on:
            assert f"{criterion} ({KNOWLEDGE.criteria[criterion].assurance})" in rests
        assert bool(rests) is bool(policy.rests_on)


def test_a_patient_who_is_only_supposed_is_said_to_be_so_before_anything_else() -> None:
    profile = blinadss.load_profile(EXAMPLES / "patient.yaml")
    how: dict[str, Any] = {"on": ON, "policies": ["us-label"], "engines": ["reference"]}
    assessment = blinadss.assess(profile, supposing={"disease.philadelphia": "negative"}, **how)
    bundle = answer(assessment, subject="Patient/x")
    told = [each["resource"]["note"][0]["text"] for each in bundle["entry"] if "note" in each["resource"]]
    assert len(told) > 1
    assert all(each.startswith("NOT THIS PATIENT") for each in told)


def test_a_profile_that_contradicts_itself_is_said_to_do_so_before_the_verdict() -> None:
    response = guidance_responses(assessed("contradictory"), KNOWLEDGE)[0]
    assert response["note"][0]["text"].startswith("The profile contradicts itself.")


def test_what_is_required_names_our_code_and_every_public_one_that_settles_something() -> None:
    profile = blinadss.load_profile({"disease": {"course": "relapsed"}})
    assessment = blinadss.assess(profile, on=ON, policies=["all"], knowledge=KNOWLEDGE, engines=["reference"])
    required = [each for response in guidance_responses(assessment, KNOWLEDGE)
                for each in response.get("dataRequirement", ())]  # fmt: skip
    by_id = {each["id"]: each for each in required}
    codes = {name: [(one["system"], one["code"]) for one in each["codeFilter"][0]["code"]]
             for name, each in by_id.items() if "codeFilter" in each}  # fmt: skip
    assert codes[ALT] == [
        (naming.FACTS, ALT),
        (LOINC, "1742-6"),
        (LOINC, "76625-3"),
    ]  # each once
    assert codes[CD19] == [(naming.FACTS, CD19), (LOINC, "8117-4")]  # not what settles nothing
    assert codes[f"{DIAGNOSIS}.Condition.code"] == [(SNOMED, "277571004")]
    assert by_id["patient.birth_date.Patient"]["mustSupport"] == ["birthDate"]
    assert "patient.sex.Patient" not in by_id
    assert "referenceRange" in by_id[ALT]["mustSupport"]
    assert "referenceRange" not in by_id[CD19]["mustSupport"]


def test_an_observation_that_goes_stale_is_required_to_be_fresh() -> None:
    (response,) = guidance_responses(assessed("everything-unknown", "us-label"), KNOWLEDGE)
    for each in response["dataRequirement"]:
        window = KNOWLEDGE.fresh_for.get(each["id"])
        dates = [one["valuePeriod"]["start"] for one in each.get("dateFilter", ())]
        assert dates == ([] if window is None else [(ON - timedelta(days=window)).isoformat()]), each["id"]
    assert any("dateFilter" in each for each in response["dataRequirement"])


@pytest.mark.parametrize("name", ["everything-unknown", "four-ways-of-not-knowing", "patient"])
def test_each_examination_is_proposed_once_and_nothing_is_ordered(name: str) -> None:
    assessment = assessed(name, "all")
    asked = {each.fact: each for each in open_questions(assessment)}
    proposed = service_requests(assessment, KNOWLEDGE)
    codes = [each["code"]["coding"][0]["code"] for each in proposed]
    assert sorted(codes) == sorted(fact for fact, each in asked.items() if each.missing.effort in EXAMINATIONS)
    for each in proposed:
        assert (each["status"], each["intent"]) == ("draft", "proposal")
        assert each["note"][0]["text"] == ORDERS_NOTHING
        question = asked[each["code"]["coding"][0]["code"]]
        assert each["code"]["text"] == question.missing.ask
        assert all(policy.policy in each["reasonCode"][0]["text"] for policy in question.policies)


def test_a_proposed_examination_has_one_code_of_each_system() -> None:
    (request,) = (each for each in service_requests(assessed("everything-unknown", "all"), KNOWLEDGE)
                  if each["code"]["coding"][0]["code"] == ALT)  # fmt: skip
    codes = [(each["system"], each["code"]) for each in request["code"]["coding"]]
    assert codes == [(naming.FACTS, ALT), (LOINC, "1742-6")]


def test_the_group_has_an_action_for_each_open_fact_and_first_the_form() -> None:
    assessment = assessed("everything-unknown")
    group = request_group(assessment, KNOWLEDGE)
    assert group is not None
    form = questionnaire(assessment, KNOWLEDGE)
    first, *others = group["action"]
    assert first["resource"]["reference"] == f"Questionnaire/{form['id']}"
    assert [each["code"][0]["coding"][0]["code"] for each in others] == [
        each.fact for each in open_questions(assessment)
    ]


def test_nothing_is_asked_where_every_verdict_is_settled() -> None:
    assessment = assessed("contraindicated", "us-label")
    assert assessment.verdict("us-label") is not Verdict.UNDETERMINED
    assert request_group(assessment, KNOWLEDGE) is None
    assert [each["resource"]["resourceType"] for each in answer(assessment)["entry"]] == ["GuidanceResponse"]
    assert "item" not in questionnaire(assessment, KNOWLEDGE)


def test_questions_that_can_settle_a_verdict_alone_come_first() -> None:
    weights = [each.missing.weight for each in open_questions(assessed("everything-unknown", "all"))]
    assert weights == sorted(weights)
    assert set(weights) == {"alone", "together"}


# The form, and its answers.


def test_the_form_has_an_item_of_the_right_type_for_every_kind_of_fact() -> None:
    form = questionnaire(assessed("everything-unknown", "all"), KNOWLEDGE)
    by_name = {each["linkId"]: each for each in items(form)}
    assert by_name[CD19]["type"] == "choice"
    assert [each["valueCoding"]["code"] for each in by_name[CD19]["answerOption"]] == ["positive", "negative"]
    assert [(each["system"], each["code"]) for each in by_name[ALT]["code"]] == [
        (naming.FACTS, ALT),
        (LOINC, "1742-6"),
        (LOINC, "76625-3"),
    ]
    units = [each["valueCoding"]["code"] for each in by_name[ALT]["extension"]]
    assert units[0] == "U/L"
    assert "{ULN}" in units
    limits = [each["valueCoding"]["code"] for each in by_name[f"{ALT}/upper_limit"]["extension"]]
    assert "{ULN}" not in limits
    assert by_name[ECOG]["type"] == "integer"
    assert [each["valueInteger"] for each in by_name[ECOG]["extension"]] == [0, 5]
    assert by_name[BORN]["type"] == "date"  # the age can be worked out from it
    never = [each for each in by_name if each.endswith("/never")]
    assert never
    assert all(by_name[each]["enableWhen"][0]["question"] == each.removesuffix("/never") for each in never)
    assert f"{CD19}/on" in by_name
    assert "mrd.assay_sensitivity/on" not in by_name


def test_the_form_is_the_same_for_everybody_of_whom_the_same_is_open() -> None:
    known: tuple[dict[str, Any], ...] = ({"id": "a"}, {"id": "b", "patient": {"sex": "male", "weight": "70 kg"}})
    one, other = (blinadss.assess(blinadss.load_profile(each), on=ON, policies=["us-label"]) for each in known)
    assert questionnaire(one, KNOWLEDGE) == questionnaire(other, KNOWLEDGE)


def as_answer(text: str, kind: Kind) -> dict[str, Any]:
    """The text of a profile as somebody's answer."""
    value: Any = kind.read(text)
    match item_type(kind):
        case "choice":
            return {"valueCoding": {"system": naming.VALUES, "code": value}}
        case "date":
            return (
                {"valueCoding": {"system": naming.VALUES, "code": value}} if value == "never" else {"valueDate": text}
            )
        case "integer":
            return {"valueInteger": int(value.quantity.magnitude)}
        case _:
            assert isinstance(kind, Measured)
            return {"valueQuantity": ucum.written(value, kind, text)}


@settings(max_examples=40)
@given(profiles(KNOWLEDGE))
def test_answers_to_the_form_settle_the_verdict_as_the_assessment_said_they_could(
    profile: blinadss.PatientProfile,
) -> None:
    """What could complete the facts goes through the form and back, and gives the answer that was promised."""
    how: dict[str, Any] = {"policies": ["us-label"], "knowledge": KNOWLEDGE, "engines": ["reference"]}
    assessment = blinadss.assess(profile, **how)
    (policy,) = assessment.policies
    assume(policy.further is not None and policy.further.completions)
    assert policy.further
    form = {each["linkId"]: each for each in items(questionnaire(assessment, KNOWLEDGE))}
    for completion in policy.further.completions:
        answers = {fact: as_answer(text, FACTS[fact]) for fact, text in completion.facts.items()}
        assert all(form[fact]["type"] == item_type(FACTS[fact]) for fact in answers)
        read = {fact: answered(each, FACTS[fact]) for fact, each in answers.items()}
        after = blinadss.assess(profile.supposing(read), **how)
        assert after.verdict("us-label").value == completion.answer


@pytest.mark.parametrize(
    ("given_answer", "kind", "text"),
    [
        ({"valueCoding": {"system": naming.VALUES, "code": "positive"}}, FACTS[CD19], "positive"),
        ({"valueQuantity": {"value": 40, "system": naming.UCUM, "code": "U/L"}}, FACTS[ALT], "40 U/L"),
        ({"valueInteger": 2}, FACTS[ECOG], "grade 2"),
        ({"valueDecimal": 2.0}, FACTS["disease.relapse_number"], "2"),
        ({"valueDate": "2026-03-02"}, FACTS[BORN], "2026-03-02"),
        ({"valueCoding": {"system": naming.VALUES, "code": "never"}}, FACTS[TRANSPLANTED], "never"),
        ({"valueDate": "2026-03-02"}, Dated(past=False), "2026-03-02"),
        ({"id": "x", "valueInteger": 0, "item": []}, FACTS["disease.relapse_number"], "0"),
    ],
)
def test_an_answer_is_read_as_the_text_of_a_profile(given_answer: dict[str, Any], kind: Kind, text: str) -> None:
    assert answered(given_answer, kind) == text


@pytest.mark.parametrize(
    ("given_answer", "fact", "problem"),
    [
        ({}, CD19, "the answer has no value"),
        ({"valueInteger": 1, "valueDecimal": 1}, ECOG, "the answer has more than one value"),
        ({"valueBoolean": True}, CD19, "`valueBoolean` does not answer this question"),
        ({"valueInteger": True}, ECOG, "`valueInteger` does not answer this question"),
        ({"valueString": "pos"}, CD19, "`valueString` does not answer this question"),
        ({"valueCoding": {"system": SNOMED, "code": "positive"}}, CD19, "the answer is not one of our codes"),
        ({"valueCoding": {"code": "positive"}}, CD19, "the answer is not one of our codes"),
        ({"valueCoding": {"system": naming.VALUES, "code": "pos"}}, CD19, "cannot be `pos`"),
        ({"valueCoding": {"system": naming.VALUES, "code": "never"}}, BORN, "`never` is not a date"),
        ({"valueInteger": 7}, ECOG, "`grade 7` is more than is possible"),
        ({"valueInteger": 5}, "marrow.blasts", "`5` has no unit"),
        ({"valueDecimal": 1e-7}, "mrd.level", "`0.0000001` has no unit"),  # no fraction by the form of a number
        ({"valueDecimal": Decimal("1E-7")}, "mrd.level", "`0.0000001` has no unit"),
        ({"valueDecimal": float("nan")}, ECOG, "out of any measurable range"),
        ({"valueDate": "02/03/2026"}, BORN, "is not a date"),
        ({"valueDate": 2026}, BORN, "`valueDate` does not answer this question"),
        ({"valueQuantity": {"value": 40}}, ALT, "the quantity has no unit"),
        ({"valueQuantity": "40 U/L"}, ALT, "`valueQuantity` does not answer this question"),
        ({"valueDate": "2026-03-02"}, ALT, "`valueDate` does not answer this question"),
    ],
)
def test_an_answer_that_is_none_is_refused_with_a_reason(given_answer: dict[str, Any], fact: str, problem: str) -> None:
    with pytest.raises(Mistake) as refused:
        answered(given_answer, FACTS[fact])
    assert problem in refused.value.problem


def test_a_refusal_says_how_the_question_is_answered() -> None:
    for fact, hint in ((CD19, "the answer is a `valueCoding`"), (BORN, "the answer is a `valueDate`"),
                       (TRANSPLANTED, "the answer is a `valueDate` or `valueCoding`")):  # fmt: skip
        with pytest.raises(Mistake) as refused:
            answered({"valueBoolean": True}, FACTS[fact])
        assert refused.value.hint == hint


# The care plan.


def test_a_care_plan_says_first_whether_the_treatment_may_be_given_and_permits_nothing() -> None:
    for name, (facts, indication, how) in CASES.items():
        checklist = made(facts, indication, **how)
        plan = care_plan(checklist)
        for text in (plan["description"], plan["note"][0]["text"]):
            assert text.startswith(f"{checklist.eligibility.value.upper()}: "), name
            assert text.endswith(NO_PERMISSION)
        assert (plan["status"], plan["intent"]) == ("draft", "proposal")


def test_a_dose_is_an_amount_in_exact_units_and_in_words_with_its_source() -> None:
    plan = care_plan(made(ADULT, "us-label/relapsed-refractory", cycle=1))
    start, step = (each["detail"] for each in plan["activity"] if "dailyAmount" in each["detail"])
    assert start["dailyAmount"] == {"value": 9, "unit": "mcg/day", "system": naming.UCUM, "code": "ug/d"}
    assert step["dailyAmount"]["value"] == 28
    assert start["scheduledPeriod"] == {"start": "2026-12-01", "end": "2026-12-07"}
    assert "9 mcg/day" in start["description"]
    assert "us-dosage-compendium-2025" in start["description"]


def test_no_dose_is_an_amount_for_programs_where_the_verdict_is_against_it() -> None:
    refused = {**ADULT, "history": {"blinatumomab_hypersensitivity": "present"}}
    for facts in (refused, {**ADULT, "disease": {**ADULT["disease"], "cd19": "negative"}}):
        checklist = made(facts, "us-label/relapsed-refractory", cycle=1)
        assert checklist.verdict is Verdict.CONTRAINDICATED or checklist.eligibility is Eligibility.INELIGIBLE
        plan = care_plan(checklist)
        assert not [each for each in plan["activity"] if {"dailyAmount", "quantity"} & set(each["detail"])]
        assert any("9 mcg/day" in each["detail"]["description"] for each in plan["activity"])
        assert plan["description"].startswith(("CONTRAINDICATED", "INELIGIBLE"))


def test_what_nobody_has_read_is_to_be_confirmed_and_gives_no_amount() -> None:
    for facts, indication, how in CASES.values():
        checklist = made(facts, indication, **how)
        said = checklist.said()
        dated = care_plan(checklist)["activity"][: len(checklist.entries)]
        for entry, activity in zip(checklist.entries, dated, strict=True):
            of: Any = said.get(entry.of)
            if of is not None and of.confirm:
                assert of.confirm in activity["detail"]["description"]
            if not any(each.confirm for each in getattr(of, "give", ()) or (of,) if each is not None):
                continue
            assert not {"dailyAmount", "quantity"} & set(activity["detail"])


def test_days_without_a_stated_dose_and_what_to_do_about_toxicities_are_notes() -> None:
    facts = {**SEIZURES, "patient": {**SEIZURES["patient"], "weight": "40 kg"}}
    checklist = made(facts, "eu-label/mrd-positive", cycle=1, ordered="28 mcg/day")
    notes = "\n".join(each["text"] for each in care_plan(checklist)["note"])
    assert checklist.not_stated
    assert all(gap in notes for gap in checklist.not_stated)
    for toxicity in checklist.toxicities:
        assert toxicity.title in notes
        assert all(row.do in notes for row in toxicity.rows)


@pytest.mark.parametrize(
    ("start", "until", "every", "timing"),
    [
        (date(2026, 12, 1), None, "", {"scheduledTiming": {"event": ["2026-12-01"]}}),
        (None, date(2026, 12, 1), "", {"scheduledPeriod": {"end": "2026-12-01"}}),
        (date(2026, 12, 1), date(2026, 12, 3), "", {"scheduledPeriod": {"start": "2026-12-01", "end": "2026-12-03"}}),
        (datetime(2026, 12, 1, 9, tzinfo=UTC), None, "", {"scheduledTiming": {"event": ["2026-12-01T09:00:00+00:00"]}}),
        (datetime(2026, 12, 1, 9), None, "", {"scheduledTiming": {  # noqa: DTZ001
            "event": ["2026-12-01"], "code": {"text": "2026-12-01 09:00 by the clock of the place"}}}),
        (date(2026, 12, 1), None, "every 8 hours", {"scheduledTiming": {
            "repeat": {"boundsPeriod": {"start": "2026-12-01", "end": "2026-12-01"},
                       "frequency": 1, "period": 8, "periodUnit": "h"},
            "code": {"text": "every 8 hours"}}}),
        (date(2026, 12, 1), date(2026, 12, 9), "every now and then", {"scheduledTiming": {
            "repeat": {"boundsPeriod": {"start": "2026-12-01", "end": "2026-12-09"}},
            "code": {"text": "every now and then"}}}),
    ],
)  # fmt: skip
def test_an_entry_has_its_time(start: date | None, until: date | None, every: str, timing: dict[str, Any]) -> None:
    assert scheduled(Entry("item", "x", "X", 1, 1, start, until, every)) == timing


def test_an_offset_that_is_no_whole_minute_is_written_in_utc() -> None:
    old = datetime(1930, 1, 1, 12, tzinfo=timezone(timedelta(minutes=19, seconds=32)))
    (event,) = scheduled(Entry("item", "x", "X", 1, 1, old, None, ""))["scheduledTiming"]["event"]
    assert event == "1930-01-01T11:40:28+00:00"
