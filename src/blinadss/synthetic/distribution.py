"""A distribution of synthetic patients: what is drawn for each of them, in which order, and on what it depends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blinadss.kinds import Kind


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of an earlier draw: that it is one of some words, or a number in a range."""

    name: str
    words: tuple[str, ...] = ()
    least: Decimal | None = None
    below: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """One of a few values, words or numbers as they are written, each with its share; the shares add up to 1."""

    values: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A number by its quantiles, straight lines between them; equal neighbours are a value that many have exactly.

    With ``of`` it is a multiple of what was drawn under that name.
    """

    points: tuple[tuple[Decimal, Decimal], ...]
    of: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """How a value is drawn where all of ``when`` holds."""

    when: tuple[Condition, ...]
    way: Shares | Quantiles


@dataclass(frozen=True, slots=True)
class Recorded:
    """How often a value is written down where all of ``when`` holds."""

    when: tuple[Condition, ...]
    share: Decimal


@dataclass(frozen=True, slots=True)
class Draw:
    """One thing that is drawn for each patient; the first case that applies counts, and without one there is nothing.

    With a ``kind`` it is a fact of the profile and a column of the table; without one, others only depend on it.
    ``on`` draws how many days ago it was seen, ``upper_limit`` the laboratory's upper limit of normal.
    ``words`` are all the words it can be, ``most`` is the greatest number.
    """

    name: str
    kind: Kind | None
    unit: str
    digits: int
    cases: tuple[Case, ...]
    recorded: tuple[Recorded, ...]
    on: tuple[Case, ...]
    upper_limit: tuple[Case, ...]
    words: tuple[str, ...]
    most: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a share of the patients is said to be, on purpose, though it cannot be."""

    id: str
    share: Decimal
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Distribution:
    """All that is drawn, in an order in which everything depends on what stands before it."""

    title: str
    says: str
    assessed_on: date
    draws: dict[str, Draw]
    contradictions: tuple[Contradiction, ...]
    bad_cells: tuple[tuple[str, str], ...]
