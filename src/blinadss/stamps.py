"""Events that are right by themselves, whatever came before: each gets its number, and its time as it is compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from blinadss.errors import Mistake, near, one_of, quoted
from blinadss.events import (
    KINDS,
    LEVELS,
    TOXICITIES,
    WORST_GRADE,
    BagChange,
    End,
    Event,
    Interruption,
    Moment,
    Resolution,
    Restart,
    Seizure,
    Start,
    Step,
    Toxicity,
    clock,
    told,
)


class Stamp(NamedTuple):
    """An event that was accepted, its number in the author's list, and its time as it is compared."""

    number: int
    event: Event
    clock: Moment

    def __str__(self) -> str:
        return told(self.number, self.event)


class Refusal(Mistake):
    """An event that cannot be, with the earlier event it contradicts where there is one."""

    def __init__(self, problem: str, hint: str | None = None, other: Stamp | None = None) -> None:
        super().__init__(problem, hint)
        self.other = other


def stamped(number: int, event: Event) -> Stamp:
    """The event with its number and its time; raises `Refusal` if anything is wrong with it, whatever came before."""
    checks = _ALONE.get(type(event))
    if checks is None:
        raise Refusal(f"event {number} is not an event", f"it is {one_of(list(KINDS))}")
    try:
        moment = clock(event.at)
    except Mistake as mistake:
        raise Refusal(f"event {number} ({event.kind}): {mistake.problem}", mistake.hint) from None
    for check in checks:
        try:
            check(event)
        except Mistake as mistake:
            raise Refusal(f"{told(number, event)}: {mistake.problem}", mistake.hint) from None
    return Stamp(number, event, moment)


def _check_cycle(event: Start) -> None:
    if type(event.cycle) is not int or event.cycle < 1:
        raise Mistake(f"there is no cycle {quoted(str(event.cycle))}", "the first cycle is 1")


def _check_level(event: Start | Step | Restart) -> None:
    if event.level not in LEVELS:
        raise Mistake(f"there is no level {quoted(str(event.level))}", near(str(event.level), LEVELS))


def _check_of(event: Toxicity | Resolution) -> None:
    if event.of not in TOXICITIES:
        raise Mistake(f"{quoted(str(event.of))} is not graded", near(str(event.of), TOXICITIES))


def _check_grade(event: Toxicity) -> None:
    if type(event.grade) is not int or not 0 <= event.grade <= WORST_GRADE:
        raise Mistake(f"there is no grade {quoted(str(event.grade))}", f"a grade is 0 to {WORST_GRADE}")


def _check_permanent(event: End) -> None:
    if not isinstance(event.permanent, bool):
        raise Mistake("it must say whether the end is permanent", "give `True` or `False`")


_ALONE: dict[type, tuple[Callable[[Any], None], ...]] = {
    Start: (_check_cycle, _check_level),
    Step: (_check_level,),
    BagChange: (),
    Interruption: (),
    Restart: (_check_level,),
    Toxicity: (_check_of, _check_grade),
    Seizure: (),
    Resolution: (_check_of,),
    End: (_check_permanent,),
}
