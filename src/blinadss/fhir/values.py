"""The value of an observation, of a component or of an answer, as the fact it is about is written in a profile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.fhir import ucum
from blinadss.fhir.access import Element, group, groups, text
from blinadss.fhir.concepts import Lexicon, codes_in, short, shown
from blinadss.fhir.interpretation import refuse_contradiction
from blinadss.fhir.naming import UCUM
from blinadss.fhir.sightings import Value
from blinadss.kinds import Coded, Dated, Kind, Measured
from blinadss.observation import Observation
from blinadss.quantity import Quantity
from blinadss.terminology import FactCode


def value_names(of: Element) -> list[str]:
    """The elements of a result that are values; more than one is one too many."""
    return [name for name in of if name[:5] == "value" and of[name] is not None]


def element_of(of: Element) -> str:
    """The element that the value of a result stands in; raises `Mistake` if it has none, and says nothing."""
    names = value_names(of)
    absent = group(of, "dataAbsentReason")
    if len(names) > 1:
        raise Mistake("it has more than one value")
    if names and absent:
        raise Mistake("it has a value, and a reason why it has none")
    if absent:
        raise Mistake(f"it has no value: {short(shown(absent)) or 'no reason given'}")
    if not names:
        raise Mistake("it has no value")
    return names[0]


def value_of(of: Element, name: str, code: FactCode, lexicon: Lexicon) -> Value:
    """What a result says of the fact, with its upper limit of normal; raises `Mistake` where it is not clear."""
    kind, written = FACTS[code.fact], read_text(of, name, code, lexicon)
    limit, limit_text = None, None
    marks: tuple[str, ...] = ()
    if isinstance(kind, Measured) and "x ULN" in kind.dimension.scales():
        limit, limit_text, marks = _upper_limit(of, code, kind)
    seen = Observation(kind.read(written), written, upper_limit=limit, upper_limit_text=limit_text)
    refuse_contradiction(of, kind, seen)
    return Value(seen, name, original(of, name), marks)


def read_text(of: Element, name: str, code: FactCode, lexicon: Lexicon) -> str:
    """The value under ``name`` as it is written in a profile; raises `Mistake` where it settles nothing."""
    kind, given = FACTS[code.fact], of[name]
    match name.removeprefix("value"):
        case "CodeableConcept" | "Coding":
            concept = group(of, name) if name.endswith("Concept") else {"coding": [group(of, name)]}
            return _answer(concept, code, lexicon)
        case "Quantity" if isinstance(kind, Measured):
            return ucum.worded(group(of, name), kind, code.units)
        case "Integer" | "Decimal" if isinstance(kind, Measured):
            if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
                raise Mistake(f"`{name}` is not a number")
            without = code.units.get("")  # some profiles of FHIR give percentages as whole numbers
            return ucum.worded(
                {"value": given} | ({"system": UCUM, "code": without} if without else {}), kind, code.units
            )
        # where codes of answers are listed, those that are not, such as that of "no", are left out on purpose
        case "Boolean" if isinstance(given, bool) and not code.answers and _is_presence(kind):
            return "present" if given else "absent"
        case "DateTime" | "Date" if isinstance(kind, Dated):
            return text(of, name).partition("T")[0]
        case "Period" if isinstance(kind, Dated) and not text(group(of, name), "end"):
            return f">= {text(group(of, name), 'start')}"
        case "String" | "Markdown":
            raise Mistake("the result is free text", "read it, and write the fact into the profile if it says so")
    raise Mistake(f"`{name}` is not a form in which this fact can be read")


def _is_presence(kind: Kind) -> bool:
    return isinstance(kind, Coded) and kind.codes == ("present", "absent")


def original(of: Element, name: str) -> str:
    """What is written in the record, short enough to be shown."""
    given: Any = of[name]
    if name.endswith("Quantity") and isinstance(given, dict):
        parts = (given.get("comparator"), given.get("value"), given.get("unit") or given.get("code"))
        given = " ".join(str(part) for part in parts if part is not None)
    elif name.endswith("CodeableConcept"):
        given = shown(group(of, name))
    elif name.endswith("Coding"):
        given = shown({"coding": [group(of, name)]})
    return short(str(given))


def _answer(concept: Element, code: FactCode, lexicon: Lexicon) -> str:
    answers = lexicon.answer(code, concept)
    if len(answers) == 1:
        return answers[0]
    if answers:
        raise Mistake("the codings of the answer may contradict each other")
    said = short(shown(concept))
    raise Mistake(f"the answer{f' `{said}`' if said else ''} does not settle it")


def _upper_limit(of: Element, code: FactCode, kind: Measured) -> tuple[Quantity | None, str | None, tuple[str, ...]]:
    """The laboratory's upper limit of normal, if the result has just one that can be read, or why not."""
    highs = [group(each, "high") for each in groups(of, "referenceRange") if _is_normal(each)]
    try:
        limits = {ucum.worded(high, kind, code.units) for high in highs if high}
        if len(limits) != 1:
            return None, None, ("several upper limits of normal: none taken",) if limits else ()
        (written,) = limits
        limit = kind.threshold(written)
    except Mistake as mistake:
        return None, None, (f"upper limit of normal not taken: {mistake.problem}",)
    if limit.scale == "x ULN" or limit.magnitude == 0:
        return None, None, ("upper limit of normal not taken: it is none",)
    return limit, written, ()


def _is_normal(reference: Element) -> bool:
    """Whether a range is the one of healthy people, as it is if nothing else is said."""
    kind = group(reference, "type")
    return not kind or "normal" in codes_in(kind)
