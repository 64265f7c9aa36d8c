"""What looks relevant in free text: shown to the reader to confirm, and never taken for a fact."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from blinadss.errors import printable
from blinadss.fhir.access import Element
from blinadss.terminology import Terminology

_AROUND = 60  # characters shown on either side of the word
_TOKEN = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")
_BLANK = re.compile(r"\s+")
_MOST = 200_000  # characters of one text that are looked through
# Where people write: the ways to texts from a resource.
_PROSE = (
    "text.div",
    "valueString",
    "conclusion",
    "description",
    "comment",
    "note.text",
    "interpretation.text",
    "reasonCode.text",
    "statusReason.text",
    "reaction.description",
    "component.valueString",
    "component.valueCodeableConcept.text",
    "conclusionCode.text",
    "valueCodeableConcept.text",
    "section.text.div",
    "section.section.text.div",
    "dosageInstruction.text",
    "bodySite.text",
    "stage.summary.text",
    "occurrenceString",
    "item.text",
    "item.answer.valueString",
)
# What stands beside codes, passed over where the code is known.
_BESIDE_CODES = (
    "code.text",
    "code.coding.display",
    "valueCodeableConcept.coding.display",
    "component.code.text",
    "medicationCodeableConcept.text",
    "medicationCodeableConcept.coding.display",
    "vaccineCode.text",
    "vaccineCode.coding.display",
)


def _by_first_step(ways: tuple[str, ...]) -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for way in ways:
        first, *steps = way.split(".")
        found.setdefault(first, []).append((way, tuple(steps)))
    return {first: tuple(steps) for first, steps in found.items()}


# By a text: what of it is shown, and the facts that it may be about; nothing and none where no word stands in it.
Passages = dict[str, tuple[str, tuple[str, ...]]]
_CODED, _UNCODED = _by_first_step(_PROSE), _by_first_step((*_PROSE, *_BESIDE_CODES))


@dataclass(frozen=True, slots=True)
class Hint:
    """A passage of free text that may be about a fact."""

    place: str
    element: str
    facts: tuple[str, ...]
    passage: str


class Words:
    """The words that hint at facts, ready to be looked for."""

    def __init__(self, terminology: Terminology) -> None:
        self._facts: dict[str, list[str]] = {}
        for fact, words in terminology.words.items():
            for word in words:
                self._facts.setdefault(word.casefold(), []).append(fact)
        either = "|".join(re.escape(word) for word in sorted(self._facts, key=len, reverse=True))
        self._any = re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)", re.IGNORECASE)
        self._telling: dict[str, list[str]] = {}
        for word in self._facts:
            self._telling.setdefault(max(_TOKEN.findall(word), key=len, default=""), []).append(word)

    def hints(self, resource: Element, place: str, known: Passages, *, coded: bool) -> list[Hint]:
        """Every passage of the resource's free text in which a word stands, each once.

        Where a resource is ``coded``, what stands beside its codes says the same again. ``known`` is what was found so
        far in the texts of the record, of which most stand there many times.
        """
        found: dict[str, Hint] = {}
        for name, way, steps in _ways(tuple(resource), coded):
            for prose in _texts(resource[name], steps):
                told = known.get(prose)
                if told is None:
                    told = known[prose] = self._found(prose)
                passage, facts = told
                if passage and passage not in found:
                    found[passage] = Hint(place, way, facts, passage)
        return list(found.values())

    def _found(self, prose: str) -> tuple[str, tuple[str, ...]]:
        # most texts have nothing to do with any of this, which is seen much sooner by the longest part of each word
        folded = prose.casefold()
        parts = self._telling.keys() & _TOKEN.findall(folded)
        if not any(word in folded for part in parts for word in self._telling[part]) or not self._any.search(prose):
            return "", ()
        plain = _BLANK.sub(" ", html.unescape(_TAG.sub(" ", prose[:_MOST]))).strip()
        found = list(self._any.finditer(plain))
        if not found:
            return "", ()
        facts = dict.fromkeys(fact for each in found for fact in self._facts[each[0].casefold()])
        start, end = max(0, found[0].start() - _AROUND), min(len(plain), found[0].end() + _AROUND)
        cut = plain[start:end].strip()
        return printable(f"{'…' if start else ''}{cut}{'…' if end < len(plain) else ''}"), tuple(facts)


@lru_cache(maxsize=256)  # the resources of a record have few forms
def _ways(names: tuple[str, ...], coded: bool) -> Sequence[tuple[str, str, tuple[str, ...]]]:  # noqa: FBT001
    """The ways to texts from a resource whose elements have these names: the first step, the way, the other steps."""
    ways = _CODED if coded else _UNCODED
    return [(name, way, steps) for name in names for way, steps in ways.get(name, ())]


def _texts(of: Any, steps: tuple[str, ...]) -> Sequence[str]:  # noqa: ANN401 - whatever stands there
    """The texts at the end of those steps, through every list on the way; a list of lists is none of FHIR."""
    if type(of) is dict and len(steps) == 1:
        text = of.get(steps[0])
        return (text,) if type(text) is str else () if text is None else _texts_in_each(text, ())
    for number, step in enumerate(steps):
        if type(of) is list and len(of) == 1 and type(of[0]) is dict:  # as most lists are
            of = of[0]
        if type(of) is not dict:
            return _texts_in_each(of, steps[number:])
        of = of.get(step)
        if of is None:
            return ()
    return (of,) if type(of) is str else _texts_in_each(of, ())


def _texts_in_each(of: Any, steps: tuple[str, ...]) -> Sequence[str]:  # noqa: ANN401
    found: list[str] = []
    for each in of if isinstance(of, list | tuple) else (of,):
        if steps:
            if isinstance(each, Mapping) and steps[0] in each:
                found += _texts(each[steps[0]], steps[1:])
        elif isinstance(each, str):
            found.append(each)
    return found
