"""What is legal but unwise in how a treatment is given: days without one dose, rows that are never reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from blinadss.completions import Question
from blinadss.errors import Place
from blinadss.expression import Expression, Group
from blinadss.knowledge import KnowledgeBase
from blinadss.treatment import CycleRule, DoseRule, GradeRow, Treatment
from blinadss.truth import Truth

Found = Iterator[tuple[str, Place | None, bool]]  # what it says, where, and whether the author has said so too
_DAY = date(2024, 2, 29)  # which day makes no difference: all days have the same classes of age and elapsed time


def not_one_dose(knowledge: KnowledgeBase) -> Found:
    """Days of an infusion on which some patient has no dose, or more than one."""
    for treatment in knowledge.treatments.values():
        policy = knowledge.policies.get(treatment.id)
        every = tuple(each.id for each in policy.indications) if policy else ()
        found: dict[tuple[str, Place | None, bool], None] = {}
        for first in _changes(treatment):
            stated = treatment.as_of(first)
            for cycle in stated.cycles:
                for indication in cycle.indications or every:
                    for number in range(cycle.cycles[0], cycle.cycles[1] + 1):
                        found |= dict.fromkeys(_wrong_days(stated, indication, number, cycle))
        yield from found


def _changes(treatment: Treatment) -> list[date]:
    """The days from which something else is said of cycles and doses."""
    periods = [row.period for row in (*treatment.cycles, *treatment.doses)]
    days = {treatment.start, *(day for period in periods for day in (period.start, period.until))}
    return sorted(day for day in days if treatment.start <= day < date.max)


def _wrong_days(treatment: Treatment, indication: str, cycle: int, rule: CycleRule) -> Found:
    said: set[str] = set()
    for day in range(1, rule.infusion + 1):
        rules = [each for each in treatment.doses if each.concerns(indication) and _given(each, cycle, day)]
        wrong = _not_one(rules)
        if wrong and wrong not in said:
            said.add(wrong)
            yield f"`{indication}`, cycle {cycle}, from day {day}: {wrong}", rule.place, bool(rule.flaw)


def _given(rule: DoseRule, cycle: int, day: int) -> bool:
    cycles, days = rule.cycles, rule.days
    return bool(cycles and days and cycles[0] <= cycle <= cycles[1] and days[0] <= day <= days[1])


def _not_one(rules: Sequence[DoseRule]) -> str:
    """What is wrong with the doses of one day, if anything."""
    if any(rule.when is None for rule in rules):
        return "more than one dose" if len(rules) > 1 else ""
    conditions = [rule.when for rule in rules if rule.when is not None]
    if not conditions or Question(Group("any", tuple(conditions))).can_be(Truth.FALSE, {}, _DAY):
        return "some patient has no dose"
    both = any(Question(Group("all", pair)).can_be(Truth.TRUE, {}, _DAY) for pair in combinations(conditions, 2))
    return "some patient has more than one dose" if both else ""


def never_reached(knowledge: KnowledgeBase) -> Found:
    """Rows of which the first that holds counts, and that can never be the first."""
    tables = [toxicity.act for each in knowledge.treatments.values() for toxicity in each.toxicities]
    scales: list[tuple[GradeRow, ...]] = [scale.grades for each in knowledge.grading.values() for scale in each.scales]
    for rows in (*tables, *scales):
        above: list[Expression] = []
        for row in rows:
            if row.when is None:
                continue
            alone = Group("all", (row.when, Group("none", tuple(above)))) if above else row.when
            if not Question(alone).can_be(Truth.TRUE, {}, _DAY):
                yield f"`{row.id}` is never reached: a row above it holds whenever it does", row.place, bool(row.flaw)
            above.append(row.when)


def unknown_watch(knowledge: KnowledgeBase) -> Found:
    """Items that look for a toxicity of which no treatment says what to do."""
    known = {toxicity.id.rpartition("/")[2] for each in knowledge.treatments.values() for toxicity in each.toxicities}
    for treatment in knowledge.treatments.values():
        for item in treatment.items:
            for name in item.watch:
                if name not in known:
                    yield (
                        f"`{item.id}` watches for `{name}`, of which nothing says what to do",
                        item.place,
                        bool(item.flaw),
                    )
