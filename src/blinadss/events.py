"""What happens in a course of treatment: the infusion starts, stops and changes, and what goes wrong is graded.

An event says what was done or seen and when, and nothing else; what follows from
it is worked out in `course_state`. Nothing is checked here, so that a list with
five impossible events can be told of all five.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import ClassVar, Literal

from blinadss.bedside import Toxicity as Section
from blinadss.errors import Mistake, quoted
from blinadss.kinds import EARLIEST

Moment = date | datetime  # days alone, the clock on the wall, or the time anywhere: one of the three in a course
Level = Literal["starting", "full"]
LEVELS: tuple[Level, ...] = ("starting", "full")

# What is graded during treatment: whatever the profile can say has lasted.
TOXICITIES = tuple(name for name in Section.model_fields if f"{name}_lasting" in Section.model_fields)
WORST_GRADE = 5
_LATEST = 2200  # a later year is a slip of the keyboard
_MICROSECOND, _DAY = timedelta(microseconds=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Start:
    """A cycle begins."""

    kind: ClassVar = "start"
    at: Moment
    cycle: int
    level: Level


@dataclass(frozen=True, slots=True)
class Step:
    """The dose changes while the infusion runs."""

    kind: ClassVar = "step"
    at: Moment
    level: Level


@dataclass(frozen=True, slots=True)
class BagChange:
    """The next bag is hung."""

    kind: ClassVar = "bag_change"
    at: Moment


@dataclass(frozen=True, slots=True)
class Interruption:
    """The infusion stops, to go on later."""

    kind: ClassVar = "interruption"
    at: Moment
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """The infusion goes on in the same cycle."""

    kind: ClassVar = "restart"
    at: Moment
    level: Level


@dataclass(frozen=True, slots=True)
class Toxicity:
    """One toxicity was graded; ``scale`` is what it was graded by, for example ``ctcae-v5``."""

    kind: ClassVar = "toxicity"
    at: Moment
    of: str
    grade: int
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class Seizure:
    """The patient had a seizure."""

    kind: ClassVar = "seizure"
    at: Moment


@dataclass(frozen=True, slots=True)
class Resolution:
    """A toxicity is gone: grade 0."""

    kind: ClassVar = "resolution"
    at: Moment
    of: str


@dataclass(frozen=True, slots=True)
class End:
    """The cycle is over; ``permanent`` if the treatment is."""

    kind: ClassVar = "end"
    at: Moment
    permanent: bool
    because: str | None = None


Event = Start | Step | BagChange | Interruption | Restart | Toxicity | Seizure | Resolution | End
KINDS: dict[str, type[Event]] = {
    each.kind: each for each in (Start, Step, BagChange, Interruption, Restart, Toxicity, Seizure, Resolution, End)
}


def day_of(moment: Moment) -> date:
    """The day of a moment, in the zone it is given in."""
    return moment.date() if isinstance(moment, datetime) else moment


def clock(at: Moment) -> Moment:
    """The moment in the form in which moments are compared and subtracted: a day, a wall-clock time, or UTC.

    Python subtracts two times of one zone by the clock on the wall, which loses or gains an hour in spring and autumn.
    Raises `Mistake` for what is no moment in anybody's treatment.
    """
    if not isinstance(at, date):
        raise Mistake(f"{quoted(str(at))} is not a time", "give a date or a datetime")
    if not EARLIEST.year < at.year < _LATEST:
        raise Mistake(f"the year of {shown(at)} is not of this time", "check the year")
    if isinstance(at, datetime):
        return at if at.tzinfo is None or at.utcoffset() is None else at.astimezone(UTC)
    return at


def precision(moment: Moment) -> str:
    """How exactly a moment is known, in words that follow "given as": only such moments can be compared."""
    if not isinstance(moment, datetime):
        return "a day"
    return "a time without a zone" if moment.utcoffset() is None else "a time with a zone"


def between(earlier: Moment, later: Moment) -> timedelta:
    """The time from one moment of a `clock` to another."""
    return later - earlier  # type: ignore[operator]  # both have one precision


def shown(at: Moment) -> str:
    """The moment as people write it: ``2026-12-01 09:00``."""
    if not isinstance(at, datetime):
        return at.isoformat()
    exact = at.second or at.microsecond
    return at.isoformat(" ", "auto" if exact else "minutes")


def told(number: int, event: Event) -> str:
    """An event as a message names it: by its number, its kind and its time."""
    return f"event {number} ({event.kind.replace('_', ' ')}, {shown(event.at)})"


def days_in(length: timedelta) -> Fraction:
    """The length in days, exactly."""
    return Fraction(length // _MICROSECOND, _DAY // _MICROSECOND)


def hours_in(length: timedelta) -> str:
    """The length in hours, as a profile writes it, exact wherever four decimals can be.

    Elsewhere it is cut to four decimals, and never to a whole hour: what lies past
    a threshold of whole hours is still past it.

    >>> hours_in(timedelta(days=7)), hours_in(timedelta(days=7, minutes=1)), hours_in(timedelta(days=7, microseconds=1))
    ('168 hours', '168.0166 hours', '168.0001 hours')
    """
    parts, rest = divmod(length, timedelta(hours=1) / 10_000)
    if rest and not parts % 10_000:
        parts += 1
    whole, decimals = divmod(parts, 10_000)
    return f"{whole}.{decimals:04}".rstrip("0").rstrip(".") + " hours"
