"""Which facts the codes of a record are about: any coding of a concept may match, by its system and its code."""

from __future__ import annotations

from collections.abc import Mapping

from blinadss.errors import printable
from blinadss.facts import FACTS
from blinadss.fhir.access import Element, groups, text
from blinadss.fhir.naming import FACTS as OURS
from blinadss.fhir.naming import VALUES
from blinadss.terminology import WHERES, Coding, FactCode, Terminology, Where

_LONGEST = 120  # characters of what is written in a record that are shown again
OUR_CODES: Mapping[str, FactCode] = {
    fact: FactCode(fact, Coding(OURS, fact), kind.says, assurance="verified") for fact, kind in FACTS.items()
}


def codings(concept: Element) -> list[tuple[str, str]]:
    """The system and the code of every coding of a concept; raises `Mistake` for one that is not as it should be."""
    found: list[tuple[str, str]] = []
    listed = concept.get("coding")
    if type(listed) is list and len(listed) == 1 and type(listed[0]) is dict:  # as most have it
        system, code = listed[0].get("system"), listed[0].get("code")
        if system and code and type(system) is str and type(code) is str:
            return [(system, code)]
    for coding in groups(concept, "coding"):
        system, code = coding.get("system"), coding.get("code")
        if type(system) is not str or type(code) is not str:  # seldom, and never as it should be
            system = text(coding, "system")
            code = text(coding, "code") if system else ""
        if system and code:
            found.append((system, code))
    return found


def codes_in(concept: Element) -> frozenset[str]:
    """The codes of a concept whatever their systems, where only one system can be meant."""
    return frozenset(code for coding in groups(concept, "coding") if (code := text(coding, "code")))


def shown(concept: Element) -> str:
    """What a concept is called: its text, or what its codings display, or their codes."""
    called = text(concept, "text")
    if called:
        return called
    names = (text(coding, "display") or text(coding, "code") for coding in groups(concept, "coding"))
    return " / ".join(dict.fromkeys(name for name in names if name))


def short(said: str) -> str:
    """What is written in a record, fit to be shown again."""
    return printable(said)[:_LONGEST]


class Lexicon:
    """The codes of a terminology as they are looked up in a record, our own included."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._index: dict[Where, dict[tuple[str, str], list[FactCode]]] = {where: {} for where in WHERES}
        for coding, found in terminology.index.items():
            for each in found:
                self._index[each.where].setdefault(coding, []).append(each)
        self.elements = tuple(code for code in terminology.codes if code.where == "patient")

    def matches(self, concept: Element, where: Where) -> list[FactCode]:
        """What is said of facts by any coding of the concept, where it stands in such a place."""
        known, named = self._index[where], codings(concept)
        if len(named) == 1 and named[0][0] != OURS:
            return known.get(named[0], [])
        found: list[FactCode] = []
        ours: list[FactCode] = []
        for coding in named:
            if coding[0] == OURS and where == "observation" and coding[1] in OUR_CODES:
                ours.append(OUR_CODES[coding[1]])
            for each in known.get(coding, ()):
                if each not in found:
                    found.append(each)
        return ours or found  # what stands beside ours is the same in other words

    def named(self, concept: Element) -> frozenset[Coding]:
        """The codings of a concept with their systems by name."""
        return frozenset(self.terminology.coding(system, code) for system, code in codings(concept))

    def called(self, concept: Element) -> str:
        """The first coding of a concept as it is shown, empty if it has none."""
        for system, code in codings(concept):
            return f"{self.terminology.name(system)} {code}"
        return ""

    def is_in(self, concept: Element, group: str) -> bool:
        """Whether a coding of the concept is in that group of codes."""
        return not self.named(concept).isdisjoint(self.terminology.groups.get(group, ()))

    def answer(self, code: FactCode, concept: Element) -> tuple[str, ...]:
        """The values of the fact that the answer stands for, each once; none if it settles nothing.

        An empty one among them is a code that settles nothing, of a terminology that has answers to this: it may say
        the opposite of the others. Our own words are answers only where nothing says which codes are.
        """
        if not code.answers:
            return tuple(dict.fromkeys(written for system, written in codings(concept) if system == VALUES))
        asked = {each.system for each in code.answers}
        given = (self.terminology.coding(*coding) for coding in codings(concept))
        values = tuple(dict.fromkeys(code.answers.get(each, "") for each in given if each.system in asked))
        return values if any(values) else ()
