"""What is said with a source: documents and the places in them, criteria, results of studies, terms of a policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from blinadss.errors import Place
from blinadss.expression import Expression

Assurance = Literal["verified", "secondary", "unverified"]
Role = Literal["requires", "excludes", "contraindicates", "cautions", "applies"]
ASSURANCES: tuple[Assurance, ...] = ("verified", "secondary", "unverified")


@dataclass(frozen=True)
class Source:
    """A document that criteria cite: a label, a guideline, a trial, a paper."""

    id: str
    title: str
    publisher: str
    kind: str
    edition: str
    url: str
    retrieved: str
    note: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Citation:
    """A source and the place in it."""

    source: Source
    section: str

    def __str__(self) -> str:
        section = f" §{self.section}" if self.section[:1].isdigit() else f" {self.section}"
        return f"{self.source.id}{section if self.section else ''}"


@dataclass(frozen=True)
class Criterion:
    """A cited question about a profile whose answer is true, false or unknown."""

    id: str
    statement: str
    when: Expression
    cite: tuple[Citation, ...]
    assurance: Assurance
    rationale: str = ""
    flaw: str = ""  # what is wrong in the source itself, and left as it is
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Period:
    """The days on which something is in force: from the first day, up to but not including ``until``."""

    start: date = date.min
    until: date = date.max

    def covers(self, day: date) -> bool:
        """Whether that day lies in the period."""
        return self.start <= day < self.until


ALWAYS = Period()


@dataclass(frozen=True)
class Use:
    """A criterion as an indication or a policy uses it: in which role, and since when.

    ``scope`` marks a requirement that says whom an indication is for at all: a child, somebody untreated.
    """

    criterion: Criterion
    role: Role
    period: Period = ALWAYS
    scope: bool = False


@dataclass(frozen=True)
class Term:
    """What a policy asks besides its criteria and no profile decides: a number of cycles, a kind of hospital."""

    id: str
    statement: str
    cite: tuple[Citation, ...]
    assurance: Assurance
    period: Period = ALWAYS


@dataclass(frozen=True)
class Effect:
    """A measure of effect with its confidence interval, if one is given: hazard ratio 0.71 (95 % CI 0.55 to 0.93)."""

    measure: str
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    level: Decimal | None = None  # %


@dataclass(frozen=True)
class Evidence:
    """One published result: of which study, in how many patients, what was seen with the treatment and without."""

    id: str
    study: str
    population: str
    patients: int | None
    endpoint: str
    result: str
    comparator: str
    effect: Effect | None
    cite: tuple[Citation, ...]
    assurance: Assurance
    note: str = ""
    place: Place | None = field(default=None, compare=False)
