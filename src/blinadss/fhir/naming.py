"""How our own facts, values and documents are named in FHIR, where no public terminology has a code for them.

The names are URNs, because nobody publishes them at an address; a host that does may replace them.
"""

from __future__ import annotations

FACTS = "urn:x-blinadss:fact"  # codes are the paths of facts: disease.cd19
VALUES = "urn:x-blinadss:value"  # codes are the words of coded facts: positive, never
QUESTIONNAIRE = "urn:x-blinadss:questionnaire"
POLICY = "urn:x-blinadss:policy"
LIBRARY = "urn:x-blinadss:library"
FINGERPRINT = "urn:x-blinadss:fingerprint"
AUTHORING = "text/x-blinadss"  # the language of criteria, as a media type; it is neither CQL nor FHIRPath
UCUM = "http://unitsofmeasure.org"


def policy_canonical(policy: str, edition: str | None) -> str:
    """A policy by its id as a canonical, with the edition as its version where one is in force.

    >>> policy_canonical("trials/example", "2024-06-14")
    'urn:x-blinadss:policy:trials/example|2024-06-14'
    """
    return f"{POLICY}:{policy}{f'|{edition}' if edition else ''}"


def library_canonical(version: str) -> str:
    """The knowledge of that version as a canonical."""
    return f"{LIBRARY}|{version}"
