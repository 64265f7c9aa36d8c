"""What the Patient resource says of facts: by the elements that the terminology names."""

from __future__ import annotations

from datetime import date

from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.fhir.access import NOTHING, Element, groups, text
from blinadss.fhir.days import days_of
from blinadss.fhir.resource import Match, Resource, refuse_unusable
from blinadss.fhir.sightings import EVER, NoResult, Sighting, Value
from blinadss.observation import Observation
from blinadss.terminology import Coding


def read_person(resource: Resource) -> bool:
    """Note what a Patient says of the person; whether it was about any fact."""
    elements = resource.lexicon.elements
    found = [
        Match(code.coding.code, NOTHING, code, resource.content)
        for code in elements
        if _is_there(resource.content, code.coding.code)
    ]
    return resource.note(found, _said)


def born_on(person: Element) -> date:
    """The first day on which the person can have been born, ever if it is not said."""
    try:
        written = text(person, "birthDate")
        return days_of(written).first if written else date.min
    except Mistake:
        return date.min


def _said(resource: Resource, match: Match) -> Sighting:
    code, element = match.code, match.element
    refuse_unusable(code)
    written = _written(resource.content, element)
    value = code.answers.get(Coding("code", written), "") if code.answers else written
    if not value:
        raise NoResult(f"`{element}` does not settle it")
    try:
        seen = Observation(FACTS[code.fact].read(value), value)
    except Mistake:  # whose text would repeat what stands in the record
        raise Mistake(f"`{element}` is not as it should be") from None
    return Sighting(code.fact, EVER, resource.place, code, lambda: Value(seen, element, written), standing=True)


def _is_there(content: Element, element: str) -> bool:
    return content.get(element) is not None or any(
        text(each, "url").endswith(f"/{element}") for each in groups(content, "extension")
    )


def _written(content: Element, element: str) -> str:
    """The text of an element, or of the extension whose URL ends with that name; raises `Mistake` for several."""
    if content.get(element) is not None:
        return text(content, element)
    extensions = (each for each in groups(content, "extension") if text(each, "url").endswith(f"/{element}"))
    said = {text(each, "valueCode") for each in extensions}
    if len(said) > 1:
        raise Mistake(f"`{element}` is there more than once, and says different things")
    return next(iter(said), "")
