"""Reading FHIR against somebody who tries: nothing that a record does not prove is read, nor lost without a word."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import blinadss
from blinadss import fhir
from blinadss.fhir.mapping import Import
from blinadss.fhir.naming import FACTS as OURS
from blinadss.fhir.naming import QUESTIONNAIRE, VALUES
from records import B_ALL, LOINC, PATIENT, RXNORM, SNOMED, bundle, concept, condition, medication, observation, quantity

ON = date(2026, 11, 22)
NEGATIVE, POSITIVE = (SNOMED, "260385009"), (SNOMED, "10828004")
BLINATUMOMAB, VINCRISTINE = (RXNORM, "1597258"), (RXNORM, "11202")
HIV, SURFACE_ANTIGEN, BLASTS, PLATELETS = "56888-1", "5196-1", "11150-0", "777-3"
INTERPRETED = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def read(*resources: dict[str, Any], patient: dict[str, Any] = PATIENT, on: date = ON) -> Import:
    return fhir.read(bundle(*resources, patient=patient), on=on)


def facts(made: Import) -> dict[str, list[str]]:
    """What the profile says, but for who it is."""
    given = made.profile.given.items()
    return {
        fact: [seen.text for seen in many] for fact, many in given if fact not in {"patient.sex", "patient.birth_date"}
    }


def why(made: Import, resource: str) -> set[str]:
    return {each.why for each in made.not_usable if each.resource == resource}


def hiv(name: str, day: str, answer: tuple[str, str] | None = NEGATIVE, **elements: Any) -> dict[str, Any]:
    value = {"valueCodeableConcept": concept(answer)} if answer else {}
    return observation(name, HIV, effectiveDateTime=day, **value | elements)


OLD = hiv("old", "2026-10-01")


def interpreted(*codes: str) -> dict[str, Any]:
    return {"interpretation": [concept(*((INTERPRETED, code) for code in codes))]}


# an older result does not stand in for a newer one that may be its opposite


@pytest.mark.parametrize(
    ("newer", "reason"),
    [
        (hiv("new", "2026-11-01", POSITIVE, status="unknown"), "its status is unknown"),
        (hiv("new", "2026-11-01", POSITIVE, status="FINAL"), "its status is none that there is"),
        (hiv("new", "2026-11-01", POSITIVE, status=None), "it has no status"),
        (hiv("new", "2026-11-01", POSITIVE, status=["final"]), "`status` is not text"),
        (hiv("new", "yesterday", POSITIVE), "a date is not as it should be"),
        (hiv("new", "0001-01-01", POSITIVE), "a date is longer ago than anybody's life"),
        (hiv("new", "1980-01-01", POSITIVE), "it is of a day before the birth"),
        (hiv("new", "2026-11-01", POSITIVE, component="none"), "`component` is not a list of groups of elements"),
        (hiv("new", "2026-11-01", None, dataAbsentReason=concept((ABSENT, "masked"))), "it has no value: masked"),
        (hiv("new", "2026-11-01", None, dataAbsentReason=concept((ABSENT, "error"))), "it has no value: error"),
        (hiv("new", "2026-11-01", None, dataAbsentReason="x"), "`dataAbsentReason` is not a group of elements"),
        (hiv("new", "2026-11-01", None, **interpreted("POS")), "it has no value"),
        (hiv("new", "2026-11-01", None, _valueCodeableConcept={"id": "x"}), "it has no value"),
        (hiv("new", "2026-11-01", None, valueString="positive"), "the result is free text"),
        (hiv("new", "2026-11-01", **interpreted("POS")), "its interpretation `POS` does not go with its value"),
        (hiv("new", "2026-11-01", **interpreted("E")), "its interpretation `E` does not go with its value"),
        (hiv("new", "2026-11-01", interpretation="POS"), "`interpretation` is not a list of groups of elements"),
    ],
)
def test_an_older_result_does_not_stand_in_for_a_doubtful_one(newer: dict[str, Any], reason: str) -> None:
    assert facts(read(OLD)) == {"infection.hiv": ["absent"]}
    for order in ((OLD, newer), (newer, OLD)):
        made = read(*order)
        assert facts(made) == {}
        assert reason in why(made, "Observation/new")


@pytest.mark.parametrize(
    "newer",
    [
        hiv("new", "2026-11-01", POSITIVE, modifierExtension=[{"url": "http://x.example", "valueBoolean": True}]),
        hiv("new", "2026-11-01", POSITIVE, implicitRules="http://x.example"),
    ],
)
def test_what_may_mean_something_else_may_be_the_latest_all_the_same(newer: dict[str, Any]) -> None:
    made = read(OLD, newer)
    assert facts(made) == {}
    assert made.older[0].resources == ("Observation/old",)
    (left,) = [each for each in made.not_usable if each.resource == "Observation/new"]
    assert left.facts == ("infection.hiv",)
    theirs = newer | {"subject": {"reference": "Patient/q"}}
    assert facts(fhir.read(bundle(OLD, theirs), on=ON, patient="p")) == {"infection.hiv": ["absent"]}


def test_an_entry_that_may_mean_something_else_may_be_the_latest_all_the_same() -> None:
    whole = bundle(OLD, hiv("new", "2026-11-01", POSITIVE))
    whole["entry"][-1]["modifierExtension"] = [{"url": "http://x.example", "valueBoolean": True}]
    assert facts(fhir.read(whole, on=ON)) == {}


@pytest.mark.parametrize("whose", [{"subject": None}, {"focus": [{"display": "?"}]}])
def test_what_does_not_say_whose_it_is_may_be_the_patients(whose: dict[str, Any]) -> None:
    newer = hiv("new", "2026-11-01", POSITIVE, **whose)
    made = read(OLD, newer)
    assert facts(made) == {}
    (left,) = [each for each in made.not_usable if each.resource == "Observation/new"]
    assert left.facts == ("infection.hiv",)
    assert facts(read(newer | {"valueCodeableConcept": concept(NEGATIVE)})) == {}


@pytest.mark.parametrize("subject", ["Patient/q", "Group/p", "RelatedPerson/p", "Device/p"])
def test_what_is_about_somebody_else_changes_nothing(subject: str) -> None:
    theirs = hiv("new", "2026-11-01", POSITIVE, subject={"reference": subject})
    assert facts(fhir.read(bundle(OLD, theirs), on=ON, patient="p")) == {"infection.hiv": ["absent"]}
    looking = hiv("new", "2026-11-01", POSITIVE, focus=[{"reference": subject}])
    assert facts(fhir.read(bundle(OLD, looking), on=ON, patient="p")) == {"infection.hiv": ["absent"]}


def test_of_versions_without_an_order_any_may_be_the_latest() -> None:
    made = read(OLD, hiv("new", "2026-11-01"), hiv("new", "2026-11-01", POSITIVE))
    assert facts(made) == {}
    assert "stands there in 2 versions" in next(iter(why(made, "Observation/new")))
    assert facts(read(hiv("old", "2026-11-09"), hiv("new", "2026-11-01"), hiv("new", "2026-11-01", POSITIVE))) == {
        "infection.hiv": ["absent"]
    }


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error"])
def test_what_is_no_result_leaves_the_older_one(status: str) -> None:
    assert facts(read(OLD, hiv("new", "2026-11-01", POSITIVE, status=status))) == {"infection.hiv": ["absent"]}


@pytest.mark.parametrize("reason", ["not-performed", "not-asked", "asked-declined", "not-applicable"])
def test_what_was_never_found_out_leaves_the_older_one(reason: str) -> None:
    never = hiv("new", "2026-11-01", None, dataAbsentReason=concept((ABSENT, reason)))
    made = read(OLD, never)
    assert facts(made) == {"infection.hiv": ["absent"]}
    assert why(made, "Observation/new") == {f"it has no value: {reason}"}
    assert facts(read(OLD, never | {"valueCodeableConcept": concept(POSITIVE)})) == {}


def test_a_doubtful_result_that_is_older_for_certain_is_no_doubt() -> None:
    assert facts(read(hiv("a", "2026-09-01", POSITIVE, status="unknown"), OLD)) == {"infection.hiv": ["absent"]}


@pytest.mark.parametrize("when", [{"issued": "2020-01-01T00:00:00Z"}, {"_effectiveDateTime": {"id": "x"}}, {}])
def test_our_own_code_is_of_today_only_where_no_time_is_spoken_of(when: dict[str, Any]) -> None:
    def cd19(name: str, value: str, **elements: Any) -> dict[str, Any]:
        coding = {"coding": [{"system": OURS, "code": "disease.cd19"}]}
        return observation(name, coding, valueCodeableConcept=concept((VALUES, value)), **elements)

    made = read(cd19("new", "negative"), cd19("timeless", "positive", effectiveDateTime=None, **when))
    assert facts(made) == ({} if when else {"disease.cd19": ["positive"]})


# what the value says


def test_a_code_of_an_answer_beside_another_may_be_its_opposite() -> None:
    both = {"valueCodeableConcept": concept(NEGATIVE, POSITIVE)}
    made = read(hiv("x", "2026-11-01", None, **both))
    assert facts(made) == {}
    assert why(made, "Observation/x") == {"the codings of the answer may contradict each other"}
    local = {"valueCodeableConcept": concept(("http://hospital.example", "N"), NEGATIVE, (LOINC, "LA6577-6"))}
    assert facts(read(hiv("x", "2026-11-01", None, **local))) == {"infection.hiv": ["absent"]}


@pytest.mark.parametrize("value", [{"valueBoolean": False}, {"valueCodeableConcept": concept((VALUES, "absent"))}])
def test_no_is_not_an_answer_where_the_codes_of_answers_leave_it_out(value: dict[str, Any]) -> None:
    """A negative surface antigen does not say that there is no hepatitis."""
    assert facts(read(observation("x", SURFACE_ANTIGEN, **value))) == {}


def test_an_observation_is_not_of_two_things() -> None:
    both = observation("x", concept((LOINC, HIV), (LOINC, "82810-3")), valueCodeableConcept=concept(NEGATIVE))
    made = read(both)
    assert facts(made) == {}
    assert why(made, "Observation/x") == {"its codes are those of different things"}
    ours = concept((OURS, "infection.hiv"), (OURS, "infection.hepatitis_b"))
    assert facts(read(observation("x", ours, valueCodeableConcept=concept((VALUES, "absent"))))) == {}


@pytest.mark.parametrize("code", ["<", ">"])
def test_a_value_beyond_the_scale_is_not_exact(code: str) -> None:
    off = observation("x", PLATELETS, valueQuantity=quantity(5, "10*9/L"), **interpreted(code))
    assert facts(read(off)) == {}
    bound = {**quantity(5, "10*9/L"), "comparator": code}
    assert facts(read(off | {"valueQuantity": bound})) == {"labs.platelets": [f"{code} 5 10*9/L"]}
    high = observation("x", PLATELETS, valueQuantity=quantity(5, "10*9/L"), **interpreted("LL", "A"))
    assert facts(read(high)) == {"labs.platelets": ["5 10*9/L"]}


def test_a_bound_is_no_upper_limit_and_less_than_nothing_no_value() -> None:
    limit = {"referenceRange": [{"high": {**quantity(40, "U/L"), "comparator": "<"}}]}
    made = read(observation("x", "1742-6", valueQuantity=quantity(90, "U/L"), **limit))
    assert made.used[-1].upper_limit is None
    assert made.used[-1].marks[0].startswith("upper limit of normal not taken")
    critical = {"referenceRange": [{"high": quantity(500, "U/L"), "type": {"text": "critical"}}]}
    assert read(observation("x", "1742-6", valueQuantity=quantity(90, "U/L"), **critical)).used[-1].upper_limit is None
    assert facts(read(observation("x", "1742-6", valueQuantity=quantity(-5, "U/L")))) == {}


def test_the_members_of_a_panel_are_results_of_their_own() -> None:
    panel = observation("panel", "58410-2", hasMember=[{"reference": "Observation/x"}])
    member = observation("x", PLATELETS, valueQuantity=quantity(5, "10*9/L"))
    assert facts(read(panel)) == {}
    assert facts(read(panel, member)) == {"labs.platelets": ["5 10*9/L"]}
    assert facts(read(panel, member | {"status": "entered-in-error"})) == {}


# when it was


def test_what_programs_write_who_know_no_day_makes_nothing_fresh() -> None:
    def blasts(**when: Any) -> Import:
        return read(observation("x", BLASTS, valueQuantity=quantity(2, "%"), **when))

    assert facts(blasts(effectiveDateTime="0001-01-01")) == {}
    assert facts(blasts(effectiveDateTime="0001-01-01T00:00:00Z")) == {}
    old = blasts(effectiveDateTime=None, effectivePeriod={"end": "2024-01-01"})
    (seen,) = old.profile.given["marrow.blasts"]
    assert seen.on == date(2024, 1, 1)  # and not today
    assert "on or before 2024-01-01" in str(seen.origin)
    assert facts(blasts(effectiveDateTime=None, effectivePeriod={"start": "2026-11-20"})) == {"marrow.blasts": ["2 %"]}


def test_the_day_is_the_one_that_is_written_whatever_the_hour() -> None:
    late = observation(
        "x", PLATELETS, valueQuantity=quantity(5, "10*9/L"), effectiveDateTime="2026-11-22T23:59:59-12:00"
    )
    assert read(late).used[-1].on == ON
    tomorrow = late | {"effectiveDateTime": "2026-11-23T00:00:00+14:00"}
    assert facts(read(tomorrow)) == {}


def test_an_infusion_whose_end_is_yet_to_come_was_given_since_it_began() -> None:
    period = {"start": "2026-11-20", "end": "2026-12-05"}
    made = read(
        medication("m", "MedicationAdministration", VINCRISTINE, effectiveDateTime=None, effectivePeriod=period)
    )
    assert facts(made) == {"history.last_chemotherapy_on": [">= 2026-11-20"]}
    assert blinadss.assess(made.profile, on=ON, engines=("reference",)).policies


@pytest.mark.parametrize("born", ["2030-01-01", "2026-12", "1990-02-30", "0001-01-01", "17 May 1990"])
def test_an_impossible_birth_is_not_used_and_not_repeated(born: str) -> None:
    made = fhir.read({**PATIENT, "birthDate": born}, on=ON)
    assert "patient.birth_date" not in made.profile.given
    assert not any(born in each.why for each in made.not_usable)
    assert made.not_usable[0].facts == ("patient.birth_date",)
    assert blinadss.assess(made.profile, on=ON, engines=("reference",)).policies


# conditions


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"coding": [{"code": "refuted"}]}, "it is not confirmed: `refuted`"),
        ({"coding": [{"code": "Confirmed"}]}, "it is not confirmed: `Confirmed`"),
        ({"text": "refuted"}, "whether it is confirmed is not said by a code"),
        ({"coding": [{"system": "http://x.example"}]}, "whether it is confirmed is not said by a code"),
        ("refuted", "`verificationStatus` is not a group of elements"),
    ],
)
def test_what_may_be_refuted_is_not_taken(status: Any, reason: str) -> None:
    made = read(condition("x", B_ALL) | {"verificationStatus": status})
    assert facts(made) == {}
    assert reason in why(made, "Condition/x")


def test_a_condition_that_cannot_be_read_does_not_leave_an_older_no() -> None:
    had = condition("x", (SNOMED, "86406008"))
    assert facts(read(OLD, had | {"evidence": "x"})) == {}
    assert facts(read(OLD, had | {"recordedDate": "x"})) == {}
    assert facts(read(had | {"recordedDate": "x"})) == {"infection.hiv": ["present"]}


@pytest.mark.parametrize("verification", ["provisional", "differential", "unconfirmed"])
def test_what_may_be_so_leaves_no_older_no(verification: str) -> None:
    had = condition("x", (SNOMED, "86406008"), verification=verification)
    made = read(OLD, had)
    assert facts(made) == {}
    assert why(made, "Condition/x") == {f"it is not confirmed: `{verification}`"}
    sure = condition("y", (SNOMED, "86406008"))
    assert facts(read(sure, had)) == {"infection.hiv": ["present"]}
    for refuted in ("refuted", "entered-in-error"):
        not_so = condition("x", (SNOMED, "86406008"), verification=refuted)
        assert facts(read(OLD, not_so)) == {"infection.hiv": ["absent"]}
        assert facts(read(sure, not_so)) == {"infection.hiv": ["present"]}


def test_what_begins_later_is_not_there_yet() -> None:
    made = read(condition("x", (SNOMED, "91302008"), onsetDateTime="2026-12-01"))
    assert facts(made) == {}
    assert "of a day after" in next(iter(why(made, "Condition/x")))


def test_conditions_of_one_disease_with_different_statuses_say_nothing_of_its_course() -> None:
    one, other = condition("a", B_ALL, "remission", recordedDate="2024-01-01"), condition("b", B_ALL, "relapse")
    for order in ((one, other), (other, one)):
        made = read(*order)
        assert facts(made) == {"disease.diagnosis": ["b_cell_precursor_all"]}
        assert why(made, "Condition/a") == why(made, "Condition/b")


def test_statuses_in_no_system_contradict_each_other_too() -> None:
    made = condition("x", B_ALL, "relapse")
    made["clinicalStatus"]["coding"].append({"code": "remission"})
    assert facts(read(made)) == {"disease.diagnosis": ["b_cell_precursor_all"]}


def test_what_speaks_against_is_not_lost_for_a_copy_that_cannot_be_read() -> None:
    def allergy(name: str, **elements: Any) -> dict[str, Any]:
        confirmed = concept(("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed"))
        found = {"resourceType": "AllergyIntolerance", "id": name, "verificationStatus": confirmed}
        return {**found, "code": concept(BLINATUMOMAB), "patient": {"reference": "Patient/p"}, **elements}

    present = {"history.blinatumomab_hypersensitivity": ["present"]}
    assert facts(read(allergy("a", recordedDate="?"))) == present
    assert facts(read(allergy("a"), allergy("b", reaction="x"))) == present
    assert facts(read(allergy("a", verificationStatus={"coding": [{"code": "confirmed"}]}))) == present
    coding = {"coding": [{"system": OURS, "code": "history.blinatumomab_hypersensitivity"}]}
    denied = observation("no", coding, valueCodeableConcept=concept((VALUES, "absent")))
    absent = {"history.blinatumomab_hypersensitivity": ["absent"]}
    assert facts(read(denied)) == absent
    for state in ({"coding": [{"code": "unconfirmed"}]}, None, "x"):
        assert facts(read(denied, allergy("a", verificationStatus=state, recordedDate="2026-11-10"))) == {}
    assert facts(read(denied, allergy("a", type="intolerance"))) == {}
    assert facts(read(denied, allergy("a", verificationStatus={"coding": [{"code": "refuted"}]}))) == absent
    resolved = concept(("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "resolved"))
    assert facts(read(allergy("a", clinicalStatus=resolved))) == present  # what happened once may happen again
    alone = read(allergy("b", reaction="x"))
    assert facts(alone) == {}
    assert alone.not_usable[0].facts == ("history.blinatumomab_hypersensitivity",)


# what was done, and answers


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "", None])
def test_a_vaccine_that_was_not_given_is_none(status: str | None) -> None:
    given = {"resourceType": "Immunization", "id": "v", "patient": {"reference": "Patient/p"}}
    given |= {"vaccineCode": concept(("http://hl7.org/fhir/sid/cvx", "03")), "occurrenceDateTime": "2026-11-10"}
    assert facts(read(given | {"status": "completed"})) == {"immunisation.live_vaccine_on": [">= 2026-11-10"]}
    made = read(given | {"status": status})
    assert facts(made) == {}
    assert why(made, "Immunization/v") == {"its status does not say that it was done or given"}


def test_a_day_that_cannot_be_read_leaves_the_last_one_that_is_known() -> None:
    known = medication("a", "MedicationAdministration", VINCRISTINE)
    for when in ({"effectiveDateTime": "?"}, {"effectiveDateTime": None, "effectivePeriod": {"end": "2026-11-15"}}):
        made = read(known, medication("b", "MedicationAdministration", VINCRISTINE, **when))
        assert facts(made) == {"history.last_chemotherapy_on": [">= 2026-11-01"]}
        assert why(made, "MedicationAdministration/b")


def test_a_statement_that_is_stopped_or_planned() -> None:
    reason = {"statusReason": [{"text": "never started"}]}
    planned = medication("m", "MedicationStatement", BLINATUMOMAB, status="active", effectiveDateTime="2026-12-01")
    assert facts(read(planned)) == {}
    assert facts(read(medication("m", "MedicationStatement", BLINATUMOMAB, status="not-taken", **reason))) == {}


def test_birth_sexes_that_differ_leave_the_sex_unknown() -> None:
    url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
    for codes in (("M", "F"), ("F", "M")):
        extensions = [{"url": url, "valueCode": code} for code in codes]
        made = fhir.read({**PATIENT, "extension": extensions}, on=ON)
        assert "patient.sex" not in made.profile.given


def test_a_question_that_is_answered_twice_is_not_answered() -> None:
    def answered(*values: str) -> Import:
        items = [
            {"linkId": "disease.cd19", "answer": [{"valueCoding": {"system": VALUES, "code": value}}]}
            for value in values
        ]
        response = {"resourceType": "QuestionnaireResponse", "id": "r", "status": "completed", "authored": "2026-11-20"}
        return read(response | {"questionnaire": QUESTIONNAIRE, "subject": {"reference": "Patient/p"}, "item": items})

    assert facts(answered("positive")) == {"disease.cd19": ["positive"]}
    for values in (("positive", "negative"), ("negative", "positive")):
        made = answered(*values)
        assert facts(made) == {}
        assert why(made, "QuestionnaireResponse/r") == {"it has more than one answer"}


def test_that_another_record_replaces_the_person_is_said() -> None:
    made = fhir.read({**PATIENT, "link": [{"other": {"reference": "Patient/q"}, "type": "replaced-by"}]}, on=ON)
    assert [each.why for each in made.not_usable] == ["says that another record replaces it"]


def test_lists_in_lists_without_end_are_passed_over() -> None:
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    made = read(observation("x", PLATELETS, valueQuantity=quantity(5, "10*9/L"), note=deep, valueSet=None))
    assert facts(made) == {"labs.platelets": ["5 10*9/L"]}


def test_a_display_that_is_no_text_is_no_fault_of_the_reader() -> None:
    odd = {"resourceType": "Practitioner", "id": "x", "code": {"text": 5}}
    worse = observation("y", {"coding": [{"system": LOINC, "code": "0-0"}], "text": ["x"]})
    made = read(odd, worse)
    assert {each.resource for each in made.not_usable} == {"Practitioner/x", "Observation/y"}
