"""Records in FHIR of any number of entries, as large and as mixed as those of a hospital, for the benchmarks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from carebundle import generate_history, to_json

ON = date(2026, 11, 22)
LOINC, SNOMED, RXNORM = "http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
HL7, US_CORE = "http://terminology.hl7.org/CodeSystem", "http://hl7.org/fhir/us/core/StructureDefinition"
# What a laboratory sends at a visit: code, name, value, unit, limits. Seven of the seventeen are of facts.
LABS = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", 9.5, "g/dL", 12, 16),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", 3.2, "10*9/L", 4, 10),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", 88, "10*9/L", 150, 400),
    ("751-8", "Neutrophils [#/volume] in Blood by Automated count", 1.9, "10*9/L", 1.5, 8),
    ("789-8", "Erythrocytes [#/volume] in Blood by Automated count", 3.4, "10*12/L", 3.9, 5.2),
    ("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", 29.1, "%", 36, 46),
    ("787-2", "MCV [Entitic mean volume] in Red Blood Cells by Automated count", 86, "fL", 80, 100),
    ("785-6", "MCH [Entitic mass] by Automated count", 28.4, "pg", 27, 33),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", 139, "mmol/L", 136, 145),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", 4.1, "mmol/L", 3.5, 5.1),
    ("2075-0", "Chloride [Moles/volume] in Serum or Plasma", 103, "mmol/L", 98, 107),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", 92, "mg/dL", 70, 99),
    ("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", 14, "mg/dL", 7, 20),
    ("17861-6", "Calcium [Mass/volume] in Serum or Plasma", 9.4, "mg/dL", 8.5, 10.2),
    ("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", 61, "U/L", 7, 56),
    ("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", 0.8, "mg/dL", 0.1, 1.2),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", 0.9, "mg/dL", 0.6, 1.1),
)
SUBJECT, LABORATORY = {"reference": "Patient/p"}, {"reference": "Organization/lab", "display": "Central laboratory"}


def resources(count: int) -> Iterator[dict[str, Any]]:
    """That many resources of one patient: visits of a day, each an encounter, a report with its results, and more."""
    yield _resource("Patient", "patient", "p", gender="female", birthDate="1988-05-17", name=[{"family": "Example"}])
    yield _resource("Organization", "organization", "lab", active=True, name="Central laboratory")
    makers = {0: _encounter, 18: _report, 19: _pressure, 20: _given, 21: _condition}
    for number in range(count - 2):
        visit, place = divmod(number, 22)
        yield makers.get(place, _result)(number, (ON - timedelta(days=visit % 400)).isoformat())


def _resource(kind: str, profile: str, ident: str, /, **content: object) -> dict[str, Any]:
    meta = {"versionId": "1", "lastUpdated": "2026-11-20T10:15:00Z", "profile": [f"{US_CORE}/us-core-{profile}"]}
    return {"resourceType": kind, "id": ident, "meta": meta, **content}


def _concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _result(number: int, day: str) -> dict[str, Any]:
    code, display, value, unit, low, high = LABS[number % 22 - 1]
    amount = {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    note = {"note": [{"text": "Sample slightly haemolysed; the result may be affected."}]} if number % 10 == 0 else {}
    return _resource(
        "Observation",
        "observation-lab",
        f"o{number}",
        status="final",
        category=[_concept(f"{HL7}/observation-category", "laboratory", "Laboratory")],
        code=_concept(LOINC, code, display),
        subject=SUBJECT,
        encounter={"reference": f"Encounter/e{number - number % 22}"},
        effectiveDateTime=f"{day}T08:30:00+01:00",
        issued=f"{day}T11:02:17.120+01:00",
        performer=[LABORATORY],
        valueQuantity={"value": value, **amount},
        interpretation=[_concept(f"{HL7}/v3-ObservationInterpretation", "N", "Normal")],
        **note,
        referenceRange=[
            {"low": {"value": low, **amount}, "high": {"value": high, **amount}, "text": f"{low} - {high}"}
        ],
    )


def _report(number: int, day: str) -> dict[str, Any]:
    return _resource(
        "DiagnosticReport",
        "diagnosticreport-lab",
        f"r{number}",
        status="final",
        category=[_concept(f"{HL7}/v2-0074", "LAB", "Laboratory")],
        code=_concept(LOINC, "58410-2", "CBC panel - Blood by Automated count"),
        subject=SUBJECT,
        effectiveDateTime=f"{day}T08:30:00+01:00",
        issued=f"{day}T11:02:17.120+01:00",
        performer=[LABORATORY],
        result=[{"reference": f"Observation/o{each}"} for each in range(number - 17, number)],
    )


def _encounter(number: int, day: str) -> dict[str, Any]:
    return _resource(
        "Encounter",
        "encounter",
        f"e{number}",
        status="finished",
        **{"class": {"system": f"{HL7}/v3-ActCode", "code": "AMB", "display": "ambulatory"}},
        type=[_concept(SNOMED, "185349003", "Encounter for check up (procedure)")],
        subject=SUBJECT,
        period={"start": f"{day}T08:00:00+01:00", "end": f"{day}T12:00:00+01:00"},
    )


def _pressure(number: int, day: str) -> dict[str, Any]:
    parts = (("8480-6", "Systolic blood pressure", 121), ("8462-4", "Diastolic blood pressure", 76))
    amount = {"unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
    return _resource(
        "Observation",
        "blood-pressure",
        f"o{number}",
        status="final",
        category=[_concept(f"{HL7}/observation-category", "vital-signs", "Vital Signs")],
        code=_concept(LOINC, "85354-9", "Blood pressure panel with all children optional"),
        subject=SUBJECT,
        encounter={"reference": f"Encounter/e{number - number % 22}"},
        effectiveDateTime=f"{day}T08:10:00+01:00",
        component=[
            {"code": _concept(LOINC, code, name), "valueQuantity": {"value": value, **amount}}
            for code, name, value in parts
        ],
    )


def _given(number: int, day: str) -> dict[str, Any]:
    drug, time = _concept(RXNORM, "11202", "vincristine"), f"{day}T10:00:00+01:00"
    dosage = {"text": "1.5 mg/m2 once a week", "dose": {"value": 2, "unit": "mg"}}
    rest = {"subject": SUBJECT, "effectiveDateTime": time, "dosage": dosage}
    return _resource(
        "MedicationAdministration", "none", f"m{number}", status="completed", medicationCodeableConcept=drug, **rest
    )


def _condition(number: int, day: str) -> dict[str, Any]:
    code, display = (
        ("277571004", "B-cell acute lymphoblastic leukemia (disorder)")
        if number == 21
        else ("38341003", "Hypertensive disorder, systemic arterial (disorder)")
    )
    return _resource(
        "Condition",
        "condition-problems-health-concerns",
        f"c{number}",
        clinicalStatus=_concept(f"{HL7}/condition-clinical", "active", "Active"),
        verificationStatus=_concept(f"{HL7}/condition-ver-status", "confirmed", "Confirmed"),
        category=[_concept(f"{HL7}/condition-category", "problem-list-item", "Problem List Item")],
        code=_concept(SNOMED, code, display),
        subject=SUBJECT,
        onsetDateTime=day,
        recordedDate=day,
    )


def bundle(each: list[dict[str, Any]]) -> dict[str, Any]:
    """A searchset of the resources, from a server."""
    served = ({"fullUrl": f"http://x.example/fhir/{one['resourceType']}/{one['id']}", "resource": one} for one in each)
    entries = [{**one, "search": {"mode": "match"}} for one in served]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def diabetic() -> bytes:
    """The first 200 entries of somebody's visits, from the carebundle package."""
    whole = json.loads(to_json(generate_history(profile="type2_diabetes", seed=7, visits=110)))
    return json.dumps({**whole, "entry": whole["entry"][:200]}).encode()
