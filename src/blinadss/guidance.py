"""What guidance on giving the treatment says: doses with their arithmetic, items, actions, grades, entries with dates.

The JSON of `checklist --format json` is made of these, field by field. See
docs/reference/checklist.md. The field names are a contract: add, never rename.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from blinadss.events import Level, day_of
from blinadss.findings import Cited, Compared, Eligibility, KnowledgeStamp, Missing, ProfileStamp, Verdict
from blinadss.result import Result
from blinadss.statements import Assurance
from blinadss.treatment import ActionWord, ItemKind
from blinadss.truth import Truth

Basis = Literal["label", "practice", "caution"]
EntryKind = Literal["item", "dose", "bag", "end"]
CONFIRM = "confirm against the current label"
CONFIRM_LOCALLY = "confirm against the protocol of your own centre"  # of what no label says


@dataclass(frozen=True, slots=True)
class DoseAdvice(Result):
    """A drug and what this patient gets of it.

    ``amount`` is as shown, at most two decimals; ``unrounded`` has what was rounded away, and ``working`` is the
    arithmetic. Both are nothing where a fact that the dose needs is not known; ``missing`` asks for it.
    """

    id: str
    drug: str
    rule: str
    truth: Truth
    amount: str | None
    unrounded: str | None
    working: str
    how: str
    level: Level | None
    statement: str
    note: str
    comparisons: tuple[Compared, ...]
    missing: tuple[Missing, ...]
    cite: tuple[Cited, ...]
    assurance: Assurance
    confirm: str


@dataclass(frozen=True, slots=True)
class PlannedDose(Result):
    """A dose of the treatment itself, on some days of some cycles."""

    cycles: tuple[int, int]
    days: tuple[int, int]
    dose: DoseAdvice


@dataclass(frozen=True, slots=True)
class BagAdvice(Result):
    """A bag of infusion that may be chosen, or why not; ``truth`` says whether it suits this patient."""

    id: str
    hours: int
    rate: str
    preservative: Literal["free", "contained"]
    truth: Truth
    chosen: bool
    statement: str
    note: str
    comparisons: tuple[Compared, ...]
    cite: tuple[Cited, ...]
    assurance: Assurance
    confirm: str


@dataclass(frozen=True, slots=True)
class ItemAdvice(Result):
    """Something to do or to watch; ``truth`` is unknown where it cannot be ruled out that it concerns this patient.

    ``watch`` names the toxicities it looks for, whose actions stand beside it.
    """

    id: str
    title: str
    kind: ItemKind
    basis: Basis
    truth: Truth
    statement: str
    schedule: tuple[str, ...]
    give: tuple[DoseAdvice, ...]
    watch: tuple[str, ...]
    rationale: str
    note: str
    comparisons: tuple[Compared, ...]
    cite: tuple[Cited, ...]
    assurance: Assurance
    confirm: str


@dataclass(frozen=True, slots=True)
class ActionAdvice(Result):
    """One row of what to do about a toxicity, with its doses now and those of a restart."""

    id: str
    action: ActionWord
    do: str
    truth: Truth
    give: tuple[DoseAdvice, ...]
    restart: tuple[DoseAdvice, ...]
    note: str
    condition: str
    comparisons: tuple[Compared, ...]
    cite: tuple[Cited, ...]
    assurance: Assurance
    confirm: str


@dataclass(frozen=True, slots=True)
class ToxicityAdvice(Result):
    """What to do about one toxicity: all rows, gravest first, and the one that is the action for this patient now.

    ``action`` is the first row that holds, ``unless`` the rows above it that cannot be ruled out. Without a row that
    is certain to hold, ``action`` is nothing, and ``unless`` are the rows that may hold.
    """

    id: str
    title: str
    fact: str
    action: str | None
    unless: tuple[str, ...]
    rows: tuple[ActionAdvice, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class GradeFinding(Result):
    """One row of a scale and whether it holds."""

    id: str
    grade: int
    truth: Truth
    statement: str
    comparisons: tuple[Compared, ...]
    cite: tuple[Cited, ...]
    assurance: Assurance


@dataclass(frozen=True, slots=True)
class Grade(Result):
    """A grade by one version of one scale: certain where ``at_least`` and ``at_most`` are the same."""

    scale: str
    title: str
    system: str
    version: str
    fact: str
    at_least: int
    at_most: int
    rows: tuple[GradeFinding, ...]
    missing: tuple[Missing, ...]
    note: str

    @property
    def grade(self) -> int | None:
        """The grade, if it is certain."""
        return self.at_least if self.at_least == self.at_most else None

    def __str__(self) -> str:
        certain = self.at_least == self.at_most
        return f"grade {self.at_least}" if certain else f"grade {self.at_least} to {self.at_most}"


@dataclass(frozen=True, slots=True)
class CycleDates(Result):
    """One cycle: its first and last day of infusion, and the first day of the next. ``id`` is that of its rule."""

    id: str
    number: int
    phase: str
    first_day: date
    last_day: date
    next_from: date
    statement: str
    cite: tuple[Cited, ...]
    assurance: Assurance
    confirm: str


@dataclass(frozen=True, slots=True)
class Entry(Result):
    """Something due: on a day or at a time, or from one until another. ``of`` is the id of what it is an entry of.

    Without ``start`` it is due any time before ``until``. Between days both are included, between times the first.
    ``every`` says how often, where only the day is known and it is done several times that day.
    """

    kind: EntryKind
    of: str
    title: str
    cycle: int
    day: int
    start: date | datetime | None
    until: date | datetime | None
    every: str

    @property
    def when(self) -> date | datetime:
        """When it begins to be due, or by when it is due where only that is known."""
        when = self.start or self.until
        assert when is not None  # noqa: S101 - one of the two is always known
        return when

    def on(self, day: date) -> bool:
        """Whether it is due on that day, or may be."""
        return (self.start is None or day_of(self.start) <= day) and day <= day_of(self.until or self.when)


@dataclass(frozen=True, slots=True)
class OrderedDose(Result):
    """A dose that somebody ordered, against the doses of the rule: whether it is one of them, and which."""

    ordered: str
    truth: Truth
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checklist(Result):
    """Everything to give, watch and do for one patient under one indication, with dates from a start.

    It never says that the treatment may be given: ``eligibility`` is what the assessment of that day says of the
    indication, ``verdict`` what it says of the policy, contraindications included.
    ``not_stated`` are days of the infusion for which nothing that was read states a dose for this patient.
    """

    schema: Literal["blinadss/checklist/1"]
    profile: ProfileStamp
    assessed_on: date
    knowledge: KnowledgeStamp
    engines: tuple[str, ...]
    policy: str
    edition: str
    indication: str
    title: str
    eligibility: Eligibility
    verdict: Verdict
    start: date | datetime
    cycles: tuple[CycleDates, ...]
    of_cycles: int
    doses: tuple[PlannedDose, ...]
    not_stated: tuple[str, ...]
    ordered: OrderedDose | None
    bags: tuple[BagAdvice, ...]
    items: tuple[ItemAdvice, ...]
    not_for_this_patient: tuple[str, ...]
    entries: tuple[Entry, ...]
    toxicities: tuple[ToxicityAdvice, ...]
    graded_by: str
    missing: tuple[Missing, ...]

    def due(self, on: date) -> tuple[Entry, ...]:
        """What is due on that day: entries of the day, and those that last over it."""
        return tuple(each for each in self.entries if each.on(on))

    def said(self) -> dict[str, ItemAdvice | DoseAdvice | CycleDates]:
        """What entries are entries of, by id; a bag is none, since its title says it all."""
        said: dict[str, ItemAdvice | DoseAdvice | CycleDates] = {each.id: each for each in self.cycles}
        return said | {each.dose.id: each.dose for each in self.doses} | {each.id: each for each in self.items}

    def item(self, name: str) -> ItemAdvice | None:
        """The item of that id."""
        return next((each for each in self.items if each.id == name), None)

    def cited(self) -> Iterator[Cited]:
        """Every citation of everything listed."""
        for part in self._parts():
            yield from part.cite

    def _parts(self) -> Iterator[CycleDates | DoseAdvice | BagAdvice | ItemAdvice | ActionAdvice]:
        """Everything listed that has a source."""
        yield from self.cycles
        yield from (each.dose for each in self.doses)
        yield from self.bags
        for item in self.items:
            yield item
            yield from item.give
        for row in (row for toxicity in self.toxicities for row in toxicity.rows):
            yield row
            yield from (*row.give, *row.restart)

    def unconfirmed(self) -> Iterator[str]:
        """The ids of everything listed that nobody has read in its source."""
        return (each.id for each in self._parts() if each.confirm)
