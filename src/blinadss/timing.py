"""A course of treatment laid out in time: cycles, steps of dose and bag changes, and when a schedule falls due.

The infusion, its steps of dose, its bags and whatever is counted in hours last as they pass, so after a clock change a
24-hour bag is changed an hour later or earlier. Days and weeks are of the calendar and begin at the wall-clock time of
the start: the first of the two if it comes twice that night, and as much later as the clocks skip if they skip it.

Where only the day of the start is known there are only days: what is due every few hours is listed once a day, and
hours before or after something are rounded to days, twelve hours up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from blinadss.errors import Problem, UsageError
from blinadss.result import Result, maker
from blinadss.schedule import Length, Schedule

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class When:
    """A day, and the time on it if one is known: aware if its zone is known too, naive if not."""

    day: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CyclePlan:
    """One cycle: days of infusion, days without, and the days of the infusion on which the dose changes."""

    number: int
    infusion_days: int
    off_days: int
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag: when it is hung, how long it runs, and whether that is shorter than a bag of its kind runs."""

    at: When
    lasts: timedelta
    cycle: int
    short: bool


@dataclass(frozen=True, slots=True)
class Occurrence(Result):
    """One time at which something is due, or a span over which it is.

    Without ``from_`` it is due any time before ``until``; without ``until``, at ``from_``; between days, on both.
    ``every`` says how often within the day, where only days are known. ``day`` is a day of the cycle, beginning at the
    time of the start (or of the event it is counted from); before an anchor and after an end it goes by the date, and
    the day before day 1 is day -1.
    """

    cycle: int
    day: int
    from_: date | datetime | None
    until: date | datetime | None = None
    every: str | None = None

    @property
    def order(self) -> tuple[datetime, int]:
        """What occurrences of several schedules are sorted by; times in one zone compare by the wall clock only."""
        due = self.from_ or self.until or date.max
        at = due if isinstance(due, datetime) else datetime.combine(due, time())
        return at if at.tzinfo is None else at.astimezone(UTC), self.cycle


class _Anchor(NamedTuple):
    """Something to count from: its cycle and day, its instant and wall time, what is left of the cycle."""

    cycle: int
    day: int
    instant: datetime
    wall: datetime
    left: int
    over: datetime


class _Cycle(NamedTuple):
    """The anchors of one cycle; those of the bags include the first."""

    start: _Anchor
    steps: list[_Anchor]
    bags: list[_Anchor]
    end: _Anchor


class _Row(NamedTuple):
    """An occurrence before its instants are shown; sorted by the first two."""

    instant: datetime
    cycle: int
    day: int
    until: datetime | None = None
    any_time: bool = False


class _Clock:
    """Leads from the wall time to the instant and back; where no zone is known, they are the same."""

    def __init__(self, start: date | datetime) -> None:
        self.dated = not isinstance(start, datetime)
        self.least = _DAY if self.dated else timedelta()  # between two times that are shown apart
        exact = start if isinstance(start, datetime) else datetime.combine(start, time())
        self.zone, wall = exact.tzinfo, exact.replace(tzinfo=None, fold=0)
        self._instants: dict[datetime, datetime] = {}
        self.start = exact if self.zone is None else exact.astimezone(UTC)
        if self.wall(self.start) != wall:  # the clocks skip it
            self.start = self.instant(wall)

    def instant(self, wall: datetime) -> datetime:
        if self.zone is None:
            return wall
        if wall not in self._instants:
            self._instants[wall] = wall.replace(tzinfo=self.zone).astimezone(UTC)
        return self._instants[wall]

    def wall(self, instant: datetime) -> datetime:
        return instant if self.zone is None else instant.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def shown(self, instant: datetime) -> date | datetime:
        if self.dated:
            return instant.date()
        return instant if self.zone is None else instant.astimezone(self.zone)

    def when(self, instant: datetime) -> When:
        shown = self.shown(instant)
        return When(shown.date(), shown) if isinstance(shown, datetime) else When(shown)


_occurrence = maker(Occurrence)


class Timetable:
    """Cycles one after another from ``start``; ``bag`` is how long one bag runs, and unknown if it is left out."""

    def __init__(self, start: date | datetime, cycles: Sequence[CyclePlan], *, bag: timedelta | None = None) -> None:
        if problems := tuple(_wrong(start, cycles, bag)):
            raise UsageError(problems)
        self._clock, self._bag = _Clock(start), bag or timedelta()
        self._cycles: dict[int, _Cycle] = {}
        self._known: dict[Schedule, tuple[Occurrence, ...]] = {}
        wall = self._clock.wall(self._clock.start)
        for plan in cycles:
            self._cycles[plan.number] = self._laid_out(plan, wall)
            wall += (plan.infusion_days + plan.off_days) * _DAY
        starts = {number: self._clock.when(each.start.instant) for number, each in self._cycles.items()}
        self.starts: Mapping[int, When] = MappingProxyType(starts)

    def _laid_out(self, plan: CyclePlan, wall: datetime) -> _Cycle:
        clock, days = self._clock, plan.infusion_days + plan.off_days
        start = clock.instant(wall) if self._cycles else clock.start
        over = max(start + plan.infusion_days * _DAY, clock.instant(wall + days * _DAY))

        def anchor(instant: datetime) -> _Anchor:
            ran = (instant - start) // _DAY
            return _Anchor(plan.number, ran + 1, instant, clock.wall(instant), days - ran, over)

        first, *steps, end = (anchor(start + (day - 1) * _DAY) for day in (1, *plan.steps, plan.infusion_days + 1))
        bags: list[_Anchor] = []
        for begun, until in pairwise((first, *steps, end) if self._bag else ()):
            needed = -((begun.instant - until.instant) // self._bag)
            bags += (anchor(begun.instant + n * self._bag) for n in range(needed))
        return _Cycle(first._replace(wall=wall), steps, bags, end)

    def days(self, cycle: int, n: int) -> date:
        """The date on which day ``n`` of a cycle begins."""
        return (self._of(cycle).start.wall + (n - 1) * _DAY).date()

    def end_of_infusion(self, cycle: int) -> When:
        """When the infusion of a cycle ends: with days only, the day after its last whole day."""
        return self._clock.when(self._of(cycle).end.instant)

    def bag_changes(self, cycle: int) -> tuple[Bag, ...]:
        """The bags of a cycle, the first one included; nothing if it is not known how long a bag runs."""
        hung = [each.instant for each in (*self._of(cycle).bags, self._of(cycle).end)]
        bags = ((self._clock.when(at), until - at) for at, until in pairwise(hung))
        return tuple(Bag(at, lasts, cycle, lasts < self._bag) for at, lasts in bags)

    def _of(self, cycle: int) -> _Cycle:
        if cycle not in self._cycles:
            raise UsageError(f"there is no cycle {cycle} in this course", f"it has {', '.join(map(str, self._cycles))}")
        return self._cycles[cycle]

    def occurrences(self, schedule: Schedule) -> tuple[Occurrence, ...]:
        """When a schedule falls due, by time and cycle; never, as far as anybody knows, if it is conditional."""
        if schedule not in self._known:
            found = (row for anchor in self._anchors(schedule) for row in self._rows(schedule, anchor))
            rows = {(row.instant, row.cycle, row.until): row for row in found}
            shown, each = self._clock.shown, schedule.every
            often = f"every {each}" if each and self._clock.dated and not each.calendar else None
            self._known[schedule] = tuple(
                _occurrence(cycle, day, None if any_time else shown(at), shown(until) if until else None, often)
                for at, cycle, day, until, any_time in sorted(rows.values(), key=itemgetter(0, 1))
            )
        return self._known[schedule]

    def _anchors(self, schedule: Schedule) -> Iterator[_Anchor]:
        last = max(self._cycles, default=0)
        wanted = (last, last) if schedule.last_only else (schedule.first_cycle, schedule.last_cycle or last)
        for number, cycle in self._cycles.items():
            if wanted[0] <= number <= wanted[1]:
                at = cycle.end if schedule.moment in {"at end", "after end"} else cycle.start
                yield from {"cycle": [at], "step": cycle.steps, "bag change": cycle.bags[1:]}.get(schedule.anchor, [])

    def _rows(self, schedule: Schedule, anchor: _Anchor) -> Iterator[_Row]:
        if schedule.moment == "before":
            return self._before(schedule, anchor)
        if schedule.lasts:
            return self._between(schedule, anchor, anchor.instant, self._moved(anchor, schedule.lasts, 1))
        if schedule.days:
            return self._on_days(schedule.days, schedule.every, anchor)
        return iter((_Row(anchor.instant, anchor.cycle, anchor.day),))

    def _before(self, schedule: Schedule, anchor: _Anchor) -> Iterator[_Row]:
        n = schedule.days[0] if schedule.days else 1
        anchor = anchor._replace(instant=self._moment(anchor, n), wall=anchor.wall + (n - 1) * _DAY)
        if n > anchor.left:
            return
        if schedule.lead is None:
            due, day = anchor.instant, self._date_day(anchor, anchor.instant)
            yield _Row(due, anchor.cycle, day, due, any_time=True)
            return
        start, end = (self._moved(anchor, length, -1) for length in schedule.lead)
        if schedule.lead[0] == schedule.lead[1]:
            yield _Row(start, anchor.cycle, self._date_day(anchor, start))
        else:
            yield from self._between(schedule, anchor, start, end)

    def _between(self, schedule: Schedule, anchor: _Anchor, start: datetime, end: datetime) -> Iterator[_Row]:
        if schedule.every is None:
            yield _Row(start, anchor.cycle, self._date_day(anchor, start), end)
            return
        due, wall, step = start, self._clock.wall(start), max(schedule.every.time, self._clock.least)
        while due < end or due == start:
            yield _Row(due, anchor.cycle, self._date_day(anchor, due))
            wall += step
            due = self._clock.instant(wall) if schedule.every.calendar else due + step

    def _on_days(self, days: tuple[int, int], every: Length | None, anchor: _Anchor) -> Iterator[_Row]:
        first, last = days[0], min(days[1], anchor.left)
        last -= self._moment(anchor, last) >= anchor.over  # after a clock change, by an hour
        cycle, earlier, due = anchor.cycle, anchor.day - 1, self._moment(anchor, first)
        if every is None and first <= last:
            until = self._moment(anchor, last if self._clock.dated else last + 1)
            yield _Row(due, cycle, earlier + first, min(until, anchor.over))
        elif every and every.calendar:
            for n in range(first, last + 1, every.time // _DAY):
                yield _Row(self._moment(anchor, n), cycle, earlier + n)
        elif every:
            for n in range(first, last + 1):
                until = min(self._moment(anchor, n + 1), anchor.over)
                while due < until:
                    yield _Row(due, cycle, earlier + n)
                    due += max(every.time, self._clock.least)

    def _moment(self, anchor: _Anchor, n: int) -> datetime:
        """The instant at which day ``n``, counted from the anchor, begins."""
        return anchor.instant if n == 1 else self._clock.instant(anchor.wall + (n - 1) * _DAY)

    def _moved(self, anchor: _Anchor, length: Length, sign: int) -> datetime:
        if length.calendar and length.number:
            return self._clock.instant(anchor.wall + sign * length.time)
        passed = (length.time + _DAY / 2) // _DAY * _DAY if self._clock.dated else length.time
        return anchor.instant + sign * passed

    def _date_day(self, anchor: _Anchor, instant: datetime) -> int:
        offset = (self._clock.wall(instant).date() - self._cycles[anchor.cycle].start.wall.date()).days
        return offset + 1 if offset >= 0 else offset


def _wrong(start: date | datetime, cycles: Sequence[CyclePlan], bag: timedelta | None) -> Iterator[Problem]:
    """Whatever makes the call impossible to follow."""
    if not 1900 <= start.year < 3000:
        yield Problem(f"`{start}` is no day on which a treatment starts", "check the year")
    numbers = [plan.number for plan in cycles]
    if numbers != sorted({*numbers}) or min(numbers, default=1) < 1:
        yield Problem("the cycles are not in order", "number them upwards from 1, each once")
    for plan in cycles:
        days = (1, *plan.steps, plan.infusion_days + 1)
        if plan.off_days < 0 or any(later <= day for day, later in pairwise(days)):
            hint = "give at least one day of infusion, and steps of dose inside it, in order, after day 1"
            yield Problem(f"the days of cycle {plan.number} do not fit together", hint)
    if sum(plan.infusion_days + plan.off_days for plan in cycles) > 36_500:
        yield Problem("the course lasts more than a hundred years", "check the days of its cycles")
    if bag is not None and bag < timedelta(hours=1):
        yield Problem(f"a bag cannot run for `{bag}`", "give at least an hour")
