"""What is said of giving the treatment: doses, bags, what to do and watch, what to do when it goes wrong, grades.

Plain immutable values, each row cited. Nothing here decides anything: `treatment_files`
makes these from files, `guidance` answers them for a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar, cast, get_args

from blinadss.errors import Mistake, Place, quoted
from blinadss.events import Level
from blinadss.expression import Expression
from blinadss.quantity import plain
from blinadss.schedule import Schedule
from blinadss.statements import ALWAYS, Assurance, Citation, Period

ItemKind = Literal[
    "hospital",
    "premedication",
    "prophylaxis",
    "infusion",
    "laboratory",
    "vital signs",
    "neurological",
    "response",
    "advice",
    "education",
]
ActionWord = Literal["stop", "consider stopping", "interrupt", "new cycle", "resume", "continue", "evaluate"]
Range = tuple[int, int]
ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
ACTIONS: tuple[ActionWord, ...] = get_args(ActionWord)
GO_ON: frozenset[ActionWord] = frozenset({"resume", "continue", "new cycle"})  # with which the infusion runs


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cited statement about giving the treatment; without ``when`` it holds of everybody.

    ``indications`` are those it is said of, all of them where there is none.
    """

    id: str
    statement: str
    cite: tuple[Citation, ...]
    assurance: Assurance
    when: Expression | None = None
    indications: tuple[str, ...] = ()
    period: Period = ALWAYS
    rationale: str = ""
    note: str = ""
    flaw: str = ""  # what is wrong or missing in the source itself, and left as it is
    rows: tuple[str, ...] = ()  # of the sheets in which the facts were collected
    place: Place | None = field(default=None, compare=False)

    def concerns(self, indication: str) -> bool:
        """Whether the row is said of that indication."""
        return not self.indications or indication in self.indications


@dataclass(frozen=True)
class Dose:
    """An amount of a drug: fixed, or by body surface and then at most the cap; at once, or each day."""

    amount: Decimal
    unit: Literal["mg", "mcg"]
    by_surface: bool = False
    a_day: bool = False
    cap: Decimal | None = None

    @property
    def shown_unit(self) -> str:
        """The unit of what one patient gets: ``mcg/day``."""
        return f"{self.unit}/day" if self.a_day else self.unit

    def __str__(self) -> str:
        surface = "/m2" if self.by_surface else ""
        rule = f"{plain(self.amount)} {self.unit}{surface}{'/day' if self.a_day else ''}"
        return f"{rule}, at most {plain(self.cap)} {self.shown_unit}" if self.cap is not None else rule


_DOSE = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?) (?P<unit>mcg|mg)(?P<surface>/m2)?(?P<day>/day)?")


def read_dose(text: str) -> Dose:
    """The dose written in ``text``; raises `Mistake` if it is none.

    >>> str(read_dose("15 mcg/m2/day"))
    '15 mcg/m2/day'
    """
    match = _DOSE.fullmatch(text)
    if match is None:
        sign = re.search("[µμu]g", text)
        hint = "write micrograms as mcg" if sign else "write for example `28 mcg/day`, `5 mg/m2` or `20 mg`"
        raise Mistake(f"{quoted(text)} is not a dose", hint)
    amount = Decimal(match["amount"])
    if not amount:
        raise Mistake(f"{quoted(text)} is no dose at all", "write what is given")
    return Dose(amount, cast("Any", match["unit"]), bool(match["surface"]), bool(match["day"]))


@dataclass(frozen=True, kw_only=True)
class DoseRule(Row):
    """A drug and its dose; that of the treatment itself says in which cycles and on which days.

    ``level`` and ``lasts`` say of a dose of the treatment whether it is the one to begin with, and for how long.
    """

    drug: str
    dose: Dose
    how: str = ""
    level: Level | None = None
    lasts: timedelta | None = None  # how long before the next
    cycles: Range | None = None
    days: Range | None = None


@dataclass(frozen=True, kw_only=True)
class CycleRule(Row):
    """How some cycles are divided: days of infusion, and days without before the next."""

    phase: str
    cycles: Range
    infusion: int
    off: int


@dataclass(frozen=True, kw_only=True)
class BagRule(Row):
    """A bag of infusion: how long it lasts, how fast it runs, and whether it holds a preservative."""

    lasts: timedelta
    rate: str
    preservative: Literal["free", "contained"]


@dataclass(frozen=True, kw_only=True)
class Item(Row):
    """What to do or to watch, and when; ``watch`` names the toxicities it is looking for."""

    title: str
    kind: ItemKind
    schedule: tuple[Schedule, ...]
    give: tuple[DoseRule, ...] = ()
    watch: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Action(Row):
    """What to do about a toxicity when the row holds: the statement says it, ``action`` in a word."""

    action: ActionWord
    give: tuple[DoseRule, ...] = ()
    restart: tuple[DoseRule, ...] = ()


@dataclass(frozen=True)
class Toxicity:
    """A toxicity and what to do about it, gravest first: the first row that holds is the action."""

    id: str
    title: str
    fact: str
    act: tuple[Action, ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Treatment:
    """All that one document says of giving the treatment, from the day ``start`` on."""

    id: str
    title: str
    start: date = date.min
    cycles: tuple[CycleRule, ...] = ()
    doses: tuple[DoseRule, ...] = ()
    bags: tuple[BagRule, ...] = ()
    items: tuple[Item, ...] = ()
    toxicities: tuple[Toxicity, ...] = ()
    graded_by: Row | None = None

    def rows(self) -> Iterator[Row]:
        """Every row, those within items and actions included."""
        yield from (*self.cycles, *self.doses, *self.bags)
        for item in self.items:
            yield item
            yield from item.give
        for action in (each for toxicity in self.toxicities for each in toxicity.act):
            yield action
            yield from (*action.give, *action.restart)
        if self.graded_by:
            yield self.graded_by

    def as_of(self, day: date) -> Treatment:
        """The treatment reduced to what is said on that day."""
        return replace(
            self,
            cycles=_in_force(self.cycles, day),
            doses=_in_force(self.doses, day),
            bags=_in_force(self.bags, day),
            items=_in_force(self.items, day),
            toxicities=tuple(replace(each, act=_in_force(each.act, day)) for each in self.toxicities),
        )


@dataclass(frozen=True, kw_only=True)
class GradeRow(Row):
    """What makes a grade."""

    grade: int


@dataclass(frozen=True)
class Scale:
    """How one toxicity is graded, gravest first, grade 0 where no row holds; ``fact`` is where it is recorded."""

    id: str
    title: str
    fact: str
    grades: tuple[GradeRow, ...]
    note: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class GradingSystem:
    """One version of a grading system; grades of two are never mixed."""

    id: str
    title: str
    version: str
    scales: tuple[Scale, ...]

    def rows(self) -> Iterator[GradeRow]:
        """Every row of every scale."""
        for scale in self.scales:
            yield from scale.grades


R = TypeVar("R", bound=Row)


def _in_force(rows: tuple[R, ...], day: date) -> tuple[R, ...]:
    return tuple(row for row in rows if row.period.covers(day))
