"""A record in FHIR becomes a profile, with a report of what was used, what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from blinadss.errors import Mistake, ProfileError
from blinadss.fhir.collecting import Record, concept_of
from blinadss.fhir.concepts import short, shown
from blinadss.fhir.entries import entries_of
from blinadss.fhir.free_text import Hint
from blinadss.fhir.gathering import Told
from blinadss.fhir.mapping import Ignored, Import, NotUsable, Older, ToConfirm, Used
from blinadss.fhir.parsing import Source, name_of, read_source
from blinadss.fhir.patients import Chosen
from blinadss.fhir.sightings import Rejected
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge
from blinadss.profile import PatientProfile

_MOST_NAMED = 20  # resources of one kind and code that are named in the report


def read(source: Source, *, on: date, patient: str | None = None, knowledge: KnowledgeBase | None = None) -> Import:
    """The profile in a FHIR R4 record as of the day ``on``, and the mapping report.

    ``source`` is a Bundle of any type, a resource or a list of them, as parsed JSON; or their JSON or NDJSON as bytes;
    or the path of such a file (``-`` is standard input). ``patient`` is the id of the one to be read where there are
    several. What is of a later day than ``on`` is not used. Raises `ProfileError`, without anything that identifies
    the patient.
    """
    record = _opened(source, patient, knowledge, report=True)
    told = record.told(on)
    profile = _profile(told, on, record.chosen)
    left = [*record.rejected, *(each for one in told.values() for each in one.left)]
    return Import(
        "blinadss/import/1",
        on,
        profile,
        _subject(record.chosen),
        len(record.entries),
        tuple(_used(told)),
        tuple(NotUsable(each.place, each.facts, each.why, each.code, each.original) for each in _once(left)),
        tuple(_to_confirm(record.hints, profile)),
        tuple(_ignored(record)),
        tuple(_older(told)),
    )


def read_profile(
    source: Source, *, on: date, patient: str | None = None, knowledge: KnowledgeBase | None = None
) -> PatientProfile:
    """The profile that `read` gives, alone and sooner, for many records at a time.

    Nobody sees what was not used, so this is not for the bedside. Raises `ProfileError` as `read` does.
    """
    record = _opened(source, patient, knowledge, report=False)
    return _profile(record.told(on), on, record.chosen)


def _opened(source: Source, patient: str | None, knowledge: KnowledgeBase | None, *, report: bool) -> Record:
    entries, notices = entries_of(read_source(source))
    try:
        return Record(entries, notices, patient, knowledge or load_knowledge(), report=report)
    except ProfileError as error:
        name = f"{name_of(source)}: " if isinstance(source, str | Path) else ""
        raise ProfileError(replace(each, problem=f"{name}{each.problem}") for each in error.problems) from None


def _profile(told: Mapping[str, Told], on: date, chosen: Chosen) -> PatientProfile:
    sections: dict[str, dict[str, Any]] = {}
    for fact, each in told.items():
        section, _, field = fact.partition(".")
        if each.kept:
            sections.setdefault(section, {})[field] = tuple(kept.seen for kept in each.kept)
    name = chosen.entry.id if chosen.entry else None
    return PatientProfile.model_validate({"id": name, "assessed_on": on, **sections})


def _subject(chosen: Chosen) -> str | None:
    """The patient as others may refer to it."""
    return f"Patient/{chosen.entry.id}" if chosen.entry and chosen.entry.id else chosen.key


def _ignored(record: Record) -> Iterator[Ignored]:
    """What was about no fact, by type and code."""
    for (kind, _, why), entries in record.silent.items():
        concept, said = concept_of(entries[0]), ""
        name = record.lexicon.called(concept)
        with suppress(Mistake):  # what it displays is not text, and its code says enough
            said = shown(concept)
        places = tuple(each.place for each in entries[:_MOST_NAMED])
        what = f"{name} {said}".strip()
        yield Ignored(kind, short(what), why, places, len(entries))


def _used(told: Mapping[str, Told]) -> Iterator[Used]:
    for fact, each in told.items():
        for kept in each.kept:
            seen, value, code = kept.seen, kept.value, kept.sighting.code
            yield Used(
                fact,
                seen.text,
                seen.on,
                seen.upper_limit_text,
                kept.sighting.place,
                value.element,
                value.original,
                str(code.coding),
                code.display,
                code.assurance,
                value.marks,
            )


def _older(told: Mapping[str, Told]) -> Iterator[Older]:
    """For each fact of which the record has older values, how many, and the first few by name."""
    for fact, each in told.items():
        if each.older:
            places = tuple(sighting.place for sighting in each.older[:_MOST_NAMED])
            yield Older(fact, places, len(each.older))


def _to_confirm(hints: list[Hint], profile: PatientProfile) -> Iterator[ToConfirm]:
    for each in hints:
        known = tuple(fact for fact in each.facts if fact in profile.given)
        yield ToConfirm(each.place, each.element, each.facts, known, each.passage)


def _once(left: list[Rejected]) -> Iterator[Rejected]:
    """Each thing that was left out, once, with all the facts it may be about."""
    facts: dict[tuple[str, str, str, str], list[str]] = {}
    for each in left:
        facts.setdefault((each.place, each.why, each.code, each.original), []).extend(each.facts)
    for (place, why, code, original), about_them in facts.items():
        yield Rejected(place, tuple(dict.fromkeys(about_them)), why, code, original)
