"""What could be found out, as proposals: an examination as a ServiceRequest, and all of it as one RequestGroup.

Nothing is ordered: every request is a draft and a proposal, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from blinadss.answer_words import supposed_words
from blinadss.fhir.elements import (
    Resource,
    fact_coding,
    identified,
    note,
    optional_subject,
    question_codings,
    reference,
    required_subject,
)
from blinadss.fhir.naming import policy_canonical
from blinadss.fhir.questionnaires import questionnaire
from blinadss.fhir.questions import Answered, Question, open_questions
from blinadss.findings import Assessment
from blinadss.knowledge import KnowledgeBase

RequestStatus = Literal["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]
RequestIntent = Literal[
    "proposal",
    "plan",
    "directive",
    "order",
    "original-order",
    "reflex-order",
    "filler-order",
    "instance-order",
    "option",
]
RequiredBehaviour = Literal["must", "could", "must-unless-documented"]

DRAFT: RequestStatus = "draft"
PROPOSAL: RequestIntent = "proposal"
_COULD: RequiredBehaviour = "could"
ORDERS_NOTHING = "A proposal of what could be found out. It orders nothing: a professional decides whether it is done."


def service_requests(assessment: Assessment, knowledge: KnowledgeBase, *, subject: str | None = None) -> list[Resource]:
    """One ServiceRequest for each fact that keeps a verdict open and takes an examination to find out.

    ``subject`` is a reference such as ``Patient/x``; without one the subject has no name.
    """
    return list(_examinations(Answered(assessment, knowledge, subject)).values())


def request_group(assessment: Assessment, knowledge: KnowledgeBase, *, subject: str | None = None) -> Resource | None:
    """One RequestGroup of everything to find out, or nothing where no verdict is open.

    Its first action is the Questionnaire of all open questions. Then each open fact has an action, which refers to
    its ServiceRequest, or to the Questionnaire where somebody can answer it from the record or at the bedside.
    """
    questions = open_questions(assessment)
    if not questions:
        return None
    form = questionnaire(assessment, knowledge)
    examinations = _examinations(Answered(assessment, knowledge, subject))
    policies = dict.fromkeys(
        policy_canonical(policy.policy, policy.edition) for each in questions for policy in each.policies
    )
    group: Resource = {
        "resourceType": "RequestGroup",
        "instantiatesCanonical": list(policies),
        "status": DRAFT,
        "intent": PROPOSAL,
        **optional_subject(subject),
        "note": _notes(assessment),
        "action": [
            _action("All open questions, as one form", form),
            *(_action_for(each, examinations.get(each.fact, form)) for each in questions),
        ],
    }
    return identified(group, assessment.profile.digest)


def _action(title: str, resource: Resource) -> dict[str, Any]:
    return {"title": title, "requiredBehavior": _COULD, "resource": reference(resource)}


def _action_for(question: Question, resource: Resource) -> dict[str, Any]:
    named = {"code": [{"coding": [fact_coding(question.fact)]}], "description": question.why()}
    return _action(question.missing.ask, resource) | named


def _examinations(answered: Answered) -> Mapping[str, Resource]:
    """The ServiceRequest of each open fact that takes an examination."""
    questions = open_questions(answered.assessment)
    return {each.fact: _service_request(each, answered) for each in questions if each.needs_examination}


def _service_request(question: Question, answered: Answered) -> Resource:
    fresh_for = answered.knowledge.fresh_for.get(question.fact)
    fresh = [] if fresh_for is None else [note(f"A result counts for {fresh_for} days.")]
    codings = question_codings(answered.knowledge.terminology, question.fact)
    request: Resource = {
        "resourceType": "ServiceRequest",
        "status": DRAFT,
        "intent": PROPOSAL,
        "category": [{"text": question.missing.effort}],
        "code": {"coding": _one_of_each_system(codings), "text": question.missing.ask},
        "subject": required_subject(answered.subject),
        "reasonCode": [{"text": question.why()}],
        "note": [*_notes(answered.assessment), *fresh],
    }
    return identified(request, answered.assessment.profile.digest)


def _notes(assessment: Assessment) -> list[dict[str, str]]:
    """That it is a proposal, and before that, where facts were only supposed, that it is for nobody."""
    supposed = [note(supposed_words(assessment))] if assessment.supposed else []
    return [*supposed, note(ORDERS_NOTHING)]


def _one_of_each_system(codings: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The first code of each system: several in one concept would be taken for names of the same examination."""
    found: dict[str, Mapping[str, str]] = {}
    for each in codings:
        found.setdefault(each["system"], each)
    return list(found.values())
