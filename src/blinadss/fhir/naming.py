"""How our own facts, values and documents are named in FHIR, where no public terminology has a code for them.

The names are URNs, because nobody publishes them at an address; a host that does may replace them.
"""

from __future__ import annotations

FACTS = "urn:x-blinadss:fact"  # codes are the paths of facts: disease.cd19
VALUES = "urn:x-blinadss:value"  # codes are the words of coded facts: positive, never
QUESTIONNAIRE = "urn:x-blinadss:questionnaire"
UCUM = "http://unitsofmeasure.org"
