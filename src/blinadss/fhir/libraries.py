"""The knowledge as a Library: its version and fingerprint, every document it rests on, and the data it asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from blinadss.expression import facts_in
from blinadss.fhir.citations import ArtifactType, document
from blinadss.fhir.elements import Resource, identified, question_codings
from blinadss.fhir.naming import FINGERPRINT, LIBRARY, policy_canonical
from blinadss.knowledge import KnowledgeBase, Policy
from blinadss.terminology import Terminology

PublicationStatus = Literal["draft", "active", "retired", "unknown"]

_IN_USE: PublicationStatus = "active"
_PART: ArtifactType = "composed-of"
_TYPE = {"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "logic-library"}
_ABOUT = (
    "Criteria of policies, each with its sources and how well it was checked against them. There is no content to run: "
    "the conditions stand in the plan definitions, in the authoring language of blinadss. Data that is required is "
    "named by its observation; other resources may say the same of a patient. What nobody said of a patient is unknown."
)


def library(knowledge: KnowledgeBase, policies: Iterable[Policy], on: date) -> Resource:
    """The knowledge as a Library of which the policies, as they stand on that day, are parts."""
    parts = [(policy, edition) for policy in policies if (edition := policy.edition(on))]
    latest = max((edition.id for _, edition in parts), default=None)
    artifacts = [
        *map(document, knowledge.sources.values()),
        *({"type": _PART, "resource": policy_canonical(policy.id, edition.id)} for policy, edition in parts),
    ]
    required = [_required(fact, knowledge.terminology) for fact in _asked(policy.as_of(on) for policy, _ in parts)]
    return identified(
        {
            "resourceType": "Library",
            "url": LIBRARY,
            "identifier": [{"system": FINGERPRINT, "value": knowledge.fingerprint}],
            "version": knowledge.version,
            "name": "Knowledge",
            "title": "Criteria of blinadss",
            "status": _IN_USE,
            "type": {"coding": [_TYPE]},
            **({"date": latest} if latest else {}),
            "description": _ABOUT,
            **({"relatedArtifact": artifacts} if artifacts else {}),
            **({"dataRequirement": required} if required else {}),
        }
    )


def _asked(policies: Iterable[Policy]) -> list[str]:
    """The facts that criteria of the policies ask for."""
    return sorted({fact for policy in policies for use in policy.uses() for fact in facts_in(use.criterion.when)})


def _required(fact: str, terminology: Terminology) -> dict[str, Any]:
    return {"type": "Observation", "codeFilter": [{"path": "code", "code": question_codings(terminology, fact)}]}
