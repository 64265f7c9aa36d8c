"""Reading a record takes work in proportion to its entries: counted in steps, since time is not the same twice."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from types import FrameType
from typing import Any

import pytest

from blinadss import fhir

ON = date(2026, 11, 22)
SERVER = "http://x.example/fhir"
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1988-05-17"}
Json = dict[str, Any]


def result(number: int, **more: object) -> Json:
    """A haemoglobin, of a day that not many others are of."""
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}], "text": "Haemoglobin"},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": date.fromordinal(ON.toordinal() - number % 900).isoformat(),
        "valueQuantity": {"value": 9.5, "system": "http://unitsofmeasure.org", "code": "g/dL"},
        **more,
    }


def served(count: int) -> Json:
    """A bundle from a server, with a report of all results."""
    results = [{"reference": f"Observation/o{number}"} for number in range(count)]
    report = result(count, resourceType="DiagnosticReport", result=results)
    each = [PATIENT, *map(result, range(count)), report]
    entries = [{"fullUrl": f"{SERVER}/{one['resourceType']}/{one['id']}", "resource": one} for one in each]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def lines(count: int) -> bytes:
    """A resource in each line."""
    return "\n".join(json.dumps(each) for each in (PATIENT, *map(result, range(count)))).encode()


def versions(count: int) -> list[Json]:
    """One result in so many versions."""
    return [PATIENT, *(result(0, meta={"versionId": str(number)}) for number in range(count))]


def contained(count: int) -> list[Json]:
    """Results that stand in another, without ids."""
    inside = [result(number, id=None) for number in range(count)]
    return [PATIENT, result(0, contained=inside)]


def identified(count: int) -> list[Json]:
    """Results that refer to the patient by an identifier, and all have one that is the same."""
    whose = {"identifier": {"system": "urn:ids", "value": "1"}}
    order = {"identifier": [{"system": "urn:orders", "value": "1"}]}
    focus = {"focus": [{"identifier": order["identifier"][0]}]}
    return [
        {**PATIENT, "identifier": [whose["identifier"]]},
        *(result(number, subject=whose, **order, **focus) for number in range(count)),
    ]


def nowhere(count: int) -> list[Json]:
    """Results that refer to what is not there."""
    return [PATIENT, *(result(number, focus=[{"reference": f"Condition/c{number}"}]) for number in range(count))]


def steps(source: bytes | Json | list[Json]) -> int:
    """How many instructions of Python are carried out while it is read."""
    count = 0

    def noted(frame: FrameType, event: str, _what: object) -> Callable[..., Any]:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return noted

    before = sys.gettrace()
    sys.settrace(noted)
    try:
        fhir.read(source, on=ON)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("record", [served, lines, versions, contained, identified, nowhere])
def test_work_grows_as_the_record(record: Callable[[int], bytes | Json | list[Json]]) -> None:
    """Four times the entries take about four times the steps, which interpreters count differently, and not sixteen."""
    fhir.read(record(10), on=ON)  # the first time loads the knowledge
    small, large = steps(record(100)), steps(record(400))
    assert 2 * small < large < 6 * small
