"""How the laboratory interprets its own result, where that says something else than the value it gives."""

from __future__ import annotations

from blinadss.errors import Mistake, quoted
from blinadss.fhir.access import Element, groups
from blinadss.fhir.concepts import codes_in
from blinadss.kinds import Amount, Coded, Kind
from blinadss.observation import Observation

# Codes of Observation.interpretation (HL7 v3 ObservationInterpretation).
_YES = frozenset({"POS", "DET", "RR", "WR"})
_NO = frozenset({"NEG", "ND", "NR"})
_OPEN = frozenset({"IND", "E"})
_BEYOND = frozenset({"<", ">"})  # off the scale of the instrument
# The words of facts that are asked with yes or no, the yes first.
_YES_OR_NO = frozenset({("present", "absent"), ("positive", "negative"), ("detected", "not_detected")})


def refuse_contradiction(of: Element, kind: Kind, seen: Observation) -> None:
    """Raise `Mistake` for a result whose interpretation is the opposite of its value, or that is none at all."""
    if "interpretation" not in of:
        return
    codes = frozenset[str]().union(*(codes_in(each) for each in groups(of, "interpretation")))
    against = codes & _against(kind, seen)
    if against:
        raise Mistake(f"its interpretation {quoted(' and '.join(sorted(against)))} does not go with its value")


def _against(kind: Kind, seen: Observation) -> frozenset[str]:
    match kind, seen.value:
        case Coded(), str(value) if kind.codes in _YES_OR_NO:
            return _OPEN | (_NO if value == kind.codes[0] else _YES)
        case _, Amount(bound=""):
            return _BEYOND
        case _:
            return frozenset()
