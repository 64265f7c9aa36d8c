"""What one resource says of one fact: the value with where it stands, or why it settles nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Never

from blinadss.errors import Mistake
from blinadss.kinds import Days
from blinadss.observation import Observation
from blinadss.terminology import FactCode

EVER = Days(date.min, date.max)


class NoResult(Mistake):
    """Why something says nothing of a fact, so that what is older stands.

    Any other `Mistake` is of something that may well be the latest, and cannot be read: the fact stays unknown.
    """


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a fact, without a day and an origin; the element it stands in; what is written there; what is odd."""

    seen: Observation
    element: str
    original: str
    marks: tuple[str, ...] = ()


@dataclass(slots=True)  # not frozen, because a large record has a hundred thousand, and freezing triples the time
class Sighting:
    """A value of a fact in a record, and the day or days on which it can have been seen.

    ``days`` are nothing for what is said of the day of assessment itself. A ``standing`` value is one that the record
    holds as true now; it was written on an unknown one of the ``days``. ``read`` gives the value, or raises `Mistake`
    if it cannot be understood; only what may be the latest is ever read. ``last`` is the day, if that is the fact.
    """

    fact: str
    days: Days | None
    place: str
    code: FactCode
    read: Callable[[], Value]
    standing: bool = False
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that was recognised and yet settles nothing, and why; ``facts`` are those it is about."""

    place: str
    facts: tuple[str, ...]
    why: str
    code: str = ""
    original: str = ""


def unreadable(why: str) -> Callable[[], Value]:
    """A value that cannot be read, for that reason."""

    def read() -> Never:
        raise Mistake(why)

    return read
