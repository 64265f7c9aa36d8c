"""What a Condition says of facts: by its code, its clinical status, its site, and the evidence it names."""

from __future__ import annotations

from datetime import date

from blinadss.errors import Mistake, quoted
from blinadss.fhir.access import Element, group, groups, text
from blinadss.fhir.concepts import codes_in
from blinadss.fhir.days import about_when
from blinadss.fhir.resource import NOT_SO, Match, Resource, refuse_unusable
from blinadss.fhir.sightings import NoResult, Sighting
from blinadss.kinds import Days
from blinadss.terminology import ACTIVE, OVER, Coding, Where

_MORPHOLOGY = "histology-morphology-behavior"  # the end of the URL of an extension with a second code (mCODE)
# When it was written down and when it began: it is not so on a day before either.
_SINCE = (("recordedDate",), ("onsetDateTime", "onsetPeriod"))
_STATE: frozenset[Where] = frozenset({"condition-status", "condition-site"})


def read_condition(resource: Resource) -> bool:
    """Note what a Condition says; whether it was about any fact."""
    content = resource.content
    named = [("code", group(content, "code"))]
    named += [
        ("extension.valueCodeableConcept", group(each, "valueCodeableConcept"))
        for each in resource.parts("extension")
        if text(each, "url").endswith(_MORPHOLOGY)
    ]
    supported = [
        (f"evidence[{number}].code", concept)
        for number, each in enumerate(resource.parts("evidence"))
        for concept in groups(each, "code")
    ]
    supported += [
        (f"stage[{number}].summary", group(each, "summary")) for number, each in enumerate(resource.parts("stage"))
    ]
    is_of = frozenset[Coding]().union(*(resource.lexicon.named(concept) for _, concept in named))
    status = [("clinicalStatus", group(content, "clinicalStatus"))]
    sites = [(f"bodySite[{number}]", site) for number, site in enumerate(resource.parts("bodySite"))]
    states = [*resource.matches("condition-status", status), *resource.matches("condition-site", sites)]
    found = resource.matches("condition", [*named, *supported])
    return resource.note([*found, *(each for each in states if is_of.intersection(each.code.of))], _recorded)


def _recorded(resource: Resource, match: Match) -> Sighting:
    code = match.code
    _refuse_unconfirmed(resource.content)
    refuse_unusable(code)
    if code.active or code.where in _STATE:
        _refuse_contradiction(resource)
    if code.active:
        _refuse_unless_active(resource)
    (written, wrong), (begun, _) = (about_when(resource.content, *names) for names in _SINCE)
    # it is as it is now, and has been so for a time that nobody says
    marks = wrong if "recordedDate" in resource.content else ()
    return resource.saw(match, code.value, Days(max(written.first, begun.first), date.max), *marks)


def _refuse_unconfirmed(content: Element) -> None:
    """Raise `Mistake` unless the condition is confirmed, or nothing is said of that."""
    status = group(content, "verificationStatus")
    codes = codes_in(status)
    if codes and codes != {"confirmed"}:
        refusal = NoResult if codes <= NOT_SO else Mistake
        raise refusal(f"it is not confirmed: {quoted(' and '.join(sorted(codes)))}")
    if status and not codes:
        raise Mistake("whether it is confirmed is not said by a code")


def _refuse_contradiction(resource: Resource) -> None:
    """Raise `Mistake` for clinical statuses that cannot all be true."""
    status = group(resource.content, "clinicalStatus")
    codes = codes_in(status)
    if len(codes) > 1:
        raise Mistake(f"its clinical statuses contradict each other: {quoted(' and '.join(sorted(codes)))}")
    abated = any(name.startswith("abatement") and value is not None for name, value in resource.content.items())
    if abated and resource.lexicon.is_in(status, ACTIVE):
        raise Mistake("its clinical status contradicts itself: it is active, and has abated")


def _refuse_unless_active(resource: Resource) -> None:
    """Raise `Mistake` unless the condition is there now."""
    status = group(resource.content, "clinicalStatus")
    if resource.lexicon.is_in(status, OVER):
        raise NoResult("it is over; whether there is another now is not said")
    if not resource.lexicon.is_in(status, ACTIVE):
        raise Mistake("whether it is active is not said")
