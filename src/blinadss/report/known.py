"""What is known of the patient: every fact with its day, how it was found, and until when it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from blinadss.consequences import follows
from blinadss.facts import FACTS
from blinadss.findings import Assessment
from blinadss.further_words import BECAUSE
from blinadss.knowledge import KnowledgeBase
from blinadss.lapses import Lapse, lapse_text
from blinadss.lookup import look_up
from blinadss.observation import Observation
from blinadss.profile import PatientProfile
from blinadss.report.blocks import Block, Cell, Section, Table, cell, shown
from blinadss.report.validity import Counted, validity_picture
from blinadss.sight import Sight, latest
from blinadss.wording import named


def known_section(assessment: Assessment, profile: PatientProfile, knowledge: KnowledgeBase) -> Section:
    """Every fact of the profile as a table, and those that were seen on a day, or grow old, as a picture."""
    on = assessment.assessed_on
    sights = look_up(profile, profile.given, on, knowledge.fresh_for, follows(knowledge))
    rows = tuple(
        row for fact, seen in profile.given.items() for row in _rows(fact, seen, sights[fact], on, knowledge.fresh_for)
    )
    columns = ("Fact", "Value", "Seen on", "How, and from where", "Counts")
    blocks: list[Block] = [Table("Facts of the profile", columns, (28, 20, 12, 22, 18), rows)]
    counted = tuple(_counted(profile, sights, on, knowledge.fresh_for))
    if counted:
        changes = tuple((each.on, shown(f"{each.about}: {lapse_text(each)}")) for each in _lapses(assessment))
        blocks.insert(0, validity_picture(counted, today=on, changes=changes, name="validity"))
    return Section("What is known of the patient", tuple(blocks), anchor="known")


def _rows(
    fact: str, seen: tuple[Observation, ...], sight: Sight, on: date, windows: dict[str, int]
) -> Iterator[tuple[Cell, ...]]:
    newest = latest(seen, on)
    for each in seen:
        how = "; ".join(part for part in (each.method, each.origin) if part)
        limit = f" (upper limit {each.upper_limit_text})" if each.upper_limit_text else ""
        counts = _counts(fact, each, sight, on, windows) if each in newest else "no: a later one counts"
        yield (
            cell(f"{FACTS[fact].says} ({fact})"),
            cell(f"{each.text.replace('_', ' ')}{limit}"),
            cell(str(each.on or "")),
            cell(how),
            cell(counts, tone="open" if counts.startswith("no") else ""),
        )


def _counts(fact: str, seen: Observation, sight: Sight, on: date, windows: dict[str, int]) -> str:
    if sight.because in {"stale", "conflicting"} and not sight.values:
        return f"no: {BECAUSE[sight.because]}"
    until = _until(fact, seen, on, windows)
    return f"until {until}" if until else "no limit set"


def _until(fact: str, seen: Observation, on: date, windows: dict[str, int]) -> date | None:
    """The last day on which an observation counts, or nothing if it does not grow old."""
    window = windows.get(fact)
    return None if window is None else (seen.on or on) + timedelta(days=window)


def _counted(profile: PatientProfile, sights: dict[str, Sight], on: date, windows: dict[str, int]) -> Iterator[Counted]:
    for fact, seen in profile.given.items():
        newest = latest(seen, on)[0]
        if newest.on or fact in windows:
            until = _until(fact, newest, on, windows)
            value = sights[fact].text or newest.text
            label = named(fact)
            counts = bool(sights[fact].values)
            yield Counted(
                f"{label[:1].upper()}{label[1:]}", shown(value.replace("_", " ")), newest.on or on, until, counts
            )


def _lapses(assessment: Assessment) -> Sequence[Lapse]:
    """Every change of an answer by time alone, in the order of time."""
    found = [
        lapse
        for policy in assessment.policies
        for further in (policy.further, *(each.further for each in policy.indications))
        if further
        for lapse in further.lapses
    ]
    return sorted(dict.fromkeys(found), key=lambda each: each.on)
