"""All the resources of an answer in one Bundle, in which every reference between them resolves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from blinadss.fhir.care_plans import care_plan
from blinadss.fhir.elements import Resource, identified
from blinadss.fhir.guidance_response import guidance_responses
from blinadss.fhir.questionnaires import questionnaire
from blinadss.fhir.requests import request_group, service_requests
from blinadss.findings import Assessment
from blinadss.guidance import Checklist
from blinadss.knowledge import KnowledgeBase

BundleType = Literal["collection"]
_COLLECTION: BundleType = "collection"


def answer_bundle(assessment: Assessment, knowledge: KnowledgeBase, *, subject: str | None = None) -> Resource:
    """A collection of the answer of every policy and, where any is open, of what to find out and how to ask for it.

    ``subject`` is a reference such as ``Patient/x``; it stays as it is, and the patient is not in the bundle.
    """
    resources = guidance_responses(assessment, knowledge, subject=subject)
    group = request_group(assessment, knowledge, subject=subject)
    if group:
        requests = service_requests(assessment, knowledge, subject=subject)
        resources += [group, *requests, questionnaire(assessment, knowledge)]
    return collection(resources)


def checklist_bundle(checklist: Checklist, *, subject: str | None = None) -> Resource:
    """A collection of the one CarePlan of a checklist; see `care_plan`."""
    return collection([care_plan(checklist, subject=subject)])


def collection(resources: Sequence[Resource]) -> Resource:
    """A Bundle of type collection: each resource under a URN of its id, by which the others refer to it."""
    names = {f"{each['resourceType']}/{each['id']}": f"urn:uuid:{each['id']}" for each in resources}
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": _renamed(each, names)} for each in resources]
    return identified({"resourceType": "Bundle", "type": _COLLECTION, "entry": entries})


def _renamed(part: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part of a resource
    """The part with every reference to a resource of the bundle by its name there."""
    match part:
        case dict():
            return {
                key: names.get(each, each) if key == "reference" and isinstance(each, str) else _renamed(each, names)
                for key, each in part.items()
            }
        case list():
            return [_renamed(each, names) for each in part]
        case _:
            return part
