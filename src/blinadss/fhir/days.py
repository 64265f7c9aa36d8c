"""When something was seen, by what FHIR writes: a day, a time, a period, or only a year or a month."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from blinadss.errors import Mistake
from blinadss.fhir.access import Element, group, text
from blinadss.fhir.sightings import EVER
from blinadss.kinds import EARLIEST, Days

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?")


@lru_cache(maxsize=4096)  # what was seen at one visit has one date
def days_of(written: str) -> Days:
    """The days that a `date`, a `dateTime` or an `instant` can mean; raises `Mistake`.

    A time of day counts for the day that is written, which is the day where it was written. A day before anybody's
    life is what programs write who know none (``0001-01-01``), and is refused.

    >>> days_of("2024-01-08T23:30:00-05:00").first
    datetime.date(2024, 1, 8)
    """
    whole = _DAY.fullmatch(written)
    try:
        if whole:
            day = date.fromisoformat(whole[1])
            days = Days(day, day)
        else:
            days = Days.read(written)
    except (Mistake, ValueError):  # whose text would repeat what stands in the record
        raise Mistake("a date is not as it should be", "2024, 2024-01 or 2024-01-08, of the calendar") from None
    if days.last < EARLIEST:
        raise Mistake("a date is longer ago than anybody's life", "check the year")
    return days


def period(of: Element, name: str) -> Days | None:
    """From the first day that the start can mean to the last of the end; open ends are open."""
    if name not in of:
        return None
    start, end = text(group(of, name), "start"), text(group(of, name), "end")
    days = Days(days_of(start).first if start else date.min, days_of(end).last if end else date.max)
    if days.first > days.last:
        raise Mistake(f"`{name}` ends before it begins")
    return days


def when(of: Element, *names: str) -> tuple[str, Days]:
    """The element that says when, and the days it can mean: the first of those names that is there, or any day ever.

    Raises `Mistake` if it cannot be read.
    """
    for name in names:
        if name.endswith("Period"):
            days = period(of, name)
            if days is not None:
                return name, days
        elif written := text(of, name):
            return name, days_of(written)
    return "", EVER


def about_when(of: Element, *names: str) -> tuple[Days, tuple[str, ...]]:
    """The days that it can mean, and what is to be said of them: that none is given, or none that can be read.

    This is for what is so on whatever day it was: a date that is wrong does not make it undone.
    """
    try:
        element, days = when(of, *names)
    except Mistake as mistake:
        return EVER, (mistake.problem,)
    return days, () if element else ("no day is given",)
