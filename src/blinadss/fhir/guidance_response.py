"""An assessment as GuidanceResponses: one for each policy, with verdict, reasons and what has to be found out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from blinadss.derived import origins
from blinadss.facts import FACTS
from blinadss.fhir.answer_notes import answer_notes
from blinadss.fhir.elements import (
    Resource,
    fact_codes,
    fact_coding,
    has_upper_limit,
    identified,
    note,
    optional_subject,
    public_codings,
    reference,
)
from blinadss.fhir.naming import policy_canonical
from blinadss.fhir.questions import Answered
from blinadss.fhir.requests import request_group
from blinadss.findings import Assessment, IndicationResult, PolicyResult, Verdict
from blinadss.knowledge import KnowledgeBase
from blinadss.terminology import Where

GuidanceStatus = Literal["success", "data-required"]
_OUTPUT = "output"  # the id of the contained Parameters
# Where codes stand in a record beside observations: the resource and its element.
_STANDS: Mapping[Where, tuple[str, str]] = {
    "condition": ("Condition", "code"),
    "condition-status": ("Condition", "clinicalStatus"),
    "condition-site": ("Condition", "bodySite"),
    "procedure": ("Procedure", "code"),
    "medication": ("MedicationAdministration", "medication"),
    "allergy": ("AllergyIntolerance", "code"),
    "immunization": ("Immunization", "vaccineCode"),
}
_READ = ("code", "value", "effective")  # of an observation


def guidance_responses(
    assessment: Assessment, knowledge: KnowledgeBase, *, subject: str | None = None
) -> list[Resource]:
    """One GuidanceResponse for each policy of the assessment, in its order.

    The status is ``data-required`` where the verdict is undetermined, with what is required, and ``success`` where
    there is a verdict, whichever. ``subject`` is a reference such as ``Patient/x``; without one it is left out.
    """
    group = request_group(assessment, knowledge, subject=subject)
    answered = Answered(assessment, knowledge, subject)
    return [_response(each, answered, group) for each in assessment.policies]


def _response(policy: PolicyResult, answered: Answered, group: Resource | None) -> Resource:
    assessment, is_open = answered.assessment, policy.verdict is Verdict.UNDETERMINED
    status: GuidanceStatus = "data-required" if is_open else "success"
    facts = dict.fromkeys(fact for missing in policy.missing for fact in origins(missing.fact))
    required = [each for fact in facts for each in _requirements(fact, answered)]
    response: Resource = {
        "resourceType": "GuidanceResponse",
        "contained": [_output(policy, assessment)],
        "moduleCanonical": policy_canonical(policy.policy, policy.edition),
        "status": status,
        **optional_subject(answered.subject),
        "occurrenceDateTime": assessment.assessed_on.isoformat(),
        "note": [note(text) for text in answer_notes(policy, assessment)],
        "outputParameters": {"reference": f"#{_OUTPUT}"},
        **({"result": reference(group)} if is_open and group else {}),
        **({"dataRequirement": required} if required else {}),
    }
    return identified(response, assessment.profile.digest)


def _requirements(fact: str, answered: Answered) -> Iterator[dict[str, Any]]:
    """What answers an open fact: an observation by our own code or a public one, or what else a record may hold of it.

    Any one of them is enough; those of one fact have ids that begin with its path. A fact that can be worked out from
    others is followed by those.
    """
    terminology = answered.knowledge.terminology
    codings = public_codings(terminology, fact_codes(terminology, fact, ["observation"]))
    yield {
        "id": fact,
        "type": "Observation",
        "mustSupport": [*_READ, *(["referenceRange"] if has_upper_limit(FACTS[fact]) else [])],
        "codeFilter": [{"path": "code", "code": [fact_coding(fact), *codings]}],
        **_fresh(fact, answered),
    }
    for resource, path in dict.fromkeys(_STANDS.values()):
        where = [each for each, stands in _STANDS.items() if stands == (resource, path)]
        if codings := public_codings(terminology, fact_codes(terminology, fact, where)):
            code_filter = {"path": path, "code": codings}
            yield {
                "id": f"{fact}.{resource}.{path}",
                "type": resource,
                "mustSupport": [path],
                "codeFilter": [code_filter],
            }
    elements = [each.coding.code for each in fact_codes(terminology, fact, ["patient"])]
    if elements := [each for each in elements if each.isalpha()]:  # the others are extensions
        yield {"id": f"{fact}.Patient", "type": "Patient", "mustSupport": elements}


def _fresh(fact: str, answered: Answered) -> dict[str, Any]:
    """The days on which an observation must have been made to count on the day of assessment."""
    fresh_for, day = answered.knowledge.fresh_for.get(fact), answered.assessment.assessed_on
    if fresh_for is None:
        return {}
    period = {"start": (day - timedelta(days=fresh_for)).isoformat(), "end": day.isoformat()}
    return {"dateFilter": [{"path": "effective", "valuePeriod": period}]}


def _output(policy: PolicyResult, assessment: Assessment) -> Resource:
    """The answer for programs: the verdict, each indication, and what it was worked out with."""
    edition = [_parameter("edition", "valueString", policy.edition)] if policy.edition else []
    knowledge = assessment.knowledge
    return {
        "resourceType": "Parameters",
        "id": _OUTPUT,
        "parameter": [
            _parameter("policy", "valueString", policy.policy),
            *edition,
            _parameter("verdict", "valueCode", policy.verdict.value),
            _parameter("answer", "valueCode", policy.answer),
            *map(_indication, policy.indications),
            *(_parameter("rests-on", "valueString", each) for each in policy.rests_on),
            _parameter("knowledge-version", "valueString", knowledge.version),
            _parameter("knowledge-fingerprint", "valueString", knowledge.fingerprint),
            *(_parameter("engine", "valueCode", each) for each in assessment.engines),
        ],
    }


def _indication(indication: IndicationResult) -> dict[str, Any]:
    return {
        "name": "indication",
        "part": [
            _parameter("id", "valueString", indication.id),
            _parameter("title", "valueString", indication.title),
            _parameter("eligibility", "valueCode", indication.eligibility.value),
            _parameter("applicability", "valueCode", indication.applicability),
        ],
    }


def _parameter(name: str, how: str, value: str) -> dict[str, Any]:
    return {"name": name, how: value}
