"""What a record says of one fact becomes its observations in a profile; what cannot be put in order stays unknown.

The latest observation counts, so what may be the latest must be known, and is all that is kept.
A day of which only the year or the month is given is any of its days; what is said without a
day can be of any. Where two results that may both be the latest differ, or one of them cannot
be read, the fact stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from blinadss.derived import SAME_DAY
from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.fhir.naming import FACTS as OURS
from blinadss.fhir.sightings import EVER, Rejected, Sighting, Value, unreadable
from blinadss.kinds import Dated, Days
from blinadss.observation import Observation


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that the profile has, and where it comes from."""

    sighting: Sighting
    value: Value
    seen: Observation


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one fact from a record: what was kept, what settles nothing, and what is older."""

    kept: tuple[Kept, ...]
    left: tuple[Rejected, ...]
    older: tuple[Sighting, ...]


Placed = tuple[Sighting, Days]  # with the days, up to the day of assessment, on which it can have been seen


def gather(
    sightings: Iterable[Sighting], on: date, fresh_for: Mapping[str, int], born: date = date.min
) -> dict[str, Told]:
    """What the sightings say of each fact as of a day, in the order in which facts were first seen.

    ``fresh_for`` gives, in days, how long a fact counts after it was seen. What is dated before the first day on which
    the patient can have been ``born`` is of a day that nobody knows, if it is of this patient at all.
    """
    by_fact: dict[str, list[Sighting]] = {}
    for each in sightings:
        by_fact.setdefault(each.fact, []).append(_placed_in_life(each, born))
    return {fact: _told(fact, seen, on, fresh_for.get(fact)) for fact, seen in by_fact.items()}


def _placed_in_life(each: Sighting, born: date) -> Sighting:
    if each.days is None or each.days.last >= born or each.code.coding.system == OURS:  # as it is in a profile
        return each
    return replace(each, days=EVER, last=None, read=unreadable("it is of a day before the birth"))


def _told(fact: str, sightings: list[Sighting], on: date, window: int | None) -> Told:
    left, placed = [], []
    for each in sightings:
        days = each.days or Days(on, on)
        if days.first > on:
            left.append(_left(each, f"it is of a day after the day of assessment, {on}"))
        else:
            placed.append((each, days if days.last <= on else Days(days.first, on)))
    latest, older = _latest(placed)
    values: list[tuple[Placed, Value]] = []
    unread = []
    for each, days in latest:
        try:
            value = each.read()
            _refuse_later(fact, value, on)
            values.append(((each, days), value))
        except Mistake as mistake:
            unread.append(each)
            left.append(_left(each, mistake.problem))
    doubt = _doubt(fact, values, window, on)
    # a code that can say only what the others say is no doubt about it
    if unread and {each.code.value for each in unread} != {value.seen.text for _, value in values}:
        doubt = "a result that may be the latest cannot be read"
    if doubt:
        left += [_left(each, doubt, value.original) for (each, _), value in values]
        return Told((), tuple(left), older)
    return Told(tuple(_each_once(values, window, on)), tuple(left), older)


def _latest(placed: list[Placed]) -> tuple[list[Placed], tuple[Sighting, ...]]:
    """What may be the latest, and what is certainly older.

    Of days on which something was last done, the last says most.
    """
    if len(placed) < 2:
        return placed, ()
    done = [each for each, _ in placed if each.last]
    begun = max(days.first for _, days in placed)
    older = [each for each, days in placed if days.last < begun and not each.last]
    if done:
        day = max(each.last or date.min for each in done)
        on_it = (each for each in done if each.last == day)
        last = min(on_it, key=lambda each: (each.place, str(each.code.coding)))
        older += [each for each, days in placed if each.last and (each is not last or days.last < begun)]
    passed = {id(each) for each in older}
    return [each for each in placed if id(each[0]) not in passed], tuple(older)


def _refuse_later(fact: str, value: Value, on: date) -> None:
    """Raise `Mistake` for a day in the past that is yet to come."""
    kind = FACTS[fact]
    if isinstance(kind, Dated) and kind.is_later(value.seen.value, on):
        raise Mistake("it names a day after the day of assessment")


def _doubt(fact: str, values: list[tuple[Placed, Value]], window: int | None, on: date) -> str:
    """Why it cannot be told which of the values counts, if it cannot."""
    if all(days.first == days.last for (_, days), _ in values):
        return ""
    if len({_said(value) for _, value in values}) > 1:
        return "results differ, and which is the latest cannot be told from their dates"
    if fact in SAME_DAY:
        return "its day is not given, so what belongs to the same sample cannot be told"
    ages = ((on - day).days for (_, days), _ in values for day in (days.first, days.last))
    if window and len({age <= window for age in ages}) > 1:
        return f"its day is not given, and it counts only for {window} days"
    return ""


def _said(value: Value) -> tuple[object, object]:
    return value.seen.value, value.seen.upper_limit


def _each_once(values: list[tuple[Placed, Value]], window: int | None, on: date) -> Iterable[Kept]:
    """What goes into the profile: each value of a day once, and of the first day where that is not known.

    What holds now has no day, unless the fact goes stale, nor has what may be of any. Of copies the one counts about
    which least is odd.
    """
    once: dict[object, tuple[Placed, Value, date | None]] = {}
    for (sighting, days), value in sorted(values, key=_oddity, reverse=True):
        day = _day(sighting, days, window, on)
        once[_said(value), value.seen.method, day] = (sighting, days), value, day
    for (sighting, days), value, day in once.values():
        notes = list(value.marks)
        if day is not None and days.first != days.last:
            begun = f"between {days.first} and" if days.first != date.min else "on or before"
            notes.append(f"{begun} {days.last}")
        origin = "; ".join([f"{sighting.place} {value.element}", *notes])
        yield Kept(sighting, value, replace(value.seen, on=day, origin=origin))


def _day(sighting: Sighting, days: Days, window: int | None, on: date) -> date | None:
    if days.first == date.min:
        return days.last if days.last < on else None  # it is not known since when, but may be until when
    holds_now = sighting.standing and (window is None or sighting.days is None)
    return None if holds_now else days.first


def _oddity(found: tuple[Placed, Value]) -> tuple[int, str, str, str]:
    (sighting, _), value = found
    return len(value.marks), sighting.place, value.element, str(sighting.code.coding)


def _left(each: Sighting, why: str, original: str = "") -> Rejected:
    return Rejected(each.place, (each.fact,), why, str(each.code.coding), original)
