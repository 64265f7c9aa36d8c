"""Reading FHIR: what each resource says of facts, what it does not say, and why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blinadss import fhir
from blinadss.fhir.mapping import Import
from blinadss.fhir.naming import FACTS as OURS
from blinadss.fhir.naming import VALUES
from blinadss.loading import load_knowledge, with_codes
from records import (
    B_ALL,
    LOINC,
    PATIENT,
    RXNORM,
    SNOMED,
    bundle,
    concept,
    condition,
    medication,
    observation,
    quantity,
)

ON = date(2026, 11, 22)
BLINATUMOMAB, VINCRISTINE = (RXNORM, "1597258"), (RXNORM, "11202")


def read(*resources: dict[str, Any], on: date = ON, **named: Any) -> Import:
    return fhir.read(bundle(*resources), on=on, **named)


def facts(made: Import) -> dict[str, Any]:
    """What the profile says, but for what the patient resource says in every test."""
    said = {path: [seen.text for seen in given] for path, given in made.profile.given.items()}
    return {
        path: texts[0] if len(texts) == 1 else texts
        for path, texts in said.items()
        if path not in {"patient.sex", "patient.birth_date"}
    }


def why(made: Import) -> list[str]:
    return [each.why for each in made.not_usable]


HAEMOGLOBIN, ALT, WBC, ECOG = "718-7", "1742-6", "6690-2", "89247-1"


def test_the_person() -> None:
    given = fhir.read(PATIENT, on=ON).profile.given
    assert given["patient.sex"][0].value == "male"
    assert given["patient.birth_date"][0].value == date(1990, 5, 17)


def test_a_gender_that_is_neither_says_nothing() -> None:
    made = fhir.read({**PATIENT, "gender": "other"}, on=ON)
    assert "patient.sex" not in made.profile.given
    assert why(made) == ["`gender` does not settle it"]


def test_a_birth_sex_that_differs_from_the_gender_leaves_the_sex_unknown() -> None:
    url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
    made = fhir.read({**PATIENT, "extension": [{"url": url, "valueCode": "F"}]}, on=ON)
    assert "patient.sex" not in made.profile.given
    assert [each.facts for each in made.not_usable] == [("patient.sex",), ("patient.sex",)]


def test_a_birth_year_is_a_year() -> None:
    made = fhir.read({**PATIENT, "birthDate": "1990"}, on=ON)
    assert made.profile.given["patient.birth_date"][0].text == "1990"


def test_a_result_has_its_value_unit_day_and_place() -> None:
    made = read(observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6.7, "g/dL")))
    used = next(each for each in made.used if each.fact == "labs.haemoglobin")
    assert (used.value, used.on, used.resource, used.element) == (
        "6.7 g/dL",
        date(2026, 11, 1),
        "Observation/hb",
        "valueQuantity",
    )
    assert (used.original, used.code, used.assurance) == ("6.7 g/dL", "LOINC 718-7", "secondary")


def test_any_coding_of_a_concept_matches() -> None:
    code = concept(("http://hospital.example/codes", "HB"), (LOINC, HAEMOGLOBIN))
    assert facts(read(observation("hb", code, valueQuantity=quantity(6, "g/dL")))) == {"labs.haemoglobin": "6 g/dL"}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered", "unknown", "maybe", None])
def test_a_result_of_such_a_status_never_counts(status: str | None) -> None:
    made = read(observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6.7, "g/dL"), status=status))
    assert facts(made) == {}
    assert made.not_usable[0].facts == ("labs.haemoglobin",)


def test_a_preliminary_result_is_marked() -> None:
    made = read(observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6.7, "g/dL"), status="preliminary"))
    assert made.used[-1].marks == ("preliminary",)
    assert "preliminary" in str(made.profile.given["labs.haemoglobin"][0].origin)


def test_a_reason_why_there_is_no_value_is_given() -> None:
    absent = concept(("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed"))
    made = read(observation("hb", HAEMOGLOBIN, dataAbsentReason=absent))
    assert facts(made) == {}
    assert why(made) == ["it has no value: not-performed"]
    both = read(observation("hb", HAEMOGLOBIN, dataAbsentReason=absent, valueQuantity=quantity(6, "g/dL")))
    assert why(both) == ["it has a value, and a reason why it has none"]


def test_the_upper_limit_comes_from_the_reference_range_and_from_nowhere_else() -> None:
    alt = {"valueQuantity": quantity(120, "U/L")}
    limited = read(
        observation("alt", ALT, **alt, referenceRange=[{"low": quantity(5, "U/L"), "high": quantity(40, "U/L")}])
    )
    assert limited.used[-1].upper_limit == "40 U/L"
    assert read(observation("alt", ALT, **alt)).used[-1].upper_limit is None
    several = [{"high": quantity(40, "U/L")}, {"high": quantity(55, "U/L")}]
    made = read(observation("alt", ALT, **alt, referenceRange=several))
    assert (made.used[-1].upper_limit, made.used[-1].marks) == (None, ("several upper limits of normal: none taken",))
    nonsense = read(observation("alt", ALT, **alt, referenceRange=[{"high": quantity(40, "bananas")}]))
    assert nonsense.used[-1].value == "120 U/L"
    assert nonsense.used[-1].marks[0].startswith("upper limit of normal not taken")


def test_a_unit_in_its_clinical_sense_is_reported_and_not_guessed() -> None:
    made = read(observation("wbc", WBC, valueQuantity=quantity(88.5, "K/uL")))
    assert facts(made) == {}
    assert made.not_usable[0].resource == "Observation/wbc"
    assert "kelvin" in why(made)[0]


def test_scores_are_whole_numbers() -> None:
    lansky = {"coding": [{"system": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "code": "C38144"}]}
    made = read(observation("ecog", ECOG, valueInteger=2), observation("lansky", lansky, valueInteger=80))
    assert facts(made) == {"patient.ecog": "grade 2", "patient.lansky": "80 %"}
    assert facts(read(observation("ecog", ECOG, valueInteger=7))) == {}


def test_the_latest_result_counts_and_those_of_one_day_may_conflict() -> None:
    def wbc(name: str, value: int, day: str) -> dict[str, Any]:
        return observation(name, WBC, valueQuantity=quantity(value, "10*9/L"), effectiveDateTime=day)

    made = read(wbc("a", 3, "2026-11-01"), wbc("b", 4, "2026-10-01"), wbc("c", 5, "2026-11-01"))
    assert sorted(facts(made)["labs.wbc"]) == ["3 10*9/L", "5 10*9/L"]
    assert [(each.fact, each.resources) for each in made.older] == [("labs.wbc", ("Observation/b",))]


def test_an_older_result_does_not_stand_in_for_a_later_one_that_cannot_be_read() -> None:
    def hiv(name: str, day: str, **value: Any) -> dict[str, Any]:
        return observation(name, "56888-1", effectiveDateTime=day, **value)

    negative = {"valueCodeableConcept": concept((SNOMED, "260385009"))}
    positive = {"valueCodeableConcept": concept((SNOMED, "10828004"))}
    assert facts(read(hiv("a", "2026-10-01", **negative))) == {"infection.hiv": "absent"}
    assert facts(read(hiv("a", "2026-10-01", **negative), hiv("b", "2026-11-01", **positive))) == {}
    cancelled = hiv("b", "2026-11-01", **positive) | {"status": "cancelled"}
    assert facts(read(hiv("a", "2026-10-01", **negative), cancelled)) == {"infection.hiv": "absent"}


def test_what_is_of_a_later_day_is_not_used() -> None:
    made = read(observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6, "g/dL")), on=date(2026, 10, 31))
    assert facts(made) == {}
    assert why(made) == ["it is of a day after the day of assessment, 2026-10-31"]


def test_an_uncertain_day_matters_only_where_it_does() -> None:
    def wbc(name: str, value: int, day: str) -> dict[str, Any]:
        return observation(name, WBC, valueQuantity=quantity(value, "10*9/L"), effectiveDateTime=day)

    alone = read(wbc("a", 3, "2026-11"))
    assert alone.used[-1].on == date(2026, 11, 1)  # the first day that it can be: the older, the more careful
    assert facts(read(wbc("a", 3, "2026-10"), wbc("b", 4, "2026-11"))) == {"labs.wbc": "4 10*9/L"}
    differ = read(wbc("a", 3, "2026-11"), wbc("b", 4, "2026-11-09"))
    assert facts(differ) == {}
    assert set(why(differ)) == {"results differ, and which is the latest cannot be told from their dates"}


def test_a_day_that_may_be_too_long_ago_leaves_a_fact_unknown_that_goes_stale() -> None:
    def blasts(day: str | None) -> Import:
        return read(observation("b", "11150-0", valueQuantity=quantity(60, "%"), effectiveDateTime=day))

    assert facts(blasts("2026-11")) == {"marrow.blasts": "60 %"}  # 28 days reach back to 25 October
    assert facts(blasts("2026-10")) == {}
    assert facts(blasts("2026")) == {}
    assert facts(blasts(None)) == {}
    assert why(blasts(None)) == ["its day is not given, and it counts only for 28 days"]


def test_the_last_day_on_which_a_result_counts_is_one_of_them() -> None:
    def blasts(first: str, last: str) -> Import:
        period = {"effectiveDateTime": None, "effectivePeriod": {"start": first, "end": last}}
        return read(observation("b", "11150-0", valueQuantity=quantity(60, "%"), **period))

    assert facts(blasts("2026-10-25", "2026-10-26")) == {"marrow.blasts": "60 %"}  # 28 and 27 days ago
    assert facts(blasts("2026-10-24", "2026-10-26")) == {}


def test_what_goes_stale_keeps_its_day(tmp_path: Path) -> None:
    path = tmp_path / "codes.yaml"
    path.write_text(
        "patient.pregnancy:\n  codes:\n"
        "    - {code: SNOMED CT 1, display: Birth, in: procedure, is: absent, assurance: verified}\n",
        encoding="utf-8",
    )
    birth = {"resourceType": "Procedure", "id": "b", "status": "completed", "code": concept((SNOMED, "1"))}
    birth |= {"subject": {"reference": "Patient/p"}, "performedDateTime": "2026-05-01"}
    made = read(birth, knowledge=with_codes(load_knowledge(), path))
    assert [seen.on for seen in made.profile.given["patient.pregnancy"]] == [date(2026, 5, 1)]


def test_a_confirmed_diagnosis() -> None:
    assert facts(read(condition("all", B_ALL))) == {"disease.diagnosis": "b_cell_precursor_all"}


@pytest.mark.parametrize("verification", ["unconfirmed", "provisional", "differential", "refuted", "entered-in-error"])
def test_a_diagnosis_that_is_not_confirmed_says_nothing(verification: str) -> None:
    made = read(condition("all", B_ALL, verification=verification))
    assert facts(made) == {}
    assert why(made) == [f"it is not confirmed: `{verification}`"]


@pytest.mark.parametrize(
    ("status", "course"), [("remission", "remission"), ("relapse", "relapsed"), ("recurrence", "relapsed")]
)
def test_the_clinical_status_of_the_disease_is_its_course(status: str, course: str) -> None:
    assert facts(read(condition("all", B_ALL, status)))["disease.course"] == course


def test_an_active_disease_may_be_new_relapsed_or_refractory() -> None:
    assert "disease.course" not in facts(read(condition("all", B_ALL, "active")))


def test_the_clinical_status_of_another_disease_is_not_the_course() -> None:
    assert facts(read(condition("other", (SNOMED, "38341003"), "remission"))) == {}


def test_contradictory_clinical_statuses_say_nothing() -> None:
    url = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    made = read({**condition("all", B_ALL), "clinicalStatus": concept((url, "relapse"), (url, "remission"))})
    assert "disease.course" not in facts(made)
    assert "contradict" in why(made)[0]
    sepsis = (SNOMED, "91302008")
    assert facts(read(condition("sepsis", sepsis))) == {"infection.active": "present"}
    abated = read(condition("sepsis", sepsis, abatementDateTime="2026-10-20"))
    assert facts(abated) == {}
    assert "contradicts itself" in why(abated)[0]


def test_what_is_over_is_not_active_and_not_absent() -> None:
    assert facts(read(condition("sepsis", (SNOMED, "91302008"), "resolved"))) == {}


def test_what_was_given_counts_and_an_order_does_not() -> None:
    given = facts(read(medication("m", "MedicationAdministration", BLINATUMOMAB)))
    assert given["history.blinatumomab_exposure"] == "present"
    assert given["history.last_immunotherapy_on"] == ">= 2026-11-01"
    ordered = read(medication("m", "MedicationRequest", BLINATUMOMAB))
    assert facts(ordered) == {}
    assert set(why(ordered)) == {"an order does not say that it was given"}


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "on-hold", "unknown", "intended", "not-taken"])
def test_what_was_not_given_says_nothing(status: str) -> None:
    for kind in ("MedicationAdministration", "MedicationStatement"):
        assert facts(read(medication("m", kind, BLINATUMOMAB, status=status))) == {}


def test_the_last_of_several_days_counts() -> None:
    made = read(
        medication("a", "MedicationAdministration", VINCRISTINE, effectiveDateTime="2026-10-01"),
        medication("b", "MedicationAdministration", VINCRISTINE, effectiveDateTime="2026-10-08"),
    )
    assert facts(made)["history.last_chemotherapy_on"] == ">= 2026-10-08"


def test_a_medication_may_stand_in_a_resource_of_its_own() -> None:
    drug = {"resourceType": "Medication", "id": "drug", "code": concept(BLINATUMOMAB)}
    given = medication("m", "MedicationAdministration", BLINATUMOMAB)
    del given["medicationCodeableConcept"]
    made = read(drug, {**given, "medicationReference": {"reference": "Medication/drug"}})
    assert facts(made)["history.blinatumomab_exposure"] == "present"
    dangling = read({**given, "medicationReference": {"reference": "Medication/other"}})
    assert facts(dangling) == {}
    assert why(dangling) == ["it refers to a resource that is not in the record"]


def test_a_transplantation_gives_the_fact_and_a_day_after_which_another_may_lie() -> None:
    made = read(
        {
            "resourceType": "Procedure",
            "id": "t",
            "status": "completed",
            "code": concept((SNOMED, "58390007")),
            "subject": {"reference": "Patient/p"},
            "performedDateTime": "2025-03-01",
        }
    )
    assert facts(made) == {"history.allogeneic_hsct": "present", "history.allogeneic_hsct_on": ">= 2025-03-01"}


def _fusion(*genes: str, answer: str = "LA9633-4", change: str | None = None) -> dict[str, Any]:
    components = [
        {"code": concept((LOINC, "48018-6")), "valueCodeableConcept": concept(("http://www.genenames.org", gene))}
        for gene in genes
    ]
    if change:
        system = "http://www.sequenceontology.org/"
        components.append({"code": concept((LOINC, "48019-4")), "valueCodeableConcept": concept((system, change))})
    return observation("v", "69548-6", valueCodeableConcept=concept((LOINC, answer)), component=components)


def test_a_fusion_is_known_by_its_genes() -> None:
    assert facts(read(_fusion("HGNC:1014", "HGNC:76"))) == {"disease.philadelphia": "positive"}
    assert facts(read(_fusion("HGNC:3495", "HGNC:10471"))) == {}  # ETV6::RUNX1 says nothing of BCR::ABL1
    assert facts(read(_fusion("HGNC:1014"))) == {}
    assert facts(read(_fusion("HGNC:7132", change="SO:1000044"))) == {"disease.kmt2a_rearrangement": "present"}
    assert facts(read(_fusion("HGNC:7132"))) == {}  # another change of the gene


def test_an_allergy_must_be_confirmed() -> None:
    def allergy(verification: str) -> Import:
        system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
        return read(
            {
                "resourceType": "AllergyIntolerance",
                "id": "a",
                "verificationStatus": concept((system, verification)),
                "code": concept(BLINATUMOMAB),
                "patient": {"reference": "Patient/p"},
            }
        )

    assert facts(allergy("confirmed")) == {"history.blinatumomab_hypersensitivity": "present"}
    assert facts(allergy("unconfirmed")) == facts(allergy("refuted")) == {}


def test_prose_is_shown_and_never_taken() -> None:
    code = {"coding": [{"system": LOINC, "code": "101119-6"}]}
    made = read(observation("ip", code, valueString="positive for CD10, CD79a, TdT, CD19, and CD20"))
    assert facts(made) == {}
    (hint,) = [each for each in made.to_confirm if "disease.cd19" in each.facts]
    assert "CD19" in hint.passage
    narrative = {"status": "additional", "div": "<div>The blasts are <b>CD19</b> positive.</div>"}
    told = read({**observation("x", "0-0"), "text": narrative})
    assert told.to_confirm[0].passage == "The blasts are CD19 positive."


def test_the_history_of_a_relative_is_not_the_patients() -> None:
    relative = {
        "resourceType": "FamilyMemberHistory",
        "id": "f",
        "patient": {"reference": "Patient/p"},
        "condition": [{"code": concept(B_ALL)}],
    }
    made = read(relative)
    assert facts(made) == {}
    assert made.ignored[0].why == "it is about a relative"


def test_several_patients_are_an_error_unless_one_is_named() -> None:
    other = {**PATIENT, "id": "secret-name", "gender": "female"}
    with pytest.raises(fhir.ProfileError) as error:
        read(other)
    assert "secret" not in str(error.value)
    assert read(other, patient="secret-name").profile.given["patient.sex"][0].value == "female"
    assert read(other, patient="Patient/p").profile.given["patient.sex"][0].value == "male"


def test_what_is_about_another_patient_is_not_used() -> None:
    other = {**PATIENT, "id": "q"}
    theirs = {
        **observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6, "g/dL")),
        "subject": {"reference": "Patient/q"},
    }
    assert facts(read(other, theirs, patient="p")) == {}
    assert facts(read(other, theirs, patient="q")) == {"labs.haemoglobin": "6 g/dL"}


def test_our_own_codes_say_what_a_profile_says() -> None:
    code = concept((OURS, "disease.cd19"))
    made = read(observation("cd19", code, valueCodeableConcept=concept((VALUES, "positive"))))
    assert facts(made) == {"disease.cd19": "positive"}


def test_a_meaning_that_may_be_changed_is_not_used() -> None:
    hb = observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6, "g/dL"))
    assert facts(read({**hb, "modifierExtension": [{"url": "http://x.example", "valueBoolean": True}]})) == {}


@pytest.mark.parametrize(
    "broken",
    [
        {"code": "718-7"},
        {"code": {"coding": {"system": LOINC, "code": "718-7"}}},
        {"valueQuantity": "6.7 g/dL"},
        {"valueQuantity": {"value": "6.7", "unit": "g/dL"}},
        {"effectiveDateTime": "yesterday"},
        {"effectiveDateTime": "2026-13-01"},
        {"effectiveDateTime": 20261101},
        {"status": ["final"]},
        {"component": "none"},
    ],
)
def test_wrong_types_are_reported_with_the_resource(broken: dict[str, Any]) -> None:
    made = read({**observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6.7, "g/dL")), **broken})
    assert facts(made) == {}
    assert [each.resource for each in made.not_usable] or made.ignored[0].resources == ("Observation/hb",)
    assert not any(word in json.dumps(why(made)) for word in ("yesterday", "Traceback"))


def test_the_report_can_be_written_and_read_as_json() -> None:
    made = read(observation("hb", HAEMOGLOBIN, valueQuantity=quantity(6.7, "g/dL")))
    written = json.loads(made.model_dump_json())
    assert written["schema"] == "blinadss/import/1"
    assert written["profile"]["labs"]["haemoglobin"]["value"] == "6.7 g/dL"
