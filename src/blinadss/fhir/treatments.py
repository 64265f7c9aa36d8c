"""What was done and given says of facts: procedures, medication, vaccines, and what is not tolerated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from blinadss.errors import Mistake
from blinadss.fhir.access import Element, group, groups, text
from blinadss.fhir.concepts import codes_in
from blinadss.fhir.days import about_when, days_of, when
from blinadss.fhir.resource import NOT_SO, Match, Resource, refuse_unusable
from blinadss.fhir.sightings import NoResult, Sighting
from blinadss.kinds import Days
from blinadss.terminology import THE_DAY

# Which statuses of a resource say that it was done or given, by its type; an order never does.
_DONE: Mapping[str, frozenset[str]] = {
    "Procedure": frozenset({"completed"}),
    "Immunization": frozenset({"completed"}),
    "MedicationAdministration": frozenset({"completed", "in-progress", "stopped"}),
    "MedicationStatement": frozenset({"completed", "active", "stopped"}),
}
_TIMES = ("performedDateTime", "performedPeriod", "occurrenceDateTime", "effectiveDateTime", "effectivePeriod")


def read_procedure(resource: Resource) -> bool:
    """Note what a Procedure says; whether it was about any fact."""
    return resource.note(resource.matches("procedure", [("code", group(resource.content, "code"))]), _done)


def read_immunization(resource: Resource) -> bool:
    """Note what an Immunization says; whether it was about any fact."""
    vaccine = [("vaccineCode", group(resource.content, "vaccineCode"))]
    return resource.note(resource.matches("immunization", vaccine), _done)


def read_medication(resource: Resource) -> bool:
    """Note what an order, an administration or a statement of medication says; whether it was about any fact."""
    return resource.note(resource.matches("medication", _drugs(resource)), _done)


def read_allergy(resource: Resource) -> bool:
    """Note what an AllergyIntolerance says; whether it was about any fact."""
    content = resource.content
    substances = [("code", group(content, "code"))]
    reactions = enumerate(resource.parts("reaction"))
    substances += [(f"reaction[{number}].substance", group(each, "substance")) for number, each in reactions]
    return resource.note(resource.matches("allergy", substances), _not_tolerated)


def _done(resource: Resource, match: Match) -> Sighting:
    content, code = resource.content, match.code
    refuse_unusable(code)
    kind, status = text(content, "resourceType"), text(content, "status")
    if kind not in _DONE:
        raise NoResult("an order does not say that it was given")
    if status not in _DONE[kind]:
        raise NoResult("its status does not say that it was done or given")
    if code.value != THE_DAY:
        days, marks = about_when(content, *_TIMES)
        return resource.saw(match, code.value, days, *marks)
    element, days = when(content, *_TIMES)
    last = _last_day(resource, element, days)
    return replace(resource.saw(match._replace(element=element), f">= {last}", days), last=last)


def _last_day(resource: Resource, element: str, days: Days) -> date:
    """A day on or after which it was given or done for the last time; raises `Mistake` if no day is given.

    A record cannot show that it was not given again later. An infusion that has ended was given until its end; during
    any other period it was given at some time. One whose end is yet to come has not ended, whatever its status.
    """
    content = resource.content
    if days.first == date.min:
        raise Mistake("no day is given")
    if element == "effectivePeriod" and text(content, "resourceType") == "MedicationAdministration":
        end = text(group(content, element), "end")
        if end and text(content, "status") != "in-progress" and (ended := days_of(end).first) <= resource.on:
            return max(days.first, ended)
    return days.first


def _drugs(resource: Resource) -> list[tuple[str, Element]]:
    """The concepts that name the medication: its own, or those of the resource that it refers to."""
    content = resource.content
    named = [("medicationCodeableConcept", group(content, "medicationCodeableConcept"))]
    if reference := group(content, "medicationReference"):
        medication = resource.resolve(reference)
        named.append(("medicationReference", group(medication, "code")))
        for ingredient in groups(medication, "ingredient"):
            named.append(("medicationReference", group(ingredient, "itemCodeableConcept")))
            if other := group(ingredient, "itemReference"):
                named.append(("medicationReference", group(resource.resolve(other), "code")))
    return named


def _not_tolerated(resource: Resource, match: Match) -> Sighting:
    codes = codes_in(group(resource.content, "verificationStatus"))
    if codes != {"confirmed"}:
        refusal = NoResult if codes and codes <= NOT_SO else Mistake
        raise refusal("it is not said to be confirmed")
    if text(resource.content, "type") == "intolerance":
        raise Mistake("it is an intolerance, and may not be an allergy")
    refuse_unusable(match.code)
    days, marks = about_when(resource.content, "recordedDate", "onsetDateTime", "onsetPeriod")
    return resource.saw(match, match.code.value, days, *marks)
