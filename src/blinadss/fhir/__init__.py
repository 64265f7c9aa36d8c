"""FHIR R4 in and out: records become profiles with a report of what was used, answers become resources.

The public names below are imported when first used, so that reading does not pay for writing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blinadss.errors import ProfileError
    from blinadss.fhir.bundling import answer_bundle, checklist_bundle
    from blinadss.fhir.care_plans import care_plan
    from blinadss.fhir.definitions import knowledge_bundle, plan_definition
    from blinadss.fhir.guidance_response import guidance_responses
    from blinadss.fhir.importing import read, read_profile
    from blinadss.fhir.libraries import library
    from blinadss.fhir.mapping import Import
    from blinadss.fhir.questionnaires import questionnaire
    from blinadss.fhir.recording import record
    from blinadss.fhir.requests import request_group, service_requests

_HOME = {
    "answer_bundle": "fhir.bundling",
    "care_plan": "fhir.care_plans",
    "checklist_bundle": "fhir.bundling",
    "guidance_responses": "fhir.guidance_response",
    "knowledge_bundle": "fhir.definitions",
    "library": "fhir.libraries",
    "plan_definition": "fhir.definitions",
    "questionnaire": "fhir.questionnaires",
    "read": "fhir.importing",
    "read_profile": "fhir.importing",
    "record": "fhir.recording",
    "request_group": "fhir.requests",
    "service_requests": "fhir.requests",
    "Import": "fhir.mapping",
    "ProfileError": "errors",
}

__all__ = [
    "Import",
    "ProfileError",
    "answer_bundle",
    "care_plan",
    "checklist_bundle",
    "guidance_responses",
    "knowledge_bundle",
    "library",
    "plan_definition",
    "questionnaire",
    "read",
    "read_profile",
    "record",
    "request_group",
    "service_requests",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"blinadss.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
