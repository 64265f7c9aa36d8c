"""Resources as hospitals write them, for the tests of reading FHIR."""

from __future__ import annotations

from typing import Any

from blinadss.terminology import FactCode, Terminology

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
RXNORM, UCUM = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://unitsofmeasure.org"
B_ALL = (SNOMED, "277571004")
_CONDITION = "http://terminology.hl7.org/CodeSystem/condition-"
SUBJECT = {"reference": "Patient/p"}
PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1990-05-17"}


def concept(*codings: tuple[str, str]) -> dict[str, Any]:
    """A CodeableConcept of systems and codes."""
    return {"coding": [{"system": system, "code": code} for system, code in codings]}


def quantity(value: object, unit: str) -> dict[str, Any]:
    """A quantity in a unit of UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def observation(name: str, code: str | dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A final observation by a LOINC code, of 2026-11-01 unless it says otherwise; ``None`` takes an element away."""
    resource = {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": concept((LOINC, code)) if isinstance(code, str) else code,
        "subject": SUBJECT,
        "effectiveDateTime": "2026-11-01",
        **elements,
    }
    return {element: value for element, value in resource.items() if value is not None}


def condition(
    name: str, coding: tuple[str, str], status: str = "active", verification: str = "confirmed", **elements: Any
) -> dict[str, Any]:
    """A condition with its clinical status, recorded on 2026-10-01."""
    return {
        "resourceType": "Condition",
        "id": name,
        "clinicalStatus": concept((f"{_CONDITION}clinical", status)),
        "verificationStatus": concept((f"{_CONDITION}ver-status", verification)),
        "code": concept(coding),
        "subject": SUBJECT,
        "recordedDate": "2026-10-01",
        **elements,
    }


def medication(name: str, kind: str, coding: tuple[str, str], **elements: Any) -> dict[str, Any]:
    """A MedicationAdministration, -Statement or -Request, completed on 2026-11-01 unless it says otherwise."""
    time = "authoredOn" if kind == "MedicationRequest" else "effectiveDateTime"
    return {
        "resourceType": kind,
        "id": name,
        "status": "completed",
        "medicationCodeableConcept": concept(coding),
        "subject": SUBJECT,
        time: "2026-11-01",
        **elements,
    }


def bundle(
    *resources: dict[str, Any], kind: str = "collection", patient: dict[str, Any] | None = PATIENT
) -> dict[str, Any]:
    """A bundle of a patient and other resources."""
    everything = ([patient] if patient else []) + list(resources)
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": each} for each in everything]}


def coded(code: FactCode, terminology: Terminology, name: str, subject: Any = None) -> dict[str, Any]:
    """A resource in which the code stands where it counts, of 2026-11-01, with an answer that says most."""

    def codings(*of: Any) -> dict[str, Any]:
        return concept(*((terminology.uris(each.system)[0], each.code) for each in of))

    own, about = codings(code.coding), codings(*code.of[:1])
    match code.where:
        case "patient":
            return {**PATIENT, "id": name}
        case "observation":
            value = {"valueCodeableConcept": codings(*list(code.answers)[:1])} if code.answers else {"valueInteger": 1}
            parts = [{"code": codings(one), "valueCodeableConcept": codings(other)} for one, other in code.components]
            made = observation(name, own, component=parts or None, **value)
        case "medication":
            made = medication(name, "MedicationAdministration", B_ALL) | {"medicationCodeableConcept": own}
        case "procedure" | "immunization" | "allergy":
            made = _done(name, code.where, own)
        case _:
            state: dict[str, Any] = {"condition-status": {"clinicalStatus": own}, "condition-site": {"bodySite": [own]}}
            made = condition(name, B_ALL) | {"code": about if code.of else own} | state.get(code.where, {})
    return made | {"patient" if "patient" in made else "subject": subject or SUBJECT}


def _done(name: str, where: str, what: dict[str, Any]) -> dict[str, Any]:
    """A procedure, a vaccination or an allergy."""
    if where == "procedure":
        done = {"code": what, "status": "completed", "performedDateTime": "2026-11-01"}
        return {"resourceType": "Procedure", "id": name, **done}
    if where == "immunization":
        given = {"vaccineCode": what, "status": "completed", "occurrenceDateTime": "2026-11-01", "patient": SUBJECT}
        return {"resourceType": "Immunization", "id": name, **given}
    confirmed = concept(("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed"))
    found = {"verificationStatus": confirmed, "recordedDate": "2026-11-01", "code": what, "patient": SUBJECT}
    return {"resourceType": "AllergyIntolerance", "id": name, **found}
