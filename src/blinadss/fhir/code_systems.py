"""Our own codes as CodeSystems, so that whoever meets one in a resource can look it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from blinadss.facts import FACTS
from blinadss.fhir.elements import Resource, identified
from blinadss.fhir.naming import FACTS as FACT_CODES
from blinadss.fhir.naming import VALUES as VALUE_CODES
from blinadss.kinds import NEVER, Coded

PublicationStatus = Literal["draft", "active", "retired", "unknown"]
ContentMode = Literal["not-present", "example", "fragment", "complete", "supplement"]

_IN_USE: PublicationStatus = "active"
_COMPLETE: ContentMode = "complete"


def code_systems() -> tuple[Resource, Resource]:
    """The code systems of facts, by their paths, and of what coded facts can be."""
    facts = {fact: (kind.says, kind.shown()) for fact, kind in FACTS.items()}
    values = {value: (value.replace("_", " "), f"Said of: {', '.join(of)}") for value, of in _values().items()}
    never = {NEVER: (NEVER, "Said of a day: what it is the day of has not happened")}
    return (
        _code_system(FACT_CODES, "Facts", "Facts of a patient, by their paths in a profile", facts),
        _code_system(VALUE_CODES, "Values", "What coded facts of a patient can be", values | never),
    )


def _values() -> dict[str, list[str]]:
    """Each word that a coded fact can be, with the facts that can be it."""
    found: dict[str, list[str]] = {}
    for fact, kind in FACTS.items():
        for code in kind.codes if isinstance(kind, Coded) else ():
            found.setdefault(code, []).append(fact)
    return found


def _code_system(url: str, name: str, title: str, concepts: Mapping[str, tuple[str, str]]) -> Resource:
    return identified(
        {
            "resourceType": "CodeSystem",
            "url": url,
            "name": name,
            "title": title,
            "status": _IN_USE,
            "caseSensitive": True,
            "content": _COMPLETE,
            "count": len(concepts),
            "concept": [
                {"code": code, "display": display, "definition": definition}
                for code, (display, definition) in concepts.items()
            ],
        }
    )
