"""A policy as a PlanDefinition: its indications as actions, its criteria as their conditions, each with its sources.

FHIR lets conditions be written in any language that is named. Ours are written as
their authors wrote them, under a media type of our own, because a translation into
CQL would need a third truth value and would be one more thing to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Literal

from blinadss.answer_words import FLAW
from blinadss.citing import ASSURANCE
from blinadss.errors import UsageError
from blinadss.expression import Comparison, Expression, Group, line
from blinadss.fhir.citations import documents, places, results
from blinadss.fhir.code_systems import code_systems
from blinadss.fhir.elements import Resource, identified
from blinadss.fhir.libraries import library
from blinadss.fhir.naming import AUTHORING, library_canonical, policy_canonical
from blinadss.knowledge import Edition, Indication, KnowledgeBase, Policy
from blinadss.statements import Citation, Term, Use
from blinadss.wording import condition_text

PublicationStatus = Literal["draft", "active", "retired", "unknown"]
ConditionKind = Literal["applicability", "start", "stop"]
GroupingBehaviour = Literal["visual-group", "logical-group", "sentence-group"]
SelectionBehaviour = Literal["any", "all", "all-or-none", "exactly-one", "at-most-one", "one-or-more"]

_IN_FORCE: PublicationStatus = "active"
_APPLIES: ConditionKind = "applicability"
_TOGETHER: GroupingBehaviour = "logical-group"
_ANY: SelectionBehaviour = "any"
_TYPE = {"system": "http://terminology.hl7.org/CodeSystem/plan-definition-type", "code": "clinical-protocol"}
_ROLES = {"requires": "Required", "excludes": "Excluded by", "contraindicates": "Contraindicated by"}
_ABOUT = (
    "The criteria of {publisher} as they were read by the authors of these definitions; {publisher} has not published, "
    "approved or checked them. An action that applies says that the policy allows the treatment in that circumstance; "
    "it orders nothing. The conditions are neither CQL nor FHIRPath: each is in the authoring language of blinadss, is "
    "true, false or unknown of a patient, and is met only where it is true."
)


def plan_definition(policy: Policy, knowledge: KnowledgeBase, on: date) -> Resource:
    """The edition of the policy in force on that day as a PlanDefinition.

    The one action at the top has a condition for each contraindication, the actions
    below it are the indications; a policy allows the treatment where the first applies and any of the others does.
    Raises `UsageError` if the policy is not in force on that day.
    """
    edition = policy.edition(on)
    if edition is None:
        raise UsageError(f"`{policy.id}` is not in force on {on}", "`blinadss policies` lists the editions")
    now = policy.as_of(on)
    return identified(
        {
            "resourceType": "PlanDefinition",
            "url": policy_canonical(policy.id, None),
            "version": edition.id,
            "name": "".join(word.capitalize() for word in re.split("[^A-Za-z0-9]+", policy.id)),
            "title": policy.title,
            "subtitle": edition.title,
            "type": {"coding": [_TYPE], "text": f"Criteria of a {policy.kind}"},
            "status": _IN_FORCE,
            "date": edition.id,
            "description": "\n\n".join(_about(policy, edition)),
            "jurisdiction": [{"text": policy.jurisdiction}],
            "effectivePeriod": _period(policy, edition),
            "relatedArtifact": documents(_cited(now, edition)),
            "library": [library_canonical(knowledge.version)],
            "action": [_whole(now, edition)],
        }
    )


def knowledge_bundle(knowledge: KnowledgeBase, policies: Iterable[str], on: date) -> Resource:
    """The knowledge as a Bundle: the Library, the policies of those names, and the code systems that they use.

    Names are as `KnowledgeBase.select` takes them; a policy that is not in force on that day is left out.
    """
    chosen = [policy for policy in knowledge.select(policies) if policy.edition(on)]
    resources = [
        library(knowledge, chosen, on),
        *(plan_definition(policy, knowledge, on) for policy in chosen),
        *code_systems(),
    ]
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources]
    return identified({"resourceType": "Bundle", "type": "collection", "entry": entries})


def authored(expression: Expression) -> str:
    """The expression as its author wrote it, in the lines of a file of criteria."""
    return "\n".join(_lines(expression))


def _lines(expression: Expression) -> Iterator[str]:
    match expression:
        case Comparison():
            yield expression.text or line(expression)
        case Group():
            yield f"{expression.heading}:"
            for part in expression.parts:
                first, *rest = _lines(part)
                yield f"- {first}"
                yield from (f"  {each}" for each in rest)


def _about(policy: Policy, edition: Edition) -> Iterator[str]:
    yield _ABOUT.format(publisher=policy.publisher)
    yield f"The edition of {edition.id}, {ASSURANCE[edition.assurance]}. {edition.note}".strip()
    if policy.flaw:
        yield f"{FLAW}{policy.flaw}"


def _period(policy: Policy, edition: Edition) -> dict[str, str]:
    """The days on which the edition is in force, the last one included."""
    ends = min([each.start for each in policy.editions if each.start > edition.start], default=policy.until)
    last = {} if ends == date.max else {"end": (ends - timedelta(days=1)).isoformat()}
    return {"start": edition.id, **last}


def _cited(policy: Policy, edition: Edition) -> Iterator[Citation]:
    yield from edition.cite
    for use in policy.uses():
        yield from use.criterion.cite
    for term in (*policy.terms, *(term for indication in policy.indications for term in indication.terms)):
        yield from term.cite
    for indication in policy.indications:
        yield from (cited for each in indication.evidence for cited in each.cite)


def _whole(policy: Policy, edition: Edition) -> dict[str, Any]:
    """The policy as one action: nothing contraindicates, and below it the indications."""
    below = [_indication(each) for each in policy.indications]
    return {
        "id": policy.id,
        **_action(policy.title, policy.contraindications, policy.terms),
        "documentation": [
            *places(edition.id, edition.cite),
            *_places(policy.contraindications, policy.terms),
        ],
        **_conditions(policy.id, policy.contraindications),
        **({"groupingBehavior": _TOGETHER, "selectionBehavior": _ANY, "action": below} if below else {}),
    }


def _indication(indication: Indication) -> dict[str, Any]:
    flaw = {"description": f"{FLAW}{indication.flaw}"} if indication.flaw else {}
    documentation = [*_places(indication.uses, indication.terms), *results(indication.evidence)]
    return {
        "id": indication.id,
        **_action(indication.title, indication.uses, indication.terms),
        **flaw,
        **({"documentation": documentation} if documentation else {}),
        **_conditions(indication.id, indication.uses),
    }


def _action(title: str, uses: Iterable[Use], terms: Iterable[Term]) -> dict[str, Any]:
    """What an action is called, and all that it asks in words."""
    words = [*map(_in_words, uses), *map(_asked_besides, terms)]
    return {"title": title, **({"textEquivalent": "\n".join(words)} if words else {})}


def _in_words(use: Use) -> str:
    criterion = use.criterion
    role = "For whom" if use.scope else _ROLES[use.role]
    cite = "; ".join(map(str, criterion.cite))
    flaw = f" {FLAW}{criterion.flaw}" if criterion.flaw else ""
    return f"{role}: {criterion.statement} {condition_text(criterion.when)}. [{cite}] {_trust(use)}{flaw}"


def _asked_besides(term: Term) -> str:
    cite = "; ".join(map(str, term.cite))
    return f"Also asked, and not decided from a profile: {term.statement} [{cite}] ({ASSURANCE[term.assurance]})"


def _trust(use: Use) -> str:
    return f"({use.criterion.id}; {ASSURANCE[use.criterion.assurance]})"


def _places(uses: Iterable[Use], terms: Iterable[Term]) -> list[dict[str, Any]]:
    """Where each criterion and each term is written, under its id."""
    criteria = [each for use in uses for each in places(use.criterion.id, use.criterion.cite)]
    return criteria + [each for term in terms for each in places(term.id, term.cite)]


def _conditions(where: str, uses: Iterable[Use]) -> dict[str, Any]:
    """A condition for each criterion; its id, which must be the only one in the resource, ends with the criterion's."""
    conditions = [
        {"id": f"{where}:{use.criterion.id}", "kind": _APPLIES, "expression": _expression(use)} for use in uses
    ]
    return {"condition": conditions} if conditions else {}


def _expression(use: Use) -> dict[str, str]:
    """What must be true for the action to apply: a requirement, or that nothing of an exclusion is there."""
    criterion = use.criterion
    when = criterion.when if use.role == "requires" else Group("none", (criterion.when,))
    return {
        "description": f"{'' if use.role == 'requires' else 'Not so: '}{criterion.statement} {_trust(use)}",
        "language": AUTHORING,
        "expression": authored(when),
    }
