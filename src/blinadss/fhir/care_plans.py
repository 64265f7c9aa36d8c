"""A checklist as a CarePlan: a draft and a proposal, with one activity for everything due, and its time.

A CarePlan never says that the treatment may be given: what the assessment says comes first, in its description and
its first note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from blinadss.answer_words import DISCLAIMER
from blinadss.checklist_table import Said
from blinadss.events import day_of
from blinadss.fhir.care_timing import clock_words, scheduled
from blinadss.fhir.elements import Resource, cleaned, identified, note, required_subject
from blinadss.fhir.naming import UCUM, policy_canonical
from blinadss.findings import Eligibility, Verdict
from blinadss.guidance import BagAdvice, Checklist, DoseAdvice, Entry, ItemAdvice, ToxicityAdvice
from blinadss.guidance_words import (
    BASES,
    NO_BAG,
    bag_text,
    given_text,
    now_text,
    seen_text,
    source_text,
    sourced_dose,
    standing,
    subtitle,
    when_given,
    whenever,
    worked,
)
from blinadss.treatment import ItemKind
from blinadss.truth import Truth

PlanStatus = Literal["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]
PlanIntent = Literal["proposal", "plan", "order", "option"]
ActivityKind = Literal["CommunicationRequest", "MedicationRequest", "ServiceRequest", "Task"]
ActivityStatus = Literal["not-started"]

_DRAFT: PlanStatus = "draft"
_PROPOSAL: PlanIntent = "proposal"
_NOT_STARTED: ActivityStatus = "not-started"
# What an activity would be if it were ordered; advice would be nothing of the kind.
_KINDS: Mapping[ItemKind, ActivityKind] = {
    "hospital": "ServiceRequest",
    "premedication": "MedicationRequest",
    "prophylaxis": "MedicationRequest",
    "infusion": "Task",
    "laboratory": "ServiceRequest",
    "vital signs": "ServiceRequest",
    "neurological": "ServiceRequest",
    "response": "ServiceRequest",
    "education": "CommunicationRequest",
}
# The units of doses: the element that holds such an amount, and the code of UCUM.
_AMOUNTS = {
    "mcg/day": ("dailyAmount", "ug/d"),
    "mg/day": ("dailyAmount", "mg/d"),
    "mcg": ("quantity", "ug"),
    "mg": ("quantity", "mg"),
}
NO_PERMISSION = "This plan does not say that the treatment may be given. It orders nothing: a professional decides."


def care_plan(checklist: Checklist, *, subject: str | None = None) -> Resource:
    """The checklist as one CarePlan.

    Everything due is an activity, and so is what is due whenever it happens (a restart), with its schedule in words.
    A dose is an amount for programs only where its source was read and no verdict is against it, otherwise words alone.
    What to do about toxicities, days without a stated dose, and what has to be found out first are notes.
    ``subject`` is a reference such as ``Patient/x``; without one the subject has no name.
    """
    word, _, means = standing(checklist, "the assessment says why")
    said, bags = checklist.said(), {each.id: each for each in checklist.bags}
    refused = checklist.verdict is Verdict.CONTRAINDICATED or checklist.eligibility is Eligibility.INELIGIBLE
    activities = [
        *(_activity(each, said.get(each.of), bags.get(each.of)) for each in checklist.entries),
        *(_whenever(line, item) for line, item in whenever(checklist)),
    ]
    plan: Resource = {
        "resourceType": "CarePlan",
        "instantiatesCanonical": [policy_canonical(checklist.policy, checklist.edition)],
        "status": _DRAFT,
        "intent": _PROPOSAL,
        "title": f"Checklist: {checklist.title}",
        "description": f"{word}: {means}. {NO_PERMISSION}",
        "subject": required_subject(subject),
        "period": _period(checklist),
        "activity": [_without_amounts(each) for each in activities] if refused else activities,
        "note": [note(text) for text in _notes(checklist)],
    }
    return identified(plan, checklist.profile.digest)


def _period(checklist: Checklist) -> dict[str, str]:
    """From the first day of the infusion, or the first entry before it, to the last day on which anything is due."""
    days = [day_of(each) for entry in checklist.entries for each in (entry.start, entry.until) if each is not None]
    days += [day_of(checklist.start), *(each.last_day for each in checklist.cycles)]
    return {"start": min(days).isoformat(), "end": max(days).isoformat()}


def _activity(entry: Entry, said: Said, bag: BagAdvice | None) -> dict[str, Any]:
    lines = [_when(entry), *_told(said), *(_bag(bag) if bag else ())]
    return _detail(entry.title, _kind(entry, said), scheduled(entry), _amount(said), lines)


def _whenever(line: str, item: ItemAdvice) -> dict[str, Any]:
    """What nobody plans: its schedule in words."""
    lines = [f"{line[:1].upper()}{line[1:]}.", *_told(item)]
    return _detail(item.title, _KINDS.get(item.kind), {"scheduledString": line}, _amount(item), lines)


def _detail(
    title: str, kind: ActivityKind | None, when: dict[str, Any], amount: dict[str, Any], lines: Iterable[str]
) -> dict[str, Any]:
    detail: dict[str, Any] = {
        **({"kind": kind} if kind else {}),
        "code": {"text": title},
        "status": _NOT_STARTED,
        "doNotPerform": False,
        **when,
        **amount,
        "description": cleaned("\n".join(lines)),
    }
    return {"detail": detail}


def _kind(entry: Entry, said: Said) -> ActivityKind | None:
    if isinstance(said, ItemAdvice):
        return _KINDS.get(said.kind)
    return "MedicationRequest" if entry.kind == "dose" else "Task"


def _amount(said: Said) -> dict[str, Any]:
    """The drug and its amount where one is known for certain; of alternatives none is chosen."""
    doses = (said,) if isinstance(said, DoseAdvice) else said.give if isinstance(said, ItemAdvice) else ()
    if len(doses) != 1 or getattr(said, "truth", None) is not Truth.TRUE or doses[0].truth is not Truth.TRUE:
        return {}
    drug = {"productCodeableConcept": {"text": doses[0].drug}}
    number, _, unit = (doses[0].amount or "").partition(" ")
    if unit not in _AMOUNTS or doses[0].confirm:
        return drug
    element, code = _AMOUNTS[unit]
    exact = Decimal(number)
    value = int(exact) if exact == exact.to_integral_value() else float(exact)  # up to 15 digits stay as they are
    return drug | {element: {"value": value, "unit": unit, "system": UCUM, "code": code}}


def _without_amounts(activity: dict[str, Any]) -> dict[str, Any]:
    """The activity without what a program could take for a dose; the words stay."""
    elements = {element for element, _ in _AMOUNTS.values()}
    return {"detail": {key: each for key, each in activity["detail"].items() if key not in elements}}


def _when(entry: Entry) -> str:
    every = f", {entry.every}" if entry.every else ""
    clock = clock_words(entry)
    return f"Cycle {entry.cycle}, day {entry.day}{every}.{f' {clock}' if clock else ''}"


def _told(said: Said) -> Iterator[str]:
    """What an entry is: what to do, why, on what basis, what it depends on, each dose, and the source of each."""
    if said is None:
        return
    yield f"{said.statement} {source_text(said.cite, said.assurance, said.confirm)}"
    if isinstance(said, DoseAdvice):
        yield f"Dose: {given_text(said)}. {worked(said)}"
        yield from [said.note] if said.note else []
    if isinstance(said, ItemAdvice):
        yield from _told_of_item(said)


def _told_of_item(item: ItemAdvice) -> Iterator[str]:
    if item.truth is Truth.UNKNOWN:
        yield f"Cannot be ruled out for this patient: {seen_text(item)}."
    if item.rationale:
        yield f"Why: {item.rationale}"
    if item.basis != "label":
        yield f"{BASES[item.basis]}."
    yield from (f"Dose: {sourced_dose(each)}" for each in item.give)
    if item.note:
        yield item.note


def _bag(bag: BagAdvice) -> Iterator[str]:
    lasts, says = bag_text(bag)
    yield f"{lasts}: {says} {source_text(bag.cite, bag.assurance, bag.confirm)}"


def _notes(checklist: Checklist) -> Iterator[str]:
    word, _, means = standing(checklist, "the assessment says why")
    yield f"{word}: {means}. {NO_PERMISSION}"
    yield f"{subtitle(checklist)}. Facts as of {checklist.assessed_on}."
    for gap in checklist.not_stated:
        yield f"NOT STATED. {gap}"
    for planned in checklist.doses:
        dose = planned.dose
        shown = dose.amount or "undetermined"
        yield f"{when_given(planned)}: {shown}. {worked(dose)} {source_text(dose.cite, dose.assurance, dose.confirm)}"
    for missing in checklist.missing:
        yield f"To find out before a dose can be worked out: {missing.ask} ({missing.fact})"
    if checklist.ordered:
        yield f"Ordered {checklist.ordered.ordered}: {' '.join(checklist.ordered.says)}"
    if checklist.bags and not any(each.chosen for each in checklist.bags):
        yield "\n".join([NO_BAG, *(line for each in checklist.bags for line in _bag(each))])
    if checklist.graded_by:
        yield checklist.graded_by
    yield from map(_toxicity, checklist.toxicities)
    yield f"Knowledge {checklist.knowledge.version} ({checklist.knowledge.fingerprint}). {DISCLAIMER}"


def _toxicity(toxicity: ToxicityAdvice) -> str:
    """What to do about one toxicity, gravest first, a line for each row and each of its doses."""
    lines = [f"If it goes wrong: {toxicity.title}"]
    for row in toxicity.rows:
        now = now_text(row, toxicity, "", marked=False)
        source = source_text(row.cite, row.assurance, row.confirm)
        lines.append(f"{row.action.upper()}: {row.condition}{now}. {row.do} {source}")
        lines += [f"  Give {sourced_dose(each)}" for each in row.give]
        lines += [f"  Restart with {sourced_dose(each)}" for each in row.restart]
        lines += [f"  {row.note}"] if row.note else []
    return "\n".join(lines)
