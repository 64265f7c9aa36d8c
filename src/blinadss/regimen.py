"""The cycles of one indication laid out from a start: doses, steps, bags, and everything due with its day or time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from blinadss.advising import Guide
from blinadss.dosing import agrees, amount_of
from blinadss.errors import Mistake, UsageError, quoted
from blinadss.guidance import (
    BagAdvice,
    CycleDates,
    DoseAdvice,
    Entry,
    EntryKind,
    ItemAdvice,
    OrderedDose,
    PlannedDose,
)
from blinadss.schedule import Schedule, read_schedule
from blinadss.timing import CyclePlan, Occurrence, Timetable, When
from blinadss.treatment import CycleRule, Range, Treatment, read_dose
from blinadss.truth import Truth

_ORDER: dict[EntryKind, int] = {"dose": 0, "bag": 1, "end": 2, "item": 3}  # of what is due at the same time


class Regimen:
    """The cycles of one indication laid out from a start, with what the patient gets in each."""

    def __init__(  # noqa: PLR0913 - what a regimen is made of
        self,
        treatment: Treatment,
        indication: str,
        guide: Guide,
        start: date | datetime,
        *,
        cycle: int | None,
        bag: timedelta | None,
    ) -> None:
        self.guide, self.treatment = guide, treatment
        rules = {
            number: rule
            for rule in treatment.cycles
            if rule.concerns(indication)
            for number in range(rule.cycles[0], rule.cycles[1] + 1)
        }
        if not rules:
            raise UsageError(f"the cycles of `{indication}` are not stated on {start}", "start on a later day")
        self.last_cycle = max(rules)
        if cycle is not None and cycle not in rules:
            one = "cycle 1 alone" if self.last_cycle == 1 else f"cycles 1 to {self.last_cycle}"
            raise UsageError(f"`{indication}` has no cycle {cycle}", f"it has {one}")
        self.after = {later: number for number, later in pairwise(sorted(rules)) if cycle is None}
        self.rules: dict[int, CycleRule] = {n: rules[n] for n in sorted(rules) if cycle in {None, n}}
        self.dose_rules = [rule for rule in treatment.doses if rule.concerns(indication)]
        self.bag = self.chosen_bag(bag)
        self.timetable = Timetable(start, [self.plan(number) for number in self.rules], bag=bag)

    def plan(self, number: int) -> CyclePlan:
        rule = self.rules[number]
        held = (each for each in self.dose_rules if self.guide.truth(each) is not Truth.FALSE)
        begin = {each.days[0] for each in held if each.days and _covers(each.cycles, number)}
        return CyclePlan(number, rule.infusion, rule.off, tuple(sorted(begin - {1})))

    def chosen_bag(self, lasts: timedelta | None) -> str:
        """The id of the bag that lasts so long, if it is not one that this patient must not have."""
        if lasts is None:
            return ""
        offered = {rule.lasts: rule for rule in self.treatment.bags}
        if lasts not in offered:
            there = ", ".join(map(length_text, offered))
            raise UsageError(f"there is no bag that lasts {length_text(lasts)}", f"there are bags of {there}")
        rule = offered[lasts]
        if self.guide.truth(rule) is Truth.FALSE:
            allowed = [length_text(time) for time, each in offered.items() if self.guide.truth(each) is not Truth.FALSE]
            problem = f"a bag of {length_text(lasts)} is not for this patient: {rule.statement}"
            raise UsageError(problem, f"choose {' or '.join(allowed)}")
        return rule.id

    def cycle_dates(self) -> tuple[CycleDates, ...]:
        cited = self.guide.prepared.cited
        return tuple(
            CycleDates(
                rule.id,
                number,
                rule.phase,
                self.timetable.days(number, 1),
                self.timetable.days(number, rule.infusion),
                self.timetable.days(number, rule.infusion + rule.off + 1),
                rule.statement,
                cited[rule.id],
                rule.assurance,
                self.guide.confirmed(rule),
            )
            for number, rule in self.rules.items()
        )

    @cached_property
    def doses(self) -> tuple[PlannedDose, ...]:
        """The doses of the cycles listed, those left out that are certainly for other patients."""
        planned = []
        for rule in self.dose_rules:
            listed = [number for number in self.rules if _covers(rule.cycles, number)]
            if listed and rule.days and self.guide.truth(rule) is not Truth.FALSE:
                planned.append(PlannedDose((listed[0], listed[-1]), rule.days, self.guide.dose(rule)))
        return tuple(planned)

    def not_stated(self) -> tuple[str, ...]:
        """The days on which every dose that is stated is certainly for other patients, or none is stated at all."""
        gaps = []
        for number, cycle in self.rules.items():
            given = [each.days for each in self.doses if each.cycles[0] <= number <= each.cycles[1]]
            empty = [day for day in range(1, cycle.infusion + 1) if not any(a <= day <= b for a, b in given)]
            if empty:
                reason = f" {cycle.flaw}" if cycle.flaw else ""
                gaps.append(f"Cycle {number}, from day {empty[0]}: no dose is stated for this patient.{reason}")
        return tuple(gaps)

    def bags(self) -> tuple[BagAdvice, ...]:
        return tuple(self.guide.bag(rule, chosen=rule.id == self.bag) for rule in self.treatment.bags)

    def held_against(self, text: str) -> OrderedDose:
        """A dose that somebody ordered, against each dose of the cycles listed."""
        try:
            ordered = read_dose(text)
        except Mistake as mistake:
            raise UsageError(f"the ordered dose: {mistake.problem}", mistake.hint) from None
        if ordered.by_surface or not ordered.a_day or ordered.unit != "mcg":
            raise UsageError(
                f"the ordered dose {quoted(text)} is not in mcg/day", "write what the patient gets, `28 mcg/day`"
            )
        truths, says = [], []
        for planned in self.doses:
            truth, sentence = self._against(planned, ordered.amount, text)
            truths.append(truth)
            says.append(sentence)
        matches = Truth.TRUE if Truth.TRUE in truths else Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.FALSE
        return OrderedDose(text, matches, tuple(says))

    def _against(self, planned: PlannedDose, ordered: Decimal, text: str) -> tuple[Truth, str]:
        rule = next(each for each in self.dose_rules if each.id == planned.dose.id)
        when = f"{numbered('cycle', planned.cycles)}, {numbered('day', planned.days)}"
        amount = amount_of(rule.dose, self.guide.patient.sights)
        if amount is None or planned.dose.truth is not Truth.TRUE:
            return Truth.UNKNOWN, f"{when}: the rule, {planned.dose.rule}, cannot be worked out for this patient yet."
        if agrees(amount.exact, ordered):
            return Truth.TRUE, f"{when}: {text} is what the rule gives, {amount.shown}."
        by = (ordered / amount.exact - 1) * 100
        share = "less than 1" if abs(by) < 1 else f"{abs(by):.0f}"
        off = f"{share} % {'more' if by > 0 else 'less'}"
        return Truth.FALSE, f"{when}: {text} is {off} than the rule gives, {amount.shown} ({amount.working})."

    def entries(self, held: Sequence[tuple[ItemAdvice, tuple[Schedule, ...]]]) -> tuple[Entry, ...]:
        """Everything due, in the order of time."""
        items = (
            (each, self._entry("item", item.id, item.title, each))
            for item, lines in held
            for line in lines
            for each in map(self._begun, self.timetable.occurrences(line))
        )
        due = [*self._given_due(), *items]
        due.sort(key=lambda each: (each[0].order, _ORDER[each[1].kind]))
        # A step of dose is a bag change too; what is to be done at both is done once.
        once = {(each.of, each.cycle, each.start, each.until): each for _, each in reversed(due)}
        return tuple(reversed(once.values()))

    def _given_due(self) -> Iterator[tuple[Occurrence, Entry]]:
        """Each dose, each end of an infusion and each bag."""
        for rule, number, days in self._planned():
            title = f"{'Start with the' if days[0] == 1 else 'Step to the'} {rule.level or 'same'} dose"
            for each in self.timetable.occurrences(read_schedule(f"cycle {number}, days {days[0]}-{days[1]}")):
                yield each, self._entry("dose", rule.id, title, each)
        for number, cycle in self.rules.items():
            for each in self.timetable.occurrences(read_schedule(f"at the end of cycle {number}")):
                yield each, self._entry("end", cycle.id, f"End of the infusion of cycle {number}", each)
            for bag in self.timetable.bag_changes(number):
                each = Occurrence(number, (bag.at.day - self.timetable.days(number, 1)).days + 1, _shown(bag.at))
                title = f"Bag for {length_text(bag.lasts)}{', shorter than the others' if bag.short else ''}"
                yield each, self._entry("bag", self.bag, title, each)

    def _begun(self, each: Occurrence) -> Occurrence:
        """What is due any time before a cycle is due from the end of the infusion before it, where one is listed."""
        if each.from_ is not None or each.cycle not in self.after:
            return each
        return replace(each, from_=_shown(self.timetable.end_of_infusion(self.after[each.cycle])))

    @staticmethod
    def _entry(kind: EntryKind, of: str, title: str, each: Occurrence) -> Entry:
        return Entry(kind, of, title, each.cycle, each.day, each.from_, each.until, each.every or "")

    def _planned(self) -> Iterator[tuple[DoseAdvice, int, Range]]:
        """Each dose in each of its cycles that is listed."""
        for planned in self.doses:
            for number in range(planned.cycles[0], planned.cycles[1] + 1):
                yield planned.dose, number, planned.days


def _covers(numbers: tuple[int, int] | None, number: int) -> bool:
    return numbers is not None and numbers[0] <= number <= numbers[1]


def length_text(time: timedelta) -> str:
    """A length of time as bags are named: in hours, or in days from a week on."""
    hours = f"{time / timedelta(hours=1):.2f}".rstrip("0").rstrip(".")
    return f"{time.days} days" if time >= timedelta(days=7) and not time % timedelta(days=1) else f"{hours} hours"


def numbered(word: str, numbers: Range) -> str:
    """One or several of something by number: ``cycle 1``, ``days 8 to 28``."""
    first, last = numbers
    return f"{word} {first}" if first == last else f"{word}s {first} to {last}"


def _shown(when: When) -> date | datetime:
    return when.at or when.day
