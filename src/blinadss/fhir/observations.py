"""What an Observation says of facts, by its code or those of its components, and the conclusion of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from blinadss.errors import Mistake
from blinadss.fhir.access import NOTHING, Element, group, groups, text
from blinadss.fhir.concepts import OUR_CODES, codes_in, short, shown
from blinadss.fhir.days import about_when, when
from blinadss.fhir.resource import Match, Resource, refuse_unusable
from blinadss.fhir.sightings import NoResult, Sighting, Value
from blinadss.fhir.values import element_of, value_names, value_of
from blinadss.terminology import Coding, FactCode

# Observation.status and DiagnosticReport.status: whether what is said counts, or why not.
_COUNTS = frozenset({"final", "amended", "corrected", "appended"})
_PRELIMINARY = frozenset({"preliminary", "partial"})
_NO_RESULT: Mapping[str, str] = {
    "entered-in-error": "it was entered in error",
    "cancelled": "it was cancelled",
    "registered": "there is no result yet",
}
_DOUBTFUL: Mapping[str, str] = {"unknown": "its status is unknown", "": "it has no status"}
# Observation.dataAbsentReason: that nothing was found out. By any other reason there may be a result.
_NEVER_MADE = frozenset({"not-performed", "not-asked", "asked-declined", "not-applicable"})
# When what is reported was so; not when it was written down or issued, which may be much later.
_EFFECTIVE = ("effectiveDateTime", "effectiveInstant", "effectivePeriod")


def read_observation(resource: Resource) -> bool:
    """Note what an Observation says; whether it was about any fact."""
    content = resource.content
    concept = group(content, "code")
    codes = resource.lexicon.matches(concept, "observation")
    if not codes and "component" not in content:
        return False
    components = resource.parts("component")
    if len(codes) > 1 and _apart(codes):
        resource.doubt = resource.doubt or "its codes are those of different things"
    found = [
        Match("", concept, code, content)
        for code in codes
        if not code.components or _has_components(code, components, resource)
    ]
    for number, part in enumerate(components):
        asked = group(part, "code")
        codes = resource.lexicon.matches(asked, "observation")
        found += [Match(f"component[{number}].", asked, code, part) for code in codes]
    return resource.note(found, _observed)


def read_report(resource: Resource) -> bool:
    """Note what the conclusion of a DiagnosticReport says by its codes; its results are resources of their own."""
    conclusions = enumerate(groups(resource.content, "conclusionCode"))
    found = resource.matches("condition", [(f"conclusionCode[{number}]", each) for number, each in conclusions])
    return resource.note(found, _concluded)


def _apart(codes: Sequence[FactCode]) -> bool:
    """Whether the codes, which should all be of one thing, are of facts that have nothing to do with each other."""
    facts: dict[Coding, set[str]] = {}
    for each in codes:
        facts.setdefault(each.coding, set()).add(each.fact)
    return len(facts) > 1 and not set[str].intersection(*facts.values())


def _observed(resource: Resource, match: Match) -> Sighting:
    code, content, part = match.code, resource.content, match.beside
    refuse_unusable(code)
    _refuse_no_result(content, part)
    _refuse_another(resource, code)
    element, days = when(content, *_EFFECTIVE)
    of_today = code is OUR_CODES.get(code.fact) and _is_timeless(content)  # as in a profile, whence our codes come
    undated = () if element or of_today else ("no day is given",)

    def read() -> Value:
        marks = (*_marks(content), *undated)
        if part.get("modifierExtension"):
            raise Mistake("it has an extension that may change what it says")
        value = value_of(part, element_of(part), code, resource.lexicon)
        seen = replace(value.seen, method=shown(group(content, "method")) or None)
        return Value(seen, match.element + value.element, value.original, (*marks, *value.marks))

    return Sighting(code.fact, None if of_today else days, resource.place, code, read, standing=of_today)


def _concluded(resource: Resource, match: Match) -> Sighting:
    content = resource.content
    _refuse_no_result(content, NOTHING)
    marks = _marks(content)
    refuse_unusable(match.code)
    if match.code.active:
        raise Mistake("a report does not say whether it is active now")
    days, undated = about_when(content, *_EFFECTIVE)
    return replace(resource.saw(match, match.code.value, days, *marks, *undated), standing=False)


def _is_timeless(content: Element) -> bool:
    """Whether nothing is said of any time, not even that it is not known."""
    return not any(name == "issued" or name.removeprefix("_").startswith("effective") for name in content)


def _refuse_another(resource: Resource, code: FactCode) -> None:
    """Raise `NoResult` unless the observation says that it is about one of the conditions that the code needs."""
    if not code.of:
        return
    focus = [resource.resolve(each) for each in groups(resource.content, "focus")]
    named = frozenset[Coding]().union(*(resource.lexicon.named(group(each, "code")) for each in focus))
    if named.isdisjoint(code.of):
        raise NoResult("it does not say that it is about this disease")


def _refuse_no_result(content: Element, part: Element) -> None:
    """Raise `NoResult` where there is none: by the status of the whole, or by the reason why the part has none."""
    status = content.get("status")
    if isinstance(status, str) and status in _NO_RESULT:
        raise NoResult(_NO_RESULT[status])
    absent = part.get("dataAbsentReason")
    if isinstance(absent, dict) and codes_in(absent) & _NEVER_MADE and not value_names(part):
        raise NoResult(f"it has no value: {short(shown(absent))}")


def _marks(content: Element) -> tuple[str, ...]:
    """What is to be said of a result by its status; raises `Mistake` if it need not be one."""
    status = text(content, "status")
    if status in _PRELIMINARY:
        return ("preliminary",)
    if status not in _COUNTS:
        raise Mistake(_DOUBTFUL.get(status, "its status is none that there is"))
    return ()


def _has_components(code: FactCode, components: Sequence[Element], resource: Resource) -> bool:
    """Whether the observation has all the components that the code needs; otherwise it is about something else."""
    held = {
        (name, answer)
        for component in components
        for name in resource.lexicon.named(group(component, "code"))
        for answer in resource.lexicon.named(group(component, "valueCodeableConcept"))
    }
    return held.issuperset(code.components)
