"""Every row of a treatment and of a grading system broken on purpose, one small way at a time.

A condition broken as a criterion is, or dropped; a row dropped, or swapped with
the next where the first that holds decides; a dose or its cap nudged; an action or a grade changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from blinadss.breakages import broken_expressions
from blinadss.treatment import ACTIONS, Action, DoseRule, GradeRow, GradingSystem, Item, Row, Treatment

R = TypeVar("R", bound=Row)
Rows = tuple[R, ...]
_NUDGES = (Decimal("0.99"), Decimal("1.01"))


def broken_treatments(treatment: Treatment) -> Iterator[tuple[str, Treatment]]:
    """Every way one treatment is broken, with what was done."""
    for what, doses in _broken(treatment.doses, _broken_dose):
        yield what, replace(treatment, doses=doses)
    for what, bags in _broken(treatment.bags, _broken_condition):
        yield what, replace(treatment, bags=bags)
    for what, items in _broken(treatment.items, _broken_item):
        yield what, replace(treatment, items=items)
    for index, toxicity in enumerate(treatment.toxicities):
        for what, act in (*_broken(toxicity.act, _broken_action), *_swapped(toxicity.act)):
            changed = (*treatment.toxicities[:index], replace(toxicity, act=act), *treatment.toxicities[index + 1 :])
            yield what, replace(treatment, toxicities=changed)


def broken_gradings(system: GradingSystem) -> Iterator[tuple[str, GradingSystem]]:
    """Every way one grading system is broken, with what was done."""
    for index, scale in enumerate(system.scales):
        for what, grades in (*_broken(scale.grades, _broken_grade), *_swapped(scale.grades)):
            changed = (*system.scales[:index], replace(scale, grades=grades), *system.scales[index + 1 :])
            yield what, replace(system, scales=changed)


def _broken(rows: Rows[R], each_way: Callable[[R], Iterator[tuple[str, R]]]) -> Iterator[tuple[str, Rows[R]]]:
    """The rows with one of them dropped, where it has a condition or a dose, or broken."""
    for index, row in enumerate(rows):
        before, after = rows[:index], rows[index + 1 :]
        if row.when is not None or isinstance(row, DoseRule):
            yield f"{row.id} dropped", (*before, *after)
        for what, broken in each_way(row):
            yield f"{row.id}: {what}", (*before, broken, *after)


def _swapped(rows: Rows[R]) -> Iterator[tuple[str, Rows[R]]]:
    """The rows with two neighbours changed round."""
    for index, (first, second) in enumerate(pairwise(rows)):
        swapped = (*rows[:index], second, first, *rows[index + 2 :])
        yield f"{first.id} after {second.id}", swapped


def _broken_condition(row: R) -> Iterator[tuple[str, R]]:
    if row.when is None:
        return
    yield "its condition dropped", replace(row, when=None)
    for what, when in broken_expressions(row.when):
        yield what, replace(row, when=when)


def _broken_dose(rule: DoseRule) -> Iterator[tuple[str, DoseRule]]:
    yield from _broken_condition(rule)
    for nudge in _NUDGES:
        dose = replace(rule.dose, amount=rule.dose.amount * nudge)
        yield f"`{rule.dose}` became `{dose}`", replace(rule, dose=dose)
    if rule.dose.cap is None:
        return
    for cap in (*(rule.dose.cap * nudge for nudge in _NUDGES), None):
        dose = replace(rule.dose, cap=cap)
        yield f"`{rule.dose}` became `{dose}`", replace(rule, dose=dose)


def _broken_item(item: Item) -> Iterator[tuple[str, Item]]:
    yield from _broken_condition(item)
    for what, give in _broken(item.give, _broken_dose):
        yield what, replace(item, give=give)


def _broken_action(action: Action) -> Iterator[tuple[str, Action]]:
    yield from ((what, broken) for what, broken in _broken_condition(action) if broken.when is not None)
    other = ACTIONS[(ACTIONS.index(action.action) + 1) % len(ACTIONS)]
    yield f"`{action.action}` became `{other}`", replace(action, action=other)
    for what, give in _broken(action.give, _broken_dose):
        yield what, replace(action, give=give)
    for what, restart in _broken(action.restart, _broken_dose):
        yield what, replace(action, restart=restart)


def _broken_grade(row: GradeRow) -> Iterator[tuple[str, GradeRow]]:
    yield from ((what, broken) for what, broken in _broken_condition(row) if broken.when is not None)
    yield f"grade {row.grade} became grade {row.grade + 1}", replace(row, grade=row.grade + 1)
