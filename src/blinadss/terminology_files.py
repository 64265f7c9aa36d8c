"""The codes of facts as they are written: `terminology.yaml`, and `codes` and `words` below the facts of `facts.yaml`.

A user's own file says the same of facts, and may add terminologies and groups of codes; see `extended`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TypeVar, cast

from blinadss.authoring import Entry
from blinadss.errors import Mistake, Place, Problems, near, quoted
from blinadss.facts import FACTS, near_fact
from blinadss.kinds import Coded, Dated, Kind, Measured
from blinadss.reading import Entries, Node, Text
from blinadss.statements import Source
from blinadss.terminology import (
    BARE,
    ELEMENT,
    THE_DAY,
    WHERES,
    CodeSystem,
    Coding,
    FactCode,
    Terminology,
    Where,
)

T = TypeVar("T")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+")
_RESULTS = ("patient", "observation")  # where a code has a result; everywhere else it only stands there
_ASPECTS = ("condition-status", "condition-site")  # where it is said of a condition, which has a code of its own
_OWN = ("systems", "groups")
_OF_FACTS = ("codes", "words")
_SAYING = ("is", "answers", "unusable")
_KEYS = ("cite", "in", *_SAYING, "with", "of", "while", "units", "note")


def read_terminology(node: Node | None, facts: Node, sources: Mapping[str, Source], problems: Problems) -> Terminology:
    """The terminologies of `terminology.yaml`, where there is one, and the codes and words of `facts.yaml`.

    What is wrong is added to ``problems``. A fact that there is none of is passed over: `read_fact_notes` names it.
    """
    reader = _Reader(Terminology(), sources, problems, cited=True)
    if node is not None:
        reader.own(Entry(node, problems, "the terminology", required=("systems",), optional=("groups",)))
    for fact, below in facts.entries.items() if isinstance(facts, Entries) else ():
        if fact in FACTS and isinstance(below, Entries):
            reader.fact(fact, _only(below, _OF_FACTS))
    return reader.made()


def extended(known: Terminology, node: Node, sources: Mapping[str, Source], problems: Problems) -> Terminology:
    """What is known with what a user's file adds: `systems`, `groups`, and below each fact its `codes` and `words`.

    A code with the same fact, place in a record, components and conditions takes the place of the one that was known.
    """
    reader = _Reader(known, sources, problems, cited=False)
    if not isinstance(node, Entries):
        problems.add(node.place, "codes are listed as `section.fact:` with `codes` and `words` below", None)
        return known
    reader.own(Entry(_only(node, _OWN), problems, "the file", required=(), optional=_OWN))
    for fact, below in node.entries.items():
        if fact in FACTS:
            reader.fact(fact, below)
        elif fact not in _OWN:
            problems.add(node.keys[fact], f"unknown fact {quoted(fact)}", near_fact(fact))
    return reader.made()


class _Reader:
    """Reads codes on top of what is known: the terminologies, then the groups, then the facts."""

    def __init__(self, known: Terminology, sources: Mapping[str, Source], problems: Problems, *, cited: bool) -> None:
        self.known, self.sources, self.problems, self.cited = known, sources, problems, cited
        self.systems, self.groups = dict(known.systems), dict(known.groups)
        self.names = {uri: name for name, system in known.systems.items() for uri in system.uris}
        self.codes: dict[object, FactCode] = {}
        self.words: dict[str, dict[str, None]] = {fact: dict.fromkeys(words) for fact, words in known.words.items()}

    def made(self) -> Terminology:
        """What was known, with everything read."""
        grown = {self.known.groups[name]: codes for name, codes in self.groups.items() if name in self.known.groups}
        before = (replace(code, of=grown.get(code.of, code.of)) for code in self.known.codes)
        codes = {_key(code): code for code in before} | self.codes
        words = {fact: tuple(words) for fact, words in self.words.items()}
        systems, groups = MappingProxyType(self.systems), MappingProxyType(self.groups)
        return Terminology(systems, tuple(codes.values()), MappingProxyType(words), groups)

    def own(self, entry: Entry) -> None:
        """The terminologies and the groups."""
        for name, place, below in self._pairs(entry, "systems"):
            self.system(name, place, below)
        for name, _, below in self._pairs(entry, "groups"):
            listed = Entry(
                Entries({name: below}, {}, below.place), self.problems, "groups", required=(), optional=[name]
            )
            codes = self._several(listed, name, self.coding)
            self.groups[name] = tuple(dict.fromkeys((*self.groups.get(name, ()), *codes)))

    def system(self, name: str, place: Place, below: Node) -> None:
        """A terminology; of one that is known, more of its URIs."""
        if name in BARE:
            self.problems.add(place, f"{quoted(name)} names no terminology here", "give it another name")
        entry = Entry(below, self.problems, f"terminology {quoted(name)}", required=("title", "uris"))
        uris = dict.fromkeys(self.systems[name].uris if name in self.systems else ())
        for uri in self._several(entry, "uris", partial(self._uri, name)):
            self.names[uri] = name
            uris[uri] = None
        if not uris and "uris" in entry:
            self.problems.add(entry.place, f"{quoted(name)} has no URI", "write those by which records name it")
        self.systems[name] = CodeSystem(name, entry.text("title"), tuple(uris))

    def _uri(self, name: str, text: str) -> str:
        if _URI.fullmatch(text) is None:
            raise Mistake(f"{quoted(text)} is not a URI", "write for example `http://example.org/codes`")
        if text in self.names:
            raise Mistake(f"{quoted(text)} is a URI of `{self.names[text]}` already", f"take it out of `{name}`")
        return text

    def coding(self, text: str, bare: str = "") -> Coding:
        """A code after the longest name of a terminology that the text begins with, or after a URI."""
        names = [*self.systems, *([bare] if bare else [])]
        system = max((name for name in names if text.startswith(f"{name} ")), key=len, default="")
        if not system:
            system, _, _ = text.partition(" ")
            if _URI.fullmatch(system) is None:
                written = text.rpartition(" ")[0] or text
                hint = near(written, names) or "list it under `systems`, or write its URI"
                raise Mistake(f"there is no terminology {quoted(written)}", hint)
        code = text.removeprefix(system).strip()
        if not code:
            raise Mistake(f"{quoted(text)} has no code after the terminology", None)
        return Coding(self.names.get(system, system), code)

    def component(self, text: str) -> tuple[Coding, Coding]:
        """The code of a component and the code of its answer."""
        asked, _, answer = text.partition(" = ")
        if not answer.strip():
            raise Mistake(f"{quoted(text)} names no answer", "write `CODE = CODE OF THE ANSWER`")
        return self.coding(asked.strip()), self.coding(answer.strip())

    def group(self, text: str) -> tuple[Coding, ...]:
        """The codes of a group by its name, or one code."""
        if text in self.groups:
            return self.groups[text]
        if " " not in text:
            raise Mistake(
                f"there is no group {quoted(text)}", near(text, list(self.groups)) or "list it under `groups`"
            )
        return (self.coding(text),)

    def fact(self, fact: str, node: Node) -> None:
        """The codes and the words of one fact."""
        entry = Entry(node, self.problems, f"`{fact}`", required=(), optional=_OF_FACTS)
        for item in entry.items("codes"):
            self.code(fact, FACTS[fact], item)
        for word, place in entry.texts("words"):
            known = self.words.setdefault(fact, {})
            if word in known and self.cited:
                self.problems.add(place, f"the word {quoted(word)} is written twice", "keep one")
            known[word] = None

    def code(self, fact: str, kind: Kind, node: Node) -> None:
        """What one code says of a fact; not kept if any part of it was wrong."""
        entry = Entry(node, self.problems, "a code", required=("code", "display", "assurance"), optional=_KEYS)
        coding = entry.read("code", partial(self.coding, bare=ELEMENT), None)
        where = cast("Where", entry.choice("in", WHERES) or "observation")
        value, answers = entry.read("is", partial(_value, kind), ""), self.answers(entry, kind)
        components = self._several(entry, "with", self.component)
        of = dict.fromkeys(code for codes in self._several(entry, "of", self.group) for code in codes)
        active = entry.choice("while", ("active",)) == "active"
        units, cite, assurance = self.units(entry, kind), entry.citations(self.sources), entry.assurance()
        flaws = [*_flaws(entry, where, kind)]
        if self.cited and not cite and "cite" not in entry and assurance != "unverified":
            flaws.append(("a code that was read somewhere has no `cite`", "name the list in which it was read"))
        if coding is not None and (where == "patient") != (coding.system == ELEMENT):
            flaws.append((f"`in: patient` and `{ELEMENT} …` go together", "an element is one of the person's resource"))
        for problem, hint in flaws:
            self.problems.add(entry.place, problem, hint)
        if coding is None or flaws:
            return
        texts = {name: entry.text(name) for name in ("display", "unusable", "note")}
        made = FactCode(
            fact,
            coding,
            texts["display"],
            where,
            value,
            answers,
            tuple(components),
            tuple(of),
            active,
            units,
            texts["unusable"],
            texts["note"],
            cite,
            assurance,
            entry.place,
        )
        first = self.codes.setdefault(_key(made), made)
        if first is not made:
            hint = f"the first is in {first.place}; give them different components, or keep one"
            self.problems.add(entry.place, f"`{coding}` is written twice for `{fact}`", hint)

    def answers(self, entry: Entry, kind: Kind) -> dict[Coding, str]:
        """What the fact is by the code of the answer."""
        found = {}
        for text, place, below in self._pairs(entry, "answers"):
            coding = self._read(place, text, partial(self.coding, bare=BARE[1]))
            value = self._text(below, partial(_value, kind))
            if coding is not None and value is not None:
                found[coding] = value
        return found

    def units(self, entry: Entry, kind: Kind) -> dict[str, str]:
        """Units that a laboratory writes, and ours."""
        if not isinstance(kind, Measured):
            return {}
        read = {text: self._text(below, partial(_unit, kind)) for text, _, below in self._pairs(entry, "units")}
        return {text: unit for text, unit in read.items() if unit is not None}

    def _pairs(self, entry: Entry, key: str) -> Iterator[tuple[str, Place, Node]]:
        """What is written under a key as `name: what`, with where each name stands."""
        node = entry.get(key)
        if isinstance(node, Entries):
            yield from ((name, node.keys[name], below) for name, below in node.entries.items())
        elif node is not None:
            self.problems.add(node.place, f"`{key}` is a group of `name: value` lines", None)

    def _several(self, entry: Entry, key: str, read: Callable[[str], T]) -> list[T]:
        """The text or texts under a key, each read."""
        found = (self._read(place, text.strip(), read) for text, place in entry.texts(key))
        return [each for each in found if each is not None]

    def _text(self, node: Node, read: Callable[[str], T]) -> T | None:
        """A text, read."""
        if isinstance(node, Text) and not node.nothing:
            return self._read(node.place, node.value.strip(), read)
        self.problems.add(node.place, "a word is missing here", None)
        return None

    def _read(self, place: Place, text: str, read: Callable[[str], T]) -> T | None:
        with self.problems.at(place, text):
            return read(text)
        return None


def _only(node: Entries, keys: Collection[str]) -> Entries:
    """A mapping with nothing but these keys."""
    kept = {key: below for key, below in node.entries.items() if key in keys}
    return Entries(kept, {key: node.keys[key] for key in kept}, node.place)


def _key(code: FactCode) -> object:
    """What makes two codes the same: one of them would say what the other says, or contradict it."""
    return code.fact, code.coding, code.where, frozenset(code.components), frozenset(code.of)


def _value(kind: Kind, text: str) -> str:
    """What a fact is, as it is written in a profile; of a day only that it is the day."""
    if isinstance(kind, Dated):
        if text != THE_DAY:
            raise Mistake(
                f"cannot be {quoted(text)}", f"write `{THE_DAY}`, on which what the code names was done or began"
            )
        return text
    kind.read(text)
    return text


def _unit(kind: Measured, text: str) -> str:
    kind.dimension.read(f"1 {text}")
    return text


def _flaws(entry: Entry, where: Where, kind: Kind) -> Iterable[tuple[str, str]]:
    """What does not go together in a code: each with a hint."""
    said = [key for key in _SAYING if key in entry]
    if len(said) > 1:
        yield f"`{said[0]}` and `{said[1]}` do not go together", "keep one of them"
    if not said and (where not in _RESULTS or isinstance(kind, Coded)):
        choice = "`is`, `answers` or `unusable`" if where in _RESULTS else "`is` or `unusable`"
        yield "the code does not say what the fact is", f"write {choice}"
    if "answers" in entry and (where not in _RESULTS or isinstance(kind, Dated)):
        yield "`answers` are of an observation, or of an element, and no days", "write `is`"
    if "with" in entry and where != "observation":
        yield "`with` is of an observation, which has components", "take it out"
    if "of" not in entry and where in _ASPECTS:
        yield f"`in: {where}` needs `of`", "name the codes of the condition"
    if "of" in entry and where not in {*_ASPECTS, "observation"}:
        yield "`of` is of a condition's status or site, or of an observation about a condition", "take it out"
    if "while" in entry and not where.startswith("condition"):
        yield "`while` is of a condition", "take it out"
    if "units" in entry and not (where in _RESULTS and isinstance(kind, Measured)):
        yield "`units` are of a measurement", "take them out"
