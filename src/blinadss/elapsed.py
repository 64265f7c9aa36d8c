"""Time in the calendar: months and years as people count them, days as days.

A month has passed when the day of the month comes round again, or, where the
month is too short to have that day, on the first of the next: from 31 January
one month has passed on 1 March, and somebody born on 29 February turns a year
older on 1 March of a common year. A month is never over sooner than it is by
the other convention, which counts to the last day of a short month.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from blinadss.quantity import Quantity, Span

MONTHS, DAYS = "months", "days"


def months_between(start: date, end: date) -> tuple[int, int]:
    """Whole months from ``start`` to ``end`` and the days over; both negative or zero if ``end`` is earlier.

    >>> months_between(date(2026, 2, 1), date(2026, 3, 1))
    (1, 0)
    """
    if end < start:
        months, days = months_between(end, start)
        return -months, -days
    months = (end.year - start.year) * 12 + end.month - start.month
    if end.day < start.day:
        months -= 1
    return months, (end - anniversary(start, months)).days


def anniversary(start: date, months: int) -> date:
    """The day on which that many months have passed since ``start``."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    try:
        return date(year, month, start.day)
    except ValueError:  # the month is too short: the first of the next
        return date(year + month // 12, month % 12 + 1, 1)


def earlier(day: date, months: int) -> date:
    """The last day from which that many months have passed on ``day``."""
    start = anniversary(day, -months)
    while months_between(start, day) < (months, 0):
        start -= timedelta(days=1)
    return start


@cache
def days_of(months: int) -> tuple[int, int]:
    """The fewest and the most days in which that many months are just complete, whenever they begin.

    >>> days_of(1)
    (28, 31)
    """
    ends = (date(year, 1, 1) + timedelta(days=day) for year in (2000, 2100) for day in range(-1461, 1461))
    days = {(end - earlier(end, months)).days for end in ends}
    return min(days), max(days)


def spans_between(start: date, end: date) -> dict[str, Span]:
    """The time from ``start`` to ``end`` on both scales.

    On the scale of months, days over are hundredths of a month: enough to order them, never to reach the next month.
    """
    months, days = months_between(start, end)
    return {
        MONTHS: Span.point(Decimal(months) + Decimal(days).scaleb(-2)),
        DAYS: Span.point(Decimal((end - start).days)),
    }


def spans_among(first: date, last: date, end: date) -> dict[str, Span]:
    """The time to ``end`` on both scales from a day that is one of those from ``first`` to ``last``."""
    least, most = spans_between(last, end), spans_between(first, end)
    return {scale: Span(least[scale].low, most[scale].high) for scale in (MONTHS, DAYS)}


def spans_of_stated_age(age: Quantity, seen_on: date, on: date) -> dict[str, Span]:
    """The age on the day ``on`` of someone whose age was stated, in completed units, on the day ``seen_on``.

    "34 years" is anything from 34 years to a day short of 35: born on one of those
    days, and as old today as the youngest and the oldest of them. "30 days" is one day.
    """
    completed, next_one = int(age.magnitude), int(age.magnitude + age.step)
    if age.scale == DAYS:
        youngest, oldest = seen_on - timedelta(days=completed), seen_on - timedelta(days=next_one - 1)
    else:
        youngest, oldest = earlier(seen_on, completed), earlier(seen_on, next_one) + timedelta(days=1)
    return spans_among(oldest, youngest, on)
