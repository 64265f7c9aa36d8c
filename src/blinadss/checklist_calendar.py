"""A checklist as an iCalendar file (RFC 5545), for any calendar program. Needs the extra ``report``.

Titles hold no patient data. An entry's UID depends on who the patient is and on what is due, not on when: a course
that is moved and imported again moves its entries. Times in a zone are written in UTC.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from blinadss.checklist_table import Said, dose_text
from blinadss.citing import places
from blinadss.errors import UsageError
from blinadss.events import day_of
from blinadss.guidance import Checklist, Entry
from blinadss.truth import Truth


def checklist_ics(checklist: Checklist, *, on: date | None = None) -> str:
    """The checklist as the text of an iCalendar file; with ``on``, only that day's entries.

    Raises `UsageError` if the package icalendar is not installed.
    """
    try:
        from icalendar import Calendar, Event
    except ImportError:
        raise UsageError("a calendar needs the package icalendar", "install `blinadss[report]`") from None

    calendar = Calendar()
    calendar.add("prodid", "-//blinadss//checklist//EN")
    calendar.add("version", "2.0")
    seen: Counter[str] = Counter()
    stamp = datetime(checklist.assessed_on.year, checklist.assessed_on.month, checklist.assessed_on.day, tzinfo=UTC)
    said = checklist.said()
    wanted = None if on is None else set(checklist.due(on))
    for entry in checklist.entries:
        name = f"{entry.kind} {entry.of} {entry.cycle} {entry.day}"
        seen[name] += 1
        if wanted is not None and entry not in wanted:
            continue
        event = Event()
        event.add("uid", _uid(checklist, f"{name} {seen[name]}"))
        event.add("dtstamp", stamp)
        start, end = _span(entry)
        event.add("dtstart", start)
        event.add("dtend", end)
        event.add("summary", entry.title)
        event.add("description", _description(said.get(entry.of), entry))
        event.add("categories", [entry.kind])
        event.add("transp", "TRANSPARENT")  # it takes nobody's time
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()


def _uid(checklist: Checklist, name: str) -> str:
    whose = checklist.profile.id or checklist.profile.digest
    return f"{hashlib.sha256(f'{whose} {checklist.indication} {name}'.encode()).hexdigest()[:32]}@blinadss"


def _span(entry: Entry) -> tuple[date | datetime, date | datetime]:
    """From when until when: whole days up to and without the next, or times, those of zones in UTC."""
    begin, until = entry.when, entry.until or entry.when
    if isinstance(begin, datetime) and isinstance(until, datetime):
        start, end = (each.astimezone(UTC) if each.tzinfo else each for each in (begin, until))
        return start, max(end, start + timedelta(minutes=15))
    first, last = (day_of(each) for each in (begin, until))
    return first, last + timedelta(days=1)


def _description(said: Said, entry: Entry) -> str:
    lines = [f"Cycle {entry.cycle}, day {entry.day}{f', {entry.every}' if entry.every else ''}."]
    if said is not None:
        truth = getattr(said, "truth", Truth.TRUE)
        lines += [said.statement, dose_text(said)]
        lines += ["Cannot be ruled out for this patient."] if truth is Truth.UNKNOWN else []
        lines += [f"Source: {places(said.cite)} ({said.assurance}{f': {said.confirm}' if said.confirm else ''})."]
    return "\n".join(line for line in lines if line)
