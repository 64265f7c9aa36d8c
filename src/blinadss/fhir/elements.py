"""What the resources that we write are made of: codings, notes, references, and ids that follow from the content."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from blinadss.errors import printable
from blinadss.facts import FACTS
from blinadss.fhir import naming
from blinadss.kinds import Kind, Measured
from blinadss.terminology import Coding, FactCode, Terminology, Where

Resource = dict[str, Any]
MULTIPLE = "x ULN"  # the scale of multiples of the upper limit of normal
_IDS: UUID = uuid5(NAMESPACE_URL, "urn:x-blinadss")
_UNNAMED = "The patient who was assessed"  # where FHIR wants a subject and the caller has named none


def identified(resource: Resource, *whose: str) -> Resource:
    """The resource with an id that follows from its content, and from ``whose`` it is: same in, same out."""
    content = json.dumps([resource, *whose], sort_keys=True, ensure_ascii=True)
    kind, rest = resource["resourceType"], {key: each for key, each in resource.items() if key != "resourceType"}
    return {"resourceType": kind, "id": str(uuid5(_IDS, content)), **rest}


def reference(resource: Resource) -> dict[str, str]:
    """A reference to a resource of ours."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def required_subject(subject: str | None) -> dict[str, str]:
    """Whom a resource is about, where FHIR does not let it be left out: ``Patient/x``, or words without a name."""
    return {"reference": subject} if subject else {"display": _UNNAMED}


def optional_subject(subject: str | None) -> dict[str, Any]:
    """Whom a resource is about as a part of it, or nothing."""
    return {"subject": {"reference": subject}} if subject else {}


def note(text: str) -> dict[str, str]:
    """A note of several lines at most."""
    return {"text": cleaned(text)}


def cleaned(text: str) -> str:
    """The text as it stands in a resource: lines stay lines, and nothing in them can act on a screen."""
    return "\n".join(printable(line) for line in text.split("\n"))


def fact_coding(fact: str) -> dict[str, str]:
    """Our own code of a fact."""
    return {"system": naming.FACTS, "code": fact, "display": FACTS[fact].says}


def value_coding(value: str) -> dict[str, str]:
    """Our own code of what a coded fact can be."""
    return {"system": naming.VALUES, "code": value, "display": value.replace("_", " ")}


def fact_codes(terminology: Terminology, fact: str, where: Collection[Where]) -> tuple[FactCode, ...]:
    """What public codes say of a fact in those places of a record, without those that settle nothing."""
    return tuple(each for each in _usable(terminology).get(fact, ()) if each.where in where)


def public_codings(terminology: Terminology, codes: Collection[FactCode]) -> list[dict[str, str]]:
    """The codes of public terminologies, each once, by the usual URI of its system."""
    found: dict[Coding, str] = {}
    for each in codes:
        found.setdefault(each.coding, each.display)
    return [
        {"system": terminology.uris(coding.system)[0], "code": coding.code} | ({"display": display} if display else {})
        for coding, display in found.items()
    ]


def question_codings(terminology: Terminology, fact: str) -> list[dict[str, str]]:
    """What a question for a fact is called: our own code, and every public one of exactly that observation.

    A code that is the fact only together with its components is too wide for a question.
    """
    codes = [each for each in fact_codes(terminology, fact, ["observation"]) if not (each.components or each.value)]
    return [fact_coding(fact), *public_codings(terminology, codes)]


def has_upper_limit(kind: Kind) -> bool:
    """Whether a fact may be judged by the laboratory's own upper limit of normal."""
    return isinstance(kind, Measured) and MULTIPLE in kind.dimension.scales()


@lru_cache(maxsize=16)
def _usable(terminology: Terminology) -> Mapping[str, list[FactCode]]:
    """By fact, the codes that somebody has read in a source and that settle something."""
    found: dict[str, list[FactCode]] = {}
    for each in terminology.codes:
        if each.assurance != "unverified" and not each.unusable:
            found.setdefault(each.fact, []).append(each)
    return found
