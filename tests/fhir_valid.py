"""Whether a FHIR resource is valid: by fhir.resources (R4B), by fhirkit (R4), by required bindings, and by invariants.

Neither library knows required bindings, or those invariants of the standard that what we write could break.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import fhirkit
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from fhir_bindings import check_bindings


def problems(resource: Mapping[str, Any]) -> list[str]:
    """Everything wrong with the resource, and with each resource of a Bundle by itself; nothing if it is valid."""
    whole = json.loads(json.dumps(resource, allow_nan=False))  # as it is sent
    return [problem for each in _alone(whole) for problem in _problems(each)]


def references(part: object) -> Iterator[str]:
    """Every literal reference in a resource."""
    match part:
        case dict():
            if isinstance(part.get("reference"), str):
                yield part["reference"]
            for each in part.values():
                yield from references(each)
        case list():
            for each in part:
                yield from references(each)


def _alone(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield resource
    yield from (each["resource"] for each in resource.get("entry", ()) if resource["resourceType"] == "Bundle")
    yield from resource.get("contained", ())


def _problems(resource: dict[str, Any]) -> Iterator[str]:
    kind = resource["resourceType"]
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as wrong:
        yield from (
            f"fhir.resources: {kind}.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors()
        )
    yield from (f"fhirkit: {kind}: {each}" for each in fhirkit.validate(resource))
    yield from (f"binding: {each}" for each in check_bindings(resource))
    yield from (f"invariant: {kind}: {each}" for each in _invariants(resource))


def _invariants(resource: dict[str, Any]) -> Iterator[str]:
    kind = resource["resourceType"]
    contained = {f"#{each['id']}" for each in resource.get("contained", ())}
    if kind != "Bundle" and contained != {each for each in references(resource) if each.startswith("#")}:
        yield "dom-3: what is contained is referred to, and the other way round"
    yield from _OF[kind](resource) if kind in _OF else ()


def _of_group(group: dict[str, Any]) -> Iterator[str]:
    for action in group.get("action", ()):
        if ("resource" in action) == ("action" in action):
            yield "rqg-1: an action has a resource or actions, not both"


def _of_plan(plan: dict[str, Any]) -> Iterator[str]:
    for activity in plan.get("activity", ()):
        detail = activity.get("detail", {})
        if ("detail" in activity) == ("reference" in activity):
            yield "cpl-3: an activity has a reference or a detail, not both"
        if any("comparator" in detail.get(name, {}) for name in ("dailyAmount", "quantity")):
            yield "sqty-1: an amount has a comparator"


def _of_parameters(parameters: dict[str, Any]) -> Iterator[str]:
    for each in parameters.get("parameter", ()):
        if ("part" in each) == any(key.startswith("value") or key == "resource" for key in each):
            yield "inv-1: a parameter has one of value, resource and part"


def _of_bundle(bundle: dict[str, Any]) -> Iterator[str]:
    urls = [each.get("fullUrl") for each in bundle.get("entry", ())]
    if len(set(urls)) != len(urls):
        yield "bdl-7: a fullUrl is there twice"
    yield from (
        f"{each} is not in the bundle" for each in references(bundle) if each.startswith("urn:") and each not in urls
    )


def _of_questionnaire(questionnaire: dict[str, Any]) -> Iterator[str]:
    items = list(_items(questionnaire))
    names = [each["linkId"] for each in items]
    if len(set(names)) != len(names):
        yield "que-2: a linkId is there twice"
    for each in items:
        if each["type"] == "group" and not each.get("item"):
            yield "que-1: a group has items"
        if each["type"] == "display" and (each.get("code") or each.get("item")):
            yield "que-1, que-3: a display has neither items nor codes"
        if each.get("answerOption") and each["type"] not in {
            "choice",
            "open-choice",
            "integer",
            "date",
            "time",
            "string",
        }:
            yield "que-5: only a choice has options"
        for when in each.get("enableWhen", ()):
            if when["question"] not in names:
                yield "enableWhen asks for an item that there is not"
            if when["operator"] == "exists" and "answerBoolean" not in when:
                yield "que-7: whether there is an answer is a boolean"


def _items(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in holder.get("item", ()):
        yield each
        yield from _items(each)


_OF: Mapping[str, Callable[[dict[str, Any]], Iterable[str]]] = {
    "Bundle": _of_bundle,
    "CarePlan": _of_plan,
    "Parameters": _of_parameters,
    "Questionnaire": _of_questionnaire,
    "RequestGroup": _of_group,
}
