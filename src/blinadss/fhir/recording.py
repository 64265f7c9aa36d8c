"""A profile as a record of FHIR: a Bundle of the patient and of one Observation for each time a fact was seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from blinadss.errors import UsageError
from blinadss.facts import FACTS
from blinadss.fhir.elements import Resource, fact_codes, fact_coding, note, public_codings, value_coding
from blinadss.fhir.ucum import written
from blinadss.kinds import NEVER, Amount, Coded, Dated, Days, Kind, Measured
from blinadss.observation import Observation
from blinadss.profile import PatientProfile
from blinadss.quantity import COUNT, GRADE
from blinadss.terminology import Coding, FactCode, Terminology

ObservationStatus = Literal["registered", "preliminary", "final", "amended", "corrected", "cancelled", "unknown"]

_SEEN: ObservationStatus = "final"
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_MOST = 2**31 - 1  # the largest integer of FHIR
_MULTIPLES = {"x ULN", "x baseline"}  # no amount, so no public code of an amount names them
_ELEMENTS = {"birthDate", "gender"}  # of the Patient; what else a terminology finds there is an extension
_PERSON = "the person"


def record(profile: PatientProfile, terminology: Terminology, *, subject: str = "patient") -> Resource:
    """Everything the profile says, as a Bundle of type ``collection`` with the Patient first.

    ``subject`` is the id of the Patient; the profile's own id is not written. A fact that
    FHIR keeps as an element of the Patient (a date of birth) is written there, without its
    origin, if it has neither a day nor a method nor a second value, and as an Observation
    otherwise. The origin of an Observation is a note. Each has our own code, and every
    checked public code of exactly that result.
    The day of assessment is not part of a record. Raises `UsageError` for an id that
    FHIR does not allow.
    """
    if _ID.fullmatch(subject) is None:
        raise UsageError("this cannot be the id of a Patient", "write at most 64 letters, digits, `-` and `.`")
    elements = _elements(profile, terminology)
    person = {"resourceType": "Patient", "id": subject, **dict(elements.values())}
    whole = f"{profile.digest} {subject}"
    about = _urn(whole, _PERSON)
    entries = [{"fullUrl": about, "resource": person}]
    for fact, seen in profile.given.items():
        for number, each in enumerate(() if fact in elements else seen):
            urn = _urn(whole, f"{fact} {number}")
            named = {"resourceType": "Observation", "id": urn.removeprefix("urn:uuid:")}
            entries.append({"fullUrl": urn, "resource": named | _observation(fact, each, about, terminology)})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _urn(whole: str, part: str) -> str:
    """A name that follows from the content and tells nothing of it."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:x-blinadss:record {whole} {part}')}"


def _elements(profile: PatientProfile, terminology: Terminology) -> dict[str, tuple[str, str]]:
    """By fact, the element of the Patient that says all that is known of it, and its value there."""
    found: dict[str, tuple[str, str]] = {}
    for fact, seen in profile.given.items():
        if len(seen) == 1 and seen[0].on is None and seen[0].method is None:
            for code in fact_codes(terminology, fact, ["patient"]):
                value = _in_the_patient(seen[0], FACTS[fact], code.answers)
                if value and code.coding.code in _ELEMENTS:
                    found[fact] = code.coding.code, value
    return found


def _in_the_patient(seen: Observation, kind: Kind, answers: Mapping[Coding, str]) -> str | None:
    """What the element would hold, if it can hold that."""
    match kind:
        case Coded():
            return next((coding.code for coding, value in answers.items() if value == seen.value), None)
        case Dated() if seen.value != NEVER:
            return seen.text.strip()
        case _:
            return None


def _observation(fact: str, seen: Observation, subject: str, terminology: Terminology) -> Resource:
    """One time that a fact was seen."""
    kind = FACTS[fact]
    value = _value(seen, kind)
    public = public_codings(terminology, _results(terminology, fact, seen, value))
    return {
        "status": _SEEN,
        "code": {"coding": [fact_coding(fact), *public], "text": kind.says},
        "subject": {"reference": subject},
        **({"effectiveDateTime": seen.on.isoformat()} if seen.on else {}),
        **value,
        **({"note": [note(seen.origin)]} if seen.origin else {}),
        **({"method": {"text": seen.method}} if seen.method else {}),
        **_limit(seen, kind),
    }


def _results(
    terminology: Terminology, fact: str, seen: Observation, value: Mapping[str, Mapping[str, Any]]
) -> list[FactCode]:
    """The public codes of observations whose result is the fact, as this value gives it.

    A multiple of a limit is no amount, and LOINC has one code for the mass in a volume and another for the moles.
    """
    if isinstance(seen.value, Amount) and seen.value.quantity.scale in _MULTIPLES:
        return []
    unit = value["valueQuantity"]["code"] if "valueQuantity" in value else ""
    codes = fact_codes(terminology, fact, ["observation"])
    return [
        each
        for each in codes
        if not (each.value or each.answers or each.components or _measures_otherwise(each.display, unit))
    ]


def _measures_otherwise(display: str, unit: str) -> bool:
    return ("[Mass/" in display and "mol/" in unit) or ("[Moles/" in display and "g/" in unit)


def _value(seen: Observation, kind: Kind) -> dict[str, Any]:
    match kind, seen.value:
        case Measured(), Amount() as amount:
            number = amount.quantity.magnitude
            if kind.dimension in (COUNT, GRADE) and not amount.bound and number <= _MOST:
                return {"valueInteger": int(number)}
            return {"valueQuantity": written(amount, kind, seen.text)}
        case (Coded(), str(code)) | (Dated(), str(code)):
            return {"valueCodeableConcept": {"coding": [value_coding(code)]}}
        case Dated(), Days() as days if days.last == date.max:
            return {"valuePeriod": {"start": days.first.isoformat()}}  # on some day of an open end
        case _:
            return {"valueDateTime": seen.text.strip()}


def _limit(seen: Observation, kind: Kind) -> dict[str, Any]:
    """The laboratory's own upper limit of normal."""
    if seen.upper_limit is None or not isinstance(kind, Measured):
        return {}
    limit = written(Amount(seen.upper_limit), kind, seen.upper_limit_text or "")
    return {"referenceRange": [{"high": limit}]}
