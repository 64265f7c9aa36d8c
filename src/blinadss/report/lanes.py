"""A cycle of a checklist as a picture: infusion, doses, days in hospital, changes of bag, and what is watched when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from blinadss.events import day_of
from blinadss.guidance import Checklist, CycleDates, DoseAdvice, Entry, ItemAdvice
from blinadss.guidance_words import cycle_text, day_text
from blinadss.report.blocks import Picture, shown
from blinadss.report.cycle import Lane, cycle_picture
from blinadss.treatment import ITEM_KINDS

_STAY = "hospital"  # the kind of item that is a stay, and is drawn as one


def timeline(checklist: Checklist, cycle: CycleDates) -> Picture:
    """One cycle as lanes over its days, described in words."""
    lanes = lanes_of(checklist, cycle)
    return cycle_picture(
        lanes,
        first_day=cycle.first_day,
        days=(cycle.next_from - cycle.first_day).days,
        name=f"cycle-{cycle.number}",
        title=f"Cycle {cycle.number} of {checklist.of_cycles}, day by day",
        description=shown(" ".join((cycle_text(cycle), *_described(checklist, cycle, lanes)))),
    )


def lanes_of(checklist: Checklist, cycle: CycleDates) -> tuple[Lane, ...]:
    """What is drawn of a cycle, in days from the beginning of its first day."""
    return tuple(_lanes(checklist, cycle, _entries(checklist, cycle)))


def _entries(checklist: Checklist, cycle: CycleDates) -> list[Entry]:
    return [each for each in checklist.entries if each.cycle == cycle.number]


def _lanes(checklist: Checklist, cycle: CycleDates, entries: list[Entry]) -> Iterator[Lane]:
    said = checklist.said()
    days = cycle.first_day
    doses = [each for each in entries if each.kind == "dose"]
    ends = [each for each in entries if each.kind == "end"]
    if doses and ends:
        yield Lane("Infusion", spans=((_begin(doses[0], days), _begin(ends[-1], days)),))
        words = tuple(shown(_amount(said.get(each.of))) for each in doses)
        yield Lane(
            "Dose", spans=tuple((_begin(each, days), _end(each, days)) for each in doses), words=words, filled=False
        )
    stays = [each for each in entries if _kind(said.get(each.of)) == _STAY and each.until]
    if stays:
        yield Lane("In hospital", spans=tuple(sorted({(_begin(each, days), _end(each, days)) for each in stays})))
    bags = sorted({_begin(each, days) for each in entries if each.kind == "bag"})
    if bags:
        yield Lane("Bag hung", marks=tuple(bags))
    for kind in ITEM_KINDS:
        due = {
            _begin(each, days)
            for each in entries
            if _kind(said.get(each.of)) == kind != _STAY and each.start and each.until in {None, each.start}
        }
        if due:
            yield Lane("Care of the infusion" if kind == "infusion" else kind.capitalize(), marks=tuple(sorted(due)))


def _described(checklist: Checklist, cycle: CycleDates, lanes: tuple[Lane, ...]) -> Iterator[str]:
    """What the lanes show, in words."""
    said = checklist.said()
    for each in _entries(checklist, cycle):
        if each.kind == "dose":
            yield f"{_amount(said.get(each.of))} from {day_text(day_of(each.when))}."
        elif _kind(said.get(each.of)) == _STAY and each.until:
            yield f"In hospital from {day_text(day_of(each.when))} to {day_text(day_of(each.until))}."
    for lane in lanes:
        if lane.marks:
            days = sorted({int(mark // 1) + 1 if mark >= 0 else int(mark // 1) for mark in lane.marks})
            yield f"{lane.label} on {len(days)} days: {', '.join(map(str, days))}."


def _amount(said: ItemAdvice | DoseAdvice | CycleDates | None) -> str:
    return (said.amount or said.rule) if isinstance(said, DoseAdvice) else ""


def _kind(said: ItemAdvice | DoseAdvice | CycleDates | None) -> str:
    return said.kind if isinstance(said, ItemAdvice) else ""


def _begin(entry: Entry, first: date) -> float:
    return _place(entry.when, first)


def _end(entry: Entry, first: date) -> float:
    """Where an entry ends: between days the last is included, between times it is not."""
    end = entry.until or entry.when
    return _place(end, first) + (0.0 if isinstance(end, datetime) else 1.0)


def _place(moment: date | datetime, first: date) -> float:
    """A day, or a time by the clock on the wall, in days from the beginning of day 1."""
    days = (day_of(moment) - first).days
    if isinstance(moment, datetime):
        return days + (moment.hour * 60 + moment.minute) / 1440
    return float(days)
