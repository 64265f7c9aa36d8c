"""The resources of a record are read one by one, each by the reader of its type, and what they say is collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache, partial

from blinadss.errors import Mistake
from blinadss.fhir.access import NOTHING, Element, group, groups, text
from blinadss.fhir.answers import read_answers
from blinadss.fhir.concepts import Lexicon, codings, shown
from blinadss.fhir.conditions import read_condition
from blinadss.fhir.entries import Entry, Notice
from blinadss.fhir.free_text import Hint, Passages, Words
from blinadss.fhir.gathering import Told, gather
from blinadss.fhir.observations import read_observation, read_report
from blinadss.fhir.patients import UNCERTAIN, about, choose, remarks
from blinadss.fhir.persons import born_on, read_person
from blinadss.fhir.references import Index
from blinadss.fhir.resource import Resource
from blinadss.fhir.sightings import Rejected, Sighting
from blinadss.fhir.treatments import read_allergy, read_immunization, read_medication, read_procedure
from blinadss.fhir.unwrapping import id_of, kind_of
from blinadss.knowledge import KnowledgeBase
from blinadss.terminology import Terminology, Where

_READERS: Mapping[str, Callable[[Resource], bool]] = {
    "Patient": read_person,
    "Observation": read_observation,
    "Condition": read_condition,
    "Procedure": read_procedure,
    "Immunization": read_immunization,
    "AllergyIntolerance": read_allergy,
    "DiagnosticReport": read_report,
    "QuestionnaireResponse": read_answers,
    "MedicationRequest": read_medication,
    "MedicationAdministration": read_medication,
    "MedicationStatement": read_medication,
}
# Whose text may speak of facts, though nothing of them is coded.
_PROSE = frozenset({"Composition", "DocumentReference", "ClinicalImpression", "Encounter", "Communication"})
_ATTACHED: Mapping[str, str] = {"DiagnosticReport": "presentedForm", "DocumentReference": "content"}
_WITH_OTHERS: Mapping[str, str] = {
    "Medication": "read where something refers to it",
    "FamilyMemberHistory": "it is about a relative",
    "RelatedPerson": "it is about somebody else",
}
# Where what a resource says is coded, if the resource as a whole cannot be read.
_CODED: Mapping[str, Where] = {
    "Observation": "observation",
    "Condition": "condition",
    "Procedure": "procedure",
    "Immunization": "immunization",
    "AllergyIntolerance": "allergy",
    "MedicationAdministration": "medication",
    "MedicationStatement": "medication",
}
_CODED_BY = ("code", "medicationCodeableConcept", "vaccineCode", "type")


class Record:
    """The resources of a record, as they are read, and what is found in them.

    Free text and what is about no fact are left out where no ``report`` is wanted. Raises `ProfileError` if it cannot
    be told whose record it is.
    """

    def __init__(
        self,
        entries: tuple[Entry, ...],
        notices: tuple[Notice, ...],
        patient: str | None,
        knowledge: KnowledgeBase,
        *,
        report: bool,
    ) -> None:
        self.report = report
        self.entries, self.knowledge = entries, knowledge
        self.index = Index(entries)
        self.chosen = choose(entries, self.index, patient)
        self.lexicon, self.words = _prepared(knowledge.terminology)
        self.sightings: list[Sighting] = []
        self.notices = notices
        self.rejected = [Rejected(each.place, (), each.what) for each in (*notices, *remarks(self.chosen))]
        self.hints: list[Hint] = []
        self.passages: Passages = {}
        self.places: frozenset[object] = frozenset(each.place for each in entries)
        self.silent: dict[tuple[str, str | tuple[str, str], str], list[Entry]] = {}

    def told(self, on: date) -> dict[str, Told]:
        """What all resources say of each fact as of a day."""
        for entry in self.entries:
            try:
                if self.report or not self._is_silent(entry):
                    self._read(entry, on)
            except Mistake as mistake:
                self.rejected.append(Rejected(entry.place, (), mistake.problem))
        for notice in self.notices:
            self._doubt(notice, on)
        person = self.chosen.entry.resource if self.chosen.entry else NOTHING
        return gather(self.sightings, on, self.knowledge.fresh_for, born_on(person))

    def _read(self, entry: Entry, on: date) -> None:
        """Note what one resource says, or that it is about no fact."""
        content, kind, place = entry.resource, entry.kind, entry.place
        reader = _READERS.get(kind)
        if reader is None and kind not in _PROSE:
            self._ignore(entry, _WITH_OTHERS.get(kind, "what it says is not read"))
            return
        elsewhere = about(entry, self.chosen, self.index)
        if elsewhere:
            if not (elsewhere in UNCERTAIN and reader and self._spoke(reader, entry, on, elsewhere)):
                self.rejected.append(Rejected(place, (), elsewhere))
            return
        spoke = reader is not None and self._spoke(reader, entry, on)
        if kind != "Patient" and self.report:
            self.hints += self.words.hints(content, place, self.passages, coded=spoke)
        if kind in _ATTACHED and content.get(_ATTACHED[kind]):
            self.rejected.append(Rejected(place, (), "an attached document is not read"))
        if kind == "DiagnosticReport":
            for reference in groups(content, "result"):
                named = reference.get("reference")
                if not (isinstance(named, str) and named in self.places):  # as most of them are
                    self._resolved(entry, reference)
        if not spoke:
            self._ignore(entry, "no fact is coded so" if reader else "only its prose is looked through")

    def _is_silent(self, entry: Entry) -> bool:
        """Whether it is an observation about no fact, as most resources are; without a report no more is asked."""
        if entry.kind != "Observation" or "component" in entry.resource:
            return False
        return not self.lexicon.matches(group(entry.resource, "code"), "observation")

    def _spoke(self, reader: Callable[[Resource], bool], entry: Entry, on: date, doubt: str = "") -> bool:
        """Note what a resource says, unless there is a doubt about all of it; whether it was about any fact."""
        resolve = partial(self._resolved, entry)
        resource = Resource(
            entry.resource, entry.place, self.lexicon, resolve, self.sightings, self.rejected, on, doubt
        )
        try:
            return reader(resource)
        except Mistake as mistake:
            coded = ((name, each) for name in _CODED_BY if isinstance(each := entry.resource.get(name), dict))
            where = _CODED.get(entry.kind)
            if not (where and resource.give_up(resource.matches(where, coded), mistake.problem)):
                raise
            return True

    def _doubt(self, notice: Notice, on: date) -> None:
        """Note which facts stay unknown because something was left out that may be the latest."""
        named = False
        for content in notice.resources:
            kind = kind_of(content)
            reader = _READERS.get(kind or "")
            entry = Entry(content, kind or "", id_of(content), None, 0, notice.place)
            if reader and kind != "Patient" and about(entry, self.chosen, self.index) is None:
                with suppress(Mistake):  # the notice says what is wrong with it in any case
                    named = self._spoke(reader, entry, on, notice.what) or named
        if named:
            self.rejected.remove(Rejected(notice.place, (), notice.what))

    def _resolved(self, base: Entry, reference: Element) -> Element:
        """What a reference refers to; that it leads nowhere is noted."""
        found = self.index.resolve(reference, base)
        if found is None:
            self.rejected.append(Rejected(base.place, (), "it refers to a resource that is not in the record"))
        return found.resource if found else NOTHING

    def _ignore(self, entry: Entry, why: str) -> None:
        if not self.report:
            return
        concept = concept_of(entry)
        text(concept, "text")  # so that it is said if it is none
        named = codings(concept)
        self.silent.setdefault((entry.kind, named[0] if named else shown(concept), why), []).append(entry)


def concept_of(entry: Entry) -> Element:
    """What a resource is called by its code, if it has one."""
    content = entry.resource
    for name in _CODED_BY:
        concept = content.get(name)
        if isinstance(concept, dict):
            return concept
    return NOTHING


@lru_cache(maxsize=8)
def _prepared(terminology: Terminology) -> tuple[Lexicon, Words]:
    return Lexicon(terminology), Words(terminology)
