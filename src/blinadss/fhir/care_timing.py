"""When an entry of a checklist is due, as the timing of an activity: an event, a period, or a repetition in a period.

A time of day without a zone is no time in FHIR: such an entry has its day as timing, and the time in words beside it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from blinadss.guidance import Entry

UnitOfTime = Literal["min", "h", "d", "wk"]
_EVERY = re.compile(r"every ([0-9]+) (minute|hour|day|week)s?")
_UNITS: dict[str, UnitOfTime] = {"minute": "min", "hour": "h", "day": "d", "week": "wk"}


def scheduled(entry: Entry) -> dict[str, Any]:
    """The timing of an activity: ``scheduledTiming`` or ``scheduledPeriod``.

    What is due any time before a moment has a period that only ends.
    """
    period = _period(entry)
    if entry.every:
        return {"scheduledTiming": _repeated(entry.every, period)}
    if entry.start is None or (entry.until is not None and entry.until != entry.start):
        return {"scheduledPeriod": period}
    words = _by_the_clock(entry.start)
    return {"scheduledTiming": {"event": [moment(entry.start)], **({"code": {"text": words}} if words else {})}}


def moment(when: date | datetime) -> str:
    """A moment as FHIR writes it: a day, or a time with its zone, which is UTC where the offset is no whole minute."""
    if not isinstance(when, datetime):
        return when.isoformat()
    offset = when.utcoffset()
    if offset is None:
        return when.date().isoformat()
    return (when.astimezone(UTC) if offset % timedelta(minutes=1) else when).isoformat()


def clock_words(entry: Entry) -> str:
    """The times of an entry that have no zone, in words; nothing where the timing says it all."""
    start, until = (_by_the_clock(each) for each in (entry.start, entry.until))
    if start and until and entry.start != entry.until:
        return f"From {start} to {until}."
    return f"Due {start}." if start else f"Due before {until}." if until else ""


def _period(entry: Entry) -> dict[str, str]:
    start = {} if entry.start is None else {"start": moment(entry.start)}
    end = entry.until or (entry.start if entry.every else None)
    return start | ({} if end is None else {"end": moment(end)})


def _repeated(every: str, period: dict[str, str]) -> dict[str, Any]:
    """A repetition within its bounds; words alone where it is written otherwise."""
    words = {"code": {"text": every}}
    written = _EVERY.fullmatch(every)
    if written is None:
        return {"repeat": {"boundsPeriod": period}, **words}
    unit = _UNITS[written[2]]
    return {
        "repeat": {"boundsPeriod": period, "frequency": 1, "period": int(written[1]), "periodUnit": unit},
        **words,
    }


def _by_the_clock(when: date | datetime | None) -> str:
    """A time without a zone in words."""
    if not isinstance(when, datetime) or when.utcoffset() is not None:
        return ""
    return f"{when:%Y-%m-%d %H:%M} by the clock of the place"
